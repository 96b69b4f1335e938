"""Reference: what is kept of a recording to clone from."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import fit, human_recording, silence, sweep, tone, tones_and_silences

from f5tts_worker import espeak
from f5tts_worker.audio import SAMPLE_RATE, Audio, Samples, encode, join, resample
from f5tts_worker.errors import InvalidAudio
from f5tts_worker.reference import EDGE_DB, REFERENCE_MAX_MS, TAIL_MS, check_recording, make_reference

NO_PAUSE = "no pause was found to cut at, so a word may be cut: send up to 12 s that end in a pause"


def _clipped(share: float) -> Audio:
    """Two seconds of which this share of the samples is at full scale."""
    samples = tone(2_000, level=0.3).samples
    samples[: round(share * len(samples))] = 1.0
    return Audio(samples, SAMPLE_RATE)


def _with_one(value: float) -> Audio:
    samples = tone(2_000).samples
    samples[1_000] = value
    return Audio(samples, SAMPLE_RATE)


REFUSED = {
    "too short": (tone(990), "lasts 0.99 s; send 1 to 600 s, best 5 to 12 s of clear speech", {"duration_s": 0.99}),
    "empty": (silence(0), "lasts 0.00 s", {"duration_s": 0.0}),
    "digital silence": (silence(2_000), "is silent: nothing in it is louder than -70 dBFS", {"loudest_dbfs": -200.0}),
    "an input's own noise": (tone(2_000, hz=500, level=0.0003), "is silent", {"loudest_dbfs": -73.5}),
    "too quiet": (
        tone(2_000, hz=500, level=0.01),
        r"is too quiet: its loudest moment is at -43\.0 dBFS, .*; record about 28 dB louder",
        {"loudest_dbfs": -43.0},
    ),
    "not a number": (_with_one(float("nan")), "not numbers; export it again as 16-bit wav", {}),
    "infinite": (_with_one(float("inf")), "not numbers", {}),
    "distorted": (_clipped(0.11), "is distorted: 11% of it is at full scale; record again", {"clipped_share": 0.11}),
}


@pytest.mark.parametrize(("recording", "reason", "details"), REFUSED.values(), ids=REFUSED)
def test_refuses_what_cannot_become_a_voice(recording: Audio, reason: str, details: dict[str, float]) -> None:
    """What is wrong with the recording, by how much, and what to do."""
    with pytest.raises(InvalidAudio, match=reason) as refusal:
        check_recording(recording)
    assert refusal.value.details == details


ACCEPTED = {
    "a second": tone(1_000),
    "quiet": tone(2_000, level=0.02),
    "a little clipped": _clipped(0.0009),
    "clipped": _clipped(0.02),
}


@pytest.mark.parametrize("recording", ACCEPTED.values(), ids=ACCEPTED)
def test_accepts_what_is_not_perfect(recording: Audio) -> None:
    """A usable recording is not refused."""
    check_recording(recording)


@pytest.mark.parametrize("rate", [8_000, 22_050, 24_000, 48_000])
def test_trims_edges_and_ends_in_silence(rate: int) -> None:
    """Silence at both edges goes, to 10 ms; 50 ms of silence are put at the end; all at 24 kHz."""
    recording = join([silence(740, rate), sweep(2_000, rate), silence(1_270, rate)])
    cut = make_reference(recording)
    assert (cut.was_cut, cut.warnings, cut.audio.rate) == (False, [], SAMPLE_RATE)
    assert cut.audio.duration_s == pytest.approx(2.05, abs=0.02)  # 10 ms an edge
    assert not cut.audio.samples[-TAIL_MS * 24 :].any()
    correlation, gain, late = fit(cut.audio, sweep(2_000, SAMPLE_RATE))
    assert correlation > 0.999
    assert gain == pytest.approx(1, abs=0.01)
    assert abs(late) <= 0.01


@pytest.mark.parametrize(("pause_ms", "kept_ms"), [(1_500, 1_500), (1_900, 1_900), (2_500, 2_000), (5_000, 2_000)])
def test_shortens_long_pauses(pause_ms: int, kept_ms: int) -> None:
    """A pause of up to 2 s stays, a longer one becomes 2 s."""
    cut = make_reference(tones_and_silences(1_000, pause_ms, 1_000))
    assert cut.audio.duration_s == pytest.approx((1_000 + kept_ms + 1_000 + TAIL_MS) / 1000, abs=0.01)
    assert not cut.was_cut


def test_what_fits_after_its_pauses_are_shortened_is_not_cut() -> None:
    """Fourteen seconds with a pause of five are eleven, and stay whole."""
    cut = make_reference(tones_and_silences(4_500, 5_000, 4_500))
    assert (cut.was_cut, cut.warnings) == (False, [])
    assert cut.audio.duration_s == pytest.approx(11.05, abs=0.01)


CUTS = {
    "at the last long pause of the second half": ([3_000, 500, 4_500, 500, 2_500, 200, 5_000], 8_000, True),
    "at a short pause where none is long": ([5_000, 200, 4_000, 200, 6_000], 9_200, True),
    "in a pause that begins before the limit": ([11_900, 1_000, 4_000], 11_900, True),
    "at the end of a pause that ends behind it": ([7_000, 300, 4_690, 1_000, 4_000], 11_990, True),
    "not in a pause that begins behind it": ([7_000, 200, 4_900, 1_000, 4_000], 7_000, True),
    "at the longest closure of the last 4 s": ([7_900, 120, 1_000, 90, 2_000, 60, 4_000], 9_020, False),
    "anywhere in speech without pauses": ([16_000], None, False),
}


@pytest.mark.parametrize(("lengths_ms", "end_ms", "in_pause"), CUTS.values(), ids=CUTS)
def test_cuts_long_recordings(lengths_ms: list[int], end_ms: int | None, in_pause: bool) -> None:
    """More than 12 s of speech are cut at the best pause, with the sound before it kept to 10 ms; without a pause a
    warning says that a word may be cut."""
    cut = make_reference(tones_and_silences(*lengths_ms))
    assert cut.was_cut
    assert cut.warnings[0].startswith("the first ")
    assert cut.warnings[0].endswith(f" s of {sum(lengths_ms) / 1000:.1f} s of speech are kept")
    assert cut.warnings[1:] == ([] if in_pause else [NO_PAUSE])
    earliest, latest = (8_000, 12_000) if end_ms is None else (end_ms - 10, end_ms)
    assert earliest <= round(cut.audio.duration_s * 1000) - TAIL_MS <= latest


PROSE = (
    "The morning train left the station while the platform was still dark and cold. A conductor walked through every "
    "carriage and asked quietly for tickets. Nobody spoke for the first hour of the journey. Outside, fields and "
    "rivers passed under a low grey sky. At last the sun came up behind the hills."
)
CLOSURES = (
    "this sentence has no comma and no full stop because the person who wrote it was thinking of something else "
    "entirely and simply kept adding one little word after another until the paper was full and then turned the page "
    "and went on writing in exactly the same way for another long while"
)
SPOKEN = {
    "en": ("en-us", PROSE),
    "en-gb, closures only": ("en-gb", CLOSURES),
    "en, list": (
        "en-us",
        "We packed apples, pears, bread, cheese, two bottles of cider, a blanket, some old books, a map of the valley, "
        "a compass, three candles, a coil of rope, matches, a kettle, four cups, a bag of sugar, tea, salt, pepper, "
        "and a small guitar that nobody could really play",
    ),
    "de": (
        "de",
        "Der Morgenzug verließ den Bahnhof, während der Bahnsteig noch dunkel und kalt war. Ein Schaffner ging durch "
        "jeden Wagen und fragte leise nach den Fahrkarten. Niemand sprach in der ersten Stunde der Fahrt.",
    ),
    "it, double consonants": (
        "it",
        "Tutto, tetto, fatto, gatto, cappotto, pacco, sacco, bocca, letto, notte. Nessuno parlò per la prima ora del "
        "viaggio. Un controllore passò in ogni carrozza e chiese piano i biglietti.",
    ),
    "es": (
        "es",
        "El tren de la mañana salió de la estación cuando el andén todavía estaba oscuro y frío. Un revisor recorrió "
        "cada vagón y pidió los billetes en voz baja. Nadie habló durante la primera hora del viaje.",
    ),
}


@pytest.mark.parametrize("pace", [110, 120, 170, 190, 240])
@pytest.mark.parametrize(("language", "text"), SPOKEN.values(), ids=SPOKEN)
def test_never_cuts_a_word_in_silence(language: str, text: str, pace: int) -> None:
    """Unless the warning says so, speech is cut between two words: nothing loud of the last one is lost, and nothing
    of the next one kept."""
    voice = espeak.voice_for(language)
    assert voice
    spoken = espeak.speak(text.split() * 2, voice, pace)
    cut = make_reference(spoken.audio)
    assert cut.was_cut
    assert cut.audio.duration_s <= (REFERENCE_MAX_MS + TAIL_MS) / 1000
    whole = resample(spoken.audio, SAMPLE_RATE)
    first_ms = int(np.argmax(whole.levels_db > EDGE_DB)) * 10
    kept_ms = first_ms + round(cut.audio.duration_s * 1000) - TAIL_MS
    starts_ms = [start * 1000 / spoken.audio.rate for start, _ in spoken.starts_ends]
    next_ms = next(start for start in starts_ms if start > kept_ms - 10)
    lost_db = whole.levels_db[-(-kept_ms // 10) : int(next_ms // 10)]
    assert NO_PAUSE in cut.warnings or lost_db.max(initial=-200) <= EDGE_DB


def test_most_speech_has_a_pause_to_cut_at() -> None:
    """Sentences at an ordinary pace are cut without the warning."""
    voice = espeak.voice_for("en")
    assert voice
    cut = make_reference(espeak.speak(PROSE.split(), voice).audio)
    assert cut.was_cut
    assert NO_PAUSE not in cut.warnings


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 500).map(lambda frames: frames * 10), max_size=14), st.integers(0, 200))
def test_is_never_longer_than_12_s(lengths_ms: list[int], noise: int) -> None:
    """Whatever is said and however noisy, a reference has 12 s at most and 50 ms of silence; was_cut is the truth."""
    loud = tones_and_silences(500, *lengths_ms)
    hiss = np.random.default_rng(noise).normal(0, noise / 100_000, len(loud.samples)).astype(np.float32)
    cut = make_reference(Audio(loud.samples + hiss, SAMPLE_RATE))
    assert 0.55 <= cut.audio.duration_s <= 12.05
    assert not cut.audio.samples[-TAIL_MS * 24 :].any()
    assert cut.audio.samples[: 10 * 24].any()
    assert cut.was_cut == bool(cut.warnings)
    if len(loud.samples) <= REFERENCE_MAX_MS * 24:
        assert not cut.was_cut


def test_refuses_a_click_in_silence() -> None:
    """A recording of which little is loud is no speech."""
    with pytest.raises(InvalidAudio, match=r"^only 0\.40 s of the recording is louder than -42 dBFS; send seconds"):
        make_reference(tones_and_silences(0, 1_000, 400, 1_000))


def test_refuses_what_is_silent_at_24_khz() -> None:
    """A loud tone above what 24 kHz can hold leaves no speech."""
    with pytest.raises(InvalidAudio, match="no speech was left"):
        make_reference(tone(2_000, 48_000, hz=20_000))


def _upstream_edges(recording: Audio) -> Samples:
    """`remove_silence_edges` of f5_tts/infer/utils_infer.py, without the 25 s that importing it takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
        from pydub import silence as pydub_silence
    audio = AudioSegment.from_file(io.BytesIO(encode(recording, "wav")), format="wav")
    audio = audio[pydub_silence.detect_leading_silence(audio, silence_threshold=-42) :]
    end_s = audio.duration_seconds
    for millisecond in reversed(audio):
        if millisecond.dBFS > -42:
            break
        end_s -= 0.001
    trimmed = audio[: int(end_s * 1000)]
    return np.array(trimmed.get_array_of_samples(), np.float32) / 32_768


@pytest.mark.parametrize("name", ["basic_ref_en.wav", "basic_ref_zh.wav"])
def test_keeps_a_good_recording(name: str) -> None:
    """The human recordings of the f5-tts package are trimmed as upstream trims them, to 10 ms, and not otherwise
    changed."""
    recording = human_recording(name)
    check_recording(recording)
    cut = make_reference(recording)
    assert (cut.was_cut, cut.warnings) == (False, [])
    kept = cut.audio.samples[: -TAIL_MS * 24]
    upstream = _upstream_edges(resample(recording, SAMPLE_RATE))
    assert abs(len(kept) - len(upstream)) <= 10 * 24
    shorter = min(len(kept), len(upstream))
    np.testing.assert_allclose(kept[:shorter], upstream[:shorter], atol=1 / 32_768)
