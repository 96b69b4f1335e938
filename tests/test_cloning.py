"""Engine `f5` on a tiny checkpoint: where the f5-tts package goes wrong, this must not."""

import asyncio
import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from tiny_f5 import tiny_settings

from f5tts_worker.audio import SAMPLE_RATE, Audio, cross_fade
from f5tts_worker.dispatch import dispatch
from f5tts_worker.engines import ENGINES, ChunkDone, SpeechOptions
from f5tts_worker.engines.cloning import CloningEngine
from f5tts_worker.errors import Cancelled, EngineError, InvalidAudio, InvalidInput, OutOfMemory
from f5tts_worker.f5.batches import Utterance
from f5tts_worker.f5.duration import CHUNK_MAX_S, Pace, ending_sentence
from f5tts_worker.f5.mel import HOP
from f5tts_worker.f5.model import F5Model
from f5tts_worker.f5.sampler import Guidance
from f5tts_worker.job import Job
from f5tts_worker.reference import Reference
from f5tts_worker.serving import Serving, post_nowhere
from f5tts_worker.settings import Settings
from f5tts_worker.text.chunks import split_chunks
from f5tts_worker.worker import Worker, sample_reference

REFERENCE_TEXT = "Some call me nature."
OPTIONS = SpeechOptions(seed=7, nfe_step=2)
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

    def batches(self, utterances: list[Utterance]) -> list[list[int]]:
        """The first alone, and at most `together` of the others at a time, the last ones first."""
        rest = list(range(len(utterances)))[:0:-1]
        return [[0], *(rest[i : i + self.together] for i in range(0, len(rest), self.together))]

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
    engine: CloningEngine, text: str, options: SpeechOptions = OPTIONS, reference: Reference | None = REFERENCE
) -> tuple[Audio, list[Audio], list[str]]:
    """The whole, its chunks and the warnings."""
    chunks: list[ChunkDone] = []
    speech = engine.synthesize(reference, text, options, chunks.append, threading.Event())
    assert [chunk.done for chunk in chunks] == list(range(1, len(chunks) + 1))
    assert chunks[0].index == 0, "somebody waits to hear it"
    return speech.audio, [chunk.audio for chunk in sorted(chunks, key=lambda chunk: chunk.index)], speech.warnings


def test_a_seed_decides_every_chunk(engine: CloningEngine, model: F5Model) -> None:
    """The same seed gives the same samples, and a chunk the same ones whatever was spoken before it."""
    first, chunks, _ = speak(engine, TEXT)
    again, _, _ = speak(engine, TEXT)
    np.testing.assert_array_equal(first.samples, again.samples)
    other, _, _ = speak(engine, TEXT, replace(OPTIONS, seed=8))
    assert not np.array_equal(first.samples, other.samples)
    assert len(chunks) > 1
    last = TEXT.strip()[-len(chunk_text(engine, TEXT)[-1]) :]
    alone, _, _ = speak(engine, last, replace(OPTIONS, seed=OPTIONS.seed + len(chunks) - 1))
    np.testing.assert_array_equal(alone.samples, chunks[-1].samples)


def chunk_text(engine: CloningEngine, text: str) -> list[str]:
    """The chunks that the engine makes of a text."""
    pace = Pace(len(REFERENCE.audio.samples), ending_sentence(REFERENCE_TEXT))
    return [chunk.text.strip() for chunk in split_chunks(text, pace.max_bytes(1.0), size=lambda s: len(s.encode()))]


def test_a_processor_runs_only_short_chunks_together(model: F5Model) -> None:
    """The first alone, then four short ones at once; long ones fill a processor by themselves."""
    short, long = ([Utterance("Hello.", n_frames, i) for i in range(6)] for n_frames in (240, 900))
    assert [len(batch) for batch in model.batches(short)] == [1, 4, 1]
    assert [len(batch) for batch in model.batches(long)] == [1] * 6


@pytest.mark.parametrize("together", [2, 3, 16])
def test_a_batch_speaks_as_one_by_one(engine: CloningEngine, watched: Watched, together: int) -> None:
    """Chunks that run together, in whatever order, are the same ones in the order of the text."""
    _, alone, _ = speak(engine, LONG_TEXT)
    watched.together = together
    _, batched, _ = speak(engine, LONG_TEXT)
    assert len(alone) == len(batched) >= 4
    for one, other in zip(alone, batched, strict=True):
        assert one.samples.shape == other.samples.shape
        assert np.abs(one.samples - other.samples).max() <= 1e-4 * np.abs(one.samples).max()


@pytest.mark.parametrize("text", ["Hi you.", "One moment, please, I am coming."], ids=["under 10 bytes", "longer"])
def test_speed_is_obeyed(engine: CloningEngine, text: str) -> None:
    """Half the speed takes twice the time, in short texts too (the package slows those to 0.3 whatever was asked)."""
    slow, normal = (speak(engine, text, replace(OPTIONS, speed=speed))[0].duration_s for speed in (0.5, 1.0))
    assert slow / normal == pytest.approx(2, abs=0.1)


ENDLESS = {
    "no punctuation": "word " * 250,
    "one word": "a" * 1_200,
    "Chinese": "今天天气很好我们去公园散步吧" * 25,
    "commas": "one, two, three, four, " * 50,
    "emoji": "word 😀😀😀 " * 50,
}


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_no_chunk_is_past_22_s(engine: CloningEngine, watched: Watched, text: str, speed: float) -> None:
    """Reference and speech together stay within what the model was trained on, whatever the text is like."""
    speak(engine, text, replace(OPTIONS, nfe_step=1, speed=speed))
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
    loud, quiet_raised = (speak(engine, "Hello there.", reference=voice)[0].samples for voice in (REFERENCE, quiet))
    np.testing.assert_allclose(quiet_raised, loud, atol=1e-4)


def test_target_rms_changes_nothing_of_a_loud_reference(engine: CloningEngine) -> None:
    """A reference at or above the target is taken as it is."""
    low, lower = (
        speak(engine, "Hello there.", replace(OPTIONS, target_rms=target))[0].samples for target in (0.09, 0.05)
    )
    np.testing.assert_array_equal(low, lower)


def test_unknown_characters_are_named(engine: CloningEngine) -> None:
    """What the vocabulary lacks is a warning, not a silent space."""
    _, _, warnings = speak(engine, "Hello 😀 there ☃.")
    assert warnings == ["the model does not know these characters and leaves them out: 😀☃"]


@pytest.mark.parametrize("text", ["😀😀", "...", "☃ — !"])
def test_unspeakable_text_is_refused(engine: CloningEngine, text: str) -> None:
    """A text of which nothing can be said is an error that names the field."""
    with pytest.raises(InvalidInput) as refusal:
        speak(engine, text)
    assert refusal.value.details["field"] == "text"


@pytest.mark.parametrize("said", ["Hi\u200b", "Hi \n\n\t ", "Hi 😀😀😀😀", "\u2060Hi"])
def test_what_is_not_spoken_takes_no_time(engine: CloningEngine, said: str) -> None:
    """Line breaks, invisible and unknown characters change neither the samples nor the duration."""
    plain, _, _ = speak(engine, "Hi")
    np.testing.assert_array_equal(speak(engine, said)[0].samples, plain.samples)


def test_the_shortest_text_has_time_to_be_said(engine: CloningEngine) -> None:
    """A word of two letters is not squeezed into what two bytes would get."""
    assert speak(engine, "Hi")[0].duration_s >= 0.45


def test_numbers_that_are_none_are_an_error(settings: Settings, model: F5Model) -> None:
    """A model that overflows fails the job: silence is not delivered as speech."""

    class Lost(torch.nn.Module):
        def forward(self, mel: torch.Tensor) -> torch.Tensor:
            return torch.full((256,), torch.nan)

    engine = CloningEngine("f5", settings, lambda _: replace(model, vocos=Lost()))
    engine.load()
    with pytest.raises(EngineError, match="invalid numbers"):
        speak(engine, "Hello.")


def test_silent_reference_is_refused(engine: CloningEngine) -> None:
    """Silence is not raised to noise."""
    silent = Reference(Audio(np.zeros(48_000, np.float32), SAMPLE_RATE), REFERENCE_TEXT, "silent")
    with pytest.raises(InvalidAudio, match="silent"):
        speak(engine, "Hello.", reference=silent)


@pytest.mark.parametrize(
    ("seconds", "text"), [(12.0, "Hm"), (5.0, "Yes: "), (5.0, "x" * 1_000), (5.0, "\u200b"), (5.0, "😀")]
)
def test_text_that_cannot_be_the_references_is_refused(engine: CloningEngine, seconds: float, text: str) -> None:
    """Too few words for the recording, too many, or none that the model reads: what is spoken would have their pace."""
    wrong = Reference(speech_like(seconds), text, f"wrong {seconds}")
    with pytest.raises(InvalidInput) as refusal:
        speak(engine, "Hello.", reference=wrong)
    assert refusal.value.details["field"] == "ref_text"


@pytest.mark.parametrize("reference", [None, replace(REFERENCE, text=None)], ids=["none", "no text"])
def test_nothing_to_clone_is_an_error(engine: CloningEngine, reference: Reference | None) -> None:
    """The engine does not invent a voice."""
    with pytest.raises(EngineError, match="nothing to clone"):
        speak(engine, "Hello.", reference=reference)


def test_language_that_was_not_trained_is_a_warning(settings: Settings, model: F5Model) -> None:
    """The published checkpoints know English and Chinese; of a fine-tune nothing is known."""
    published = CloningEngine("f5", settings.model_copy(update={"f5_checkpoint": None}), lambda _: model)
    published.load()
    assert speak(published, "Hallo.", replace(OPTIONS, language="de"))[2] == [
        "the model was trained on en and zh, not on de"
    ]
    assert speak(published, "Hello.", replace(OPTIONS, language="en-GB"))[2] == []


def test_a_stop_ends_the_speech_at_once(engine: CloningEngine, watched: Watched) -> None:
    """A stop is honoured before the next chunk, and within a chunk before its next step."""
    stop = threading.Event()
    with pytest.raises(Cancelled):
        engine.synthesize(REFERENCE, TEXT, OPTIONS, lambda _: stop.set(), stop)
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
        whole, _, _ = speak(engine, TEXT)
        watched.failures = 1
        again, _, _ = speak(engine, TEXT)
        assert watched.freed == 1
        np.testing.assert_array_equal(whole.samples, again.samples)

    def test_two_failures_are_an_error(self, engine: CloningEngine, watched: Watched) -> None:
        """Once is enough: then the caller is told."""
        watched.failures = 2
        with pytest.raises(OutOfMemory):
            speak(engine, TEXT)
        assert watched.freed == 1

    def test_a_batch_that_does_not_fit_is_halved(self, engine: CloningEngine, watched: Watched) -> None:
        """Three at once are too many, one at a time are not: the text is spoken whole, and as it would have been."""
        whole, chunks, _ = speak(engine, LONG_TEXT)
        assert len(chunks) >= 4
        watched.together, watched.fit = 3, 1
        halved, _, _ = speak(engine, LONG_TEXT)
        np.testing.assert_array_equal(whole.samples, halved.samples)

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


@pytest.mark.parametrize(("lengths", "seconds"), [((100, 50, 30), 10), ((5, 5, 5), 10), ((100, 100), 0), ((40,), 10)])
def test_cross_fade(lengths: tuple[int, ...], seconds: int) -> None:
    """Parts overlap by the fade or by as much as they have, and a constant stays constant through it."""
    parts = [Audio(np.ones(length, np.float32), 1) for length in lengths]
    joined = cross_fade(parts, seconds)
    overlaps = [min(seconds, a, b) for a, b in itertools.pairwise(lengths)]
    if min(lengths) > seconds:
        assert len(joined.samples) == sum(lengths) - sum(overlaps)
    np.testing.assert_allclose(joined.samples, 1, atol=1e-6)


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
        direct = worker.engine.synthesize(
            sample_reference(), "Hello there.", SpeechOptions(seed=1, nfe_step=2), lambda _: None, threading.Event()
        )
        stored = worker.storage.get("output/first.wav")
        assert stored
        assert len(stored) == 44 + 2 * len(direct.audio.samples)

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
        answer = dispatch({"text": text, "nfe_step": 1}, worker, Job("long", report=reports.append))
        assert answer["duration"] > 600
        assert [report["chunks_done"] for report in reports] == list(range(1, reports[0]["chunks"]))


def test_upstream_engine_says_the_same(settings: Settings, engine: CloningEngine) -> None:
    """ENGINE=upstream, the package's own classes behind the same protocol, gives the same samples."""
    upstream = ENGINES["upstream"](settings)
    assert upstream.load().model == "tiny (f5-tts)"
    ours, theirs = (
        built.synthesize(REFERENCE, "Hello there, you. And 你好!", OPTIONS, lambda _: None, threading.Event())
        for built in (engine, upstream)
    )
    peak = np.abs(theirs.audio.samples).max()
    np.testing.assert_allclose(ours.audio.samples, theirs.audio.samples, atol=1e-5 * peak)
    assert ours.warnings == theirs.warnings


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
