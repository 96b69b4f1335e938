"""Loudness: how loud a recording is (ITU-R BS.1770, EBU R128), and the gain that makes it as loud as was asked."""

import re
from dataclasses import dataclass

TRUE_PEAK_DB = -1.0
"""dBTP; players and encoders overshoot past full scale where it is higher."""

UNDEFINED_LUFS = -70.0
"""The gate of the measure: silence, and what is shorter than its window of 0.4 s, gets no other value."""

NEAR_LU, NEAR_ENOUGH_LU = 0.25, 0.5
"""Where the search for the gain ends; what is further off than the second is told."""

ROUNDS = 6
"""Of writing and measuring. Speech at -14 LUFS takes two or three, in a lossy format up to all of them."""

PRESSED_MAX_DB = 14.0
"""Peaks that are pressed down by more than this sound crushed, and breaths as loud as words."""

ROUNDING_DB = 0.06
"""The measure tells tenths of a dB."""

ROOM_DB, LOSSY_ROOM_DB = 0.2, 0.7
"""Below the highest true peak, for what the limiter, and for what a decoder, lets through."""

MEASURE = ("-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-")
"""Arguments of ffmpeg that measure its input; it tells the result at loglevel info, once the input has ended."""

_SUMMARY = re.compile(r"I: +(\S+) LUFS.*?True peak:\s+Peak: +(\S+) dBFS", re.DOTALL)


@dataclass(frozen=True)
class Level:
    """How loud a recording is."""

    loudness: float
    """LUFS, over all of it; a mono file counts as one channel."""
    true_peak_db: float
    """dBTP."""


@dataclass(frozen=True)
class Push:
    """What is done to a recording."""

    gain_db: float
    ceiling_db: float | None
    """dBTP that peaks are pressed down to; None leaves them, so that the gain is all that is done."""

    def filters(self, rate: int) -> str:
        """It in ffmpeg's words. The limiter runs at a rate at which samples are nearly true peaks."""
        gain = f"volume={self.gain_db:.3f}dB"
        if self.ceiling_db is None:
            return gain
        limit = 10 ** (self.ceiling_db / 20)
        return (
            f"{gain},aresample={192_000 // rate * rate},"
            f"alimiter=limit={limit:.6f}:attack=5:release=50:level=false:latency=true,aresample={rate}"
        )


def level_of(said: str) -> Level | None:
    """What ffmpeg said that it measured; None where loudness is not defined."""
    found = _SUMMARY.search(said, said.rfind("Summary:"))  # the last one: a file's tags are shown before it
    if not found or float(found[1]) <= UNDEFINED_LUFS:
        return None
    return Level(float(found[1]), float(found[2]))


class Approach:
    """The search for the push that leads to a loudness: each result corrects the next try.

    Of a recording that is pressed against a ceiling, the loudness below the ceiling depends on one number alone: by how
    much the gain is more than the ceiling. This `press` is what is searched for.
    """

    def __init__(self, target: float, before: Level, *, lossy: bool) -> None:
        """A `lossy` format raises peaks by a dB or so when it is decoded."""
        self._target = target
        self._peak_db = before.true_peak_db
        self._ceiling_db = TRUE_PEAK_DB - (LOSSY_ROOM_DB if lossy else ROOM_DB)
        self._press_db = self._within(target - before.loudness - self._ceiling_db)
        self._last: tuple[float, float] | None = None
        self.best: tuple[Push, Level] | None = None
        """What came nearest of all that kept the true peak."""

    @property
    def push(self) -> Push:
        """What to try next."""
        limited = self._peak_db + self._press_db > 0
        return Push(self._press_db + self._ceiling_db, self._ceiling_db if limited else None)

    def arrives(self, got: Level) -> bool:
        """Whether this result is final; if not, `push` is another now."""
        below = got.loudness - self._ceiling_db
        slope = self._slope(below)
        self._last = (self._press_db, below)
        over = got.true_peak_db > TRUE_PEAK_DB - ROUNDING_DB
        if not over and (self.best is None or self._off(got) < self._off(self.best[1])):
            self.best = (self.push, got)
        if over:
            self._ceiling_db -= got.true_peak_db - TRUE_PEAK_DB + ROOM_DB
        off = self._target - self._ceiling_db - below
        press_db = self._within(self._press_db + off / slope)
        near = abs(off) <= NEAR_LU or abs(press_db - self._press_db) <= NEAR_LU
        self._press_db = press_db
        return near and not over

    def _off(self, got: Level) -> float:
        return abs(self._target - got.loudness)

    def _within(self, press_db: float) -> float:
        return min(press_db, PRESSED_MAX_DB - self._peak_db)

    def _slope(self, below: float) -> float:
        """LU that a dB of gain brings: fewer, the more the peaks are pressed down."""
        if self._last is None or abs(self._press_db - self._last[0]) < NEAR_LU:
            return 1.0
        return min(max((below - self._last[1]) / (self._press_db - self._last[0]), 0.25), 1.0)
