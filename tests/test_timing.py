"""Word times and captions through the endpoints: in `tts`, by `timing`, and again by `download`."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from conftest import SENTENCE, FileServer
from pytest import approx
from waiting import PATIENCE_S, wait_until
from watched_storage import fail, watch

from f5tts_worker.aligners.base import AlignmentError, State
from f5tts_worker.aligners.chain import AlignerChain
from f5tts_worker.audio import Audio
from f5tts_worker.captions import Captioner
from f5tts_worker.dispatch import dispatch
from f5tts_worker.errors import StorageError
from f5tts_worker.job import Job
from f5tts_worker.subtitles import FORMATS
from f5tts_worker.text.words import split_words
from f5tts_worker.words import Word
from f5tts_worker.worker import Worker

TEXT = "It costs $45, O'Neil said — 😀 我喜欢!"


class EvenAligner:
    """Gives every word the same share of the audio, or fails as it is told."""

    name = "offline"
    state: State = "ready"
    problem: str | None = None

    def __init__(self, error: Exception | None = None, score: float = 0.9) -> None:
        self.error = error
        self.score = score
        self.calls = 0
        self.asked: list[str] = []
        self.before: Callable[[], object] = lambda: None

    def load(self) -> None:
        """See Aligner."""

    def align(self, audio: Audio, words: list[str], language: str | None) -> list[Word]:
        """See Aligner."""
        self.calls += 1
        self.asked += words
        self.before()
        if self.error:
            raise self.error
        step = round(audio.duration_s * 1000) // len(words)
        return [Word(word, i * step, (i + 1) * step, self.score, self.name) for i, word in enumerate(words)]


def use(worker: Worker, *aligners: Any) -> None:
    """Give the worker these aligners and no others."""
    worker.captioner = Captioner(worker.storage, AlignerChain(list(aligners)))


def call(worker: Worker, own_id: str = "job", **fields: Any) -> dict[str, Any]:
    """The answer to a job that must succeed."""
    answer = dispatch(fields, worker, Job(own_id))
    assert "error" not in answer, answer
    return answer


def read(link: str) -> str:
    """The file behind a link of a local store."""
    return Path(unquote(urlsplit(link).path)).read_text(encoding="utf-8")


def spoken(worker: Worker, own_id: str = "job", **fields: Any) -> dict[str, Any]:
    """Speech with word times."""
    return call(worker, own_id, **{"text": TEXT, "return_word_timings": True, **fields})


def test_speech_comes_with_the_words_of_its_text(worker: Worker) -> None:
    """The answer has every word as the caller wrote it, in order and inside the audio, and one file, an srt."""
    answer = spoken(worker)
    words = answer["words"]
    assert [word["word"] for word in words] == split_words(TEXT)
    assert answer["word_count"] == len(words) == 10
    assert [word["start_ms"] for word in words] == sorted(word["start_ms"] for word in words)
    assert words[-1]["end_ms"] <= answer["duration"] * 1000 + 1
    assert (answer["timing_method"], answer["timing_confidence"]) == ("native", 1.0)
    assert list(answer["timing_files"]) == ["srt"]
    assert "timing_error" not in answer
    assert [item.key for item in worker.storage.scan("timings/")] == ["timings/job.srt"]


@pytest.mark.parametrize(
    "asked", ["all", "json,csv,", ["vtt"], "ASS", ["all"]], ids=["all", "two", "a list", "capitals", "all in a list"]
)
def test_only_the_formats_that_were_asked_for(worker: Worker, asked: Any) -> None:
    """Each format that was asked for is linked and stored, and no other."""
    answer = spoken(worker, timing_format=asked)
    stored = sorted(item.key for item in worker.storage.scan("timings/"))
    assert stored == sorted(f"timings/job.{name}" for name in answer["timing_files"])
    assert answer["timing_format"] == ",".join(answer["timing_files"])
    for link in answer["timing_files"].values():
        assert read(link).endswith("\n")


def test_download_makes_another_format(worker: Worker) -> None:
    """A format that was not asked for is made from the record, in the style that was chosen."""
    spoken(worker, caption_style="lines")
    answer = call(worker, "later", endpoint="download", job_id="job", format="vtt")
    assert (answer["format"], answer["content_type"], answer["filename"]) == ("vtt", "text/vtt", "job.vtt")
    assert "$45, O'Neil" in read(answer["timing_url"])
    assert answer["size"] == len(read(answer["timing_url"]).encode())


def test_download_of_times_that_nobody_asked_for(worker: Worker) -> None:
    """An engine that knows its words' times has captions for a job that asked for none."""
    call(worker, text="Two words.")
    assert "Two" in read(call(worker, "later", endpoint="download", job_id="job", type="timing")["timing_url"])


def test_a_job_delivered_twice_has_the_same_captions(worker: Worker) -> None:
    """A job that comes again is answered with the same words, without another look at the audio."""
    aligner = EvenAligner()
    use(worker, aligner)
    first = spoken(worker, timing_method="offline")
    again = spoken(worker, timing_method="offline")
    assert (again["words"], again["timing_confidence"]) == (first["words"], None)
    assert aligner.calls == 1


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (AlignmentError("it heard nothing"), "the words could not be timed: offline: it heard nothing"),
        (KeyError("/secret/path"), "something failed inside the worker; report error id "),
    ],
    ids=["cannot", "bug"],
)
def test_a_failed_alignment_costs_no_audio(worker: Worker, error: Exception, says: str) -> None:
    """Speech whose words cannot be timed is there all the same, with a reason and without a traceback."""
    use(worker, EvenAligner(error))
    answer = spoken(worker, timing_method="offline")
    assert answer["status"] == "completed"
    assert worker.storage.head("output/job.wav")
    assert answer["timing_error"]["code"] == "timing_unavailable"
    assert answer["timing_error"]["message"].startswith(says)
    assert "timing_files" not in answer
    assert "secret" not in json.dumps(answer)


def test_audio_is_stored_while_its_words_are_timed(worker: Worker) -> None:
    """Neither waits for the other."""
    both, storage, aligner = threading.Barrier(2), watch(worker), EvenAligner()
    use(worker, aligner)
    storage.meet(both, "put", "/job.wav")
    aligner.before = lambda: both.wait(PATIENCE_S)
    assert spoken(worker, timing_method="offline")["word_count"] == 10


def test_nothing_is_visible_before_its_time(worker: Worker) -> None:
    """The record is done once the audio is stored, has the times after that, and the captions come last."""
    storage, seen = watch(worker), []

    def look() -> None:
        record = worker.records.read("job")
        state = (record.state, bool(record.timing)) if record else None
        seen.append((state, [item.name for area in ("output/", "timings/") for item in storage.scan(area)]))

    use(worker, EvenAligner())
    storage.on("put", ".wav", ".json", ".srt", do=look)
    spoken(worker, timing_method="offline")
    assert seen == [
        (None, []),
        (("started", False), ["job.json"]),
        (("started", False), ["job.json", "job.wav"]),
        (("done", False), ["job.json", "job.wav"]),
        (("done", True), ["job.json", "job.wav"]),
    ]
    assert [key for action, key in storage.log if action == "put"] == [
        *("output/job.json", "output/job.wav", "output/job.json", "output/job.json", "timings/job.srt")
    ]


@pytest.mark.parametrize("alignment", [None, AlignmentError("it heard nothing")], ids=["timed", "not timed"])
@pytest.mark.parametrize("what", ["/job.wav", "/job.json"], ids=["audio", "record"])
def test_captions_of_no_audio(worker: Worker, what: str, alignment: Exception | None) -> None:
    """A job whose audio or record cannot be stored fails for that, and leaves no captions."""
    storage, aligner = watch(worker), EvenAligner(alignment)
    use(worker, aligner)

    def begin() -> None:
        wait_until(lambda: aligner.calls)
        storage.on("put", what, do=fail(StorageError("the bucket is away")))

    storage.on("put", "/job.wav", do=begin)
    answer = dispatch({"text": TEXT, "return_word_timings": True, "timing_method": "offline"}, worker, Job("job"))
    assert answer["error"] == "storage_error: the bucket is away"
    assert list(storage.scan("timings/")) == []
    record = worker.records.read("job")
    assert record
    assert record.state == "started"


def test_captions_that_cannot_be_stored_cost_no_audio(worker: Worker) -> None:
    """Where only the captions' files fail, the audio is linked, and the times are kept for `download`."""
    watch(worker).on("put", ".vtt", do=fail(StorageError("the bucket is away")))
    answer = spoken(worker, timing_format="all")
    assert answer["timing_error"] == {"code": "storage_error", "message": "the bucket is away"}
    assert "timing_files" not in answer
    assert "It costs" in read(call(worker, "d", endpoint="download", job_id="job", format="json")["timing_url"])


def test_formats_are_stored_at_the_same_time(worker: Worker) -> None:
    """None of the five waits for another."""
    watch(worker).meet(threading.Barrier(5), "put", *(f"timings/job.{name}" for name in FORMATS))
    assert len(spoken(worker, timing_format="all")["timing_files"]) == 5


def test_timing_of_a_job(worker: Worker) -> None:
    """A job's words are timed later, in another style, without its text being sent again."""
    call(worker, text=TEXT)
    answer = call(worker, "later", endpoint="timing", job_id="job", timing_format="all", caption_style="karaoke")
    assert (answer["job_id"], answer["text"], answer["word_count"]) == ("later", TEXT, 10)
    assert sorted(answer["timing_files"]) == sorted(FORMATS)
    assert r"{\k" in read(answer["timing_files"]["ass"])


def test_another_style_leaves_the_captions_that_were_linked(worker: Worker) -> None:
    """Captions of another style are another job's: links that were given out keep what they showed."""
    links = spoken(worker, timing_format="srt,vtt", caption_style="words")["timing_files"]
    before = {name: read(link) for name, link in links.items()}
    answer = call(worker, "later", endpoint="timing", job_id="job", timing_format="srt", caption_style="lines")
    assert {name: read(link) for name, link in links.items()} == before
    assert "It costs $45," in read(answer["timing_files"]["srt"])
    vtt = read(call(worker, "last", endpoint="download", job_id="later", format="vtt")["timing_url"])
    assert "It costs $45," in vtt


def test_a_named_method_does_not_outlive_its_job(worker: Worker) -> None:
    """The exact times of the engine are taken again after another method was asked for once."""
    call(worker, text=TEXT)
    use(worker, EvenAligner())
    named = call(worker, "named", endpoint="timing", job_id="job", timing_method="offline")
    assert named["timing_method"] == "offline"
    assert call(worker, "auto", endpoint="timing", job_id="named")["timing_method"] == "native"


@pytest.mark.parametrize(
    ("score", "text", "says"),
    [(0.5, SENTENCE, "the words fit the audio poorly (median score 0.50)"), (0.9, "Some.", "the word 'Some.' lasts ")],
    ids=["poor score", "long word"],
)
def test_a_text_that_may_not_be_what_is_said(
    worker: Worker, files: FileServer, recording_wav: bytes, score: float, text: str, says: str
) -> None:
    """An aligner places any text on any speech; what speaks against it is told."""
    use(worker, EvenAligner(score=score))
    link = files.put("speech.wav", recording_wav)
    answer = call(worker, "timed", endpoint="timing", audio_url=link, text=text)
    assert [warning for warning in answer["warnings"] if warning.startswith(says)]


def test_caption_fields_without_timings(worker: Worker) -> None:
    """Caption fields that have no effect are named, with the field that is missing."""
    warnings = call(worker, text="Hi.", timing_format="vtt", caption_style="lines")["warnings"]
    assert "caption_style, timing_format: no captions were made; send return_word_timings=true" in warnings


def test_timing_of_a_link(worker: Worker, files: FileServer, recording_wav: bytes) -> None:
    """Speech behind a link is timed by its text under the job's own id, from which other formats can be had."""
    use(worker, EvenAligner())
    link = files.put("speech.wav", recording_wav)
    answer = call(worker, "timed", endpoint="timing", audio_url=link, text=SENTENCE, timing_format="json")
    assert (answer["job_id"], answer["timing_method"]) == ("timed", "offline")
    assert answer["word_count"] == len(SENTENCE.split())
    assert json.loads(read(answer["timing_files"]["json"]))["duration_ms"] == approx(answer["duration"] * 1000, abs=1)
    srt = read(call(worker, "later", endpoint="download", job_id="timed", format="srt")["timing_url"])
    assert srt.count(" --> ") == len(SENTENCE.split())


def test_figures_are_looked_for_as_they_are_said(worker: Worker, files: FileServer, recording_wav: bytes) -> None:
    """An aligner hears "forty-five dollars" where the caller's text, and the answer, have $45."""
    aligner = EvenAligner()
    use(worker, aligner)
    link = files.put("speech.wav", recording_wav)
    answer = call(worker, "timed", endpoint="timing", audio_url=link, text="It costs $45, she said. 😀")
    assert aligner.asked == ["It", "costs", "forty-five", "dollars,", "she", "said."]
    assert [word["word"] for word in answer["words"]] == ["It", "costs", "$45,", "she", "said.", "😀"]
    lengths = {word["word"]: word["end_ms"] - word["start_ms"] for word in answer["words"]}
    assert lengths["$45,"] == approx(2 * lengths["It"], abs=2)
    assert lengths["😀"] == 0


def test_each_chunk_is_aligned_by_itself(worker: Worker) -> None:
    """Words are looked for in the part of the speech that says them, now and later."""
    aligner = EvenAligner()
    use(worker, aligner)
    text = "[pause 500ms]".join(["One sentence.", "Then another, which is longer.", "And $5."])
    answer = spoken(worker, text=text, timing_method="offline")
    assert aligner.calls == 3
    record = worker.records.read("job")
    assert record
    assert record.parts
    words = iter(answer["words"])
    for part in record.parts:
        for word in (next(words) for piece in part.pieces for _ in piece.shown_words):
            assert part.start_ms <= word["start_ms"] <= word["end_ms"] <= part.end_ms
    assert next(words, None) is None
    later = call(worker, "later", endpoint="timing", job_id="job", timing_method="offline", language="en-gb")
    assert (aligner.calls, later["words"]) == (6, answer["words"])


def test_a_link_without_text_needs_a_transcriber(worker: Worker, files: FileServer, recording_wav: bytes) -> None:
    """Without its text, speech has to be transcribed; where nobody can, the error says what to do."""
    link = files.put("speech.wav", recording_wav)
    answer = dispatch({"endpoint": "timing", "audio_url": link}, worker, Job("j"))
    assert answer["error"].startswith("transcriber_unavailable: ")
    assert "(in timing: text)" in answer["error"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "job_id: missing; send the job_id of a tts answer"),
        ({"job_id": "job", "audio_url": "https://example.com/a.wav"}, "audio_url: job_id names another audio"),
        ({"job_id": "job", "text": "Mine."}, "text: a job has its own text; leave it out"),
        ({"job_id": "job", "caption_size": 1}, "caption_size: 1 is not accepted; send a whole number from 8 to 400"),
        ({"job_id": "job", "caption_color": "red"}, "caption_color: 'red' is not accepted; send a colour as #RRGGBB"),
        ({"job_id": "job", "caption_screen": "big"}, "caption_screen: 'big' is not accepted; send width and height"),
        ({"job_id": "job", "caption_style": "karaokee"}, "caption_style: 'karaokee' is not accepted (did you mean"),
        ({"job_id": "job", "caption_font": "a{\\fs1}"}, "caption_font: "),
        ({"job_id": "job", "caption_margin_h": 540}, "caption_margin_h: 540 leaves no room on a screen of 1080"),
        ({"job_id": "job", "max_lines": 0}, "max_lines: 0 is not accepted; send a whole number from 1 to 4"),
    ],
    ids=["nothing", "two sources", "two texts", "size", "colour", "screen", "style", "font", "margin", "lines"],
)
def test_what_timing_refuses(worker: Worker, fields: dict[str, Any], says: str) -> None:
    """A bad value names its field and what is accepted."""
    error = dispatch({"endpoint": "timing", **fields}, worker, Job("j"))["error"]
    assert error.startswith(f"invalid_input: {says}")


def test_timing_of_an_unknown_job(worker: Worker) -> None:
    """A job that is not there is not_found, with the other way to get times."""
    error = dispatch({"endpoint": "timing", "job_id": "nobodys"}, worker, Job("j"))["error"]
    assert error.startswith("not_found: job nobodys is not known here")


def test_audio_of_a_job_that_only_timed(worker: Worker, files: FileServer, recording_wav: bytes) -> None:
    """A job that timed a link made no audio, and download says so."""
    use(worker, EvenAligner())
    link = files.put("speech.wav", recording_wav)
    call(worker, "timed", endpoint="timing", audio_url=link, text=SENTENCE)
    error = dispatch({"endpoint": "download", "job_id": "timed"}, worker, Job("j"))["error"]
    assert error.startswith("not_found: job timed made captions and no audio; send type=timing")


def test_an_ass_look_is_checked(worker: Worker) -> None:
    """Characters that the captions' font lacks are named in a warning, where the format has a font."""
    assert not any("font" in warning for warning in spoken(worker, "plain")["warnings"])
    assert any("font" in warning for warning in spoken(worker, "ass", timing_format="ass")["warnings"])
