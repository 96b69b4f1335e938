"""The offline aligner: known paths, a person's voice, odd words, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
from sounds import human_recording, silence

from f5tts_worker import espeak
from f5tts_worker.aligners.base import AlignmentError
from f5tts_worker.aligners.dtw import SILENCE, warp
from f5tts_worker.aligners.offline import OfflineAligner
from f5tts_worker.audio import SAMPLE_RATE, Audio, join, resample

HUMAN: list[tuple[str, int, int]] = json.loads((Path(__file__).parent / "human_times.json").read_text())["words"]
"""Word, start and end in ms, as read off a spectrogram before any aligner heard it."""


@pytest.fixture(scope="module")
def aligner() -> OfflineAligner:
    """A loaded aligner."""
    aligner = OfflineAligner()
    aligner.load()
    assert (aligner.state, aligner.problem) == ("ready", None)
    return aligner


def spoken(text: str, voice: str = "gmw/en") -> Audio:
    """What espeak makes of it."""
    return resample(espeak.speak(text.split(), voice).audio, SAMPLE_RATE)


def test_warp_finds_a_known_path() -> None:
    """Rows stretch, share a frame, and leave a silence out or take it."""
    eye = np.eye(4, dtype=np.float32) * 10
    rows = np.array([SILENCE, 0, 1, SILENCE, 2, SILENCE, 3, SILENCE])
    hush = np.zeros(4, np.float32)
    heard = np.stack([hush, eye[0], eye[0], eye[1], eye[2], hush, hush, eye[3]])
    as_silence = np.where(heard.any(axis=1), np.float32(9), np.float32(0))
    low = np.zeros(len(heard), np.int64)
    spans = warp(eye, rows, heard, as_silence, np.zeros(8, np.float32), low, len(rows))
    assert spans.tolist() == [[0, 0], [1, 2], [3, 3], [-1, -1], [4, 4], [5, 6], [7, 7], [-1, -1]]


def test_a_band_that_holds_the_path_changes_nothing() -> None:
    """Looking only near the path finds what looking everywhere does."""
    generator = np.random.default_rng(0)
    reference = generator.standard_normal((60, 8)).astype(np.float32)
    heard = np.repeat(reference, 2, axis=0) + generator.standard_normal((120, 8)).astype(np.float32) * np.float32(0.3)
    rows = np.insert(np.arange(60), [0, 20, 40, 60], SILENCE)
    nothing, dear = np.zeros(120, np.float32), np.full(120, 5, np.float32)
    everywhere = warp(reference, rows, heard, dear, nothing, np.zeros(120, np.int64), len(rows))
    low = np.clip(np.arange(120) // 2 - 10, 0, len(rows) - 24)
    assert np.array_equal(warp(reference, rows, heard, dear, nothing, low, 24), everywhere)


@pytest.mark.parametrize("language", ["en", "en-gb", None])
def test_a_person(aligner: OfflineAligner, language: str | None) -> None:
    """Every bound in a person's recording is within 70 ms of what an eye reads off its spectrogram."""
    words = aligner.align(human_recording(), [word for word, _, _ in HUMAN], language)
    assert [word.text for word in words] == [word for word, _, _ in HUMAN]
    errors = [(found.start_ms - start, found.end_ms - end) for found, (_, start, end) in zip(words, HUMAN, strict=True)]
    assert np.abs(errors).max() <= 70, errors


@pytest.mark.parametrize("lengths_ms", [(600, 400, 900), (1500, 250, 2000)], ids=str)
def test_a_person_who_pauses(aligner: OfflineAligner, lengths_ms: tuple[int, ...]) -> None:
    """Pauses put between a person's words, even between two that touch, move the words behind them and no others."""
    recording = human_recording()
    hush = recording.slice_ms(100, 350)  # the room, without a voice
    before = (2, 4, 7)  # me, others, mother
    parts: list[Audio] = []
    truth: list[tuple[int, int]] = []
    late = done = 0
    for i, (_, start, end) in enumerate(HUMAN):
        if i in before:
            length = lengths_ms[before.index(i)]
            pause = Audio(np.resize(hush.samples, length * hush.rate // 1000), hush.rate)
            parts += [recording.slice_ms(done, start), pause]
            late, done = late + length, start
        truth.append((start + late, end + late))
    audio = join([*parts, recording.slice_ms(done, round(recording.duration_s * 1000))])
    words = aligner.align(audio, [word for word, _, _ in HUMAN], "en")
    errors = [(word.start_ms - start, word.end_ms - end) for word, (start, end) in zip(words, truth, strict=True)]
    assert np.abs(errors).max() <= 70, errors


def test_the_same_twice(aligner: OfflineAligner) -> None:
    """The same audio and words give the same times and scores."""
    assert len({str(aligner.align(human_recording(), [w for w, _, _ in HUMAN], "en")) for _ in range(3)}) == 1


def test_words_that_nobody_speaks(aligner: OfflineAligner) -> None:
    """Emoji and lone dashes take no time, where their neighbours meet; the other words are not moved by them."""
    plain = ["The", "water", "is", "lovely", "today"]
    mixed = ["🎉", "The", "water", "—", "👍🏽", "is", "lovely", "today", "…"]
    audio = spoken("The water is lovely today")
    times = {word.text: word for word in aligner.align(audio, plain, "en")}
    words = aligner.align(audio, mixed, "en")
    assert [word.text for word in words] == mixed
    assert [word.start_ms == word.end_ms for word in words] == [word not in plain for word in mixed]
    assert all(abs(word.start_ms - times[word.text].start_ms) <= 20 for word in words if word.text in plain)
    assert words[2].end_ms <= words[3].start_ms <= words[5].start_ms
    assert (words[0].start_ms, words[-1].start_ms) == (words[1].start_ms, words[-2].end_ms)


def test_scores_tell_the_text_from_another(aligner: OfflineAligner) -> None:
    """Words that were spoken correlate with the reference; words that were not do so less."""
    said, unsaid = (
        "We were late because the train had stopped in the tunnel",
        "Please add some sugar and mix it with a big spoon",
    )
    right, wrong = (aligner.align(spoken(said), text.split(), "en") for text in (said, unsaid))
    assert all(0 <= word.score <= 1 for word in right + wrong)
    assert np.mean([word.score for word in right]) > 0.7
    assert np.mean([word.score for word in wrong]) < 0.6


@pytest.mark.parametrize(
    ("audio", "words", "language", "message"),
    [
        (silence(1000), ["Hello"], "en", "the audio is silent"),
        (silence(0), ["Hello"], "en", "the audio is silent"),
        (spoken("Hello"), ["Hello"], "tlh-x", "aligner offline does not speak 'tlh-x'"),
        (spoken("Hello"), ["…", "🎉"], "en", "nothing in the text can be spoken"),
    ],
    ids=["silent", "empty", "language", "unspeakable"],
)
def test_refusals(aligner: OfflineAligner, audio: Audio, words: list[str], language: str, message: str) -> None:
    """What cannot be aligned is said in words."""
    with pytest.raises(AlignmentError, match=f"^{message}$"):
        aligner.align(audio, words, language)


def test_a_click_is_no_speech_of_a_long_text(aligner: OfflineAligner) -> None:
    """Far too much text for its audio ends in words or an AlignmentError, soon and in little memory."""
    samples = silence(3000).samples
    samples[30_000:30_300] = 0.5
    try:
        words = aligner.align(Audio(samples, SAMPLE_RATE), ["word"] * 500, "en")
    except AlignmentError:
        return
    assert len(words) == 500
    assert all(0 <= word.start_ms <= word.end_ms <= 3000 for word in words)
