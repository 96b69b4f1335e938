"""scripts/demo: what a newcomer runs first."""

import os
import subprocess
from pathlib import Path

from tiny_f5 import tiny_settings

from f5tts_worker.audio import decode_wav
from f5tts_worker.settings import KNOWN
from f5tts_worker.worker import SAMPLE_TEXT

ROOT = Path(__file__).resolve().parent.parent
NOTE = "Engine preview has a voice of its own and cloned none"


def demo(folder: Path, *arguments: str, **environment: object) -> "subprocess.CompletedProcess[str]":
    """Run scripts/demo into a folder that is not there yet."""
    base = {name: value for name, value in os.environ.items() if name not in KNOWN}
    return subprocess.run(
        [str(ROOT / "scripts/demo"), "--out", str(folder), *arguments],
        env=base | {name: str(value) for name, value in environment.items()},
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def spoken(result: "subprocess.CompletedProcess[str]", folder: Path) -> float:
    """Seconds of the file whose path is printed."""
    assert result.returncode == 0, result.stdout + result.stderr
    line = next(line for line in result.stdout.splitlines() if line.startswith("The audio: "))
    path = Path(line.removeprefix("The audio: ").split("  (")[0])
    assert path.parent == folder / "output"
    return decode_wav(path.read_bytes()).duration_s


def test_preview_by_default(tmp_path: Path) -> None:
    """Without arguments it speaks with preview, says so, and heeds no setting of the environment."""
    result = demo(tmp_path / "out", ENGINE="f6", STORAGE="s3", VOLUME_DIR=tmp_path / "ignored")
    assert spoken(result, tmp_path / "out") > 1
    assert result.stdout.splitlines()[-1].startswith(NOTE)
    assert f"its log is {tmp_path}/out/worker.log" in result.stdout


def test_f5_on_a_checkpoint_of_ones_own(tmp_path: Path) -> None:
    """With --engine f5 the settings of the model count, and the package's recording is cloned."""
    tiny = tiny_settings(tmp_path / "tiny")
    result = demo(
        tmp_path / "out",
        "--engine",
        "f5",
        ENGINE="f6",
        F5_MODEL=tiny.f5_model,
        F5_CHECKPOINT=tiny.f5_checkpoint,
        VOCODER_DIR=tiny.vocoder_dir,
        DEVICE="cpu",
    )
    assert spoken(result, tmp_path / "out") > 1
    assert '"engine": "f5"' in result.stdout
    assert f'"ref_text": "{SAMPLE_TEXT}"' in result.stdout
    assert NOTE not in result.stdout


def test_f5_without_weights(tmp_path: Path) -> None:
    """Where no weights are and the hub is out of reach, it ends with 1 and the worker's own words."""
    result = demo(tmp_path / "out", "--engine=f5", MODEL_DIR=tmp_path / "models", HF_HUB_OFFLINE="1")
    assert result.returncode == 1
    assert result.stderr.startswith(
        "The worker cannot start.\n  stage: load\n  cause: SWivid/F5-TTS F5TTS_v1_Base/model_1250000.safetensors"
    )
    assert f" {tmp_path}/models/F5-TTS/F5TTS_v1_Base/model_1250000.safetensors\n" in result.stderr
    assert "Traceback" not in result.stderr


def test_arguments_that_do_not_fit(tmp_path: Path) -> None:
    """A recording that is not there, and a text without a recording, end with 2 before anything is started."""
    for arguments, says in (
        (("--voice", "nowhere.wav"), "--voice: there is no file nowhere.wav"),
        (("--voice-text", "Hello."), "--voice-text: send --voice too"),
    ):
        result = demo(tmp_path / "out", *arguments)
        assert result.returncode == 2
        assert says in result.stderr
    assert not (tmp_path / "out").exists()
