"""Mastering: from a tape to a caller's file, judged by readers and measures that are not ours."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pyloudnorm
import pytest
import soundfile
import soxr
from small_disk import small_disk
from sounds import fit, human_recording, silence, sweep, tone

from f5tts_worker import espeak
from f5tts_worker.audio import AUDIO_FORMATS, Audio, decode, encode, resample
from f5tts_worker.encoding import mp3_bitrates
from f5tts_worker.errors import Cancelled, InternalError, InvalidInput
from f5tts_worker.ffmpeg_run import FfmpegRun
from f5tts_worker.job import STOP
from f5tts_worker.mastering import OPUS_RATES, RATES, Master, Mastered, check_master, master
from f5tts_worker.tape import Tape

ROOT = Path(__file__).resolve().parent.parent
TEXT = "Some people read aloud to learn a text, and others read aloud to be heard. "

NASTY = {
    "unicode": "Zoë 声😀 ﷽",
    "signs": "a=b;c#d%41\\e\"f'g",
    "options": "-y -i /etc/passwd",
    "lines": "one\ntwo",
}


@cache
def _speech(name: str) -> Audio:
    if name == "a person":
        return human_recording()
    return resample(espeak.speak((TEXT * 3).split(), espeak.voice_for("en-gb") or "").audio, 24_000)


def _tape(audio: Audio) -> Tape:
    tape = Tape(rate=audio.rate)
    tape.append(audio.samples)
    return tape


def _made(audio: Audio, how: Master, path: Path) -> tuple[Mastered, Audio]:
    """What `master` says of a file, and what libsndfile hears in it."""
    with _tape(audio) as tape:
        mastered = master(tape, how, path)
    samples, rate = soundfile.read(path, dtype="float32")
    return mastered, Audio(samples, rate)


def _true_peak_db(audio: Audio) -> float:
    """The highest sample at four times the rate, in dBTP."""
    oversampled = soxr.resample(audio.samples.astype(np.float64), audio.rate, 4 * audio.rate, "VHQ")
    return float(20 * np.log10(np.abs(oversampled).max()))


def _lufs(audio: Audio) -> float:
    return float(pyloudnorm.Meter(audio.rate).integrated_loudness(audio.samples.astype(np.float64)))


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    """The stop signal of the job that this thread is at."""
    stop = threading.Event()
    token = STOP.set(stop)
    yield stop
    STOP.reset(token)


def test_a_plain_wav_is_the_one_that_encode_writes(tmp_path: Path) -> None:
    """Without wishes a file has the bytes that it always had."""
    _made(_speech("a person"), Master("wav", 24_000), tmp_path / "made")
    assert (tmp_path / "made").read_bytes() == encode(_speech("a person"), "wav")


@pytest.mark.parametrize(
    ("audio_format", "rate"),
    [(name, rate) for name in AUDIO_FORMATS for rate in (OPUS_RATES if name == "opus" else RATES)],
)
def test_every_format_at_every_rate_is_heard_in_full(audio_format: str, rate: int, tmp_path: Path) -> None:
    """libsndfile and ffmpeg hear the same audio: as long to 2 ms, as loud, and no ms late."""
    original = sweep(2_345, 24_000)
    _, heard = _made(original, Master(audio_format, rate), tmp_path / "made")
    assert heard.rate == rate
    decoded = decode((tmp_path / "made").read_bytes(), max_s=10)
    assert decoded.rate == (48_000 if audio_format == "opus" else rate)
    for read in (heard, decoded):
        assert read.duration_s == pytest.approx(original.duration_s, abs=0.002)
        correlation, gain, late = fit(resample(read, 24_000), original)
        assert correlation > 0.99
        assert gain == pytest.approx(1, abs=0.06)  # lame lowers everything by 5 %
        assert abs(late) <= 0.001


MP3_BITRATES = [(rate, kbps) for rate in (8_000, 22_050, 24_000, 44_100) for kbps in mp3_bitrates(rate)]


@pytest.mark.parametrize(("rate", "kbps"), [*MP3_BITRATES, (11_025, None), (24_000, None), (48_000, None)])
def test_an_mp3_has_the_bitrate_that_was_asked_for(rate: int, kbps: int | None, tmp_path: Path) -> None:
    """Every one that passes the check is written; without one it is 128 kbit/s, or what MPEG allows."""
    check_master("mp3", rate, kbps, 1)
    _made(tone(1_000), Master("mp3", rate, kbps), tmp_path / "made.mp3")
    info = mutagen.File(tmp_path / "made.mp3").info
    assert info.sample_rate == rate
    assert round(info.bitrate / 1000) == (kbps or (64 if rate < 16_000 else 128))


def test_opus_heeds_the_bitrate(tmp_path: Path) -> None:
    """More kbit/s make a larger file."""
    sizes = []
    for kbps in (32, 64, 256):
        _made(_speech("a person"), Master("opus", 48_000, kbps), tmp_path / "made")
        sizes.append((tmp_path / "made").stat().st_size * 8 / _speech("a person").duration_s / 1000)
    assert sizes == [pytest.approx(kbps, rel=0.3) for kbps in (32, 64, 256)]


REFUSED = {
    "rate": (("wav", 23_000, None, 1), "sample_rate", "8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000"),
    "rate of opus": (("opus", 44_100, None, 1), "sample_rate", "8000, 12000, 16000, 24000 or 48000 Hz, not 44100"),
    "bitrate of mp3": (("mp3", 44_100, 100, 1), "bitrate", "112, 128, 160, 192, 224, 256 or 320 kbit/s, not 100"),
    "bitrate at a low rate": (("mp3", 24_000, 320, 1), "bitrate", "144 or 160 kbit/s, not 320; a sample_rate of 32000"),
    "bitrate at the lowest": (("mp3", 8_000, 128, 1), "bitrate", "32, 40, 48, 56 or 64 kbit/s"),
    "bitrate of opus": (("opus", 48_000, 320, 1), "bitrate", "32 to 256 kbit/s"),
    "bitrate of wav": (("wav", 24_000, 128, 1), "bitrate", "mp3 or opus only"),
    "bitrate of flac": (("flac", 24_000, 128, 1), "bitrate", "mp3 or opus only"),
    "bitrate of ogg": (("ogg", 24_000, 128, 1), "bitrate", "mp3 or opus only"),
    "length": (("wav", 48_000, None, 50_000), "audio_format", "12.4 h at 48000 Hz, and this speech is about 13.9 h"),
}


@pytest.mark.parametrize(("asked", "field", "fits"), REFUSED.values(), ids=REFUSED)
def test_what_a_format_cannot_hold_is_refused(asked: tuple[str, int, int | None, float], field: str, fits: str) -> None:
    """Nothing is switched silently: the error names the field and what fits."""
    with pytest.raises(InvalidInput) as refusal:
        check_master(*asked)
    assert refusal.value.details["field"] == field
    assert fits in refusal.value.message


@pytest.mark.parametrize("audio_format", ["mp3", "flac", "ogg", "opus"])
def test_other_formats_hold_any_length(audio_format: str) -> None:
    """A day and more is no reason to refuse."""
    check_master(audio_format, 48_000, None, 100_000)


@pytest.mark.parametrize("target", [-23, -16, -14])
@pytest.mark.parametrize(
    ("audio_format", "rate"),
    [("wav", 24_000), ("wav", 44_100), ("flac", 16_000), ("mp3", 24_000), ("ogg", 24_000), ("opus", 48_000)],
)
@pytest.mark.parametrize("voice", ["a person", "espeak"])
def test_a_file_is_as_loud_as_was_asked(
    voice: str, audio_format: str, rate: int, target: float, tmp_path: Path
) -> None:
    """Within 0.5 LU after pyloudnorm, no true peak over -1 dBTP, and as long as before."""
    mastered, heard = _made(_speech(voice), Master(audio_format, rate, None, target), tmp_path / "made")
    assert mastered.warnings == ()
    assert mastered.level
    assert _lufs(heard) == pytest.approx(target, abs=0.5)
    assert _lufs(heard) == pytest.approx(mastered.level.loudness, abs=0.2)
    assert _true_peak_db(heard) <= -1
    assert heard.duration_s == pytest.approx(_speech(voice).duration_s, abs=0.002)


def test_a_gain_that_fits_is_nothing_but_a_gain(tmp_path: Path) -> None:
    """Where peaks have room, each sample is the old one times a number."""
    original = _speech("a person")
    _, heard = _made(original, Master("wav", 24_000, None, -23), tmp_path / "made")
    gain = float(heard.samples @ original.samples / (original.samples @ original.samples))
    np.testing.assert_allclose(heard.samples, gain * original.samples, atol=1.1 / 32_768)


def test_pressed_peaks_leave_the_speech_as_it_was(tmp_path: Path) -> None:
    """At -14 LUFS nothing pumps: the waveform is the old one, and no 10 ms rise by more than the gain."""
    original = _speech("a person")
    _, heard = _made(original, Master("wav", 24_000, None, -14), tmp_path / "made")
    correlation, _, late = fit(heard, original)
    assert correlation**2 > 0.98
    assert late == 0
    rise = (heard.levels_db - original.levels_db)[original.levels_db > -60]
    assert rise.max() - np.median(rise) < 1.5
    assert rise.max() - rise.min() < 6


def test_an_unreachable_loudness_is_told(tmp_path: Path) -> None:
    """Speech at -5 LUFS would be crushed: it gets as loud as it can, the caller is told, and the peak holds."""
    mastered, heard = _made(_speech("a person"), Master("wav", 24_000, None, -5), tmp_path / "made")
    assert mastered.level
    assert mastered.warnings[0].startswith(f"loudness: the file has {mastered.level.loudness:.1f} LUFS, not -5")
    assert _lufs(heard) > -13
    assert _true_peak_db(heard) <= -1


UNDEFINED = {"silence": silence(2_000), "0.3 s": tone(300), "a sample": tone(300).slice_ms(0, 1), "nothing": silence(0)}


@pytest.mark.parametrize("audio", UNDEFINED.values(), ids=UNDEFINED)
def test_what_has_no_loudness_is_left_as_it_is(audio: Audio, tmp_path: Path) -> None:
    """Silence, and less than the measure's window, keeps its samples; the caller is told."""
    mastered, heard = _made(audio, Master("wav", 24_000, None, -16), tmp_path / "made")
    assert mastered.level is None
    assert mastered.warnings == ("loudness: left as it is: it is silent or shorter than 0.4 s",)
    np.testing.assert_allclose(heard.samples, audio.samples, atol=1 / 32_768)


def _id3(tags: Any) -> dict[str, str]:
    names = {"title": "TIT2", "artist": "TPE1", "software": "TENC", "seed": "TXXX:seed", "engine": "TXXX:engine"}
    return {name: str(tags[frame].text[0]) for name, frame in names.items()}


def _vorbis(tags: dict[str, list[str]]) -> dict[str, str]:
    return {name: tags["encoded_by" if name == "software" else name][0] for name in _TAGS}


_TAGS = {"title": "T", "artist": "bob", "seed": "42", "engine": "f5", "software": "f5tts-worker 1.2"}
READERS: dict[str, Callable[..., dict[str, str]]] = {"mp3": _id3, "flac": _vorbis, "ogg": _vorbis, "opus": _vorbis}


@pytest.mark.parametrize("title", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("audio_format", READERS)
def test_tags_are_read_by_others(audio_format: str, title: str, tmp_path: Path) -> None:
    """mutagen shows each tag, whatever is in it, where players look for it, and nothing of this machine."""
    path = tmp_path / f"made.{audio_format}"
    _made(tone(500), Master(audio_format, 24_000, tags={**_TAGS, "title": title}), path)
    tags = mutagen.File(path).tags
    assert READERS[audio_format](tags) == {**_TAGS, "title": title}
    assert str(tmp_path) not in str(tags)


@pytest.mark.parametrize("title", NASTY.values(), ids=NASTY)
def test_tags_of_a_wav_are_read_by_others(title: str, tmp_path: Path) -> None:
    """libsndfile shows them; what a wav has no chunk for is in the comment; the samples stay readable."""
    path = tmp_path / "made.wav"
    _, heard = _made(tone(500), Master("wav", 24_000, tags={**_TAGS, "title": title, "comment": "so"}), path)
    with soundfile.SoundFile(path) as file:
        found = file.copy_metadata()
    expected = {"title": title, "artist": "bob", "comment": "so; seed: 42; engine: f5", "software": "f5tts-worker 1.2"}
    assert found == expected
    np.testing.assert_allclose(heard.samples, tone(500).samples, atol=1 / 32_768)


@pytest.mark.parametrize("audio_format", AUDIO_FORMATS)
def test_a_tag_is_cut_and_cleaned(audio_format: str, tmp_path: Path) -> None:
    """10,000 characters become 300, and what no file can hold is left out."""
    path = tmp_path / f"made.{audio_format}"
    nasty = {"title": "\x00\x1b\ud800" + "é" * 10_000, "artist": "\x00", "engine": ""}
    _made(tone(500), Master(audio_format, 24_000, tags=nasty), path)
    with soundfile.SoundFile(path) as file:
        found = file.copy_metadata()
    assert found["title"] == "é" * 300
    assert "artist" not in found


@pytest.mark.parametrize("loudness", [None, -14])
@pytest.mark.parametrize("audio_format", AUDIO_FORMATS)
def test_the_same_tape_gives_the_same_bytes(audio_format: str, loudness: float | None, tmp_path: Path) -> None:
    """No date, version or random number is in a file."""
    how = Master(audio_format, 16_000, None, loudness, _TAGS)
    for name in ("first", "second"):
        _made(_speech("a person"), how, tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


@pytest.mark.parametrize("loudness", [None, -14])
@pytest.mark.parametrize("audio_format", AUDIO_FORMATS)
def test_a_full_disk_leaves_the_old_file(
    audio_format: str, loudness: float | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The error says so in plain words, and there is no part of the new file."""
    noise = Audio(np.random.default_rng(0).uniform(-0.5, 0.5, 24_000 * 20).astype(np.float32), 24_000)
    with small_disk(tmp_path / "disk") as disk, _tape(noise) as tape:
        path = disk.path / "made"
        path.write_bytes(b"old")
        filler = disk.fill(leave=8192)
        with pytest.raises(InternalError, match=r"disk is full|No space left") as full:
            master(tape, Master(audio_format, 24_000, None, loudness), path)
        assert str(tmp_path) not in full.value.message
        assert sorted(disk.path.iterdir()) == sorted([filler, path])
        assert path.read_bytes() == b"old"


def test_an_ffmpeg_that_fails_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """What it said is in the log, and not in the answer."""
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(InternalError, match="ffmpeg failed") as failure,
        FfmpegRun("-f", "no-such-format", "-i", "pipe:0", "-f", "null", "-") as run,
    ):
        run.feed([b"x" * 10_000_000])
    assert "no-such-format" not in failure.value.message
    assert "no-such-format" in caplog.text


def test_an_ffmpeg_that_hangs_is_ended() -> None:
    """One that takes no more is given up, in its time and not for ever."""
    began = time.monotonic()
    with (
        pytest.raises(InternalError, match="ffmpeg hung for 1 s"),
        FfmpegRun("-re", "-f", "s16le", "-ar", "8000", "-i", "pipe:0", "-f", "null", "-", patience_s=1) as run,
    ):
        run.feed([b"\0" * 16_000 * 60])
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("audio_format", AUDIO_FORMATS)
def test_a_stop_ends_it_and_leaves_nothing(audio_format: str, stop: threading.Event, tmp_path: Path) -> None:
    """Ten minutes are not written to their end, ffmpeg is gone, and the old file is there."""
    (tmp_path / "made").write_bytes(b"old")
    threading.Timer(0.3, stop.set).start()
    with Tape() as tape:
        for _ in range(60):
            tape.append(np.random.default_rng(0).uniform(-0.5, 0.5, 240_000).astype(np.float32))
        with pytest.raises(Cancelled):
            master(tape, Master(audio_format, 48_000, None, -14), tmp_path / "made")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("made", b"old")]
    children = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text().split()
    assert not [child for child in children if "ffmpeg" in Path(f"/proc/{child}/cmdline").read_text()]


FIVE_MINUTES = """
import re, sys
from pathlib import Path
import numpy as np
from f5tts_worker.mastering import Master, master
from f5tts_worker.tape import Tape

def peak_mb():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

rng = np.random.default_rng(0)
with Tape() as tape:
    for second in range(300):
        tape.append((rng.standard_normal(24_000) * (0.02 + 0.1 * (second % 3))).astype(np.float32))
    before = peak_mb()
    master(tape, Master(sys.argv[1], 48_000, None, -16), Path(sys.argv[2]))
    print(peak_mb() - before)
"""


@pytest.mark.parametrize("audio_format", ["wav", "mp3"])
def test_memory_does_not_grow_with_the_tape(audio_format: str, tmp_path: Path) -> None:
    """Five minutes, 58 MB at 48 kHz, resampled and levelled, take some blocks of memory."""
    done = subprocess.run(
        [sys.executable, "-c", FIVE_MINUTES, audio_format, tmp_path / "made"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) < 30
