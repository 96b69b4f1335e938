"""`tts`: what is spoken, stored and answered."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from conftest import FileServer
from watched_storage import watch

from f5tts_worker.audio import Audio, decode, pauses
from f5tts_worker.dispatch import dispatch
from f5tts_worker.engines import Line, SpeechOptions, Take
from f5tts_worker.engines.preview import PreviewEngine
from f5tts_worker.job import Job
from f5tts_worker.reference import Reference
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

TEXT = "One sentence. And then another one, which is longer."


def speak(worker: Worker, job_id: str = "job-1", **fields: Any) -> dict[str, Any]:
    """The answer to a tts job that must succeed."""
    answer = dispatch({"text": TEXT, **fields}, worker, Job(job_id))
    assert "error" not in answer, answer
    return answer


def read(answer: dict[str, Any]) -> Audio:
    """The audio behind an answer's link."""
    return decode(Path(unquote(urlsplit(answer["audio_url"]).path)).read_bytes(), max_s=600)


class PausingEngine(PreviewEngine):
    """Makes a pause of three seconds behind the first word."""

    def speak(self, *arguments: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        for i, take in super().speak(*arguments):
            first, *others = take.words or []
            at, rate = first.end_ms * take.audio.rate // 1000, take.audio.rate
            silence = np.zeros(3 * rate, np.float32)
            samples = np.concatenate([take.audio.samples[:at], silence, take.audio.samples[at:]])
            moved = [replace(word, start_ms=word.start_ms + 3_000, end_ms=word.end_ms + 3_000) for word in others]
            yield i, Take(Audio(samples, rate), [first, *moved])


def test_answer_is_the_contract(worker: Worker) -> None:
    """The answer has the fields that callers rely on, and they describe the stored file."""
    answer = speak(worker, seed="7")
    audio = read(answer)
    assert {**answer, "metrics": {}, "warnings": [], "audio_url": ""} == {
        "status": "completed",
        "job_id": "job-1",
        "audio_url": "",
        "expires_in": 3600,
        "duration": round(audio.duration_s, 3),
        "sample_rate": audio.rate,
        "audio_format": "wav",
        "seed": 7,
        "text": TEXT,
        "voice": None,
        "engine": "preview",
        "warnings": [],
        "metrics": {},
    }
    assert list(answer["metrics"]) == ["prepare", "voice", "text", "speech", "store", "answer", "total"]


SLOPPY: dict[str, dict[str, Any]] = {
    "numbers as strings": {"speed": "1.5", "seed": "42", "nfe_step": "16"},
    "booleans as strings": {"remove_silence": "false", "return_word_timings": "False"},
    "null for absent": {"local_voice": None, "seed": None, "timing_format": None},
    "empty for absent": {"local_voice": "", "voice_url": " ", "seed": "", "audio_format": ""},
    "whole number with a point": {"nfe_step": 32.0, "seed": "42.0"},
    "format all": {"timing_format": "all"},
    "format list": {"timing_format": ["srt", "vtt"]},
    "no quality": {"quality": "", "nfe_step": None},
    "formats in one string": {"timing_format": "SRT, vtt"},
    "capitals": {"audio_format": "MP3", "timing_method": "Auto", "quality": "Draft", "endpoint": "TTS"},
    "a number for a text": {"text": 42},
    "spaces around": {"audio_format": " wav ", "language": " en "},
}


@pytest.mark.parametrize("fields", SLOPPY.values(), ids=SLOPPY)
def test_sloppy_fields_are_accepted(worker: Worker, fields: dict[str, Any]) -> None:
    """What no-code tools send for numbers, booleans and empty fields is understood."""
    assert speak(worker, **fields)["status"] == "completed"


@pytest.mark.parametrize("audio_format", ["wav", "mp3", "flac", "ogg", "opus"])
def test_every_format_holds_the_speech(worker: Worker, audio_format: str) -> None:
    """Each format decodes to speech of the duration that the answer gives."""
    answer = speak(worker, audio_format=audio_format)
    assert answer["audio_url"].endswith(f"/output/job-1.{audio_format}")
    assert read(answer).duration_s == pytest.approx(answer["duration"], abs=0.002)


def test_same_request_gives_the_same_samples(worker: Worker) -> None:
    """Text, voice, options and seed decide the samples; for preview even without the seed."""
    first, second = (read(speak(worker, f"job-{i}", seed=i)) for i in range(2))
    np.testing.assert_array_equal(first.samples, second.samples)


def test_speed_changes_the_duration(worker: Worker) -> None:
    """Twice the speed takes about half the time."""
    slow, fast = (speak(worker, f"job-{speed}", speed=speed)["duration"] for speed in (1, 2))
    assert slow / fast == pytest.approx(2, rel=0.2)


def test_remove_silence_cuts_long_pauses(worker: Worker) -> None:
    """No silence over a second is left, and words stay where they sound."""
    worker.engine = PausingEngine()
    kept = read(speak(worker, "kept"))
    cut = read(speak(worker, "cut", remove_silence=True))
    assert max(span.length_ms for span in pauses(kept, below_db=-50, min_ms=100)) >= 3_000
    assert max(span.length_ms for span in pauses(cut, below_db=-50, min_ms=100)) <= 1_020
    record = worker.records.read("cut")
    assert record
    last = (record.words or [])[-1]
    sounding = np.flatnonzero(np.abs(cut.samples) > 0.01)
    assert last.end_ms == pytest.approx(sounding[-1] / cut.rate * 1000, abs=60)


def test_record_keeps_the_exact_word_times(worker: Worker) -> None:
    """The engine's own word times are stored with the job, one for each word of the text."""
    speak(worker)
    record = worker.records.read("job-1")
    assert record
    assert [word.text for word in record.words or []] == TEXT.split()
    assert {word.source for word in record.words or []} == {"native"}


def test_ignored_options_are_named(worker: Worker) -> None:
    """An option that the engine does not use is a warning, if it was sent."""
    assert "engine preview ignores cfg_strength, nfe_step" in speak(worker, nfe_step=16, cfg_strength=1)["warnings"]
    assert "engine preview ignores quality" in speak(worker, "draft", quality="draft")["warnings"]
    assert len(speak(worker, "plain")["warnings"]) == 1


class WatchedEngine(PreviewEngine):
    """Keeps what it was asked for."""

    def __init__(self) -> None:
        self.options: list[SpeechOptions] = []
        self.references: list[Reference | None] = []

    def speak(self, lines: Sequence[Line], options: SpeechOptions, *others: Any) -> Iterator[tuple[int, Take]]:
        """See Engine."""
        self.references += [line.reference for line in lines]
        self.options.append(options)
        return super().speak(lines, options, *others)


@pytest.mark.parametrize(
    ("fields", "steps"),
    [
        ({}, 32),
        ({"quality": "draft"}, 7),
        ({"quality": "balanced"}, 16),
        ({"quality": " HIGH "}, 32),
        ({"quality": "", "nfe_step": ""}, 32),
        ({"quality": None, "nfe_step": "9"}, 9),
        ({"quality": "draft", "nfe_step": 64}, 64),
        ({"quality": "high", "nfe_step": 1}, 1),
    ],
    ids=["neither", "draft", "balanced", "high", "empty", "steps", "both", "both, fewer"],
)
def test_quality_names_the_steps(worker: Worker, fields: dict[str, Any], steps: int) -> None:
    """A preset is a number of the sampler's steps, and a number that is sent wins."""
    worker.engine = engine = WatchedEngine()
    speak(worker, **fields)
    assert [options.nfe_step for options in engine.options] == [steps]


def test_unknown_quality(worker: Worker) -> None:
    """The error names the field, what was sent, the nearest preset and what is accepted."""
    error = dispatch({"text": TEXT, "quality": "ballanced"}, worker, Job("j"))["error"]
    assert error == (
        "invalid_input: quality: 'ballanced' is not accepted (did you mean balanced?); "
        "send draft, balanced or high: fewer steps of the sampler are faster"
    )


class TestSameJobAgain:
    """RunPod delivers a job again when a worker died."""

    def test_same_request_is_answered_from_storage(self, worker: Worker) -> None:
        """Id and request the same: the stored audio, the seed that was drawn, and nothing spoken again."""
        first, second = speak(worker), speak(worker)
        assert second["seed"] == first["seed"]
        assert second["audio_url"] == first["audio_url"]
        assert "speech" not in second["metrics"]

    def test_another_request_is_a_new_job(self, worker: Worker) -> None:
        """The same id with another text gets an id of its own, the same each time, and overwrites nothing."""
        first, other, again = speak(worker), speak(worker, text="Other."), speak(worker, text="Other.")
        assert other["job_id"].startswith("job-1-")
        assert again["job_id"] == other["job_id"]
        assert read(first).duration_s == pytest.approx(first["duration"], abs=0.001)

    def test_unfinished_job_keeps_its_seed(self, worker: Worker) -> None:
        """A job whose worker died after the record was written goes on with the seed in it."""
        seed = speak(worker)["seed"]
        record = worker.records.read("job-1")
        assert record
        worker.records.write(record.model_copy(update={"state": "started"}))
        assert speak(worker)["seed"] == seed

    def test_expired_audio_is_spoken_again(self, worker: Worker) -> None:
        """A record whose audio was deleted does not answer for it."""
        speak(worker)
        worker.storage.delete("output/job-1.wav")
        assert read(speak(worker)).duration_s > 1


@pytest.mark.parametrize("job_id", ["../../x", "a b/c", "ü", "", "x" * 300, "a.b"])
def test_odd_job_ids_become_safe_keys(worker: Worker, job_id: str) -> None:
    """Whatever RunPod calls a job, its files lie in output/ and `download` finds them by the id in the answer."""
    answer = speak(worker, job_id)
    assert [item.key for item in worker.storage.scan("output/")] == [
        f"output/{answer['job_id']}.json",
        f"output/{answer['job_id']}.wav",
    ]
    ready = dispatch({"endpoint": "download", "job_id": answer["job_id"]}, worker, Job("d"))
    assert ready["status"] == "ready"


def test_stopped_job_leaves_no_audio(worker: Worker) -> None:
    """A job that is stopped fails with `cancelled`, and nothing half-made is in storage."""
    job = Job("job-1", report=lambda _: job.stop.set())
    answer = dispatch({"text": " ".join([TEXT] * 20)}, worker, job)
    assert answer["error"].startswith("cancelled: ")
    assert worker.storage.head("output/job-1.wav") is None


class TestVoices:
    """Which voice speaks."""

    @pytest.fixture(autouse=True)
    def _bob(self, worker: Worker, recording_wav: bytes) -> None:
        worker.voices.add("bob", recording_wav, ref_text="Some people.", language=None)

    @pytest.mark.parametrize("fields", [{"local_voice": "bob"}, {"local_voice": "bob.wav"}, {"voice": "bob.WAV"}])
    def test_voice_by_name(self, worker: Worker, fields: dict[str, str]) -> None:
        """A voice is named with or without .wav, under either field."""
        assert speak(worker, **fields)["voice"] == "bob.wav"

    def test_record_and_voice_are_read_at_the_same_time(self, worker: Worker) -> None:
        """Neither read waits for the other."""
        storage, both = watch(worker), threading.Barrier(2)
        storage.meet(both, "get", "output/now.json", "voices/.meta/bob/profile.json")
        assert speak(worker, "now", voice="bob")["voice"] == "bob.wav"

    def test_known_voice_is_not_read_again(self, worker: Worker) -> None:
        """The audio of a voice is read once; its profile each time, for another worker may have replaced it."""
        storage = watch(worker)
        for i in range(3):
            speak(worker, f"job-{i}", voice="bob")
        read = [key for action, key in storage.log if action == "get" and "/bob/" in key]
        assert [key.rsplit("/")[-1].split("-")[0] for key in read] == [
            *("profile.json", "reference"),
            *["profile.json"] * 2,
        ]

    def test_replaced_voice_is_heard(self, worker: Worker, settings: Settings, long_recording_wav: bytes) -> None:
        """What another worker uploads under the name is cloned from the next job on."""
        worker.engine = engine = WatchedEngine()
        speak(worker, "first", voice="bob")
        profile = Worker.load(settings).voices.add("bob", long_recording_wav, ref_text=None, language=None)
        speak(worker, "second", voice="bob")
        keys = [reference.key for reference in engine.references if reference]
        assert keys[1] == profile.version != keys[0]

    def test_stored_answer_needs_no_voice(self, worker: Worker) -> None:
        """A job that comes again is answered from what is stored, though its voice is gone."""
        first = speak(worker, voice="bob")
        worker.voices.remove("bob")
        assert speak(worker, voice="bob")["audio_url"] == first["audio_url"]

    def test_default_voice(self, worker: Worker, settings: Settings) -> None:
        """DEFAULT_VOICE speaks where the job names no voice."""
        worker.settings = Settings.model_validate(settings.model_dump() | {"default_voice": "bob.WAV"})
        assert speak(worker)["voice"] == "bob.wav"

    def test_one_off_voice_is_not_stored(self, worker: Worker, files: FileServer, recording_wav: bytes) -> None:
        """voice_url is cloned for this job and leaves no voice behind."""
        url = files.put("once.wav", recording_wav)
        answer = speak(worker, voice_url=url, ref_text="Some people.")
        assert answer["voice"] is None
        assert [name for name, _ in worker.voices.page(limit=9, cursor=None, prefix="").voices] == ["bob"]

    def test_one_off_voice_has_its_limits(self, worker: Worker, files: FileServer, long_recording_wav: bytes) -> None:
        """A text for a recording that must be cut is refused here as it is at upload."""
        url = files.put("long.wav", long_recording_wav)
        answer = dispatch({"text": "Hi.", "voice_url": url, "ref_text": "Some people."}, worker, Job("j"))
        assert answer["error"].startswith("invalid_input: ref_text: ")


def test_long_text(worker: Worker) -> None:
    """20,000 characters are spoken in one job, with a time for every word."""
    text = ("Words follow one another, as they do. " * 600)[:20_000].strip()
    answer = speak(worker, text=text, audio_format="mp3")
    record = worker.records.read("job-1")
    assert record
    assert len(record.words or []) == len(text.split())
    assert answer["duration"] > 900
    assert len(json.dumps(answer)) < 30_000
