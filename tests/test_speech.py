"""A plan becomes a recording: chunks in the order of the text, exact pauses, and every word at its time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from spoken import plan_text, speak, speak_plan

from f5tts_worker.audio import SAMPLE_RATE, Audio, Samples
from f5tts_worker.dispatch import dispatch
from f5tts_worker.engines import Take
from f5tts_worker.engines.preview import PreviewEngine
from f5tts_worker.job import Job
from f5tts_worker.mix import KEPT_MS
from f5tts_worker.text.words import split_words
from f5tts_worker.worker import Worker

ENGINE = PreviewEngine()
TEXT = "One.[pause 300ms] Two costs $45, she said.\n\nThree! 😀 [pause 1s]😀[pause 1s] Four, 5 and 6."


class UnorderedEngine(PreviewEngine):
    """Gives the first take first and the others backwards."""

    def speak(self, *arguments: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        first, *others = super().speak(*arguments)
        yield from (first, *others[::-1])


class BatchEngine(UnorderedEngine):
    """Gives takes that it was told are there, as a batch does of which one was missing."""

    def speak(self, lines: Any, options: Any, stop: Any, done: Any = ()) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        yield from super().speak(lines, options, stop)


class WordlessEngine(PreviewEngine):
    """Does not know when it says what."""

    def speak(self, *arguments: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        for i, take in super().speak(*arguments):
            yield i, Take(take.audio)


class SilentEngine(PreviewEngine):
    """Says nothing for whatever it is told to say."""

    def speak(self, *arguments: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        for i, take in super().speak(*arguments):
            yield i, Take(Audio(np.zeros_like(take.audio.samples), SAMPLE_RATE), take.words)


@pytest.mark.parametrize("engine", [UnorderedEngine(), BatchEngine()], ids=["backwards", "more than asked"])
def test_the_order_of_takes_changes_nothing(engine: PreviewEngine) -> None:
    """Whichever line is spoken first, the text is heard from its beginning to its end."""
    plain, other = speak(ENGINE, TEXT), speak(engine, TEXT)
    assert list(other.spoken) != list(plain.spoken)
    np.testing.assert_array_equal(other.audio.samples, plain.audio.samples)
    assert (other.parts, other.words) == (plain.parts, plain.words)


def test_each_part_is_where_it_is_said() -> None:
    """Parts follow one another with the pauses of the plan between them; what is not said takes no time."""
    spoken = speak(ENGINE, TEXT)
    assert [" ".join(piece.shown for piece in part.pieces) for part in spoken.parts if part.pieces] == [
        *("One.", "Two costs $45, she said.", "Three! 😀", "😀", "Four, 5 and 6.")
    ]
    for part, chunk in zip(spoken.parts, spoken.plan.chunks, strict=True):
        assert (part.end_ms > part.start_ms) == bool(chunk.said)
    gaps = [after.start_ms - part.end_ms for part, after in zip(spoken.parts, spoken.parts[1:], strict=False)]
    assert gaps == pytest.approx([chunk.pause_ms for chunk in spoken.plan.chunks[:-1]], abs=1.1)


def test_words_are_the_callers_at_the_times_of_what_is_said() -> None:
    """Figures are timed by the words that are said for them, an emoji takes no time."""
    words = speak(ENGINE, TEXT).words
    assert words is not None
    assert [word.text for word in words] == split_words(TEXT.replace("[pause 300ms]", "").replace("[pause 1s]", " "))
    times = {word.text: word.end_ms - word.start_ms for word in words}
    assert times["$45,"] > times["Two"] * 1.5
    assert times["😀"] == 0


def test_an_engine_without_times_leaves_them_to_the_aligners() -> None:
    """No words, but parts in which they can be found."""
    spoken = speak(WordlessEngine(), TEXT)
    assert spoken.words is None
    assert [part.said_words for part in spoken.parts if part.pieces][1] == [
        *("Two", "costs", "forty-five", "dollars,", "she", "said.")
    ]


PIECES = st.sampled_from(["Hello", "world.", "$45", "—", "😀", "“Yes!”", "你好。", "10%", "\n\n", "[pause 20ms]"])


@settings(max_examples=25, deadline=None)
@given(st.lists(PIECES, max_size=40), st.booleans())
def test_words_never_run_backwards(parts: list[str], shorten: bool) -> None:
    """One for each that captions show, in order, inside the audio, whatever is joined how."""
    spoken = speak_plan(ENGINE, plan_text(ENGINE, f"Well, {' '.join(parts)}"), shorten=shorten)
    words = spoken.words or []
    shown = [word for chunk in spoken.plan.chunks for piece in chunk.pieces for word in piece.shown_words]
    assert [word.text for word in words] == shown
    edges = [edge for word in words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert edges[-1] <= spoken.audio.duration_s * 1000 + 1
    places = [edge for part in spoken.parts for edge in (part.start_ms, part.end_ms)]
    assert places[::2] == sorted(places[::2])


def said(worker: Worker, own_id: str = "job", **fields: Any) -> dict[str, Any]:
    """The answer to a job that must succeed."""
    answer = dispatch(fields, worker, Job(own_id))
    assert "error" not in answer, answer
    return answer


def samples_of(answer: dict[str, Any]) -> Samples:
    """The wav behind an answer's link, as whole numbers."""
    samples, rate = soundfile.read(Path(unquote(urlsplit(answer["audio_url"]).path)), dtype="int16")
    assert rate == SAMPLE_RATE
    return np.asarray(samples)


def silences_ms(samples: Samples, at_least_ms: int = 200) -> list[float]:
    """The lengths of the runs of digital silence."""
    edges = np.concatenate([[-1], np.flatnonzero(samples), [len(samples)]])
    runs = (np.diff(edges) - 1) * 1000 / SAMPLE_RATE
    return [float(run) for run in runs if run >= at_least_ms]


def test_pauses_are_exact_in_the_file(worker: Worker) -> None:
    """A second more in the tag is a second more in the wav, to the sample, and the silence is as long as it says."""
    one, two = (
        samples_of(said(worker, f"job-{n}", text=f"Well.[pause {n}s] Go on, please.", remove_silence=n == 2))
        for n in (1, 2)
    )
    assert silences_ms(one) == [pytest.approx(1_000 + KEPT_MS, abs=KEPT_MS + 1)]
    assert silences_ms(two) == [pytest.approx(2_000 + KEPT_MS, abs=KEPT_MS + 1)]
    plain = samples_of(said(worker, "job-3", text="Well.[pause 2s] Go on, please."))
    assert len(plain) - len(one) == SAMPLE_RATE


def test_paragraphs_are_parted(worker: Worker) -> None:
    """By half a second, or by as much as was asked for."""
    answers = [said(worker, f"job-{ms}", text="One.\n\nTwo.", paragraph_pause_ms=ms) for ms in (500, 1_250)]
    half, longer = map(samples_of, answers)
    assert len(longer) - len(half) == 750 * 24
    default = samples_of(said(worker, "default", text="One.\n\nTwo."))
    np.testing.assert_array_equal(default, half)


def test_speed_of_a_part(worker: Worker) -> None:
    """A tag changes the pace of what it holds, and of nothing else."""
    words = "to be heard by all of them"
    plain, tagged = (
        said(worker, name, text=text, return_word_timings=True)["words"]
        for name, text in (
            ("plain", f"Slow. {words}. Slow."),
            ("tagged", f"Slow. [speed:2]{words}.[/speed] Slow."),
        )
    )
    assert [word["word"] for word in tagged] == [word["word"] for word in plain]

    def length(timed: list[dict[str, Any]], first: int, last: int) -> float:
        return float(timed[last]["end_ms"] - timed[first]["start_ms"])

    assert length(plain, 1, 7) / length(tagged, 1, 7) == pytest.approx(2, rel=0.25)
    assert length(plain, 0, 0) == pytest.approx(length(tagged, 0, 0), rel=0.35)


def test_silence_is_no_speech(worker: Worker) -> None:
    """A text of which nothing is heard is refused, rather than answered with silence."""
    worker.engine = SilentEngine()
    error = dispatch({"text": "Hello."}, worker, Job("job"))["error"]
    assert error.startswith("invalid_input: text: nothing in it can be spoken")
    assert not worker.storage.head("output/job.wav")


class TestVoices:
    """A text of several voices."""

    DIALOGUE = (
        {"voice": "ann", "text": "Is it $5?", "pause_after_ms": 800},
        {"voice": "bob.wav", "text": "It is.", "speed": "1.5"},
        {"voice": "ann", "text": "Then I take two."},
    )

    @pytest.fixture(autouse=True)
    def _voices(self, worker: Worker, recording_wav: bytes) -> None:
        for name in ("ann", "bob"):
            worker.voices.add(name, recording_wav, ref_text="Some people.", language=None)

    def test_each_word_has_its_speaker(self, worker: Worker) -> None:
        """In the answer and in the captions, with the pauses between the lines."""
        answer = said(worker, dialogue=list(self.DIALOGUE), return_word_timings=True, timing_format="json,srt,ass")
        speakers = [(word["word"], word["speaker"]) for word in answer["words"]]
        assert speakers == [
            *((word, "ann") for word in ("Is", "it", "$5?")),
            *((word, "bob") for word in ("It", "is.")),
            *((word, "ann") for word in ("Then", "I", "take", "two.")),
        ]
        silences = silences_ms(samples_of(answer))
        assert silences == [pytest.approx(ms + KEPT_MS, abs=KEPT_MS + 1) for ms in (800, 500)]
        path = Path(unquote(urlsplit(answer["timing_files"]["ass"]).path))
        assert ",bob,0," in path.read_text(encoding="utf-8")

    def test_tags_and_dialogue_say_the_same(self, worker: Worker) -> None:
        """One can be written as the other."""
        text = (
            "[voice:ann]Is it $5?[/voice][pause 800ms]\n[voice:bob][speed:1.5]It is.[/speed][/voice]\n\n"
            "[voice: ann.wav]Then I take two.[/voice]"
        )
        tagged = said(worker, "tagged", text=text, return_word_timings=True)
        listed = said(worker, "listed", dialogue=list(self.DIALOGUE), return_word_timings=True)
        np.testing.assert_array_equal(samples_of(tagged), samples_of(listed))
        assert tagged["words"] == listed["words"]
        for answer in (tagged, listed):
            assert " ".join(answer["text"].split()) == "Is it $5? It is. Then I take two."

    def test_the_rest_is_the_narrators(self, worker: Worker) -> None:
        """What no tag gives to another is the job's own voice, by its name."""
        for fields, name in (({}, "narrator"), ({"voice": "bob"}, "bob")):
            text = "So. [voice:ann]Is it?[/voice] It was."
            answer = said(worker, f"job-{name}", text=text, return_word_timings=True, **fields)
            assert [word["speaker"] for word in answer["words"]] == [name, "ann", "ann", name, name]
            assert answer["voice"] == (f"{name}.wav" if fields else None)

    def test_one_voice_has_no_speaker(self, worker: Worker) -> None:
        """Captions of a text without voices name nobody."""
        answer = said(worker, text="So it was.", voice="ann", return_word_timings=True)
        assert not any(word.get("speaker") for word in answer["words"])

    def test_a_voice_that_has_nothing_to_say(self, worker: Worker) -> None:
        """A job's own voice beside a dialogue is a warning: nothing is left for it."""
        warnings = said(worker, dialogue=list(self.DIALOGUE), voice="bob")["warnings"]
        assert "local_voice: not used, for all of the text has voices of its own" in warnings

    @pytest.mark.parametrize(
        "fields",
        [{"text": "So. [voice:rob]Is it?[/voice]"}, {"dialogue": [{"voice": "rob", "text": "Is it?"}]}],
        ids=["tag", "dialogue"],
    )
    @pytest.mark.parametrize("endpoint", ["tts", "preview_text"])
    def test_unknown_voice(self, worker: Worker, fields: dict[str, Any], endpoint: str) -> None:
        """It fails the job before anything is spoken, and the nearest voice is named."""
        error = dispatch({"endpoint": endpoint, **fields}, worker, Job("job"))["error"]
        assert error.startswith("voice_not_found: no voice 'rob.wav'")
        assert "bob" in error
        assert not worker.storage.head("output/job.wav")

    def test_timing_later_knows_the_speakers(self, worker: Worker) -> None:
        """From the job's record, by its engine's times and by an aligner's."""
        said(worker, "talk", dialogue=list(self.DIALOGUE))
        for method in ("auto", "offline"):
            answer = said(worker, method, endpoint="timing", job_id="talk", timing_method=method)
            assert [word["speaker"] for word in answer["words"]] == ["ann"] * 3 + ["bob"] * 2 + ["ann"] * 4
            edges = [edge for word in answer["words"] for edge in (word["start_ms"], word["end_ms"])]
            assert edges == sorted(edges)
