"""The aligners' common rules: what a result has to be, who is asked, and how sure the answer is."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from f5tts_worker.aligners.base import AlignmentError, State
from f5tts_worker.aligners.chain import AlignerChain, agreement
from f5tts_worker.aligners.checks import MIN_WORD_MS, checked, is_spoken
from f5tts_worker.audio import Audio
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
