"""The path through a recording: which frames each word takes, found roughly first, then exactly near that."""

from dataclasses import dataclass

import numpy as np

from .base import AlignmentError
from .dtw import SILENCE, warp
from .features import Frames, Matrix, runs

PAUSE_FRAMES = 20  # 200 ms: longer than the closure of any stop
SPEECH_AS_SILENCE = np.float32(2)
"""Cost of a loud frame in a silence; the distance of unlike frames is about 1.4."""
PAUSE_AS_WORD = 2.0
"""Cost of a frame of a pause in a word."""

COARSE = 8  # frames averaged for the rough path: 80 ms
COARSE_REACH = 750  # rows: the 60 s that speech may run ahead of an even pace, or behind it
REACH = 200  # rows: 2 s around the rough path
MAX_CELLS = 500_000_000
"""A byte each; 20 minutes take 50 million."""


@dataclass(frozen=True)
class Match:
    """Where each word was found."""

    starts: Frames
    ends: Frames
    """First and past-the-end frame, (n_words,)."""
    scores: Matrix
    """Correlation of the reference's frames with those they were matched to, at most 1."""


def match(reference: Matrix, lengths: Frames, heard: Matrix, loudness: Matrix) -> Match:
    """Find the words: `reference` (n_frames, n_features) holds them one after another, of `lengths` > 0 frames.

    `heard` (n_heard, n_features) and `loudness` (n_heard,) are of the audio. Raises AlignmentError.
    """
    ends = np.cumsum(lengths)
    starts = ends - lengths
    rough = _rough_rows(reference, lengths, heard, loudness)
    spans = _spans(reference, lengths, heard, loudness, rough, REACH, 1)
    matched = heard[spans.mean(axis=1).astype(np.int64)]
    norms = np.sqrt(
        np.add.reduceat((reference**2).sum(axis=1), starts) * np.add.reduceat((matched**2).sum(axis=1), starts)
    )
    scores = np.add.reduceat((reference * matched).sum(axis=1), starts) / np.maximum(norms, 1e-9)  # 0 of no sound
    return Match(spans[starts, 0], spans[ends - 1, 1] + 1, scores)


def _rough_rows(reference: Matrix, lengths: Frames, heard: Matrix, loudness: Matrix) -> Frames:
    """About which row each frame of `heard` belongs to: a path through means over COARSE frames, (n_heard,)."""
    words = np.repeat(np.arange(len(lengths)), lengths)
    inside = np.arange(len(words)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    firsts = np.flatnonzero(inside % COARSE == 0)  # no block holds frames of two words
    rough_lengths = -(-lengths // COARSE)
    blocks = np.arange(0, len(heard), COARSE)
    rough_heard, rough_loudness = _means(heard, blocks), _means(loudness[:, None], blocks)[:, 0]
    spoken = np.cumsum(rough_loudness > 0)
    even_pace = spoken * (len(firsts) + len(lengths)) // spoken[-1]
    spans = _spans(
        _means(reference, firsts), rough_lengths, rough_heard, rough_loudness, even_pace, COARSE_REACH, COARSE
    )
    reached = np.zeros(len(blocks), np.int64)
    np.maximum.at(reached, spans[:, 0], firsts + words[firsts] + 1)  # a silence stands before each word
    return np.maximum.accumulate(reached)[np.arange(len(heard)) // COARSE]


def _means(frames: Matrix, starts: Frames) -> Matrix:
    counts = np.diff(np.append(starts, len(frames)))[:, None]
    means: Matrix = (np.add.reduceat(frames, starts, axis=0) / counts).astype(np.float32)
    return means


def _spans(
    reference: Matrix, lengths: Frames, heard: Matrix, loudness: Matrix, middle: Frames, reach: int, frame: int
) -> Frames:
    """First and last frame of `heard` for each of the reference's, looking `reach` rows around `middle`."""
    ends = np.cumsum(lengths)
    rows = np.append(np.insert(np.arange(ends[-1]), ends - lengths, SILENCE), SILENCE)
    as_word = np.zeros(len(heard), np.float32)
    for start, end in runs(loudness == 0, max(1, PAUSE_FRAMES // frame)):
        as_word[start:end] = PAUSE_AS_WORD
    low = np.maximum(middle - reach, 0)
    low[0] = 0
    low[-1] = max(low[-1], len(rows) - 2 * reach)
    width = min(2 * reach + int(np.diff(low).max(initial=0)), len(rows))
    if len(heard) * width > MAX_CELLS:
        raise AlignmentError("the text is too long for its audio")
    low = np.minimum(low, len(rows) - width)
    spans = warp(reference, rows, heard, SPEECH_AS_SILENCE * loudness, as_word, low, width)
    found: Frames = spans[rows != SILENCE]
    return found
