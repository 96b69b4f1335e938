"""VoiceReport: figures that follow what was done to a recording, for whatever can be decoded."""

import math
import time
from pathlib import Path

import numpy as np
import pytest
from degraded import CLEAN, clean, clipped, low_passed, noisy, padded, upsampled
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import recode, silence, tone

from f5tts_worker.audio import Audio, Samples, decode, encode
from f5tts_worker.reference import make_reference
from f5tts_worker.voice_report import VoiceReport, measure


def _report(recording: Audio, text: str | None = None) -> VoiceReport:
    return measure(recording, make_reference(recording).audio, text)


@pytest.mark.parametrize("name", CLEAN)
def test_clean_recordings_reach_as_high_as_their_rate(name: str) -> None:
    """Nothing is missing from a good recording of any language below 10 kHz."""
    assert _report(clean(name)).bandwidth_hz >= 10_000


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize("hz", [3_400, 5_500, 8_000])
def test_finds_where_a_low_pass_filter_closed(name: str, hz: int) -> None:
    """To 10 %, of a filter that takes 120 dB an octave."""
    assert _report(low_passed(clean(name), hz)).bandwidth_hz == pytest.approx(hz, rel=0.1)


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000])
def test_knows_a_low_rate_in_a_file_of_a_high_one(name: str, rate: int) -> None:
    """A file of 48 kHz that was made of a telephone's 8 kHz has nothing above 4."""
    report = _report(upsampled(clean(name), rate))
    assert report.source_rate_hz == 48_000
    assert report.bandwidth_hz == pytest.approx(rate / 2, rel=0.1)


CODECS = {
    "telephone": (("-ar", "8000", "-c:a", "pcm_mulaw"), "wav", 3_400, 4_000),
    "mp3 of 24 kbit/s": (("-ar", "22050", "-b:a", "24k"), "mp3", 5_500, 6_200),
    "mp3 of 128 kbit/s": (("-ar", "44100", "-b:a", "128k"), "mp3", 10_000, 16_500),
    "opus of 32 kbit/s": (("-c:a", "libopus", "-b:a", "32k"), "opus", 10_000, 20_500),
}


@pytest.mark.parametrize("name", ["English", "main", "en-gb"])
@pytest.mark.parametrize(("arguments", "ending", "least", "most"), CODECS.values(), ids=CODECS)
def test_knows_what_a_codec_left_out(
    name: str, arguments: tuple[str, ...], ending: str, least: int, most: int, tmp_path: Path
) -> None:
    """What strong compression took away is missed; what good compression kept is not."""
    coded = recode(encode(clean(name), "wav"), tmp_path / f"coded.{ending}", *arguments)
    assert least <= _report(decode(coded, max_s=60)).bandwidth_hz <= most


def test_a_whistle_is_no_bandwidth() -> None:
    """The line whistle of a screen above a telephone's band is not taken for speech."""
    audio = upsampled(clean("English"), 8_000)
    whistle = tone(round(audio.duration_s * 1000), 48_000, hz=15_625, level=0.01).samples[: len(audio.samples)]
    assert _report(Audio(audio.samples[: len(whistle)] + whistle, 48_000)).bandwidth_hz < 4_000


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize("peak", [1.0, 0.5])
@pytest.mark.parametrize("share", [0.0, 0.003, 0.01, 0.05])
def test_measures_clipping(name: str, peak: float, share: float) -> None:
    """What was cut off is measured, also where the recording was turned down afterwards; loud is not clipped."""
    audio = clipped(clean(name), share, peak)
    assert _report(audio).clipped_share == pytest.approx(share, abs=0.0002, rel=0.2)


def test_a_sine_is_not_clipped() -> None:
    """A tone stays near its peak longer than speech does, and is whole."""
    assert _report(tone(3_000)).clipped_share == 0


def test_levels() -> None:
    """A sine of half of full scale peaks 6 dB below it and has 3 dB less in power."""
    report = _report(padded(tone(3_000, level=0.5), 1, 2))
    assert (report.peak_dbfs, report.level_dbfs) == (-6.0, pytest.approx(-9.0, abs=0.1))
    assert (report.leading_silence_s, report.trailing_silence_s) == (1.0, 2.0)
    assert report.speech_s == report.kept_speech_s == 3.0


def test_counts_characters_a_second_of_what_is_kept() -> None:
    """The text's characters are set against the speech that is cloned, its silence left out; without text, nothing."""
    recording = padded(tone(4_000), 3, 0)
    assert _report(recording, "x" * 50).chars_per_s == 12.5
    assert _report(recording).chars_per_s is None


def test_ten_minutes_take_no_two_seconds() -> None:
    """The longest recording that is accepted, at the highest rate."""
    recording = noisy(clean("main"), 30)
    samples = np.resize(recording.samples, 48_000 * 600)
    started = time.process_time()
    report = measure(Audio(samples, 48_000), clean("English"), None)
    assert time.process_time() - started < 2
    assert report.snr_db == pytest.approx(30, abs=2)


def _swing(length: int, level: float) -> Samples:
    samples = np.full(length, level, np.float32)
    samples[::2] = -level
    return samples


def _click() -> Audio:
    samples = silence(2_000).samples
    samples[20_000] = 1
    return Audio(samples, 24_000)


HOSTILE = {
    "no sample": silence(0),
    "one sample": Audio(np.ones(1, np.float32), 8_000),
    "silence": silence(3_000),
    "a click": _click(),
    "an offset alone": Audio(np.full(48_000, 0.4, np.float32), 24_000),
    "a square wave": Audio(np.sign(tone(2_000, level=0.7).samples) * np.float32(0.7), 24_000),
    "the highest frequency": Audio(_swing(48_000, 0.9), 24_000),
    "one last bit": Audio(_swing(48_000, 1 / 32_768), 48_000),
    "white noise": Audio(np.random.default_rng(2).uniform(-1, 1, 72_000).astype(np.float32), 24_000),
    "smallest numbers": Audio(np.full(24_000, 1e-45, np.float32), 24_000),
}


@pytest.mark.parametrize("recording", HOSTILE.values(), ids=HOSTILE)
def test_every_figure_is_a_number(recording: Audio) -> None:
    """Whatever is in a recording, no figure is infinite or missing that JSON could not hold."""
    _check(measure(recording, recording, "text"), recording)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9_000), st.floats(-1, 1), st.floats(0, 1)), max_size=6),
    st.sampled_from([8_000, 11_025, 22_050, 44_100, 48_000]),
    st.text(max_size=30),
)
def test_any_samples_are_measured(parts: list[tuple[int, float, float]], rate: int, text: str) -> None:
    """Stretches of any length, offset and noise, at any rate."""
    random = np.random.default_rng(0)
    pieces = [np.clip(offset + noise * random.normal(size=length), -1, 1) for length, offset, noise in parts]
    recording = Audio(np.concatenate([np.zeros(0), *pieces]).astype(np.float32), rate)
    _check(measure(recording, recording, text), recording)


def _check(report: VoiceReport, recording: Audio) -> None:
    figures = [value for value in report.model_dump().values() if value is not None]
    assert all(math.isfinite(value) for value in figures)
    assert VoiceReport.model_validate_json(report.model_dump_json()) == report
    seconds = report.leading_silence_s + report.speech_s + report.trailing_silence_s
    assert seconds <= recording.duration_s * 1.01 + 0.02
    assert 0 <= report.bandwidth_hz <= recording.rate / 2
    assert 0 <= report.clipped_share <= 1
