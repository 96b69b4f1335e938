"""Mastering: from a tape to the file that a caller gets, block by block."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr

from .audio import Samples
from .encoding import Encoding, mp3_bitrates, raw_input
from .errors import InvalidInput
from .ffmpeg_run import PATIENCE_S, FfmpegRun
from .loudness import MEASURE, NEAR_ENOUGH_LU, ROUNDS, TRUE_PEAK_DB, Approach, Level, level_of
from .tags import TAG_MAX_CHARS
from .tape import Tape, kept_on_disk

SAMPLE_RATES = (8_000, 48_000)
BITRATES = (32, 320)
LOUDNESS = (-40.0, -5.0)
"""From and to: Hz, kbit/s and LUFS that can be asked for; a format may take fewer."""

LOSSY = ("mp3", "ogg", "opus")
TITLE_MAX_CHARS = TAG_MAX_CHARS

RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
"""Of what goes in, which the file's head names; most players decode any of them to 48 kHz."""

OPUS_BITRATES = (32, 256)

WAV_MAX_BYTES = 2**32 - 2**16  # a length in 32 bits, less room for the head with its tags


@dataclass(frozen=True)
class Master:
    """What a caller asked of the file."""

    audio_format: str
    sample_rate: int
    """Hertz."""
    bitrate_kbps: int | None = None
    """Of mp3 and opus; None takes the format's own."""
    loudness: float | None = None
    """LUFS; None leaves the samples as they are."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """title, artist, comment, software, and names of one's own such as seed."""


@dataclass(frozen=True)
class Mastered:
    """What became of it."""

    duration_s: float
    level: Level | None = None
    """Of the file, where a loudness was asked for and could be measured."""
    warnings: tuple[str, ...] = ()


def check_master(audio_format: str, sample_rate: int, bitrate: int | None, seconds: float) -> None:
    """Raise InvalidInput, which says what fits, if a format cannot hold this."""
    rates = OPUS_RATES if audio_format == "opus" else RATES
    if sample_rate not in rates:
        raise InvalidInput(f"{audio_format} is written at {_listed(rates)} Hz, not {sample_rate}", field="sample_rate")
    if bitrate is not None:
        _check_bitrate(audio_format, sample_rate, bitrate)
    longest_s = WAV_MAX_BYTES / (2 * sample_rate)
    if audio_format == "wav" and seconds > longest_s:
        raise InvalidInput(
            f"wav holds 4 GB, which is {longest_s / 3600:.1f} h at {sample_rate} Hz, and this speech is about "
            f"{seconds / 3600:.1f} h long; send flac, mp3, ogg or opus, or a shorter text",
            field="audio_format",
        )


def _check_bitrate(audio_format: str, sample_rate: int, bitrate: int) -> None:
    if audio_format == "mp3":
        if bitrate not in (known := mp3_bitrates(sample_rate)):
            raise InvalidInput(
                f"mp3 at {sample_rate} Hz takes {_listed(known)} kbit/s, not {bitrate}"
                + ("; a sample_rate of 32000 or more takes up to 320" if sample_rate < 32_000 else ""),
                field="bitrate",
            )
    elif audio_format == "opus":
        low, high = OPUS_BITRATES
        if not low <= bitrate <= high:
            raise InvalidInput(f"opus takes {low} to {high} kbit/s for one channel, not {bitrate}", field="bitrate")
    else:
        raise InvalidInput(f"{audio_format} has none to choose; send it with mp3 or opus only", field="bitrate")


def master(tape: Tape, how: Master, path: Path) -> Mastered:
    """Write a tape to a file; raises Cancelled, and InternalError where it cannot be written.

    There is no file at `path`, or the old one, until the new one is whole. The same tape gives the same bytes.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        with kept_on_disk():
            if how.loudness is None:
                _write(tape, how, partial)
                mastered = Mastered(tape.duration_s)
            else:
                mastered = _write_levelled(tape, how, how.loudness, partial)
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return mastered


def _write_levelled(tape: Tape, how: Master, target: float, path: Path) -> Mastered:
    """Write, measure what a player will hear, and write again until it is as loud as was asked."""
    before = got = _measure_tape(tape)
    if before is None:
        _write(tape, how, path)
        return Mastered(tape.duration_s, None, ("loudness: left as it is: it is silent or shorter than 0.4 s",))
    approach = Approach(target, before, lossy=how.audio_format in LOSSY)
    for _ in range(ROUNDS):
        _write(tape, how, path, approach.push.filters(how.sample_rate))
        got = _measure_file(path, tape.duration_s)
        if got is None or approach.arrives(got):
            break
    if approach.best and got != approach.best[1]:  # a lossy format does not come nearer at each step
        push, got = approach.best
        _write(tape, how, path, push.filters(how.sample_rate))
    return Mastered(tape.duration_s, got, _warnings(target, got))


def _warnings(target: float, got: Level | None) -> tuple[str, ...]:
    if got is None:
        return ("loudness: too low to be measured in the file",)
    found = []
    if abs(got.loudness - target) > NEAR_ENOUGH_LU:
        found.append(
            f"loudness: the file has {got.loudness:.1f} LUFS, not {target:g}: to come nearer its peaks would have to "
            f"pass {TRUE_PEAK_DB:g} dBTP, or be crushed"
        )
    if got.true_peak_db > TRUE_PEAK_DB:
        found.append(f"loudness: the file's true peak is {got.true_peak_db:.1f} dBTP, over {TRUE_PEAK_DB:g}")
    return tuple(found)


def _write(tape: Tape, how: Master, path: Path, filters: str = "") -> None:
    encoding = Encoding(how.audio_format, how.sample_rate, how.bitrate_kbps, how.tags)
    encoding.write(path, _resampled(tape, how.sample_rate), filters)


def _resampled(tape: Tape, rate: int) -> Iterator[Samples]:
    if tape.rate == rate:
        yield from tape.blocks()
        return
    stream = soxr.ResampleStream(tape.rate, rate, 1, dtype="float32", quality="HQ")
    for block in tape.blocks():
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def _measure_tape(tape: Tape) -> Level | None:
    with FfmpegRun(*raw_input(tape.rate, "f32le"), *MEASURE, loglevel="info") as run:
        return level_of(run.feed(block.tobytes() for block in tape.blocks()))


def _measure_file(path: Path, seconds: float) -> Level | None:
    with FfmpegRun("-i", str(path), *MEASURE, loglevel="info", patience_s=PATIENCE_S + seconds) as run:
        return level_of(run.feed())


def _listed(values: tuple[int, ...]) -> str:
    return f"{', '.join(map(str, values[:-1]))} or {values[-1]}"
