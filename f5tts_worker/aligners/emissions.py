"""Emissions: what a wav2vec2 model hears in long audio, window by window, as if it had heard it at once.

Attention takes memory with the square of the length: 30 s at a time are heard, of which 5 s at either edge are only
there for what lies between (as the speech pipeline of transformers does it).
"""

from typing import Any

RATE = 16_000
"""Hertz; what wav2vec2 hears."""

HOP, FIELD = 320, 400
"""Samples from frame to frame, and samples that a frame is made of; the same in every wav2vec2."""

HOP_MS = 20

WINDOW, EDGE = 1500, 250  # frames: 30 s and 5 s


def n_frames(n_samples: int) -> int:
    """Frames that a model makes of so many samples."""
    return max((n_samples - FIELD) // HOP + 1, 0)


def emissions(model: Any, samples: Any) -> Any:
    """Logits (1, n_frames, n_letters) of samples (1, n_samples), of which there is a frame at least."""
    total = n_frames(samples.shape[-1])
    if total <= WINDOW:
        return _hear(model, samples)
    whole = None
    for start in range(0, total - 2 * EDGE, WINDOW - 2 * EDGE):
        end = min(start + WINDOW, total)
        heard = _hear(model, samples[:, start * HOP : (end - 1) * HOP + FIELD])
        if whole is None:
            whole = heard.new_empty(1, total, heard.shape[-1])
        skip = EDGE if start else 0
        whole[:, start + skip : end] = heard[:, skip:]  # the next window writes over its last edge
    return whole


def _hear(model: Any, samples: Any) -> Any:
    heard = model(samples)
    return heard.logits if hasattr(heard, "logits") else heard[0]  # of the hub, of torchaudio


class Remembered(tuple[Any, None]):
    """Emissions in place of a model: whisperx calls it, and unpacks it or takes its logits."""

    __slots__ = ()

    def __call__(self, samples: Any, lengths: Any = None) -> "Remembered":
        """What was heard before."""
        return self

    @property
    def logits(self) -> Any:
        """(1, n_frames, n_letters)."""
        return self[0]
