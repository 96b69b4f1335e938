"""Duration: how many mel frames a text takes in a voice, and how much text fits into one chunk.

F5-TTS is told how long to speak. The reference says how fast its speaker is: frames a byte of UTF-8, in which a letter
with an accent counts twice and a Chinese character three times.
"""

from dataclasses import dataclass

from .mel import HOP, SAMPLE_RATE

SHORT_BYTES, SHORTEST_S = 10, 0.5  # "Hi" by its bytes alone would get 0.15 s; the package slows such texts to a third
CHUNK_MAX_S = 22.0  # reference and speech together; what the model was trained on is not much longer


def ending_sentence(text: str) -> str:
    """A reference text with the full stop and the space that part it from what is spoken."""
    text = text.strip()
    if text.endswith("。"):
        return text
    return f"{text} " if text.endswith(".") else f"{text}. "


@dataclass(frozen=True)
class Pace:
    """A voice's own."""

    reference_samples: int
    reference_text: str
    """As of ending_sentence."""

    @property
    def frames(self) -> int:
        """Whole hops of the reference."""
        return self.reference_samples // HOP

    def spoken_text(self) -> str:
        """The reference text as it precedes a chunk's: with a second space, as in training."""
        return self.reference_text + (" " if self.reference_text[-1].isascii() else "")

    def frames_for(self, text: str, speed: float) -> int:
        """Frames of reference and text together."""
        n_bytes = len(text.encode())
        per_byte = self.frames / len(self.spoken_text().encode())
        frames = int(per_byte * n_bytes / speed)
        if n_bytes < SHORT_BYTES:
            frames = max(frames, int(SHORTEST_S / speed * SAMPLE_RATE / HOP))
        return self.frames + frames

    def seconds_for(self, text: str, speed: float) -> float:
        """How long a text alone takes."""
        return (self.frames_for(text, speed) - self.frames) * HOP / SAMPLE_RATE

    def max_bytes(self, speed: float) -> int:
        """How much text fits into one chunk."""
        seconds = self.reference_samples / SAMPLE_RATE
        return int(len(self.reference_text.encode()) / seconds * (CHUNK_MAX_S - seconds) * speed)
