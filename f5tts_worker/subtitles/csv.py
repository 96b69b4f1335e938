"""CSV: one row a word, for spreadsheets and scripts."""

import csv
import io

from .captions import Captions

HEADER = ("word", "start_time", "end_time", "confidence", "start_ms", "end_ms")
SPEAKER = "speaker"


def render(captions: Captions) -> str:
    """Write the words, whatever the style, as the caller wrote them; the last column is only there with speakers.

    A spreadsheet takes a word that begins with = + - or @ for a formula: have it import the column as text.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    named = captions.names_speakers
    writer.writerow([*HEADER, SPEAKER] if named else HEADER)
    for word in captions.words:
        start, end, score = (f"{value:.3f}" for value in (word.start_ms / 1000, word.end_ms / 1000, word.score))
        row = [word.text, start, end, score, word.start_ms, word.end_ms]
        writer.writerow([*row, word.speaker] if named else row)
    return file.getvalue()
