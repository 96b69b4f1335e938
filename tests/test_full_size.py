"""A full-size model with random weights, on a person's recording, over HTTP: every stage is real, its sound is noise.

Takes a minute or two and 3 GB of disk, so it is run by itself: scripts/test -m full
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from conftest import ROOT, FileServer
from local_api import LocalApi

from f5tts_worker.audio import decode
from f5tts_worker.f5.places import f5_tts_file
from f5tts_worker.worker import SAMPLE_TEXT, SAMPLE_WAV


@pytest.mark.full
@pytest.mark.timeout(900)
def test_one_sentence(start_api: Callable[..., LocalApi], files: FileServer, tmp_path: Path) -> None:
    """The worker finds the weights in MODEL_DIR, warms up, takes a voice and speaks a sentence in it."""
    subprocess.run([sys.executable, "-m", "benchmarks.make_checkpoint", str(tmp_path)], cwd=ROOT, check=True)
    recording = f5_tts_file(SAMPLE_WAV)
    assert recording
    api = start_api(ENGINE="f5", MODEL_DIR=str(tmp_path), DEVICE="cpu")
    url = files.put("nature.wav", recording.read_bytes())
    api.runsync(endpoint="upload", voice_name="nature", voice_file_url=url, ref_text=SAMPLE_TEXT)
    spoken = api.runsync(text="I don't really care what you call me.", voice="nature", seed=42, nfe_step=4)
    assert (spoken["engine"], spoken["voice"], spoken["seed"]) == ("f5", "nature.wav", 42)
    audio = decode(Path(unquote(urlsplit(spoken["audio_url"]).path)).read_bytes(), max_s=60)
    # 37 bytes of text in the pace of 52 bytes in 5.1 s of reference
    assert audio.duration_s == pytest.approx(3.67, abs=0.1)
    assert np.abs(audio.samples).max() > 0.01
    status = api.runsync(endpoint="status")
    assert (status["model"], status["device"], status["precision"]) == ("F5TTS_v1_Base", "cpu", "float32")
