"""The whole way on real input: a person's recording, over HTTP, as a caller does it."""

import importlib.util
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from conftest import FileServer
from local_api import LocalApi

from f5tts_worker.audio import decode

RECORDING_TEXT = "Some call me nature, others call me mother nature."


@pytest.fixture
def human_wav() -> bytes:
    """The English example of the f5-tts package; finding it imports nothing of it."""
    spec = importlib.util.find_spec("f5_tts")
    assert spec and spec.submodule_search_locations
    return (Path(next(iter(spec.submodule_search_locations))) / "infer/examples/basic/basic_ref_en.wav").read_bytes()


def test_upload_speak_download(api: LocalApi, files: FileServer, human_wav: bytes) -> None:
    """A recording becomes a voice, the voice is used, and the result is found again by its job."""
    url = files.put("human.wav", human_wav)
    voice = api.runsync(endpoint="upload", voice_name="nature", voice_file_url=url, ref_text=RECORDING_TEXT)["voice"]
    assert voice["warnings"] == []
    assert voice["kept_s"] == pytest.approx(voice["duration_s"], abs=0.5)
    spoken = api.runsync(text="I don't really care what you call me.", voice="nature.wav", audio_format="flac")
    assert spoken["voice"] == "nature.wav"
    ready = api.runsync(endpoint="result", job_id=spoken["job_id"])
    stored = Path(unquote(urlsplit(ready["audio_url"]).path)).read_bytes()
    assert len(stored) == ready["size"]
    assert decode(stored, max_s=60).duration_s == pytest.approx(spoken["duration"], abs=0.001)
