"""Make a voice's text of its transcript: NAME.srt, .vtt, .csv, .tsv or .json beside NAME.wav becomes NAME.txt."""

import argparse
import csv
import dataclasses
import html
import io
import itertools
import json
import re
import secrets
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# ruff: noqa: E402  # the package is found through ROOT
from f5tts_worker.draft import TEXT_MAX_CHARS

AUDIO = (".wav", ".mp3", ".flac", ".ogg", ".m4a", ".aac", ".opus", ".webm")
TEXT_COLUMNS = ("word", "words", "text", "transcript", "transcription", "sentence", "content", "caption", "utterance")
DELIMITERS = ",;\t|"

DESCRIPTION = f"""{__doc__}

The library takes voices/NAME.txt as what voices/NAME.wav says. Give folders (not searched further down) or files. A
transcript belongs to the recording of its name ({", ".join(AUDIO)}): alice.srt, alice.en.vtt
and alice.wav.json to alice.wav. Of several in a folder the one without a language goes before the others, then srt
before vtt, csv, tsv and json. A text that is there already stays, unless --overwrite is given.
"""
EPILOG = "The exit status is 0 if nothing failed, 1 if a file failed (the others are done), 2 for wrong arguments."

_TIME = r"(?:\d+:)?\d+:\d+(?:[.,]\d+)?"
_TIMING = re.compile(rf"\s*({_TIME}\s*-->\s*{_TIME})")
_TAG = re.compile(rf"<rt>.*?</rt>|</?[a-z][^<>]*>|<{_TIME}>|{{\\[^{{}}]*}}|{{/?[bius]}}", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|\\[Nnh]", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|\w+);", re.IGNORECASE)
_NOT_CUES = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_LANGUAGE = re.compile(r"\.[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"))
"""Soft hyphens, zero-width spaces and marks of direction; joiners stay, they change how a letter reads."""


class UnreadableError(ValueError):
    """Why a transcript has no text for us."""


@dataclass(frozen=True)
class Cue:
    """A caption as it stands in the file."""

    timing: str
    raw: list[str]

    @property
    def marked_up(self) -> list[str]:
        """Its lines as they are written."""
        return [line.strip() for line in self.raw if line.strip()]

    @property
    def lines(self) -> list[str]:
        """Its lines as they are read aloud."""
        return [line for line in map(_plain, self.raw) if line]


def srt_text(source: str) -> str:
    """The text of SubRip captions: all that stands between two timings, but the next caption's number."""
    lines = source.split("\n")
    at = [i for i, line in enumerate(lines) if _TIMING.match(line)]
    cues = []
    for start, end in itertools.pairwise([*at, len(lines)]):
        body = lines[start + 1 : end]
        if end < len(lines) and body and body[-1].strip().isdecimal():
            body.pop()
        cues.append(Cue(_timing(lines[start]), body))
    return _cue_text(cues)


def vtt_text(source: str) -> str:
    """The text of WebVTT captions; blocks end at an empty line, one of spaces belongs to the caption."""
    cues = []
    for block in re.split(r"\n{2,}", source.strip("\n")):
        lines = block.split("\n")
        at = next((i for i, line in enumerate(lines) if _TIMING.match(line)), None)
        if at is not None and not _NOT_CUES.match(lines[0]):
            cues.append(Cue(_timing(lines[at]), lines[at + 1 :]))
    return _cue_text(cues)


def csv_text(source: str) -> str:
    """The text column of a table with a header; its delimiter is the one that makes a known column appear."""
    first, _, rest = source.lstrip("\n").partition("\n")
    source = rest if first.lower().startswith("sep=") else source  # Excel's own first line
    tables = [_rows(source, delimiter) for delimiter in DELIMITERS]
    for delimiter, (header, *rows) in zip(DELIMITERS, tables, strict=True):
        names = [name.strip(' "').casefold() for name in header]
        column = next((names.index(known) for known in TEXT_COLUMNS if known in names), None)
        if column is not None:
            last = column == len(header) - 1
            return " ".join(_cell(row[column:] if last else row[column : column + 1], delimiter) for row in rows)
    columns = max((table[0] for table in tables), key=len)
    raise UnreadableError(f"no column of text among {', '.join(columns)}; accepted are {', '.join(TEXT_COLUMNS)}")


def json_text(source: str) -> str:
    """The text of a whisper or whisperx result, of a list of segments, or of a list of words."""
    try:
        data = json.loads(source)
    except (ValueError, RecursionError) as e:
        raise UnreadableError(f"it is no JSON: {e}") from e
    if isinstance(data, dict):
        named = (data[name] for name in ("text", "segments", "words", "word_segments") if data.get(name))
        data = next(named, None)
    if isinstance(data, str):
        return data
    if isinstance(data, list) and data:
        return " ".join(map(_item_text, data))
    raise UnreadableError(
        'no text in it; accepted are {"text"}, {"segments": [{"text"}]}, {"words": [{"word"}]}, [...]'
    )


READERS: dict[str, Callable[[str], str]] = {
    ".srt": srt_text,
    ".vtt": vtt_text,
    ".csv": csv_text,
    ".tsv": csv_text,
    ".json": json_text,
}
"""Suffix -> what reads it; in this order they are preferred."""


def _timing(line: str) -> str:
    found = _TIMING.match(line)
    return found[1] if found else line


def _plain(line: str) -> str:
    """A caption's line without markup."""
    bare = _TAG.sub("", _BREAK.sub(" ", line))
    return _tidied(_ENTITY.sub(lambda found: html.unescape(found[0]), bare))


def _tidied(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())


def _cue_text(cues: list[Cue]) -> str:
    if not cues:
        raise UnreadableError("no caption in it (a line such as 00:00:01,000 --> 00:00:02,500)")
    rolling = any(_rolls(before, cue) for before, cue in itertools.pairwise(cues))
    said: list[str] = []
    shown: list[str] = []
    for cue in cues:
        lines = cue.lines
        said += lines[_repeated(shown, lines) :] if rolling else lines
        shown = lines or shown
    return " ".join(said)


def _rolls(before: Cue, cue: Cue) -> bool:
    """Whether a caption shows the one before again. One word a caption, spoken twice, does not: the lines alone are the
    same then, without a line that moves up, other markup (a word that is lit up) or the very same time."""
    if not _repeated(before.lines, cue.lines):
        return False
    return len(cue.lines) + len(before.lines) > 2 or before.marked_up != cue.marked_up or before.timing == cue.timing


def _repeated(shown: list[str], lines: list[str]) -> int:
    """How many of a caption's first lines are the last ones of what was shown."""
    most = min(len(shown), len(lines))
    return next((count for count in range(most, 0, -1) if shown[-count:] == lines[:count]), 0)


def _rows(source: str, delimiter: str) -> list[list[str]]:
    """A table's rows that are not empty. Between tabs whisper writes a quote as it is, and it may never be closed."""
    lines = io.StringIO(source, newline="")
    try:
        table = csv.reader(lines, delimiter=delimiter, **({"quoting": csv.QUOTE_NONE} if delimiter == "\t" else {}))
        rows = [row for row in table if any(row)]
    except csv.Error as e:
        raise UnreadableError(f"it is no table: {e}") from e
    if not rows:
        raise UnreadableError("it is empty")
    return rows


def _cell(parts: list[str], delimiter: str) -> str:
    """The text of a cell: of several where it was written without quotes and has the delimiter in it."""
    cell = delimiter.join(parts).strip()
    quoted = re.fullmatch(r'"((?:[^"]|"")*)"', cell) if delimiter == "\t" or len(parts) > 1 else None
    return quoted[1].replace('""', '"') if quoted else cell


def _item_text(item: Any) -> str:
    if isinstance(item, dict):
        item = next((item[name] for name in ("word", "text", "transcript", "sentence") if name in item), None)
    if not isinstance(item, str):
        raise UnreadableError('an item of its list has no "text" and no "word"')
    return item


# Files


@dataclass(frozen=True)
class Outcome:
    """What became of a transcript."""

    transcript: str
    text_file: str | None
    outcome: str
    """written, would be written, same, kept, skipped or failed"""
    characters: int | None = None
    notes: tuple[str, ...] = ()


def decode(data: bytes) -> tuple[str, list[str]]:
    """The text of a file with \\n between its lines, and warnings; raises UnreadableError."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\0\0": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if data.startswith(mark)), None)
    warnings = []
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as e:
        if encoding:
            raise UnreadableError(f"it begins as {encoding.removesuffix('-sig').upper()} and is not: {e.reason}") from e
        text = data.decode("cp1252", errors="replace")
        warnings = ["not UTF-8, read as Windows-1252: look at its accents"]
    if "\0" in text:
        raise UnreadableError("it is binary, or UTF-16 without a mark at its beginning; save it as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n"), warnings


def read(transcript: Path) -> tuple[str, list[str]]:
    """What a transcript says, on one line, and warnings; raises UnreadableError."""
    source, warnings = decode(transcript.read_bytes())
    text = _tidied(READERS[transcript.suffix.lower()](source))
    if not text:
        raise UnreadableError("it holds no text")
    if len(text) > TEXT_MAX_CHARS:
        warnings.append(f"over {TEXT_MAX_CHARS} characters: a worker does not use it; a voice keeps 12 s of speech")
    return text, warnings


def convert(transcript: Path, recording: Path, *, overwrite: bool, dry_run: bool) -> Outcome:
    """Write the text of a transcript beside its recording."""
    target = recording.with_suffix(".txt")
    try:
        text, notes = read(transcript)
        outcome, note = _write(target, f"{text}\n".encode(), overwrite=overwrite, dry_run=dry_run)
    except (OSError, UnreadableError) as e:
        return Outcome(str(transcript), str(target), "failed", None, (str(e),))
    return Outcome(str(transcript), str(target), outcome, len(text), (*notes, *note))


def _write(target: Path, data: bytes, *, overwrite: bool, dry_run: bool) -> tuple[str, list[str]]:
    """Put a file in place when it is whole; returns what was done, and a note."""
    there = target.read_bytes() if target.exists() else None
    if there == data:
        return "same", []
    if there is not None and not overwrite:
        return "kept", [f"{target.name} is there and says something else; --overwrite replaces it"]
    if dry_run:
        return "would be written", []
    partial = target.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return "written", []


def convert_all(paths: Iterable[Path], *, overwrite: bool, dry_run: bool) -> Iterator[Outcome]:
    """Convert what files and folders hold, each recording's best transcript once."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        named = not path.is_dir()
        why = _wrong(path) if named else None
        if why:
            yield Outcome(str(path), None, "failed", None, (why,))
            continue
        recordings = _recordings(path.parent if named else path)
        for transcript in [path] if named else _transcripts(path):
            recording = _recording(transcript, recordings)
            if recording is None:
                outcome = "failed" if named else "skipped"
                yield Outcome(str(transcript), None, outcome, None, ("no recording of its name beside it",))
            elif transcript not in found.setdefault(recording, []):
                found[recording].append(transcript)
    for recording, transcripts in found.items():
        yield from _best_of(recording, transcripts, overwrite=overwrite, dry_run=dry_run)


def _best_of(recording: Path, transcripts: list[Path], *, overwrite: bool, dry_run: bool) -> Iterator[Outcome]:
    best, *rest = sorted(transcripts, key=lambda path: (_is_variant(path, recording), _preference(path), path))
    languages = {path.stem for path in transcripts}
    if _is_variant(best, recording) and len(languages) > 1:
        note = f"which is spoken in {recording.name}? Send one of {', '.join(path.name for path in (best, *rest))}"
        yield from (Outcome(str(path), None, "failed", None, (note,)) for path in (best, *rest))
        return
    yield convert(best, recording, overwrite=overwrite, dry_run=dry_run)
    yield from (Outcome(str(path), None, "skipped", None, (f"{best.name} goes before it",)) for path in rest)


def _wrong(path: Path) -> str | None:
    if not path.is_file():
        return "there is no such file"
    return None if path.suffix.lower() in READERS else f"not a transcript; accepted are {', '.join(READERS)}"


def _preference(transcript: Path) -> int:
    return list(READERS).index(transcript.suffix.lower())


def _is_variant(transcript: Path, recording: Path) -> bool:
    """Whether a transcript's name has a language too."""
    return _key(transcript.stem) not in (_key(recording.stem), _key(recording.name))


def _transcripts(folder: Path) -> list[Path]:
    """What can be read in a folder; macOS puts a ._NAME beside each file on foreign disks."""
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in READERS and path.name[0] != "." and path.is_file()
    ]


def _recordings(folder: Path) -> dict[str, Path]:
    """Name with and without suffix -> the audio file."""
    audio = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in AUDIO and path.is_file()]
    return {_key(path.stem): path for path in reversed(audio)} | {_key(path.name): path for path in audio}


def _recording(transcript: Path, recordings: dict[str, Path]) -> Path | None:
    """The audio that a transcript's name belongs to: NAME.srt, NAME.wav.srt, NAME.en.srt."""
    stem = Path(transcript.stem)
    bare = stem.stem if _LANGUAGE.fullmatch(stem.suffix) else transcript.stem
    return recordings.get(_key(transcript.stem)) or recordings.get(_key(bare))


def _key(name: str) -> str:
    """A name to compare: file systems write an accent in two ways."""
    return unicodedata.normalize("NFC", name)


# Arguments


def main(argv: list[str] | None = None) -> int:
    """Convert; returns the exit status."""
    options = _options(argv)
    outcomes = list(convert_all(options.paths, overwrite=options.overwrite, dry_run=options.dry_run))
    if options.json:
        print(json.dumps([dataclasses.asdict(outcome) for outcome in outcomes], indent=2, ensure_ascii=False))
    else:
        _print_table(outcomes)
    return 1 if any(outcome.outcome == "failed" for outcome in outcomes) else 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/convert_transcriptions.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a folder of recordings, or a transcript")
    parser.add_argument("--overwrite", action="store_true", help="replace a text that is there")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
    parser.add_argument("--json", action="store_true", help="print a JSON list in place of the table")
    return parser.parse_args(argv)


def _print_table(outcomes: list[Outcome]) -> None:
    if not outcomes:
        print(f"No transcript found; they end in {', '.join(READERS)}.")
        return
    rows = [("outcome", "characters", "transcript", "notes")]
    rows += [(o.outcome, str(o.characters or ""), o.transcript, "; ".join(o.notes)) for o in outcomes]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    # A file name that is no UTF-8 is printed with its odd bytes escaped.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
