"""Draft: where a voice's text comes from, and what its maker is told."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sounds import BASIC_TEXT, human_recording, recode, silence, tone, tones_and_silences, wav
from tiny_whisper import tiny_whisper

from f5tts_worker import espeak
from f5tts_worker.aligners import AlignerChain
from f5tts_worker.aligners.offline import OfflineAligner
from f5tts_worker.audio import Audio, Samples, decode, encode, join
from f5tts_worker.draft import Draft, make_draft
from f5tts_worker.errors import AudioTooLong, InvalidAudio, InvalidInput, WorkerError
from f5tts_worker.reference import EDGE_DB, TAIL_MS
from f5tts_worker.transcriber import Transcriber

SHORT = encode(human_recording(), "wav")
LONG = encode(join([human_recording()] * 3), "wav")  # 16 s
TEXT_BESIDE = "Others call me mother nature."


@pytest.fixture(scope="module")
def hearing() -> Transcriber:
    """A transcriber that hears noise."""
    return Transcriber(str(tiny_whisper()), tiny_whisper())


@pytest.fixture
def deaf(tmp_path: Path) -> Transcriber:
    """A transcriber whose model is not there."""
    return Transcriber("no-such-model-folder", tmp_path)


def _draft(data: bytes, transcriber: Transcriber, **given: Any) -> Draft:
    return make_draft(
        data,
        **{"ref_text": None, "text_beside": None, "language": None, "aligners": AlignerChain([]), **given},
        transcriber=transcriber,
    )


GIVEN = {
    "ref_text": ({"ref_text": BASIC_TEXT}, (BASIC_TEXT, "ref_text")),
    "ref_text before the text beside": (
        {"ref_text": BASIC_TEXT, "text_beside": TEXT_BESIDE},
        (BASIC_TEXT, "ref_text"),
    ),
    "the text beside": ({"text_beside": TEXT_BESIDE}, (TEXT_BESIDE, "txt")),
    "the text beside an empty ref_text": ({"ref_text": "", "text_beside": TEXT_BESIDE}, (TEXT_BESIDE, "txt")),
}


@pytest.mark.parametrize(("given", "expected"), GIVEN.values(), ids=GIVEN)
def test_takes_the_text_that_is_given(given: dict[str, str], expected: tuple[str, str], deaf: Transcriber) -> None:
    """`ref_text` comes before the text beside the recording, and neither needs a transcriber or a language."""
    draft = _draft(SHORT, deaf, **given)
    assert (draft.text, draft.text_source) == expected
    assert (draft.language, draft.warnings, deaf.state) == (None, [], "cold")


@pytest.mark.parametrize("data", [SHORT, LONG], ids=["whole", "cut"])
@pytest.mark.parametrize("language", [None, "pt-br"])
def test_transcribes_what_is_kept(data: bytes, language: str | None, hearing: Transcriber) -> None:
    """Without a text the reference is transcribed; the language that was sent is kept, else the one heard."""
    draft = _draft(data, hearing, language=language)
    assert draft.text_source == "transcribed"
    assert draft.text
    assert draft.language == language or (language is None and draft.language)


UNFIT = {
    "cut": (
        LONG,
        TEXT_BESIDE,
        "it was cut, and its text could not be (29 characters cannot be what 15.8 s of speech say)",
    ),
    "too long": (SHORT, "word " * 2001, "it is over 10000 characters"),
}


@pytest.mark.parametrize(("data", "text_beside", "why"), UNFIT.values(), ids=UNFIT)
def test_transcribes_rather_than_use_a_text_that_does_not_fit(
    data: bytes, text_beside: str, why: str, hearing: Transcriber
) -> None:
    """A text beside the recording that does not fit what is kept is not used, and a warning says so."""
    draft = _draft(data, hearing, text_beside=text_beside)
    assert draft.text_source == "transcribed"
    assert f"the .txt beside the recording was not used: {why}" in draft.warnings


def test_does_without_a_transcriber(deaf: Transcriber) -> None:
    """If nobody can transcribe, the voice has no text, and the warning says why, what still works and what to do."""
    draft = _draft(SHORT, deaf, language="en")
    assert (draft.text, draft.text_source, draft.language) == (None, None, "en")
    assert draft.warnings == [
        "nobody knows what the recording says: speech cannot be transcribed here (model no-such-model-folder could not "
        "be loaded: ValueError); send its text as ref_text (in timing: text). Engine preview does "
        "not need it; cloning does"
    ]


def test_refuses_a_text_that_does_not_fit(deaf: Transcriber) -> None:
    """`ref_text` for a recording that has to be cut is refused where no aligner finds its words, with both ways out."""
    with pytest.raises(InvalidInput) as refusal:
        _draft(LONG, deaf, ref_text=BASIC_TEXT)
    kept_s = refusal.value.details["kept_s"]
    assert 3 < kept_s <= 12.05
    assert refusal.value.details == {"field": "ref_text", "duration_s": 16.0, "kept_s": kept_s}
    assert re.fullmatch(
        r"ref_text: the recording has 16\.0 s and only \d+\.\d s of it are kept, and the words of these could not be "
        r"found \(there is no aligner\); send at most 12 s of audio with its text, or leave ref_text out to have the "
        "kept part transcribed",
        refusal.value.message,
    )


def test_keeps_recording_and_reference(deaf: Transcriber) -> None:
    """A draft has the whole recording at its own rate, and the reference at 24 kHz."""
    samples = tones_and_silences(2_000, 3_000, 2_000, rate=44_100).samples
    draft = _draft(wav(np.stack([samples, samples], axis=1), 44_100), deaf, ref_text="Hm. Hm.")
    assert (draft.recording.rate, draft.reference.rate) == (44_100, 24_000)
    assert draft.recording.duration_s == 7
    assert draft.reference.duration_s == pytest.approx(6.05, abs=0.01)


def test_passes_on_every_warning(deaf: Transcriber) -> None:
    """What is wrong with the recording, with its length and with its text are all told."""
    recording = join([tone(7_000, level=1.0), silence(500), tone(7_000, level=0.3)])
    recording = Audio(np.clip(recording.samples, -0.995, 0.995), recording.rate)  # 2 to 3 % at full scale
    told = _draft(encode(recording, "wav"), deaf, text_beside=TEXT_BESIDE).warnings
    assert [warning.split(" ")[1:3] for warning in told] == [
        ["does", "not"],  # this ... sound like speech
        ["of", "the"],  # ... recording is at full scale
        ["noise", "is"],  # background ... 14 dB below the speech: the soft tone
        ["is", "nothing"],  # there ... above 0.5 kHz
        ["first", "7.2"],  # the ... s of 14.5 s are kept
        [".txt", "beside"],
        ["knows", "what"],  # nobody ... the recording says
    ]


Spread = Callable[[Samples], list[Samples]]
"""The channels that are made of a voice."""
CANCELLING: dict[str, Spread] = {
    "one inverted": lambda voice: [voice, -voice],
    "one inverted, and softer": lambda voice: [voice, -0.95 * voice],
}
MIXED: dict[str, Spread] = {
    "alike": lambda voice: [voice, voice],
    "one alone": lambda voice: [0 * voice, voice],
    "soft": lambda voice: [0.1 * voice, 0.1 * voice],
    "six, of which one speaks": lambda voice: [0.5 * voice, *[0 * voice] * 5],
    "one": lambda voice: [voice],
}


@pytest.mark.parametrize("ending", ["wav", "mp3"])
@pytest.mark.parametrize("spread", CANCELLING.values(), ids=CANCELLING)
def test_channels_that_cancel_are_not_mixed(spread: Spread, ending: str, deaf: Transcriber, tmp_path: Path) -> None:
    """Where one channel is the other upside down, the first is used alone, and a warning says so."""
    recording = human_recording()
    data = wav(np.stack(spread(recording.samples), axis=1), recording.rate)
    draft = _draft(data if ending == "wav" else recode(data, tmp_path / "x.mp3", "-b:a", "192k"), deaf, ref_text="x")
    assert re.fullmatch(
        r"the channels cancel each other: mixed they are \d+ dB or more below the first alone, so only that one is "
        "used; one is probably inverted: check the wiring, or record in mono",
        draft.warnings[0],
    )
    assert draft.recording.levels_db.max() == pytest.approx(recording.levels_db.max(), abs=0.5)


@pytest.mark.parametrize("spread", MIXED.values(), ids=MIXED)
def test_other_channels_are_mixed(spread: Spread, deaf: Transcriber) -> None:
    """Channels that are alike, or of which one alone speaks, however softly, are mixed as ever."""
    recording = human_recording()
    data = wav(np.stack(spread(recording.samples), axis=1), recording.rate)
    draft = _draft(data, deaf, ref_text=BASIC_TEXT)
    np.testing.assert_array_equal(draft.recording.samples, decode(data, max_s=60).samples)
    assert not [warning for warning in draft.warnings if "channels" in warning]


@pytest.mark.parametrize("text", ["Some.", BASIC_TEXT * 12], ids=["too short", "too long"])
def test_tells_what_cloning_will_refuse(text: str, deaf: Transcriber) -> None:
    """A text that cannot be what the recording says is stored, and the one warning says what will not work."""
    (warning,) = _draft(SHORT, deaf, ref_text=text).warnings
    assert warning.startswith(f"cloning will refuse this voice: {len(text)} characters cannot be what ")


UNUSABLE: dict[str, tuple[Callable[[], bytes], type[WorkerError], str]] = {
    "no audio": (lambda: b"no audio", InvalidAudio, "could not be read as audio"),
    "no samples": (lambda: wav(np.zeros(0, np.float32), 24_000), InvalidAudio, "lasts 0.00 s"),
    "too short": (lambda: encode(tone(500), "mp3"), InvalidAudio, "lasts 0.50 s"),
    "silent": (lambda: encode(silence(3_000), "flac"), InvalidAudio, "is silent"),
    "too long": (lambda: encode(silence(601_000), "flac"), AudioTooLong, "longer than 600 s; cut it"),
}


@pytest.mark.parametrize(("make", "error", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_refuses_what_is_no_recording(
    make: Callable[[], bytes], error: type[WorkerError], reason: str, deaf: Transcriber
) -> None:
    """What cannot become a voice is refused before anything else is done with it."""
    with pytest.raises(error, match=reason):
        _draft(make(), deaf, ref_text=BASIC_TEXT)
    assert deaf.state == "cold"


SPOKEN = (
    "The lighthouse keeper counted every ship that passed before midnight. Nobody had asked him to do it, and nobody "
    "read his notes. When the fog came in, he wrote down what he heard instead: bells, engines, and once a song. Years "
    "later the notebooks were sold with the furniture. A student of the harbour's history bought them for almost "
    "nothing."
)


@pytest.fixture(scope="module")
def aligners() -> AlignerChain:
    """What a worker without weights has."""
    return AlignerChain([OfflineAligner()])


@pytest.mark.parametrize("voice", ["en-gb", "en-029", "en-gb-scotland", "en-gb-x-rp"])
@pytest.mark.parametrize("pace", [130, 175])
def test_keeps_the_words_of_the_kept_part(voice: str, pace: int, deaf: Transcriber, aligners: AlignerChain) -> None:
    """Of a recording with known word times that has to be cut, the text is exactly what is said before the cut."""
    utterance = espeak.speak(SPOKEN.split(), espeak.voice_for(voice) or "", pace)
    loud = np.flatnonzero(utterance.audio.levels_db > EDGE_DB)
    rate = utterance.audio.rate
    draft = _draft(encode(utterance.audio, "wav"), deaf, ref_text=SPOKEN, aligners=aligners)
    end_s = loud[0] / 100 + draft.reference.duration_s - TAIL_MS / 1000
    said = [
        word
        for word, (start, end) in zip(SPOKEN.split(), utterance.starts_ends, strict=True)
        if (start + end) / 2 / rate < end_s
    ]
    assert 5 < draft.reference.duration_s < 12.1 < utterance.audio.duration_s
    assert (draft.text, draft.text_source) == (" ".join(said), "ref_text")


def test_refuses_a_text_of_another_length(deaf: Transcriber, aligners: AlignerChain) -> None:
    """A text that is far too short for its recording is not spread over it."""
    with pytest.raises(InvalidInput, match="29 characters cannot be what"):
        _draft(LONG, deaf, ref_text=BASIC_TEXT[:29], aligners=aligners)
