"""CSV: one row a word, for spreadsheets and scripts."""

import csv
import io

from .captions import Captions

HEADER = ("word", "start_time", "end_time", "confidence", "start_ms", "end_ms")


def render(captions: Captions) -> str:
    """Write the words, whatever the style, as the caller wrote them.

    A spreadsheet takes a word that begins with = + - or @ for a formula: have it import the column as text.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    for word in captions.words:
        start, end, score = (f"{value:.3f}" for value in (word.start_ms / 1000, word.end_ms / 1000, word.score))
        writer.writerow([word.text, start, end, score, word.start_ms, word.end_ms])
    return file.getvalue()
