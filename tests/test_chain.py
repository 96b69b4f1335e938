"""The aligners' common rules: what a result has to be, who is asked, and how sure the answer is."""

import threading
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from f5tts_worker.aligners.base import AlignmentError, State
from f5tts_worker.aligners.chain import AlignerChain, Stretch, agreement
from f5tts_worker.aligners.checks import MIN_WORD_MS, checked, is_spoken
from f5tts_worker.audio import Audio
from f5tts_worker.errors import Cancelled
from f5tts_worker.job import STOP
from f5tts_worker.words import Word

AUDIO = Audio(np.zeros(16_000, np.float32), 8_000)  # 2 s
TEXT = ["One", "two", "three"]
TIMES = [(0, 500), (600, 1000), (1000, 1900)]


def timed(times: list[tuple[int, int]], source: str = "x", texts: list[str] = TEXT) -> list[Word]:
    """Words with these times."""
    return [Word(text, start, end, 0.9, source) for text, (start, end) in zip(texts, times, strict=True)]


@dataclass
class FixedAligner:
    """An aligner that answers the same always, or cannot."""

    name: str
    times: list[tuple[int, int]] | None = None
    problem: str | None = None
    state: State = "cold"
    asked: list[str | None] = field(default_factory=list)

    def load(self) -> None:
        """See Aligner."""
        self.state = "unavailable" if self.problem else "ready"

    def align(self, audio: Audio, words: list[str], language: str | None) -> list[Word]:
        """See Aligner."""
        self.asked.append(language)
        if self.times is None:
            raise AlignmentError("it heard nothing")
        return timed(self.times, self.name)


def test_a_good_result_stays_as_it_is() -> None:
    """Times in order, inside the audio and long enough are not touched."""
    assert checked(TEXT, timed(TIMES), 2000) == timed(TIMES)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (timed(TIMES)[:2], "it found 2 words of 3"),
        (timed(TIMES, texts=["One", "too", "three"]), "it found 3 words of 3"),
        (timed([(600, 700), (0, 500), (1000, 1900)]), "its words run backwards"),
        (timed([(0, 500), (600, 1000), (1000, 2200)]), "its words lie outside the audio"),
        (timed([(-200, 500), (600, 1000), (1000, 1900)]), "its words lie outside the audio"),
        (timed([(0, 10), (10, 10), (10, 20)]), "3 of 3 words found no room"),
    ],
    ids=["too few", "another word", "backwards", "past the end", "before the start", "squeezed"],
)
def test_results_that_do_not_stand(found: list[Word], says: str) -> None:
    """A result that cannot be right is refused with what is wrong with it."""
    with pytest.raises(AlignmentError, match=says):
        checked(TEXT, found, 2000)


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 400), st.booleans()), min_size=1, max_size=30),
    st.integers(1500, 2100),
)
def test_what_stands_can_be_shown(drawn: list[tuple[int, int, bool]], audio_ms: int) -> None:
    """Whatever passes has one entry per word, no overlaps, nothing outside, and room for each spoken word."""
    drawn = sorted(drawn)
    texts = ["word" if spoken else "—" for _, _, spoken in drawn]
    found = timed([(start, start + length) for start, length, _ in drawn], texts=texts)
    try:
        words = checked(texts, found, audio_ms)
    except AlignmentError:
        return
    assert [word.text for word in words] == texts
    edges = [edge for word in words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= audio_ms
    if MIN_WORD_MS * len(texts) <= audio_ms // 2:
        assert all(word.end_ms - word.start_ms >= MIN_WORD_MS for word in words if is_spoken(word.text))


def test_the_first_that_can_answers() -> None:
    """With auto the aligners are asked in order, and no warning tells of those that could not."""
    chain = AlignerChain(
        [FixedAligner("whisperx", problem="no model"), FixedAligner("google"), FixedAligner("offline", TIMES)]
    )
    alignment = chain.align(AUDIO, TEXT, "en")
    assert (alignment.method, alignment.words, alignment.warnings) == ("offline", timed(TIMES, "offline"), [])


def test_a_result_that_does_not_stand_passes_the_job_on() -> None:
    """An aligner whose result fails the checks is no better than one that fails."""
    chain = AlignerChain(
        [FixedAligner("whisperx", [(600, 700), (0, 500), (1000, 1900)]), FixedAligner("offline", TIMES)]
    )
    assert chain.align(AUDIO, TEXT, None).method == "offline"


def test_a_named_method_goes_first() -> None:
    """Who names a method gets it, or another with a warning that says why."""
    chain = AlignerChain([FixedAligner("whisperx", TIMES), FixedAligner("offline", TIMES)])
    assert chain.align(AUDIO, TEXT, None, method="offline").method == "offline"
    alignment = chain.align(AUDIO, TEXT, None, method="google")
    assert alignment.method == "whisperx"
    assert alignment.warnings == ["word times are from whisperx, not google (google: it is not set up on this worker)"]


def test_strict_stops_at_the_named_method() -> None:
    """With strict no other method answers."""
    chain = AlignerChain([FixedAligner("whisperx", problem="no model"), FixedAligner("offline", TIMES)])
    with pytest.raises(AlignmentError, match=r"^whisperx: no model$"):
        chain.align(AUDIO, TEXT, None, method="whisperx", strict=True)


def test_nobody_can() -> None:
    """Where all fail, each says why."""
    chain = AlignerChain([FixedAligner("whisperx", problem="no model"), FixedAligner("offline")])
    with pytest.raises(AlignmentError, match=r"^whisperx: no model; offline: it heard nothing$"):
        chain.align(AUDIO, TEXT, None)


def test_confidence_is_agreement() -> None:
    """Confidence is the share of words whose starts a second aligner, if one is loaded, puts within 100 ms."""
    whisperx = FixedAligner("whisperx", TIMES)
    offline = FixedAligner("offline", [(90, 500), (701, 1000), (1000, 1900)])
    chain = AlignerChain([whisperx, offline])
    assert chain.align(AUDIO, TEXT, None).confidence is None
    offline.load()
    assert chain.align(AUDIO, TEXT, None).confidence == pytest.approx(2 / 3)
    assert chain.align(AUDIO, TEXT, None, method="offline").confidence == pytest.approx(2 / 3)
    offline.times = None
    assert chain.align(AUDIO, TEXT, None).confidence is None


def test_agreement_counts_spoken_words() -> None:
    """A dash, which is not spoken, is nothing to agree on."""
    dash = Word("—", 0, 0, 1.0, "x")
    assert agreement([(dash, dash)]) is None
    one, late = Word("One", 0, 100, 1.0, "x"), Word("One", 200, 300, 1.0, "y")
    assert agreement([(dash, dash), (one, one), (one, late)]) == 0.5


@dataclass
class EvenAligner:
    """An aligner that gives every word the same share, unless there is a word that it cannot find."""

    name: str
    state: State = "ready"
    problem: str | None = None
    late_ms: int = 0
    cannot: str = ""
    heard_ms: list[int] = field(default_factory=list)

    def load(self) -> None:
        """See Aligner."""

    def align(self, audio: Audio, words: list[str], language: str | None) -> list[Word]:
        """See Aligner."""
        self.heard_ms.append(round(audio.duration_s * 1000))
        if self.cannot in words:
            raise AlignmentError(f"it did not hear {self.cannot}")
        step = self.heard_ms[-1] // len(words)
        return [Word(word, i * step + self.late_ms, (i + 1) * step, 0.9, self.name) for i, word in enumerate(words)]


STRETCHES = [Stretch(100, 400, ["One"]), Stretch(400, 400, ["🙂", "—"]), Stretch(1_000, 1_800, ["two", "three"])]


def times(alignment_words: list[Word]) -> list[tuple[str, int, int]]:
    """What of words is compared."""
    return [(word.text, word.start_ms, word.end_ms) for word in alignment_words]


def test_stretches_are_aligned_each_by_itself() -> None:
    """An aligner hears each alone; the times are those in the whole, and a stretch without speech costs no look."""
    aligner = EvenAligner("whisperx")
    alignment = AlignerChain([aligner]).align_stretches(AUDIO.slice_ms, STRETCHES, "en")
    assert aligner.heard_ms == [300, 800]
    assert [times(words) for words in alignment.stretches] == [
        [("One", 100, 400)],
        [("🙂", 400, 400), ("—", 400, 400)],
        [("two", 1_000, 1_400), ("three", 1_400, 1_800)],
    ]
    assert alignment.words == [word for words in alignment.stretches for word in words]


def test_one_aligner_does_all_stretches() -> None:
    """Where one of them fails, the next aligner does all of them: word times are of one kind."""
    first, second = EvenAligner("whisperx", cannot="two"), EvenAligner("offline")
    alignment = AlignerChain([first, second]).align_stretches(AUDIO.slice_ms, STRETCHES, "en")
    assert alignment.method == "offline"
    assert {word.source for word in alignment.words} == {"offline"}
    assert len(second.heard_ms) == 2


@pytest.mark.parametrize(("late_ms", "agreed"), [(0, 1.0), (90, 1.0), (150, 0.0)])
def test_agreement_is_over_all_stretches(late_ms: int, agreed: float) -> None:
    """A second aligner hears the same stretches; what nobody speaks is not counted."""
    chain = AlignerChain([EvenAligner("whisperx"), EvenAligner("offline", late_ms=late_ms)])
    assert chain.align_stretches(AUDIO.slice_ms, STRETCHES, "en").confidence == agreed


def test_nothing_to_align() -> None:
    """Words that nobody speaks take no time, and nobody is unsure of them."""
    alignment = AlignerChain([EvenAligner("offline")]).align(AUDIO, ["🙂"], None)
    assert (times(alignment.words), alignment.confidence) == ([("🙂", 0, 0)], None)


def test_a_stop_is_heeded_between_stretches() -> None:
    """A long text need not be aligned to its end."""
    stop = threading.Event()
    aligner = EvenAligner("offline")

    def listen(start_ms: int, end_ms: int) -> Audio:
        stop.set()
        return AUDIO.slice_ms(start_ms, end_ms)

    token = STOP.set(stop)
    try:
        with pytest.raises(Cancelled):
            AlignerChain([aligner]).align_stretches(listen, STRETCHES, None)
    finally:
        STOP.reset(token)
    assert aligner.heard_ms == [300]
