"""How takes are joined: pauses to the sample, no sound faded or doubled, no clicks, voices level with themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spoken import tape_audio, tone

from f5tts_worker.audio import SAMPLE_RATE, Audio, Samples, join
from f5tts_worker.mix import CLICK_MS, KEPT_MS, LONGEST_EDGE_MS, LONGEST_MS, Mix, Placed, speech_db
from f5tts_worker.tape import Tape
from f5tts_worker.words import Word

MS = SAMPLE_RATE // 1000
"""Samples."""


@pytest.fixture
def tape() -> Iterator[Tape]:
    """An empty one."""
    with Tape() as tape:
        yield tape


def mix_on(tape: Tape, cross_fade_s: float = 0.15, *, shorten: bool = False) -> Mix:
    """A mix with the defaults of a job."""
    return Mix(tape, cross_fade_s=cross_fade_s, shorten=shorten)


def mixed(tape: Tape, *steps: tuple[Audio, int] | Audio | int, **options: Any) -> Samples:
    """Takes of one voice, with or without a pause behind them, and pauses."""
    mix = mix_on(tape, **options)
    for step in steps:
        if isinstance(step, int):
            mix.pause(step)
        else:
            audio, pause_ms = step if isinstance(step, tuple) else (step, 0)
            mix.add(audio, None, None, pause_ms)
    mix.close()
    return tape_audio(tape).samples


def silence(ms: int) -> Audio:
    """Digital silence."""
    return Audio(np.zeros(ms * MS, np.float32), SAMPLE_RATE)


def noise(ms: int, level: float = 1e-4, seed: int = 0) -> Audio:
    """What a model leaves between words: quiet, and not silent."""
    return Audio(
        np.random.default_rng(seed).normal(0, level, ms * MS).astype(np.float32),
        SAMPLE_RATE,
    )


def longest_zeros(samples: Samples) -> int:
    """The length of the longest run of digital silence, in samples."""
    sounding = np.flatnonzero(samples)
    edges = np.concatenate([[-1], sounding, [len(samples)]])
    return int(np.diff(edges).max()) - 1


SPEECH = join([noise(200), tone(0.5), noise(300)])
"""A sound with the breath before and behind it."""


@pytest.mark.parametrize("pause_ms", [1, 7, 250, 1_000, 2_000, 9_999])
def test_a_pause_has_its_length_to_the_sample(tape: Tape, pause_ms: int) -> None:
    """Between two takes lie exactly the samples that were asked for, and of their own quiet no more than KEPT_MS."""
    samples = mixed(tape, (SPEECH, pause_ms), SPEECH)
    assert longest_zeros(samples) == pause_ms * MS
    with Tape() as other:
        longer = mixed(other, (SPEECH, pause_ms + 1_000), SPEECH)
    assert len(longer) - len(samples) == SAMPLE_RATE
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    between = int(np.diff(loud).max())
    assert pause_ms * MS < between <= (pause_ms + 2 * KEPT_MS + 10) * MS


def test_pauses_before_and_behind_add_up(tape: Tape) -> None:
    """A pause before the first take, one behind the last, and two in a row are all there."""
    samples = mixed(tape, 300, (tone(0.2), 100), 400, tone(0.2), 500)
    zero = samples == 0
    assert zero[: 300 * MS].all()
    assert not zero[300 * MS : 302 * MS].all()
    assert zero[500 * MS : 1_000 * MS].all()
    assert zero[1_200 * MS :].all()
    assert len(samples) == 1_700 * MS


def test_no_pause_is_nothing(tape: Tape) -> None:
    """One of no length leaves the joint as it is."""
    plain = mixed(tape, SPEECH, SPEECH)
    with Tape() as other:
        np.testing.assert_array_equal(mixed(other, 0, SPEECH, 0, (SPEECH, 0), 0), plain)


@pytest.mark.parametrize(("lead_ms", "trail_ms"), [(200, 300), (50, 300), (300, 40), (20, 10)])
def test_takes_meet_in_their_silence(tape: Tape, lead_ms: int, trail_ms: int) -> None:
    """They overlap by the fade or by as much silence as both have; each sound is there once, in full."""
    first, second = tone(0.5, trail_s=trail_ms / 1000), tone(0.4, lead_s=lead_ms / 1000, hertz=660)
    samples = mixed(tape, first, second)
    overlap = min(150, lead_ms, trail_ms) * MS
    assert len(samples) == len(first.samples) + len(second.samples) - overlap
    np.testing.assert_array_equal(samples[: 500 * MS], first.samples[: 500 * MS])
    np.testing.assert_array_equal(samples[-400 * MS :], second.samples[-400 * MS :])
    assert np.sum(samples**2) == pytest.approx(np.sum(first.samples**2) + np.sum(second.samples**2), rel=1e-5)


def test_the_fade_can_be_left_out(tape: Tape) -> None:
    """With a fade of nothing, takes stand one behind the other."""
    first, second = tone(0.5, trail_s=0.3), tone(0.4, lead_s=0.3)
    samples = mixed(tape, first, second, cross_fade_s=0.0)
    np.testing.assert_array_equal(samples, np.concatenate([first.samples, second.samples]))


def test_breath_is_faded_into_breath(tape: Tape) -> None:
    """Where quiet noise meets quiet noise the level stays, with no step and no hole."""
    samples = mixed(tape, SPEECH, SPEECH)
    between = Audio(samples[720 * MS : 830 * MS], SAMPLE_RATE)
    assert between.levels_db.min() > -86
    assert between.levels_db.max() < -76


@pytest.mark.parametrize("pause_ms", [0, 500], ids=["butt", "pause"])
def test_sounds_without_silence_do_not_click(tape: Tape, pause_ms: int) -> None:
    """Takes that begin and end in the middle of a sound are joined without a step, and lose CLICK_MS at most."""
    loud = Audio(np.full(500 * MS, 0.5, np.float32), SAMPLE_RATE)
    other = Audio(np.full(500 * MS, -0.5, np.float32), SAMPLE_RATE)
    samples = mixed(tape, (loud, pause_ms), other)
    steps = np.abs(np.diff(samples))
    assert steps.max() <= 0.5 / (CLICK_MS * MS - 1) + 1e-6
    assert len(samples) == (1_000 + pause_ms) * MS
    changed = np.flatnonzero(samples != np.concatenate([loud.samples, np.zeros(pause_ms * MS), other.samples]))
    assert len(changed) <= 2 * CLICK_MS * MS


def test_beginning_and_end_of_the_whole_stay(tape: Tape) -> None:
    """What nothing stands beside is not faded: one take comes out as it went in."""
    take = tone(0.5)
    np.testing.assert_array_equal(mixed(tape, take), take.samples)


def level(samples: Samples) -> float:
    """In dBFS, of what sounds."""
    found = speech_db(Audio(samples, SAMPLE_RATE))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("difference_db", "left_db"), [(1.0, 0.0), (-3.0, 0.0), (6.0, 0.0), (9.0, 3.0), (-20.0, -14.0)]
)
def test_a_voice_keeps_its_level(tape: Tape, difference_db: float, left_db: float) -> None:
    """A take is brought towards what the voice was like before it, by 6 dB at most; the first one stays as it is."""
    mix = mix_on(tape)
    first = tone(20.0, peak=0.1)
    mix.add(first, None, "ann", 100)
    mix.add(tone(0.1, peak=0.1 * 10 ** (difference_db / 20)), None, "ann")
    mix.close()
    samples = tape_audio(tape).samples
    np.testing.assert_array_equal(samples[: 19_900 * MS], first.samples[: 19_900 * MS])
    assert level(samples[-80 * MS :]) - level(first.samples) == pytest.approx(left_db, abs=0.2)


def test_voices_keep_their_own_levels(tape: Tape) -> None:
    """A soft voice stays soft beside a loud one, whoever speaks first."""
    mix = mix_on(tape)
    for peak, voice in ((0.8, None), (0.2, "ann"), (0.8, None), (0.2, "ann"), (0.4, "bob")):
        mix.add(tone(1.0, peak=peak), None, voice, 100)
    mix.close()
    samples = tape_audio(tape).samples
    peaks = [np.abs(samples[start * MS : (start + 1_000) * MS]).max() for start in range(0, 5_500, 1_100)]
    assert peaks == pytest.approx([0.8, 0.2, 0.8, 0.2, 0.4], rel=0.01)


def test_nothing_is_raised_past_full_scale(tape: Tape) -> None:
    """A soft take with a peak in it is raised until the peak is at full scale."""
    soft = tone(1.0, peak=0.3)
    soft.samples[5_000] = 0.8
    mix = mix_on(tape)
    mix.add(tone(20.0, peak=0.6), None, None, 100)
    mix.add(soft, None, None)
    mix.close()
    raised = tape_audio(tape).samples[-1_000 * MS :]
    assert np.abs(raised).max() == pytest.approx(1.0, abs=1e-5)
    assert level(raised) > level(soft.samples) + 1


def test_what_is_past_full_scale_is_not_pressed_down(tape: Tape) -> None:
    """Matching levels is no limiter: a take that clips comes out as loud as it was."""
    samples = mixed(tape, tone(1.0, peak=1.2))
    assert np.abs(samples).max() == pytest.approx(1.2, rel=1e-3)


def test_silence_says_nothing_of_a_voice(tape: Tape) -> None:
    """A take that is silent changes no level, and alone is nothing that sounds."""
    mix = mix_on(tape)
    mix.add(silence(500), None, None)
    assert not mix.sounds
    mix.add(tone(0.5, peak=0.3), None, None)
    assert mix.sounds
    mix.close()
    samples = tape_audio(tape).samples
    assert np.abs(samples).max() == pytest.approx(0.3, rel=1e-3)
    assert len(samples) == 1_000 * MS


class TestShorten:
    """Where long silences are to be cut."""

    TAKE = join([silence(900), tone(0.3), silence(2_500), tone(0.3), silence(1_200)])

    def test_silences_of_takes_are_shortened(self, tape: Tape) -> None:
        """Inside a take to LONGEST_MS, at its edges to LONGEST_EDGE_MS; the sounds stay whole."""
        samples = mixed(tape, self.TAKE, shorten=True)
        sounding = np.flatnonzero(np.abs(samples) > 1e-6)
        assert sounding[0] == pytest.approx(LONGEST_EDGE_MS * MS, abs=MS)
        assert len(samples) - sounding[-1] == pytest.approx(LONGEST_EDGE_MS * MS, abs=MS)
        assert longest_zeros(samples) == pytest.approx(LONGEST_MS * MS, abs=MS)
        assert np.sum(samples**2) == pytest.approx(np.sum(self.TAKE.samples**2), rel=1e-5)

    def test_they_stay_where_nobody_asked(self, tape: Tape) -> None:
        """Without it, a take is left as it is."""
        np.testing.assert_array_equal(mixed(tape, self.TAKE), self.TAKE.samples)

    def test_a_pause_that_was_asked_for_stays(self, tape: Tape) -> None:
        """Three seconds between takes stay three seconds."""
        samples = mixed(tape, (self.TAKE, 3_000), self.TAKE, shorten=True)
        assert 3_000 * MS <= longest_zeros(samples) <= (3_000 + 2 * KEPT_MS) * MS + 1  # a tone begins at zero

    def test_joints_are_no_longer_than_silences_inside(self, tape: Tape) -> None:
        """Where two long silences meet, no more than LONGEST_MS is left."""
        samples = mixed(tape, self.TAKE, self.TAKE, shorten=True)
        assert longest_zeros(samples) <= (LONGEST_MS + 1) * MS

    def test_words_move_with_what_was_cut(self, tape: Tape) -> None:
        """The word behind a silence that was shortened is where it sounds."""
        mix = mix_on(tape, shorten=True)
        words = [Word("one", 900, 1_200, 1.0, "native"), Word("two", 3_700, 4_000, 1.0, "native")]
        placed = mix.add(self.TAKE, words, None)
        mix.close()
        assert_sounding(tape_audio(tape), placed.words or [], margin_ms=2)


def bursts(lengths_ms: list[int], gap_ms: int = 80, lead_ms: int = 60, trail_ms: int = 60) -> tuple[Audio, list[Word]]:
    """A take with a tone for each word, and the words' times."""
    parts, words, at = [silence(lead_ms)], [], lead_ms
    for i, length in enumerate(lengths_ms):
        parts += [tone(length / 1000), silence(gap_ms)]
        words.append(Word(f"word{i}", at, at + length, 1.0, "native"))
        at += length + gap_ms
    return join([*parts, silence(trail_ms)]), words


def assert_sounding(audio: Audio, words: list[Word], margin_ms: int = 1) -> None:
    """There is sound between a word's times, and none just outside of them."""
    for word in words:
        inside = audio.slice_ms(word.start_ms, word.end_ms).samples
        assert np.abs(inside[: 3 * MS]).max() > 0.1, word
        assert np.abs(inside[-3 * MS :]).max() > 0.1, word
        outside = audio.slice_ms(max(0, word.start_ms - 10), word.start_ms - margin_ms).samples
        assert not len(outside) or np.abs(outside).max() < 0.01, word
        outside = audio.slice_ms(word.end_ms + margin_ms, word.end_ms + 10).samples
        assert not len(outside) or np.abs(outside).max() < 0.01, word


@pytest.mark.parametrize("shorten", [False, True], ids=["kept", "shortened"])
@pytest.mark.parametrize("pause_ms", [0, 40, 700])
def test_words_are_where_they_sound(tape: Tape, pause_ms: int, shorten: bool) -> None:
    """After fades, pauses and cuts, each word's times are those of its tone."""
    mix, words = mix_on(tape, shorten=shorten), []
    mix.pause(pause_ms)
    for i in range(6):
        audio, spoken = bursts([100 + 20 * i, 150, 90], gap_ms=80 + 400 * (i % 3), lead_ms=40 + 300 * (i % 2))
        words += mix.add(audio, spoken, None, pause_ms * (i % 2)).words or []
    mix.close()
    assert len(words) == 18
    assert_sounding(tape_audio(tape), words, margin_ms=2)


def test_what_is_heard_so_far(tape: Tape) -> None:
    """It is the beginning of the whole, but for what the next take may fade into."""
    mix = mix_on(tape)
    mix.pause(200)
    mix.add(SPEECH, None, None)
    heard = mix.heard().samples
    mix.add(SPEECH, None, None)
    mix.close()
    whole = tape_audio(tape).samples
    assert len(heard) == pytest.approx((200 + KEPT_MS + 500 + 300) * MS, abs=2)  # a tone begins at nothing
    np.testing.assert_array_equal(heard[: -150 * MS], whole[: len(heard) - 150 * MS])
    np.testing.assert_allclose(heard, whole[: len(heard)], atol=1e-3)


@dataclass(frozen=True)
class Step:
    """A take and the pause behind it."""

    lead_ms: int
    tones_ms: list[int]
    trail_ms: int
    peak: float
    voice: str | None
    pause_ms: int

    @property
    def take(self) -> tuple[Audio, list[Word]]:
        """The audio and its words; no tone is silence."""
        audio, words = bursts(self.tones_ms, lead_ms=self.lead_ms, trail_ms=self.trail_ms)
        return Audio(audio.samples * np.float32(2 * self.peak), SAMPLE_RATE), words


STEPS = st.builds(
    Step,
    lead_ms=st.integers(0, 1_300),
    tones_ms=st.lists(st.integers(1, 300), max_size=4),
    trail_ms=st.integers(0, 1_300),
    peak=st.floats(0.001, 0.99),
    voice=st.sampled_from([None, "ann", "bob"]),
    pause_ms=st.sampled_from([0, 0, 1, 37, 500]),
)


def mix_steps(tape: Tape, steps: list[Step], cross_fade_s: float, *, shorten: bool) -> list[Placed]:
    """Where each step's take lies."""
    mix = mix_on(tape, cross_fade_s, shorten=shorten)
    placed = [mix.add(*step.take, step.voice, step.pause_ms) for step in steps]
    mix.close()
    assert mix.end_ms == tape.n_samples * 1000 // tape.rate
    return placed


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=6), st.sampled_from([0.0, 0.05, 0.15, 1.0]), st.booleans())
def test_whatever_is_joined_lies_in_order(steps: list[Step], cross_fade_s: float, shorten: bool) -> None:
    """Places rise and overlap by the fade at most, pauses lie between them whole, and words stay inside their own."""
    with Tape() as tape:
        placed = mix_steps(tape, steps, cross_fade_s, shorten=shorten)
        samples = tape_audio(tape).samples
    assert np.abs(samples).max(initial=0) <= 1
    assert placed[0].start_ms == 0
    assert placed[-1].end_ms + steps[-1].pause_ms == pytest.approx(len(samples) / MS, abs=1.1)
    for (step, place), (_, following) in pairwise(zip(steps, placed, strict=True)):
        assert place.start_ms <= following.start_ms
        gap_ms = following.start_ms - place.end_ms
        least_ms = step.pause_ms or -cross_fade_s * 1000
        assert least_ms - 1.1 <= gap_ms <= step.pause_ms + 1.1
    for step, place in zip(steps, placed, strict=True):
        edges = [edge for word in place.words or [] for edge in (word.start_ms, word.end_ms)]
        assert len(edges) == 2 * len(step.tones_ms)
        assert edges == sorted(edges)
        assert not edges or place.start_ms <= edges[0] <= edges[-1] <= place.end_ms


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=5), st.integers(1, 2_000))
def test_a_longer_pause_moves_what_follows_and_no_more(steps: list[Step], more_ms: int) -> None:
    """So many samples more, and everything else as it was."""
    longer = [Step(**(vars(step) | {"pause_ms": step.pause_ms + more_ms * bool(step.pause_ms)})) for step in steps]
    with Tape() as one, Tape() as other:
        mix_steps(one, steps, 0.15, shorten=False)
        mix_steps(other, longer, 0.15, shorten=False)
        paused = sum(bool(step.pause_ms) for step in steps)
        assert other.n_samples - one.n_samples == paused * more_ms * MS
        samples, stretched = tape_audio(one).samples, tape_audio(other).samples
        np.testing.assert_array_equal(samples[samples != 0], stretched[stretched != 0])
