"""Upgrade: profiles of before there were reports get one when they are read, and nothing is lost by it."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import SENTENCE
from degraded import clean, noisy
from test_voices import call, keys
from watched_storage import WatchedStorage, fail, watch

from f5tts_worker.aligners import AlignerChain
from f5tts_worker.audio import encode
from f5tts_worker.errors import StorageError
from f5tts_worker.transcriber import Transcriber
from f5tts_worker.voice_profile import SCHEMA, VoiceProfile, original_key, profile_key, reference_key, upgrade_key
from f5tts_worker.voices import VoiceLibrary
from f5tts_worker.worker import Worker

NOISY = encode(noisy(clean("English"), 14), "wav")
CLIPPING = "2.0% of the recording is at full scale (clipped); a lower recording level sounds cleaner"
CUT = "the first 11.0 s of 14.0 s of speech are kept"


@pytest.fixture
def storage(worker: Worker) -> WatchedStorage:
    """The worker's store, under watch."""
    return watch(worker)


def _library(storage: WatchedStorage, worker: Worker) -> VoiceLibrary:
    """That of another worker on the same store."""
    return VoiceLibrary(storage, Transcriber("none", worker.settings.models), AlignerChain([]))


def _make_old(storage: WatchedStorage, key: str, **changes: Any) -> None:
    """Write a profile as the first version of the worker did."""
    fields = json.loads(storage.get(key) or b"")
    old = {name: value for name, value in fields.items() if name not in ("schema_version", "report")}
    storage.put(key, json.dumps(old | {"warnings": []} | changes).encode(), "application/json")
    storage.log.clear()


def _add_old(worker: Worker, storage: WatchedStorage, data: bytes = NOISY, **changes: Any) -> VoiceProfile:
    """An uploaded voice of the first version; returns what it would be today."""
    profile = worker.voices.add("bob", data, ref_text=SENTENCE[:40], language="en")
    _make_old(storage, profile_key("bob"), **changes)
    return profile


def test_get_voice_upgrades(worker: Worker, storage: WatchedStorage) -> None:
    """The answer is what an upload would answer today, with the text, version and date of then."""
    today = _add_old(worker, storage)
    assert [warning.split(" is ")[0] for warning in today.warnings] == ["background noise"]
    assert call(worker, "get_voice", voice_name="bob")["voice"] == today.model_dump(mode="json")


def test_the_profile_itself_stays(worker: Worker, storage: WatchedStorage) -> None:
    """Only one file is written, and it is not the profile: the voice could have been replaced by then."""
    today = _add_old(worker, storage)
    before = storage.get(profile_key("bob"))
    worker.voices.profile("bob")
    assert [key for action, key in storage.log if action == "put"] == [upgrade_key(today)]
    assert storage.get(profile_key("bob")) == before


def test_is_made_once(worker: Worker, storage: WatchedStorage) -> None:
    """The next reader, of any worker, finds it made and reads one small file more."""
    today = _add_old(worker, storage)
    worker.voices.profile("bob")
    storage.log.clear()
    assert _library(storage, worker).profile("bob") == today
    assert storage.log == [("get", profile_key("bob")), ("get", upgrade_key(today))]


def test_first_use_upgrades(worker: Worker, storage: WatchedStorage) -> None:
    """A job with the voice upgrades it; where that was done a worker's first job reads one file more, and the later
    ones nothing at all but the profile."""
    today = _add_old(worker, storage)
    worker.voices.reference("bob")
    assert upgrade_key(today) in keys(storage, "voices/.meta/bob/")
    other = _library(storage, worker)
    storage.log.clear()
    other.reference("bob")
    first = [("get", profile_key("bob")), ("get", reference_key(today)), ("get", upgrade_key(today))]
    assert storage.log == first
    other.reference("bob")
    assert storage.log == [*first, ("get", profile_key("bob"))]


def test_a_new_voice_costs_no_read_more(worker: Worker, storage: WatchedStorage) -> None:
    """Nothing is looked for beside a profile of today."""
    today = worker.voices.add("bob", NOISY, ref_text="Some.", language=None)
    storage.log.clear()
    worker.voices.reference("bob")
    assert storage.log == [("get", profile_key("bob")), ("get", reference_key(today))]


def test_other_warnings_stay(worker: Worker, storage: WatchedStorage) -> None:
    """What an old profile told beside the recording's quality is told still; clipping is measured anew."""
    today = _add_old(worker, storage, warnings=[CLIPPING, CUT])
    assert worker.voices.profile("bob").warnings == [*today.warnings, CUT]


NEWER = {
    "fields that are unknown": {"mood": {"calm": 0.9}},
    "a report of another kind": {"report": {"stars": 5}},
    "a report that is a list": {"report": [1, 2]},
}


@pytest.mark.parametrize("changes", NEWER.values(), ids=NEWER)
def test_a_newer_profile_is_read_and_left_alone(
    changes: dict[str, Any], worker: Worker, storage: WatchedStorage
) -> None:
    """A worker that is not updated yet uses the voices of one that is, and writes nothing."""
    _add_old(worker, storage, schema_version=SCHEMA + 1, **changes)
    profile = worker.voices.profile("bob")
    assert (profile.schema_version, profile.report, profile.text) == (SCHEMA + 1, None, SENTENCE[:40])
    assert worker.voices.reference("bob").text == SENTENCE[:40]
    assert not [key for action, key in storage.log if action == "put"]


def test_a_broken_original_costs_the_report_alone(worker: Worker, storage: WatchedStorage) -> None:
    """The voice speaks on without a report, and the file is not read again and again."""
    today = _add_old(worker, storage, warnings=[CUT])
    storage.put(original_key(today), b"no audio", "application/octet-stream")
    assert worker.voices.reference("bob").text == today.text
    storage.log.clear()
    profile = worker.voices.profile("bob")
    assert (profile.report, profile.warnings, profile.schema_version) == (None, [CUT], SCHEMA)
    assert ("get", original_key(today)) not in storage.log


def test_without_an_original_the_reference_is_measured(worker: Worker, storage: WatchedStorage) -> None:
    """A voice whose upload somebody deleted gets the report of what is cloned."""
    today = _add_old(worker, storage)
    storage.delete(original_key(today))
    report, whole = worker.voices.profile("bob").report, today.report
    assert report
    assert whole
    assert report.source_rate_hz == 24_000
    assert report.snr_db == pytest.approx(whole.snr_db, abs=0.5)


def test_a_store_that_fails_fails_no_job(worker: Worker, storage: WatchedStorage) -> None:
    """If the upgrade cannot be read or written now, the voice is used as it is, and upgraded later."""
    today = _add_old(worker, storage)
    failing = WatchedStorage(worker.settings.storage_dir)
    failing.on("get", original_key(today), do=fail(StorageError("the bucket does not answer")))
    library = _library(failing, worker)
    assert library.reference("bob").text == today.text
    assert library.profile("bob").report is None
    assert worker.voices.profile("bob") == today


@pytest.mark.parametrize("moment", [("get", "original"), ("put", "upgrade")], ids=["reading", "writing"])
def test_a_voice_that_is_replaced_meanwhile_stays_replaced(
    moment: tuple[str, str], worker: Worker, storage: WatchedStorage
) -> None:
    """An upload that comes in between wins, whole, whenever it comes."""
    today = _add_old(worker, storage)
    ending = original_key(today) if moment[1] == "original" else upgrade_key(today)
    other = _library(WatchedStorage(worker.settings.storage_dir), worker)
    storage.on(moment[0], ending, do=lambda: other.add("bob", NOISY, ref_text="Another text of it.", language=None))
    worker.voices.profile("bob")
    profile = worker.voices.profile("bob")
    assert (profile.text, profile.schema_version) == ("Another text of it.", SCHEMA)
    assert profile.version != today.version
    assert worker.voices.reference("bob").text == "Another text of it."


def test_two_workers_at_once(worker: Worker, storage: WatchedStorage) -> None:
    """Both make the same upgrade and answer the same."""
    today = _add_old(worker, storage)
    storage.meet(threading.Barrier(2), "put", upgrade_key(today))
    with ThreadPoolExecutor(2) as pool:
        libraries = [_library(storage, worker) for _ in range(2)]
        assert list(pool.map(lambda library: library.profile("bob"), libraries)) == [today, today]


def test_an_upgrade_that_is_broken_is_made_again(worker: Worker, storage: WatchedStorage) -> None:
    """Half a file does not stay the last word."""
    today = _add_old(worker, storage)
    storage.put(upgrade_key(today), b'{"report":', "application/json")
    assert worker.voices.profile("bob") == today


def test_listing_upgrades_nothing(worker: Worker, storage: WatchedStorage) -> None:
    """Details have a null report for an old profile until it is upgraded, and the report from then on."""
    today = _add_old(worker, storage)
    listed = call(worker, "list_voices", details=True)["voices"][0]["profile"]
    assert (listed["schema_version"], listed["report"], listed["warnings"]) == (0, None, [])
    assert storage.log == [("get", profile_key("bob")), ("get", upgrade_key(today))]
    worker.voices.profile("bob")
    listed = call(worker, "list_voices", details=True)["voices"][0]["profile"]
    assert listed == today.model_dump(mode="json")


@pytest.mark.parametrize("by", ["overwriting", "deleting"])
def test_nothing_of_it_is_left(by: str, worker: Worker, storage: WatchedStorage) -> None:
    """The upgrade of a voice goes when the voice goes."""
    today = _add_old(worker, storage)
    worker.voices.profile("bob")
    if by == "overwriting":
        worker.voices.add("bob", NOISY, ref_text="Some.", language=None)
    else:
        assert upgrade_key(today) in worker.voices.remove("bob")
    assert not [key for key in keys(storage, "voices/.meta/bob/") if today.version in key]


class TestPutByHand:
    """Recordings that somebody put into the bucket."""

    def test_has_a_report_from_its_first_use(self, worker: Worker, storage: WatchedStorage) -> None:
        """It is measured as it is profiled, and warned of."""
        storage.put("voices/old.wav", NOISY, "audio/wav")
        storage.put("voices/old.txt", SENTENCE[:40].encode(), "text/plain")
        voice = call(worker, "get_voice", voice_name="old")["voice"]
        assert voice["report"]["snr_db"] == pytest.approx(14, abs=1)
        assert voice["warnings"][0].startswith("background noise is 14 dB")

    def test_old_profile_is_upgraded(self, worker: Worker, storage: WatchedStorage) -> None:
        """From the recording itself, which nobody keeps a second time."""
        storage.put("voices/old.wav", NOISY, "audio/wav")
        today = worker.voices.profile("old")
        (adopted,) = (key for key in keys(storage, "voices/.meta/old/") if "adopted-" in key)
        _make_old(storage, adopted, warnings=[])
        assert worker.voices.profile("old").report == today.report
        storage.log.clear()
        worker.voices.reference("old")
        worker.voices.reference("old")
        assert storage.log.count(("get", upgrade_key(today))) == 1
