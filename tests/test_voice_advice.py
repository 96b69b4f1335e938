"""Advice: what is wrong with a recording is said with its figure and with what to do; a good one is left in peace."""

import re

import numpy as np
import pytest
from degraded import (
    CHINESE_TEXT,
    CLEAN,
    SPOKEN_TEXT,
    clean,
    clipped,
    low_passed,
    noise,
    noisy,
    padded,
    spoken,
    sung,
    upsampled,
    whispered,
)
from sounds import BASIC_TEXT, tone

from f5tts_worker.audio import Audio, join, resample
from f5tts_worker.reference import PACE_MAX, PACE_MIN, make_reference
from f5tts_worker.voice_advice import advice
from f5tts_worker.voice_report import measure


def _advice(recording: Audio, text: str | None = None) -> list[str]:
    reference = make_reference(recording).audio
    return advice(measure(recording, reference, text), text, reference)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (_, text) in CLEAN.items()], ids=CLEAN)
def test_good_recordings_are_left_in_peace(name: str, text: str | None) -> None:
    """No warning for the recordings of the f5-tts package, nor for espeak's, with their texts."""
    assert _advice(clean(name), text) == []


OTHER_SPEECH = {
    "whispered": whispered(clean("town")),
    "sung": sung(),
    "in loud noise": noisy(clean("Chinese"), 5, "pink"),
    "by telephone": resample(clean("English"), 8_000),
}


@pytest.mark.parametrize("recording", OTHER_SPEECH.values(), ids=OTHER_SPEECH)
def test_any_speech_sounds_like_speech(recording: Audio) -> None:
    """Whatever else is wrong with it."""
    assert not [told for told in _advice(recording) if "sound like speech" in told]


NO_SPEECH = {
    "noise": Audio((0.1 * noise(144_000, "white")).astype(np.float32), 24_000),
    "a tone": tone(6_000),
    "noise before the speech": join([Audio((0.1 * noise(264_600, "pink")).astype(np.float32), 22_050), clean("en-gb")]),
}


@pytest.mark.parametrize("recording", NO_SPEECH.values(), ids=NO_SPEECH)
def test_says_that_it_is_no_speech(recording: Audio) -> None:
    """What is cloned, not what else is in the recording, has to be speech."""
    assert re.fullmatch(
        r"this does not sound like speech: from syllable to syllable speech changes by 1\.5 dB and more, and what is "
        r"kept of the recording by 0\.\d, as noise or a tone does; send 5 to 12 s of one person speaking",
        _advice(recording)[0],
    )


def _quiet(audio: Audio, gain: float) -> Audio:
    return Audio(audio.samples * gain, audio.rate)


FAULTS = {
    "noise": (
        noisy(clean("English"), 14, "pink"),
        r"background noise is 1[45] dB below the speech and is cloned with it; record in a quiet room, close to the "
        r"microphone: 30 dB or more clones cleanly",
    ),
    "clipped": (
        clipped(clean("English"), 0.01),
        r"1\.[01]% of the recording is at full scale \(clipped\); a lower recording level sounds cleaner",
    ),
    "clipped, then turned down": (
        clipped(clean("English"), 0.01, 0.5),
        r"1\.[01]% of the recording is cut off flat at -6\.0 dBFS \(clipped, then turned down\); record at a lower "
        r"level, for what was cut off does not come back",
    ),
    "quiet": (
        _quiet(clean("town"), 0.18),
        r"the speech is at -38 dBFS, so that soft sounds at its edges are taken for silence; go closer to the "
        r"microphone or turn it up: -26 to -16 dBFS is good",
    ),
    "a low rate": (
        resample(clean("main"), 8_000),
        r"there is nothing above [34]\.\d kHz, and the voice will sound as dull; the file has 8000 samples a second: "
        r"record with 44100 or 48000",
    ),
    "a low rate in a high one": (
        upsampled(clean("main"), 16_000),
        r"there is nothing above 7\.\d kHz, and the voice will sound as dull; it went through a telephone, strong "
        r"compression or a low sample rate: send the first recording itself, or record anew with 44100 or 48000 "
        r"samples a second",
    ),
    "muffled": (low_passed(clean("main"), 5_500), r"there is nothing above [56]\.\d kHz, .*"),
    "short": (
        padded(clean("main").slice_ms(700, 2_900), 0, 1),
        r"there are only [12]\.\d s of speech to clone from; record 5 to 12 s",
    ),
}


@pytest.mark.parametrize(("recording", "told"), FAULTS.values(), ids=FAULTS)
def test_says_what_to_record_differently(recording: Audio, told: str) -> None:
    """One fault is one warning."""
    sentences = _advice(recording)
    assert len(sentences) == 1, sentences
    assert re.fullmatch(told, sentences[0]), sentences


def test_silence_that_could_not_be_cut() -> None:
    """Seconds of loud noise before the speech stay in what is cloned, and the warning says how many."""
    sentences = _advice(noisy(padded(clean("town"), 1.5, 0.5), 15))
    assert re.match(r"background noise is 1[3-5] dB below", sentences[0])
    assert re.match(r"[34]\.\d s without speech are kept at the edges, for they are too loud to be cut", sentences[1])


PACES = {
    "English, half": ("English", BASIC_TEXT[:25], r"6\.9 characters .* where 8 to 25 are usual, so perhaps words"),
    "English, twice": (
        "English",
        BASIC_TEXT * 2,
        r"27\.\d characters .* 8 to 25 are usual, so perhaps it says more",
    ),
    "Chinese, half": ("Chinese", CHINESE_TEXT[:8], r"1\.6 characters .* where 3 to \d+ are usual, so perhaps words"),
    "Chinese, three times": ("Chinese", CHINESE_TEXT * 3, r"10\.\d characters .* perhaps it says more"),
    "English for Chinese": ("Chinese", BASIC_TEXT * 3, r"2\d\.\d characters .* perhaps it says more"),
    "espeak, twice": ("en-gb", SPOKEN_TEXT * 2, r"37\.\d characters .* perhaps it says more"),
}


@pytest.mark.parametrize(("name", "text", "told"), PACES.values(), ids=PACES)
def test_doubts_a_text_that_does_not_fit(name: str, text: str, told: str) -> None:
    """A text of half or twice the length of what is said is doubted, with the pace that its script is read at."""
    (sentence,) = _advice(clean(name), text)
    assert re.match(rf"the text has {told}", sentence), sentence
    assert sentence.endswith("; send as ref_text what is said, word for word")


@pytest.mark.parametrize(
    ("pace", "refused"), [(1.4, True), (2.4, True), (2.6, False), (44, False), (46, True), (110, True)]
)
def test_says_that_cloning_will_refuse_a_text(pace: float, refused: bool) -> None:
    """What cannot be what is said is told once, with what to do; where it is only unusual, that alone is doubted."""
    seconds = make_reference(clean("English")).audio.duration_s
    text = "x" * round(pace * seconds)
    (sentence,) = _advice(clean("English"), text)
    assert sentence.startswith(
        f"cloning will refuse this voice: {len(text)} characters cannot be what {seconds:.1f} s of speech say; upload "
        "it again with the whole text of the recording and nothing else as ref_text"
        if refused
        else "the text has "
    )
    assert refused != (PACE_MIN <= len(text) / seconds <= PACE_MAX)


READ = {
    "de": "Der Morgenzug verließ den Bahnhof, während der Bahnsteig noch dunkel und kalt war. Niemand sprach.",
    "fr": "Le train du matin quitta la gare alors que le quai était encore sombre et froid. Personne ne parla.",
    "es": "El tren de la mañana salió de la estación cuando el andén todavía estaba oscuro y frío. Nadie habló.",
    "ru": "Утренний поезд отошёл от станции, когда на платформе было ещё темно и холодно. Все молчали.",
    "cmn": "早上的火车离开车站的时候，站台还是又黑又冷。列车员走过每一节车厢，轻声地查票。",
    "ja": "あさのれっしゃがえきをでたとき、ホームはまだくらくてさむかった。だれもはなさなかった。",
    "ko": "아침 기차가 역을 떠났을 때 승강장은 아직 어둡고 추웠다. 아무도 말을 하지 않았다.",
    "ar": "غادر قطار الصباح المحطة بينما كان الرصيف لا يزال مظلما وباردا. لم يتكلم أحد.",
    "hi": "सुबह की ट्रेन स्टेशन से निकली जब प्लेटफार्म अभी भी अंधेरा और ठंडा था। किसी ने बात नहीं की।",
    "vi": "Chuyến tàu buổi sáng rời ga khi sân ga vẫn còn tối và lạnh. Không ai nói gì suốt một giờ đầu.",
    "en-us": "In 1999 there were 365 days, 52 weeks and 12 months, and 1998 had 8760 hours, or 525600 minutes.",
}


@pytest.mark.parametrize("words_per_minute", [140, 175])
@pytest.mark.parametrize(("voice", "text"), READ.items(), ids=READ)
def test_knows_the_pace_of_a_script(voice: str, text: str, words_per_minute: int) -> None:
    """Text in any script that is read as it stands is not doubted."""
    assert not [told for told in _advice(spoken(text, voice, words_per_minute), text) if "characters" in told]
