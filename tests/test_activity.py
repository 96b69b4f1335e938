"""Activity: speech is told from pauses, and noise from speech, on recordings whose truth is known."""

from collections.abc import Callable

import numpy as np
import pytest
from degraded import CLEAN, SPOKEN_TEXT, clean, noise, noisy, padded, spoken, sung, whispered
from numpy.typing import NDArray
from scipy import signal
from sounds import silence, tone

from f5tts_worker.activity import change_db, listen, to_db, to_power
from f5tts_worker.audio import Audio, resample

NO_PAUSE = (
    "this sentence has no comma and no full stop because the person who wrote it was thinking of something else "
    "entirely and simply kept adding one little word after another until the paper was full"
)


def _true_snr_db(name: str, added_db: float) -> float:
    """Of a recording with noise added that far below its speech; its own noise adds to that."""
    own_db = listen(clean(name)).snr_db
    return float(-to_db(to_power(-added_db) + (to_power(-own_db) if own_db is not None else 0)))


@pytest.mark.parametrize(("colour", "mean_error_db"), [("white", 1.2), ("pink", 1.0)])
@pytest.mark.parametrize("added_db", [5, 10, 15, 20, 25, 30, 35, 40, 50])
def test_hears_how_far_noise_is_below_the_speech(colour: str, mean_error_db: float, added_db: float) -> None:
    """The ratio is right to 3 dB in every recording, and on average to about one."""
    errors = []
    for name in CLEAN:
        heard = listen(noisy(clean(name), added_db, colour)).snr_db
        assert heard is not None
        errors.append(abs(heard - _true_snr_db(name, added_db)))
    assert max(errors) < 3
    assert np.mean(errors) < mean_error_db


@pytest.mark.parametrize("name", CLEAN)
def test_clean_recordings_are_clean(name: str) -> None:
    """Their noise is over 34 dB below the speech, or not heard in digital silence."""
    snr_db = listen(clean(name)).snr_db
    assert snr_db is None or snr_db > 34


@pytest.mark.parametrize("words_per_minute", [130, 240, 320])
@pytest.mark.parametrize("voice", ["en-gb", "en-us", "de", "fr"])
@pytest.mark.parametrize("added_db", [None, 45])
def test_speech_is_not_taken_for_noise(voice: str, words_per_minute: int, added_db: float | None) -> None:
    """Where hardly a pause is made, the softest sounds are not called noise."""
    audio = spoken(NO_PAUSE, voice, words_per_minute)
    snr_db = listen(audio if added_db is None else noisy(audio, added_db)).snr_db
    assert snr_db is None or snr_db > 42


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize("snr_db", [10, 40])
def test_silence_around_it_changes_nothing(name: str, snr_db: float) -> None:
    """Silence that an editor put around a noisy recording hides neither its noise nor its speech, and is measured."""
    audio = noisy(clean(name), snr_db)
    bare, within = listen(audio), listen(padded(audio, 3, 4))
    assert (bare.snr_db, within.snr_db) == (pytest.approx(within.snr_db, abs=0.6), pytest.approx(bare.snr_db, abs=0.6))
    assert within.speech_s == pytest.approx(bare.speech_s, abs=0.4)
    assert within.silence_s == pytest.approx((bare.silence_s[0] + 3, bare.silence_s[1] + 4), abs=0.05)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 48_000])
def test_measures_seconds(rate: int) -> None:
    """Two stretches of speech with a pause of a second, at any rate: the pause is none of it, a short gap is."""
    word = tone(1_000, rate)
    gap, pause = silence(150, rate), silence(1_000, rate)
    audio = Audio(np.concatenate([part.samples for part in (pause, word, gap, word, pause, word)]), rate)
    activity = listen(audio)
    assert activity.speech_s == pytest.approx(3.15, abs=0.05)
    assert activity.silence_s == pytest.approx((1, 0), abs=0.03)
    assert activity.level_db == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.3)


def test_an_offset_is_no_sound() -> None:
    """A recording that does not swing around zero measures as one that does."""
    audio = noisy(clean("English"), 25)
    shifted = listen(Audio(audio.samples * 0.5 + 0.3, audio.rate))
    assert shifted.snr_db == pytest.approx(listen(audio).snr_db, abs=0.2)
    assert shifted.speech_s == pytest.approx(listen(audio).speech_s, abs=0.05)


@pytest.mark.parametrize("length_ms", [0, 2_000])
def test_silence_is_no_speech(length_ms: int) -> None:
    """Silence has neither speech nor noise."""
    activity = listen(silence(length_ms))
    assert (activity.speech_s, activity.snr_db) == (0, None)
    assert sum(activity.silence_s) == pytest.approx(length_ms / 1000, abs=0.01)


def _made(samples: NDArray[np.float64], rate: int = 24_000) -> Audio:
    return Audio((samples / np.abs(samples).max() / 5).astype(np.float32), rate)


def _noise_between(low_hz: float, high_hz: float) -> Audio:
    band = signal.butter(4, [low_hz, high_hz], "band", fs=24_000, output="sos")
    return _made(signal.sosfilt(band, noise(144_000, "white")))


TIME = np.arange(144_000) / 24_000
HUM = np.sum([np.sin(2 * np.pi * 50 * k * TIME) / k for k in range(1, 20)], axis=0)
NO_SPEECH = {
    "white noise": _made(noise(144_000, "white")),
    "pink noise": _made(noise(144_000, "pink")),
    "pink noise of 48 kHz": _made(noise(288_000, "pink"), 48_000),
    "noise that swells": _made(noise(144_000, "white") * np.linspace(0.1, 1, 144_000)),
    "a second of noise": _made(noise(26_400, "white")),
    "rumble": _noise_between(20, 200),
    "a roar": _noise_between(300, 800),
    "a narrow hiss": _noise_between(900, 1_100),
    "a low tone": tone(6_000, hz=150),
    "a tone": tone(6_000),
    "a high tone": tone(6_000, hz=3_000),
    "hum": _made(HUM),
    "hum and hiss": _made(HUM + 0.3 * noise(144_000, "white")),
    "a siren": _made(np.sin(2 * np.pi * np.cumsum(700 + 300 * np.sin(np.pi * TIME)) / 24_000)),
}


@pytest.mark.parametrize("audio", NO_SPEECH.values(), ids=NO_SPEECH)
def test_noise_and_tones_hardly_change(audio: Audio) -> None:
    """From one syllable's time to the next, by less than 0.8 dB."""
    change = change_db(audio)
    assert change is not None
    assert change < 0.8


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("colour", ["white", "pink"])
def test_no_noise_changes_by_chance(seed: int, colour: str) -> None:
    """The shortest that is judged neither."""
    change = change_db(_made(noise(26_400, colour, seed)))
    assert change is not None
    assert change < 0.8


WAYS: dict[str, Callable[[Audio], Audio]] = {
    "as it is": lambda audio: audio,
    "in white noise": lambda audio: noisy(audio, 5),
    "in pink noise": lambda audio: noisy(audio, 5, "pink"),
    "whispered": whispered,
    "whispered in noise": lambda audio: noisy(whispered(audio), 10),
    "by telephone": lambda audio: resample(audio, 8_000),
    "by telephone in noise": lambda audio: noisy(resample(audio, 8_000), 5),
    "1.5 s of it": lambda audio: audio.slice_ms(500, 2_000),
    "3 s of it in noise": lambda audio: noisy(audio.slice_ms(0, 3_000), 5, "pink"),
}


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_speech_changes(name: str, way: Callable[[Audio], Audio]) -> None:
    """By over 1.5 dB, however it is spoken and however noisy."""
    change = change_db(way(clean(name)))
    assert change is None or change > 1.5


@pytest.mark.parametrize("words_per_minute", [80, 130, 240, 320, 450])
@pytest.mark.parametrize("voice", ["en-gb", "de", "fr", "cmn"])
@pytest.mark.parametrize("added_db", [None, 5])
def test_slow_and_fast_speech_changes(voice: str, words_per_minute: int, added_db: float | None) -> None:
    """At any pace that espeak has."""
    audio = spoken(SPOKEN_TEXT[:130], voice, words_per_minute)
    change = change_db(audio if added_db is None else noisy(audio, added_db))
    assert change is not None
    assert change > 1.5


def test_singing_changes() -> None:
    """Long vowels that are sung one into the next too."""
    change = change_db(sung())
    assert change is not None
    assert change > 1.5


@pytest.mark.parametrize("length_ms", [0, 5, 900])
def test_too_little_is_not_judged(length_ms: int) -> None:
    """Whether less than a second changes nobody can tell."""
    assert change_db(tone(length_ms)) is None
