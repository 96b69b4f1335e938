"""Punkt: tables for the sentence splitter that whisperx wants to download for each text.

Empty ones do: the text that it is given has no sentences, only words.
"""

import shutil
import uuid
from pathlib import Path

TABLES = ("collocations.tab", "sent_starters.txt", "abbrev_types.txt", "ortho_context.tab")


def no_sentences(folder: Path, languages: set[str]) -> None:
    """Give nltk empty tables of these languages; made in `folder` if they are not there."""
    import nltk

    tables = folder / "tokenizers/punkt_tab"
    if not all((tables / language / TABLES[-1]).is_file() for language in languages):
        _make(tables, languages)
    if str(folder) not in nltk.data.path:
        nltk.data.path.insert(0, str(folder))


def _make(tables: Path, languages: set[str]) -> None:
    """Make each language's folder under another name first: other workers share it."""
    for language in languages:
        made = tables / f".{uuid.uuid4().hex}"
        made.mkdir(parents=True)
        for name in TABLES:
            (made / name).touch()
        try:
            made.rename(tables / language)
        except OSError:  # it is there
            shutil.rmtree(made)
