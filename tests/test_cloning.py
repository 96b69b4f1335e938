"""Engine `f5` on a tiny checkpoint: where the f5-tts package goes wrong, this must not."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from spoken import Spoken, plan_text, speak_lines
from spoken import speak as speak_with
from tiny_f5 import tiny_settings

from f5tts_worker.audio import SAMPLE_RATE, Audio, decode
from f5tts_worker.dispatch import dispatch
from f5tts_worker.engines import ENGINES, Line, SpeechOptions, Take
from f5tts_worker.engines.cloning import CloningEngine
from f5tts_worker.errors import Cancelled, EngineError, InvalidAudio, InvalidInput, OutOfMemory
from f5tts_worker.f5.batches import Utterance
from f5tts_worker.f5.duration import CHUNK_MAX_S
from f5tts_worker.f5.mel import HOP
from f5tts_worker.f5.model import F5Model
from f5tts_worker.f5.sampler import Guidance
from f5tts_worker.job import Job
from f5tts_worker.reference import Reference
from f5tts_worker.serving import Serving, post_nowhere
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker, sample_reference

REFERENCE_TEXT = "Some call me nature."
OPTIONS = SpeechOptions(nfe_step=2)
SEED = 7
TEXT = "This is a sentence of some length, to be spoken. " * 8
LONG_TEXT = " ".join(f"Sentence {'number ' * (i % 4)}{i} is spoken after the others. " * 5 for i in range(5))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings on a tiny checkpoint."""
    return tiny_settings(tmp_path_factory.mktemp("tiny"))


class Watched:
    """A model that counts what the engine asks of it, and can be out of memory."""

    def __init__(self, model: F5Model) -> None:
        self._model = model
        self.prepared = 0
        self.freed = 0
        self.frames: list[int] = []
        self.failures = 0
        self.together = 1
        self.fit = 100

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def prepare(self, *arguments: Any) -> Any:
        """Counted."""
        self.prepared += 1
        return self._model.prepare(*arguments)

    def batches(self, utterances: list[Utterance], *, first_alone: bool) -> list[list[int]]:
        """The first alone if it has to be, and at most `together` of the others at a time, the last ones first."""
        alone = [[0]] if first_alone else []
        rest = list(range(len(alone), len(utterances)))[::-1]
        return [*alone, *(rest[i : i + self.together] for i in range(0, len(rest), self.together))]

    def speak(self, voice: Any, utterances: list[Utterance], *arguments: Any) -> Any:
        """Fails as often as `failures` says, and for more than `fit` at once."""
        if self.failures or len(utterances) > self.fit:
            self.failures = max(0, self.failures - 1)
            raise OutOfMemory("the GPU is full")
        self.frames += [one.n_frames for one in utterances]
        return self._model.speak(voice, utterances, *arguments)

    def free_memory(self) -> None:
        """Counted."""
        self.freed += 1


@pytest.fixture(scope="module")
def model(settings: Settings) -> F5Model:
    """The tiny model."""
    return F5Model.load(settings)


@pytest.fixture
def watched(model: F5Model) -> Watched:
    """The tiny model, watched."""
    return Watched(model)


@pytest.fixture
def engine(settings: Settings, watched: Watched) -> CloningEngine:
    """The engine on it."""
    engine = CloningEngine("f5", settings, lambda _: watched)
    engine.load()
    return engine


def speech_like(seconds: float, rms: float = 0.1) -> Audio:
    """Noise of a level."""
    samples = np.random.default_rng(0).standard_normal(int(seconds * SAMPLE_RATE)).astype(np.float32)
    return Audio(samples * np.float32(rms / np.sqrt(np.mean(samples**2))), SAMPLE_RATE)


REFERENCE = Reference(speech_like(2.0), REFERENCE_TEXT, "noise")


def speak(
    engine: CloningEngine,
    text: str,
    options: SpeechOptions = OPTIONS,
    reference: Reference | None = REFERENCE,
    speed: float = 1.0,
    seed: int = SEED,
) -> Spoken:
    """A text, spoken."""
    spoken = speak_with(engine, text, reference, options, speed=speed, seed=seed)
    assert next(iter(spoken.spoken)) == 0, "somebody waits to hear it"
    return spoken


def speak_line(
    engine: CloningEngine,
    text: str,
    options: SpeechOptions = OPTIONS,
    reference: Reference | None = REFERENCE,
    speed: float = 1.0,
) -> Audio:
    """One line, spoken."""
    (take,) = speak_lines(engine, [Line(text, reference, speed, SEED)], options)
    return take.audio


def assert_same(takes: list[Take], others: list[Take]) -> None:
    """The same samples in each."""
    assert len(takes) == len(others)
    for take, other in zip(takes, others, strict=True):
        np.testing.assert_array_equal(take.audio.samples, other.audio.samples)


def test_a_seed_decides_every_chunk(engine: CloningEngine, model: F5Model) -> None:
    """The same seed gives the same samples, and a chunk the same ones whatever was spoken before it."""
    first, again, other = (speak(engine, TEXT, seed=seed) for seed in (SEED, SEED, 8))
    np.testing.assert_array_equal(first.audio.samples, again.audio.samples)
    assert not np.array_equal(first.audio.samples, other.audio.samples)
    assert len(first.takes) > 1
    alone = speak_lines(engine, first.plan.lines(SEED)[-1:], OPTIONS)
    assert_same(alone, first.takes[-1:])


@pytest.mark.parametrize("together", [1, 2, 3])
def test_what_is_spoken_already_changes_nothing(engine: CloningEngine, watched: Watched, together: int) -> None:
    """A text that goes on where it was has the samples that it would have had; a batch of which all is there is left
    out."""
    watched.together = together
    lines = speak(engine, LONG_TEXT).plan.lines(SEED)
    whole = dict(engine.speak(lines, OPTIONS, threading.Event()))
    done = {0, len(lines) - 1, len(lines) - 2}
    rest = dict(engine.speak(lines, OPTIONS, threading.Event(), done))
    assert set(whole) - done <= set(rest)
    assert together > 2 or set(rest) == set(whole) - done
    assert_same([rest[i] for i in rest], [whole[i] for i in rest])
    assert list(engine.speak(lines, OPTIONS, threading.Event(), range(len(lines)))) == []


def test_voices_in_turns_speak_as_each_alone(engine: CloningEngine) -> None:
    """Lines of two voices, one after the other: each is what it is by itself, and the first comes first."""
    other = replace(REFERENCE, text="Other words are in it.", key="other")
    lines = [Line(f"Line {i} of a talk.", (other, REFERENCE)[i % 2], 1.0 + i / 10, i) for i in range(6)]
    alone = [take for line in lines for take in speak_lines(engine, [line], OPTIONS)]
    assert_same(speak_lines(engine, lines, OPTIONS), alone)


def test_a_measured_line_lasts_as_long_as_it_says(engine: CloningEngine) -> None:
    """What a plan expects of a line is what it takes, at any speed."""
    for text, speed in (("A line of some length, to be spoken.", 1.0), ("Hi", 1.0), ("Another one, spoken fast.", 2.0)):
        expected = engine.measure(REFERENCE, speed).seconds(text)
        assert speak_line(engine, text, speed=speed).duration_s == pytest.approx(expected, abs=0.02)


def test_a_processor_runs_only_short_chunks_together(model: F5Model) -> None:
    """The first alone, then four short ones at once; long ones fill a processor by themselves."""
    short, long = ([Utterance("Hello.", n_frames, i) for i in range(6)] for n_frames in (240, 900))
    assert [len(batch) for batch in model.batches(short, first_alone=True)] == [1, 4, 1]
    assert [len(batch) for batch in model.batches(short, first_alone=False)] == [4, 2]
    assert [len(batch) for batch in model.batches(long, first_alone=True)] == [1] * 6


@pytest.mark.parametrize("together", [2, 3, 16])
def test_a_batch_speaks_as_one_by_one(engine: CloningEngine, watched: Watched, together: int) -> None:
    """Chunks that run together, in whatever order, are the same ones in the order of the text."""
    alone = speak(engine, LONG_TEXT).takes
    watched.together = together
    batched = speak(engine, LONG_TEXT).takes
    assert len(alone) == len(batched) >= 4
    for one, other in ((take.audio, twin.audio) for take, twin in zip(alone, batched, strict=True)):
        assert one.samples.shape == other.samples.shape
        assert np.abs(one.samples - other.samples).max() <= 1e-4 * np.abs(one.samples).max()


@pytest.mark.parametrize("text", ["Hi you.", "One moment, please, I am coming."], ids=["under 10 bytes", "longer"])
def test_speed_is_obeyed(engine: CloningEngine, text: str) -> None:
    """Half the speed takes twice the time, in short texts too (the package slows those to 0.3 whatever was asked)."""
    slow, normal = (speak(engine, text, speed=speed).audio.duration_s for speed in (0.5, 1.0))
    assert slow / normal == pytest.approx(2, abs=0.1)


ENDLESS = {
    "no punctuation": "word " * 250,
    "one word": "abcdefgh" * 150,
    "Chinese": "今天天气很好我们去公园散步吧" * 25,
    "commas": "one, two, three, four, " * 50,
    "emoji": "word 😀😀😀 " * 200,
}


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_no_chunk_is_past_22_s(engine: CloningEngine, watched: Watched, text: str, speed: float) -> None:
    """Reference and speech together stay within what the model was trained on, whatever the text is like."""
    speak(engine, text, replace(OPTIONS, nfe_step=1), speed=speed)
    assert len(watched.frames) > 1
    assert max(watched.frames) * HOP / SAMPLE_RATE <= CHUNK_MAX_S


def test_no_length_is_too_long(model: F5Model) -> None:
    """Past 8192 frames, the rows of the package's position table, speech goes on."""
    voice = model.prepare(REFERENCE.audio.samples, "Some call me nature.  ")
    (samples,) = model.speak(voice, [Utterance("Hello.", 8_400, 0)], Guidance(1, 2.0, -1.0))
    assert len(samples) == (8_400 - voice.n_frames - 1) * HOP
    assert np.isfinite(samples).all()


def test_a_quiet_reference_speaks_at_the_target_level(engine: CloningEngine) -> None:
    """A quiet copy of a voice speaks exactly as loud as one at target_rms: it is raised, and not lowered again."""
    quiet = Reference(Audio(REFERENCE.audio.samples * np.float32(0.125), SAMPLE_RATE), REFERENCE_TEXT, "quiet")
    loud, quiet_raised = (speak_line(engine, "Hello there.", reference=voice).samples for voice in (REFERENCE, quiet))
    np.testing.assert_allclose(quiet_raised, loud, atol=1e-4)


def test_target_rms_changes_nothing_of_a_loud_reference(engine: CloningEngine) -> None:
    """A reference at or above the target is taken as it is."""
    low, lower = (
        speak_line(engine, "Hello there.", replace(OPTIONS, target_rms=target)).samples for target in (0.09, 0.05)
    )
    np.testing.assert_array_equal(low, lower)


def test_unknown_characters_are_named(engine: CloningEngine) -> None:
    """What the vocabulary lacks is a warning, not a silent space."""
    assert engine.unknown("Hello აბ, ą there.") == ["ა", "ბ"]
    warnings = plan_text(engine, "Hello აბ, ą there.", REFERENCE).warnings
    assert warnings == ["the model does not know these characters and leaves them out: აბ"]


@pytest.mark.parametrize("text", ["😀😀", "...", "☃ — !"])
def test_unspeakable_text_is_refused(engine: CloningEngine, text: str) -> None:
    """A text of which nothing can be said is an error that names the field."""
    with pytest.raises(InvalidInput) as refusal:
        plan_text(engine, text, REFERENCE)
    assert refusal.value.details["field"] == "text"


@pytest.mark.parametrize("said", ["Hi\u200b", "Hi \n\n\t ", "Hi 😀😀😀😀", "\u2060Hi"])
def test_what_is_not_spoken_takes_no_time(engine: CloningEngine, said: str) -> None:
    """Line breaks, invisible and unknown characters change neither the samples nor the duration."""
    assert_same(speak(engine, said).takes, speak(engine, "Hi").takes)


@pytest.mark.parametrize("said", ["Hi\u200b", " Hi \n\n\t ", "\u2060Hi"])
def test_a_line_may_hold_what_is_not_spoken(engine: CloningEngine, said: str) -> None:
    """The engine itself gives no time to line breaks and invisible characters."""
    np.testing.assert_array_equal(speak_line(engine, said).samples, speak_line(engine, "Hi").samples)


def test_the_shortest_text_has_time_to_be_said(engine: CloningEngine) -> None:
    """A word of two letters is not squeezed into what two bytes would get."""
    assert speak_line(engine, "Hi").duration_s >= 0.45


def test_numbers_that_are_none_are_an_error(settings: Settings, model: F5Model) -> None:
    """A model that overflows fails the job: silence is not delivered as speech."""

    class Lost(torch.nn.Module):
        def forward(self, mel: torch.Tensor) -> torch.Tensor:
            return torch.full((256,), torch.nan)

    engine = CloningEngine("f5", settings, lambda _: replace(model, vocos=Lost()))
    engine.load()
    with pytest.raises(EngineError, match="invalid numbers"):
        speak_line(engine, "Hello.")


def test_silent_reference_is_refused(engine: CloningEngine) -> None:
    """Silence is not raised to noise."""
    silent = Reference(Audio(np.zeros(48_000, np.float32), SAMPLE_RATE), REFERENCE_TEXT, "silent")
    with pytest.raises(InvalidAudio, match="silent"):
        speak_line(engine, "Hello.", reference=silent)


@pytest.mark.parametrize(
    ("seconds", "text"), [(12.0, "Hm"), (5.0, "Yes: "), (5.0, "x" * 1_000), (5.0, "\u200b"), (5.0, "😀")]
)
def test_text_that_cannot_be_the_references_is_refused(engine: CloningEngine, seconds: float, text: str) -> None:
    """Too few words for the recording, too many, or none that the model reads: what is spoken would have their pace."""
    wrong = Reference(speech_like(seconds), text, f"wrong {seconds}")
    with pytest.raises(InvalidInput) as refusal:
        engine.measure(wrong, 1.0)
    assert refusal.value.details["field"] == "ref_text"


@pytest.mark.parametrize("reference", [None, replace(REFERENCE, text=None)], ids=["none", "no text"])
def test_nothing_to_clone_is_an_error(engine: CloningEngine, reference: Reference | None) -> None:
    """The engine does not invent a voice."""
    with pytest.raises(EngineError, match="nothing to clone"):
        speak_line(engine, "Hello.", reference=reference)
    with pytest.raises(EngineError, match="nothing to clone"):
        engine.measure(reference, 1.0)


def test_language_that_was_not_trained_is_a_warning(settings: Settings, model: F5Model) -> None:
    """The published checkpoints know English and Chinese; of a fine-tune nothing is known."""
    published = CloningEngine("f5", settings.model_copy(update={"f5_checkpoint": None}), lambda _: model)
    published.load()
    warning = "the model was trained on en and zh, not on de"
    assert plan_text(published, "Hallo.", REFERENCE, language="de").warnings == [warning]
    for language in ("en-GB", "zh_CN", None):
        assert published.doubts("Hello.", language, [1.0]) == []


def test_a_stop_ends_the_speech_at_once(engine: CloningEngine, watched: Watched) -> None:
    """A stop is honoured before the next chunk, and within a chunk before its next step."""
    stop = threading.Event()
    takes = engine.speak(plan_text(engine, TEXT, REFERENCE).lines(SEED), OPTIONS, stop)
    assert next(takes)[0] == 0
    stop.set()
    with pytest.raises(Cancelled):
        next(takes)
    assert len(watched.frames) == 1


def test_a_stop_ends_a_chunk_between_steps(model: F5Model) -> None:
    """A chunk of many steps need not be waited for."""
    steps = iter(range(100))

    def stop_at_the_third() -> None:
        if next(steps) == 3:
            raise Cancelled("stopped")

    voice = model.prepare(REFERENCE.audio.samples, "Some call me nature.  ")
    with pytest.raises(Cancelled):
        model.speak(voice, [Utterance("Hello.", 300, 0)], Guidance(50, 2.0, -1.0), stop_at_the_third)
    assert next(steps) == 4


class TestOutOfMemory:
    """A GPU that others fill, too."""

    def test_one_failure_is_tried_again(self, engine: CloningEngine, watched: Watched) -> None:
        """What can be freed is freed, and the chunk is spoken as if nothing had been."""
        whole = speak(engine, TEXT).takes
        watched.failures = 1
        again = speak(engine, TEXT).takes
        assert watched.freed == 1
        assert_same(again, whole)

    def test_two_failures_are_an_error(self, engine: CloningEngine, watched: Watched) -> None:
        """Once is enough: then the caller is told."""
        watched.failures = 2
        with pytest.raises(OutOfMemory):
            speak(engine, TEXT)
        assert watched.freed == 1

    def test_a_batch_that_does_not_fit_is_halved(self, engine: CloningEngine, watched: Watched) -> None:
        """Three at once are too many, one at a time are not: the text is spoken whole, and as it would have been."""
        whole = speak(engine, LONG_TEXT).takes
        assert len(whole) >= 4
        watched.together, watched.fit = 3, 1
        assert_same(speak(engine, LONG_TEXT).takes, whole)

    def test_pytorchs_error_is_translated(self, model: F5Model) -> None:
        """What CUDA raises becomes the worker's own error."""

        class Full(torch.nn.Module):
            def forward(self, *_: Any) -> Any:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

        full = replace(model, vocos=Full())
        voice = full.prepare(REFERENCE.audio.samples, "Some call me nature.  ")
        with pytest.raises(OutOfMemory, match="too little memory"):
            full.speak(voice, [Utterance("Hello.", 300, 0)], Guidance(1, 2.0, -1.0))


def test_a_reference_is_prepared_once(engine: CloningEngine, watched: Watched) -> None:
    """Mel and tokens of a voice are computed at its first use only, and anew for another text or level."""
    for _ in range(3):
        speak(engine, TEXT)
    assert watched.prepared == 1
    speak(engine, "Hello.", reference=replace(REFERENCE, text="Other words are in it."))
    speak(engine, "Hello.", replace(OPTIONS, target_rms=0.2))
    assert watched.prepared == 3


@pytest.fixture(scope="module")
def worker(settings: Settings) -> Worker:
    """A loaded worker on the tiny model."""
    return Worker.load(settings)


class TestWorker:
    """The engine in the worker."""

    @pytest.fixture
    def call(self, worker: Worker) -> Callable[..., dict[str, Any]]:
        """Answers a job."""
        return lambda job_id="j", **fields: dispatch({"nfe_step": 2, **fields}, worker, Job(job_id))

    def test_a_first_call_needs_no_voice(self, call: Callable[..., dict[str, Any]], worker: Worker) -> None:
        """Without a name the package's recording is cloned."""
        answer = call("first", text="Hello there.", seed=1)
        assert (answer["voice"], answer["engine"], answer["warnings"]) == (None, "f5", [])
        assert worker.sample
        (direct,) = speak_lines(worker.engine, [Line("Hello there.", sample_reference(), 1.0, 1)], OPTIONS)
        stored = decode(worker.storage.get("output/first.wav") or b"", max_s=60)
        np.testing.assert_allclose(stored.samples, direct.audio.samples, atol=1 / 32768)

    def test_default_voice_comes_first(
        self, call: Callable[..., dict[str, Any]], worker: Worker, recording_wav: bytes
    ) -> None:
        """DEFAULT_VOICE speaks before the sample does."""
        worker.voices.add("bob", recording_wav, ref_text="Some people read aloud to learn a text.", language=None)
        settings = worker.settings
        worker.settings = settings.model_copy(update={"default_voice": "bob"})
        try:
            assert call("default", text="Hello.")["voice"] == "bob.wav"
        finally:
            worker.settings = settings

    def test_a_voice_without_text_needs_a_transcriber(
        self, call: Callable[..., dict[str, Any]], worker: Worker, recording_wav: bytes
    ) -> None:
        """Where nobody knows what a recording says and nobody can hear it, the error says what to send."""
        worker.voices.add("mute", recording_wav, ref_text=None, language=None)
        error = call("mute", text="Hello.", local_voice="mute")["error"]
        assert error.startswith("transcriber_unavailable: ")
        assert "ref_text" in error
        assert call("told", text="Hello.", local_voice="mute", ref_text="Some people read.")["status"] == "completed"

    def test_status_shows_what_is_loaded(self, worker: Worker) -> None:
        """Model, device, precision and attention kernel, without a path of the container."""
        answer = dispatch({"endpoint": "status"}, worker, Job("s"))
        shown = [answer[name] for name in ("engine", "model", "device", "precision", "attention_kernel")]
        assert shown == ["f5", "tiny", "cpu", "float32", "sdpa cpu"]

    def test_20000_characters(self, worker: Worker) -> None:
        """The longest text is spoken in one job, with progress for each chunk."""
        text = ("Words follow one another, as they do, until the end. " * 400)[:20_000].strip()
        reports: list[dict[str, Any]] = []
        answer = dispatch({"text": text, "nfe_step": 1, "speed": 3}, worker, Job("long", report=reports.append))
        assert answer["duration"] > 200
        assert [report["chunks_done"] for report in reports] == list(range(1, reports[0]["chunks"]))


def test_upstream_engine_says_the_same(settings: Settings, engine: CloningEngine) -> None:
    """ENGINE=upstream, the package's own classes behind the same protocol, gives the same samples."""
    upstream = ENGINES["upstream"](settings)
    assert upstream.load().model == "tiny (f5-tts)"
    ours, theirs = (
        speak_with(built, "Hello there, you. And 你好! აბ", REFERENCE, OPTIONS, seed=SEED)
        for built in (engine, upstream)
    )
    peak = np.abs(theirs.audio.samples).max()
    np.testing.assert_allclose(ours.audio.samples, theirs.audio.samples, atol=1e-5 * peak)
    assert ours.warnings == theirs.warnings != []


@pytest.mark.parametrize(
    ("said", "code", "fresh"),
    [
        ("CUDA error: an illegal memory access was encountered", "engine_error", True),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", "out_of_memory", True),
        ("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", "engine_error", True),
        ("The size of tensor a (3) must match the size of tensor b (4)", "internal_error", False),
    ],
)
def test_a_gpu_that_failed_asks_for_a_fresh_worker(
    settings: Settings, model: F5Model, said: str, code: str, fresh: bool
) -> None:
    """After an error of CUDA's every other call in the process fails too; a bug of ours is not that."""

    class Broken(torch.nn.Module):
        def forward(self, *_: Any) -> Any:
            raise RuntimeError(said)

    worker = Worker.load(settings)
    worker.engine = CloningEngine("f5", settings, lambda _: replace(model, vocos=Broken()))
    worker.engine.load()
    serving = Serving(worker, post_nowhere)
    answer = asyncio.run(serving.handler({"id": "broken", "input": {"text": "Hello.", "nfe_step": 1}}))
    assert answer["code"] == code
    assert answer.get("refresh_worker", False) == fresh
