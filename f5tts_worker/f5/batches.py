"""Batches: which chunks of a text run together."""

from collections.abc import Sequence
from dataclasses import dataclass

BUCKET_FRAMES = 64
"""Lengths are rounded up to this on a GPU, so that few CUDA graphs serve all of them; 0.7 s."""

SIZES = (16, 8, 4, 2, 1)
"""Of batches: powers of two, so that few CUDA graphs serve all of them."""


@dataclass(frozen=True)
class Utterance:
    """One chunk to be spoken."""

    text: str
    n_frames: int
    """Of reference and text together."""
    seed: int


def bucket(n_frames: int) -> int:
    """The length rounded up."""
    return -(-n_frames // BUCKET_FRAMES) * BUCKET_FRAMES


def plan_batches(lengths: Sequence[int], max_frames: int, *, first_alone: bool) -> list[list[int]]:
    """Indices of chunks of these lengths, batch by batch; a batch has at most `max_frames`, padding included.

    A text's first chunk runs alone, because somebody waits to hear it; the others by length, so that little is padded.
    """
    batches = [[0]] if first_alone else []
    rest = sorted(range(len(batches), len(lengths)), key=lambda i: -lengths[i])
    while rest:
        longest = bucket(lengths[rest[0]])
        size = next((size for size in SIZES if size <= len(rest) and size * longest <= max_frames), 1)
        batches.append(rest[:size])
        rest = rest[size:]
    return batches
