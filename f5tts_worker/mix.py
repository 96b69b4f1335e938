"""Mix: takes joined into one recording, alike in level, met in their silences, with pauses of an exact length."""

from dataclasses import dataclass, replace

import numpy as np

from .audio import FRAME_MS, Audio, Samples, Span, shorten_pauses
from .tape import Tape
from .words import Word, move_words

LOUD_PERCENTILE, QUIET_DB, GATE_DB = 95, 35.0, 20.0
"""Frames this far below a take's loud ones are quiet; those within the gate say how loud it is."""

GAIN_MAX_DB = 6.0
"""Of level matching: what is further off was meant to be."""

KEPT_MS = 10
"""Of quiet beside a pause: the end of the last sound."""

INAUDIBLE = 0.5 / 32768
"""16 bits round it to nothing."""

CLICK_MS = 2
"""Over which a sound that begins or ends at once is faded."""

LONGEST_MS, LONGEST_EDGE_MS = 1_000, 500
"""Of the silences inside a take and at its edges that are left where silences are to be shortened."""


@dataclass(frozen=True)
class Placed:
    """Where a take lies in the recording."""

    start_ms: int
    end_ms: int
    words: list[Word] | None
    """The take's words, at their times in the recording."""


@dataclass
class _Level:
    """How loud a voice has been, in dB, over how many seconds."""

    db: float = 0.0
    seconds: float = 0.0

    def take_in(self, db: float, seconds: float) -> None:
        self.seconds += seconds
        self.db += (db - self.db) * seconds / self.seconds


class Mix:
    """Takes on their way to a tape. The last one is held back until it is known what follows."""

    def __init__(self, tape: Tape, *, cross_fade_s: float, shorten: bool) -> None:
        """`shorten` is to cut long silences of the takes, never a pause that was asked for."""
        self._tape = tape
        self._fade = round(cross_fade_s * tape.rate)
        self._shorten = shorten
        self._levels: dict[str | None, _Level] = {}
        self._held: Samples = np.zeros(0, np.float32)
        self._trail = 0
        """Quiet samples at the end of what is held."""
        self._paused = False
        """Whether a pause is the last thing on the tape."""
        self.sounds = False
        """Whether anything in it can be heard."""

    def pause(self, ms: int) -> None:
        """Add silence of exactly this length."""
        if ms > 0:
            _soften(self._held[::-1], self._trail, self._tape.rate)
            self.close()
            self._tape.append(np.zeros(ms * self._tape.rate // 1000, np.float32))
            self._paused = True

    def add(self, audio: Audio, words: list[Word] | None, voice: str | None, pause_ms: int = 0) -> Placed:
        """Add what `voice` said, and a pause behind it; digital silence is added as it is."""
        cut: list[Span] = []
        if self._shorten:
            audio, cut = shorten_pauses(audio, below_db=quiet_db(audio), longest_ms=LONGEST_MS)
            _soften_cuts(audio, cut)
        lead, trail = quiet_edges(audio)
        first = self._too_much(audio.samples[:lead], beside_pause=self._paused)
        behind = self._too_much(audio.samples[::-1][:trail], beside_pause=pause_ms > 0)
        samples = self._matched(audio, voice)[first : len(audio.samples) - behind]
        start = self._join(samples, lead - first, trail - behind)
        self.sounds |= bool(samples.any())
        placed = self._place(start, first, len(samples), move_words(words, cut) if words is not None else None)
        self.pause(pause_ms)
        return placed

    def close(self) -> None:
        """Put on the tape what is held."""
        self._tape.append(self._held)
        self._held, self._trail = self._held[:0], 0

    @property
    def end_ms(self) -> int:
        """Where it ends so far."""
        return (self._tape.n_samples + len(self._held)) * 1000 // self._tape.rate

    def heard(self) -> Audio:
        """All of it so far; for the beginning, before there is much."""
        on_tape = self._tape.read_ms(0, self._tape.n_samples * 1000 // self._tape.rate + 1)
        return Audio(np.concatenate([on_tape.samples, self._held]), self._tape.rate)

    def _too_much(self, quiet: Samples, *, beside_pause: bool) -> int:
        """How many of the quiet samples at an edge go, counted from the outside in."""
        rate = self._tape.rate
        if not beside_pause:
            return max(0, len(quiet) - LONGEST_EDGE_MS * rate // 1000) if self._shorten else 0
        kept = quiet[max(0, len(quiet) - KEPT_MS * rate // 1000) :]
        sounding = np.flatnonzero(np.abs(kept) >= INAUDIBLE)  # what rounds to nothing would make the pause longer
        return len(quiet) - (len(kept) - int(sounding[0]) if len(sounding) else 0)

    def _join(self, samples: Samples, lead: int, trail: int) -> int:
        """Hold a take in place of the last one; returns its first sample's place.

        The two overlap in silence alone, so no sound is faded away and none is heard twice.
        """
        overlap = min(self._fade, self._trail, lead)
        samples = samples.copy()
        if overlap:
            rising = np.linspace(0, 1, overlap, dtype=np.float32)
            samples[:overlap] = samples[:overlap] * rising + self._held[-overlap:] * rising[::-1]
            self._held = self._held[:-overlap]
        elif len(self._held) or self._paused:
            _soften(self._held[::-1], self._trail, self._tape.rate)
            _soften(samples, lead, self._tape.rate)
        self.close()
        start = self._tape.n_samples
        self._held, self._trail, self._paused = samples, trail, False
        return start

    def _place(self, start: int, first: int, length: int, words: list[Word] | None) -> Placed:
        rate = self._tape.rate
        start_ms, end_ms = start * 1000 // rate, (start + length) * 1000 // rate

        def moved(ms: int) -> int:
            return max(start_ms, min(round(ms + (start - first) * 1000 / rate), end_ms))

        if words is not None:
            words = [replace(word, start_ms=moved(word.start_ms), end_ms=moved(word.end_ms)) for word in words]
        return Placed(start_ms, end_ms, words)

    def _matched(self, audio: Audio, voice: str | None) -> Samples:
        """The samples at the level that the voice has had so far."""
        db = speech_db(audio)
        if db is None:
            return audio.samples
        level = self._levels.setdefault(voice, _Level())
        level.take_in(db, audio.duration_s)
        gain_db = max(-GAIN_MAX_DB, min(level.db - db, GAIN_MAX_DB))
        room = 1 / max(float(np.abs(audio.samples).max()), 1e-9)
        return audio.samples * np.float32(min(10 ** (gain_db / 20), max(room, 1.0)))


def speech_db(audio: Audio) -> float | None:
    """The level of the speech in dBFS, silences left out; None where there is none."""
    levels = audio.levels_db
    if not len(levels) or levels.max() < -100:
        return None
    speech = levels[levels >= np.percentile(levels, LOUD_PERCENTILE) - GATE_DB]
    return float(10 * np.log10(np.mean(10 ** (speech / 10))))


def quiet_db(audio: Audio) -> float:
    """Below this, in dBFS, a frame of a take is quiet."""
    levels = audio.levels_db
    return float(np.percentile(levels, LOUD_PERCENTILE)) - QUIET_DB if len(levels) else -200.0


def quiet_edges(audio: Audio) -> tuple[int, int]:
    """How many samples are quiet at the beginning and at the end."""
    limit_db = quiet_db(audio)
    sounding = np.flatnonzero(audio.levels_db >= limit_db)
    if not len(sounding) or speech_db(audio) is None:
        return 0, 0
    frame = audio.rate * FRAME_MS // 1000
    lead, past = int(sounding[0]) * frame, (int(sounding[-1]) + 1) * frame
    rest = audio.samples[len(audio.levels_db) * frame :]  # less than a frame
    if len(rest) and np.abs(rest).max() >= 10 ** (limit_db / 20):
        past = len(audio.samples)
    return lead, len(audio.samples) - past


def _soften_cuts(audio: Audio, cut: list[Span]) -> None:
    """Let the noise of a room fall and rise where a stretch of it was cut out, in place."""
    gone_ms = 0
    for span in cut:
        at = (span.start_ms - gone_ms) * audio.rate // 1000
        gone_ms += span.length_ms
        _soften(audio.samples[:at][::-1], 0, audio.rate)
        _soften(audio.samples[at:], 0, audio.rate)


def _soften(samples: Samples, quiet: int, rate: int) -> None:
    """Let a sound that begins without any quiet rise over CLICK_MS, in place."""
    length = min(CLICK_MS * rate // 1000, len(samples)) if not quiet else 0
    samples[:length] *= np.linspace(0, 1, length, dtype=np.float32)
