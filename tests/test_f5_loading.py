"""What a worker says that cannot load its model, and where it finds what it loads."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import save_file
from tiny_f5 import TINY, VOCAB, random_dit, tiny_config, tiny_settings, write_checkpoint, write_config, write_vocoder

from f5tts_worker.errors import ALWAYS_TO_DO, LoadError
from f5tts_worker.f5.batches import Utterance
from f5tts_worker.f5.config import read_config
from f5tts_worker.f5.memory import check_memory
from f5tts_worker.f5.model import F5Model
from f5tts_worker.f5.places import find_checkpoint, find_vocab, find_vocoder
from f5tts_worker.f5.sampler import Guidance
from f5tts_worker.f5.weights import load_dit
from f5tts_worker.failure import explain_load_failure
from f5tts_worker.settings import KNOWN, Settings
from f5tts_worker.worker import Worker

ROOT = Path(__file__).resolve().parent.parent
CHECKPOINT = "F5TTS_v1_Base/model_1250000.safetensors"
CLOSE = 1e-5  # tensors that lie otherwise in memory are summed in another order
LFS_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0f2a41d8\nsize 1348428788\n"


def start(folder: Path, **environment: object) -> "subprocess.CompletedProcess[str]":
    """Run handler.py, which ends because it cannot load."""
    base = {name: value for name, value in os.environ.items() if name not in KNOWN}
    given = {
        "ENGINE": "f5",
        "STORAGE": "local",
        "WARM_TRANSCRIBER": "off",
        "WARM_ALIGNER": "off",
        "VOLUME_DIR": folder / "volume",
    }
    return subprocess.run(
        [sys.executable, str(ROOT / "handler.py")],
        env=base | {name: str(value) for name, value in (given | environment).items()},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def block(result: "subprocess.CompletedProcess[str]") -> list[str]:
    """The lines of the one block that a failed start ends with; before it there are only lines of the log."""
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    log, found, said = result.stderr.partition("The worker cannot start.\n")
    assert found
    assert [line for line in log.splitlines() if " INFO " not in line and " WARNING " not in line] == []
    lines = said.splitlines()
    assert [line for line in lines if not line.startswith("  ")] == []
    return [line.strip() for line in lines]


def failure(settings: Settings) -> str:
    """What loading the model says."""
    with pytest.raises(LoadError) as caught:
        F5Model.load(settings)
    return f"{caught.value}\n{caught.value.to_do}".removesuffix(f"\n{ALWAYS_TO_DO}")


def changed(settings: Settings, **values: object) -> Settings:
    """The same settings but for these."""
    return settings.model_copy(update=values)


@pytest.fixture
def tiny(tmp_path: Path) -> Settings:
    """Settings of a worker that would load."""
    return tiny_settings(tmp_path)


def test_a_missing_checkpoint_says_every_place(tmp_path: Path) -> None:
    """Without a checkpoint and without the hub, the start names each place, the download's error and what to do."""
    volume = tmp_path / "volume"
    volume.mkdir()
    lines = block(start(tmp_path))
    assert lines[:7] == [
        "stage: load",
        f"cause: SWivid/F5-TTS {CHECKPOINT} is missing. Looked for:",
        f"{volume}/huggingface-cache/hub/models--SWivid--F5-TTS/snapshots/*/{CHECKPOINT}",
        f"{volume}/models/F5-TTS/{CHECKPOINT}",
        f"{volume}/models/{CHECKPOINT}",
        f"/models/F5-TTS/{CHECKPOINT}",
        f"/models/{CHECKPOINT}",
    ]
    assert lines[7].startswith("and could not download it: OfflineModeIsEnabled: Cannot reach https://huggingface.co/")
    assert lines[8].startswith(f"found: ENGINE=f5; volume {volume}: ")
    assert " GB free" in lines[8]
    assert "; GPU " in lines[8]
    assert lines[9:] == [
        "to do: put the file into one of these places, name it with F5_CHECKPOINT, or let the worker reach the hub",
        "mend this and start the worker again; CONFIG.md has every setting. No other engine is tried instead.",
    ]


def test_a_truncated_checkpoint_ends_the_start(tmp_path: Path, tiny: Settings) -> None:
    """A download that was cut short ends the start with the file's name and size."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])
    lines = block(
        start(tmp_path, F5_MODEL=tiny.f5_model, F5_CHECKPOINT=path, VOCODER_DIR=tmp_path / "vocos", MODEL_DIR=tmp_path)
    )
    assert lines[1].startswith(
        f"cause: the checkpoint {path} cannot be read: it is truncated or damaged (5000 bytes): "
    )
    assert lines[2].startswith(f"found: ENGINE=f5; volume {tmp_path}/volume: not there; GPU ")
    assert lines[3].startswith(f"MODEL_DIR {tmp_path}: ")
    assert lines[4] == "to do: replace it, or delete it"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_ends_the_start(tmp_path: Path) -> None:
    """DEVICE=cuda on a machine without one says so before any weights are looked for."""
    lines = block(start(tmp_path, DEVICE="cuda"))
    assert lines[1].startswith("cause: DEVICE=cuda, but there is no GPU: ")
    assert lines[2].endswith("; GPU none")


def test_files_that_are_named_and_not_there(tiny: Settings, tmp_path: Path) -> None:
    """A path that was set and leads nowhere is an error, never a reason to look elsewhere."""
    for name in ("f5_checkpoint", "f5_vocab", "vocoder_dir"):
        kind = "folder" if name == "vocoder_dir" else "file"
        for path in (tmp_path / "nowhere", tmp_path / ("tiny.yaml" if kind == "folder" else "vocos")):
            assert failure(changed(tiny, **{name: path})) == f"{name.upper()}={path}: there is no such {kind}"


def test_no_vocoder(tiny: Settings, tmp_path: Path) -> None:
    """A missing vocoder is told as a missing checkpoint is."""
    said = failure(changed(tiny, vocoder_dir=None))
    assert said.startswith("charactr/vocos-mel-24khz pytorch_model.bin is missing. Looked for:\n")
    assert f"  {tmp_path}/volume/models/vocos-mel-24khz/pytorch_model.bin\n" in said
    assert "name it with VOCODER_DIR" in said


def test_a_model_that_nobody_published(tiny: Settings) -> None:
    """Where there is nothing to download, F5_CHECKPOINT is asked for."""
    assert failure(changed(tiny, f5_model="F5TTS_Small", f5_checkpoint=None)) == (
        "no checkpoint of F5_MODEL=F5TTS_Small is published (F5TTS_v1_Base, F5TTS_Base are): set F5_CHECKPOINT"
    )


class _RunsCode:
    """Unpickled as it wants to be, it leaves a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_checkpoint_runs_no_code(tiny: Settings, tmp_path: Path) -> None:
    """A pickle with code in it is refused, and the code is not run."""
    path = tmp_path / "evil.pt"
    torch.save({"model_state_dict": {"a": torch.zeros(1)}, "code": _RunsCode(tmp_path / "was run")}, path)
    assert "it is no checkpoint of PyTorch, or holds more than tensors" in failure(changed(tiny, f5_checkpoint=path))
    assert not (tmp_path / "was run").exists()


@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
@pytest.mark.parametrize(
    "content", [b"", LFS_POINTER.encode(), b"PK\x03\x04" + b"0" * 100], ids=["empty", "LFS pointer", "zip's beginning"]
)
def test_files_that_are_no_checkpoint(tiny: Settings, tmp_path: Path, suffix: str, content: bytes) -> None:
    """Whatever is in the file, the message says that it cannot be read."""
    path = tmp_path / f"other.{suffix}"
    path.write_bytes(content)
    said = failure(changed(tiny, f5_checkpoint=path))
    assert f"it is truncated or damaged ({len(content)} bytes)" in said or "it is no checkpoint of PyTorch" in said


def test_a_truncated_pt(tiny: Settings, tmp_path: Path) -> None:
    """A .pt that was cut short anywhere is told as damaged."""
    whole = write_checkpoint(tmp_path / "whole.pt", random_dit(tiny_config("F5TTS_v1_Base"))).read_bytes()
    for kept in (10, len(whole) // 2, len(whole) - 20):
        (tmp_path / "cut.pt").write_bytes(whole[:kept])
        said = failure(changed(tiny, f5_checkpoint=tmp_path / "cut.pt"))
        assert f"it is truncated or damaged ({kept} bytes)" in said


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({"layers.0.weight": torch.zeros(2, 2)}, "it has no tensor input_embed.proj.weight: not a DiT of F5-TTS"),
        ({"input_embed.proj.weight": torch.zeros(2)}, "its embeddings are no matrices: not a DiT of F5-TTS"),
    ],
    ids=["UNetT", "other shapes"],
)
def test_tensors_of_another_model(tiny: Settings, tmp_path: Path, tensors: dict[str, torch.Tensor], says: str) -> None:
    """A checkpoint without a DiT's tensors is named as such, and ENGINE=upstream for what it may be."""
    path = write_checkpoint(tmp_path / "other.safetensors", tensors)
    said = failure(changed(tiny, f5_checkpoint=path))
    assert says in said
    assert "for other architectures, ENGINE=upstream" in said


def test_other_sizes_are_named(tiny: Settings, tmp_path: Path) -> None:
    """A checkpoint of other sizes: what it has and what was wanted."""
    config = write_config(tmp_path / "other.yaml", "F5TTS_v1_Base", depth=3, heads=4)
    assert "heads is 2, not 4" in (said := failure(changed(tiny, f5_model=str(config))))
    assert "depth is 2, not 3" in said
    assert "dim is 128, not 1024" in failure(changed(tiny, f5_model="F5TTS_v1_Base"))


def test_a_part_of_a_checkpoint(tiny: Settings, tmp_path: Path) -> None:
    """A checkpoint that lacks a tensor is refused with its name."""
    tensors = random_dit(tiny_config("F5TTS_v1_Base"))
    del tensors["norm_out.linear.bias"]
    path = write_checkpoint(tmp_path / "part.safetensors", tensors)
    assert "norm_out.linear.bias" in failure(changed(tiny, f5_checkpoint=path))


@pytest.mark.parametrize(
    ("vocab", "says"),
    [
        (b" \na\nb\n", "vocab_size is 2545, not 3"),
        (b"a\n \nb\n", "its first line must be a space"),
        (b"", "its first line must be a space"),
        (b" \n\xe4\n", "it is not UTF-8 text"),
    ],
    ids=["another size", "no space first", "empty", "latin-1"],
)
def test_vocabularies_that_do_not_fit(tiny: Settings, tmp_path: Path, vocab: bytes, says: str) -> None:
    """The vocabulary's path and what is wrong with it are said."""
    path = tmp_path / "other.txt"
    path.write_bytes(vocab)
    said = failure(changed(tiny, f5_vocab=path))
    assert says in said
    assert str(path) in said


def _with_config(folder: Path, text: bytes) -> None:
    write_vocoder(folder)
    (folder / "config.yaml").write_bytes(text)


def _truncated(folder: Path) -> None:
    write_vocoder(folder)
    (folder / "pytorch_model.bin").write_bytes((folder / "pytorch_model.bin").read_bytes()[:2000])


def _of_80_mels(folder: Path) -> None:
    tensors = torch.load(write_vocoder(folder) / "pytorch_model.bin")
    torch.save(tensors | {"backbone.embed.weight": torch.zeros(64, 80, 7)}, folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: folder.mkdir(), "it has neither pytorch_model.bin nor model.safetensors"),
        (_truncated, "it is truncated or damaged (2000 bytes)"),
        (_of_80_mels, "it reads 80 mels and writes 1026 values, not 100 and 1026"),
        (lambda folder: _with_config(folder, b"head:\n  padding: same\n"), "its head pads 'same'"),
    ],
    ids=["empty folder", "truncated", "80 mels", "padding same"],
)
def test_vocoders_that_do_not_fit(tiny: Settings, tmp_path: Path, spoil: Callable[[Path], None], says: str) -> None:
    """The vocoder's folder and what is wrong with it are said."""
    spoil(tmp_path / "other")
    said = failure(changed(tiny, vocoder_dir=tmp_path / "other"))
    assert said.startswith(f"the vocoder in {tmp_path}/other cannot be used: ")
    assert says in said


def _config(**changes: object) -> str:
    arch = {**TINY, "qk_norm": None}
    return yaml.safe_dump({"model": {"arch": arch, "mel_spec": {"mel_spec_type": "vocos"}} | changes})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("model: [", "it is no f5-tts config with model.arch"),
        ("", "it is no f5-tts config with model.arch"),
        ("model: {arch: {dim: many}}", "it is no f5-tts config with model.arch"),
        ("\udce4", "it is no f5-tts config with model.arch"),
        (_config(arch={**TINY, "qk_norm": "rms_norm"}), "it has qk_norm: rms_norm"),
        (_config(backbone="UNetT"), "it has backbone: UNetT"),
        (_config(mel_spec={"mel_spec_type": "bigvgan"}), "it has mel_spec_type: bigvgan"),
        (_config(mel_spec={"hop_length": 320}), "it has hop_length: 320"),
    ],
    ids=["no YAML", "empty", "no number", "latin-1", "qk_norm", "UNetT", "bigvgan", "another hop"],
)
def test_configs_that_cannot_be_run(tiny: Settings, tmp_path: Path, text: str, says: str) -> None:
    """A config is refused with what is wrong with it, and ENGINE=upstream is named."""
    path = tmp_path / "other.yaml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    said = failure(changed(tiny, f5_model=str(path)))
    assert says in said
    assert "ENGINE=upstream" in said


def test_a_config_without_mels_is_read() -> None:
    """What a config leaves out, or empty, is as published."""
    assert read_config(_config(mel_spec=None)) == tiny_config("F5TTS_v1_Base")


def test_a_model_that_nobody_knows(tiny: Settings, tmp_path: Path) -> None:
    """An unknown F5_MODEL lists the known ones."""
    for name in ("F5TTS_v2", str(tmp_path / "nowhere.yaml")):
        said = failure(changed(tiny, f5_model=name))
        assert said.startswith(f"F5_MODEL={name} is not known: it is one of F5TTS_v1_Base, F5TTS_Base, ")


def test_too_little_memory(tmp_path: Path) -> None:
    """Weights that cannot fit are refused before they are read, with what is needed and what is free."""
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.truncate(10**13)  # ext4 has files of up to 16 TB
    with pytest.raises(LoadError, match=r"the weights need 10000\.0 GB, and this machine has \d+\.\d GB free"):
        check_memory(path, torch.device("cpu"), torch.float32)


def test_a_vocabulary_without_latin_letters(tmp_path: Path) -> None:
    """A model that loads and cannot speak the warm-up's text ends the start with the reason."""
    vocab = tmp_path / "vocab.txt"
    vocab.write_text(" \nш\nя\n")
    config = tiny_config("F5TTS_v1_Base")
    tensors = random_dit(type(config)(**{**vars(config), "vocab_size": 3}))
    settings = tiny_settings(tmp_path)
    write_checkpoint(tmp_path / "model.safetensors", tensors)
    with pytest.raises(LoadError, match=r"cannot speak 'Ready\.': ref_text: the model can read nothing in it"):
        Worker.load(settings)


def test_the_explanation_of_another_engine(settings: Settings) -> None:
    """The block has the engine, the volume, the GPU and what to do, whatever failed."""
    lines = explain_load_failure(LoadError("first\nsecond"), settings).split("\n  ")
    assert lines[:4] == ["The worker cannot start.", "stage: load", "cause: first", "       second"]
    assert lines[4].startswith(f"found: ENGINE=preview; volume {settings.volume_dir}: not there; GPU ")
    assert lines[5:] == [f"to do: {ALWAYS_TO_DO}"]
    assert explain_load_failure(LoadError("why", "do it"), None, "volume").split("\n  ") == [
        "The worker cannot start.",
        "stage: volume",
        "cause: why",
        "to do: do it",
        f"       {ALWAYS_TO_DO}",
    ]


def test_the_explanation_never_fails_itself() -> None:
    """A volume that cannot even be looked at, and an error without words, are told like any other."""
    settings = Settings(volume_dir=Path("/" + "a" * 300))
    assert "File name too long" in explain_load_failure(LoadError(""), settings)


def test_a_wrong_setting_is_explained_without_torch() -> None:
    """Saying what the GPU has does not import torch for it."""
    code = (
        "import sys; from f5tts_worker.failure import explain_load_failure as explain; "
        "from f5tts_worker.errors import LoadError; from f5tts_worker.settings import Settings; "
        "print(explain(LoadError('x'), Settings())); sys.exit('torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "GPU not looked at" in result.stdout


def _put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_order_of_places(tmp_path: Path) -> None:
    """An explicit path, RunPod's cached model by refs/main, any snapshot, MODEL_DIR/REPO, MODEL_DIR."""
    volume, models = tmp_path / "volume", tmp_path / "models"
    cached = volume / "huggingface-cache/hub/models--SWivid--F5-TTS"
    # From the last place to the first: each is preferred as soon as it is there.
    settings = Settings(volume_dir=volume, model_dir=models)
    for path in (models, models / "F5-TTS", cached / "snapshots/bbb", cached / "snapshots/aaa"):
        put = _put(path / CHECKPOINT)
        assert find_checkpoint(settings) == put
    _put(cached / "refs/main").write_text("bbb\n")
    assert find_checkpoint(settings) == cached / "snapshots/bbb" / CHECKPOINT
    explicit = _put(tmp_path / "mine.pt")
    assert find_checkpoint(changed(settings, f5_checkpoint=explicit)) == explicit


def test_a_cached_model_without_its_file_is_passed_over(tmp_path: Path) -> None:
    """A snapshot that lacks the file does not hide the one on the volume."""
    _put(tmp_path / "huggingface-cache/hub/models--SWivid--F5-TTS/refs/main").write_text("bbb")
    found = _put(tmp_path / "models/F5-TTS" / CHECKPOINT)
    assert find_checkpoint(Settings(volume_dir=tmp_path)) == found


def test_order_of_vocabularies(tmp_path: Path) -> None:
    """F5_VOCAB, vocab.txt beside the checkpoint, the package's."""
    settings, checkpoint = Settings(volume_dir=tmp_path), tmp_path / "model.pt"
    assert find_vocab(settings, checkpoint) == VOCAB
    beside = _put(tmp_path / "vocab.txt")
    assert find_vocab(settings, checkpoint) == beside
    explicit = _put(tmp_path / "mine.txt")
    assert find_vocab(changed(settings, f5_vocab=explicit), checkpoint) == explicit


def test_vocoder_is_found_in_the_cache(tmp_path: Path) -> None:
    """A vocoder is looked for in the same places, and VOCODER_DIR first."""
    cached = tmp_path / "huggingface-cache/hub/models--charactr--vocos-mel-24khz/snapshots/aaa"
    _put(cached / "pytorch_model.bin")
    settings = Settings(volume_dir=tmp_path)
    assert find_vocoder(settings) == cached
    assert find_vocoder(changed(settings, vocoder_dir=write_vocoder(tmp_path / "mine"))) == tmp_path / "mine"


def test_a_published_checkpoint_is_loaded_from_the_volume(tmp_path: Path) -> None:
    """What the volume has is spoken with, without a setting for it, as soon as its sizes fit."""
    write_checkpoint(tmp_path / "models/F5-TTS" / CHECKPOINT, random_dit(tiny_config("F5TTS_v1_Base")))
    write_vocoder(tmp_path / "models/vocos-mel-24khz")
    said = failure(Settings(volume_dir=tmp_path, device="cpu"))
    assert said.startswith(f"the checkpoint {tmp_path}/models/F5-TTS/{CHECKPOINT} does not fit")
    assert "dim is 128, not 1024" in said


def speak(settings: Settings) -> np.ndarray[Any, Any]:
    """A short text in a voice of noise."""
    model = F5Model.load(settings)
    voice = model.prepare(np.random.default_rng(0).uniform(-0.1, 0.1, 12_000).astype(np.float32), "Some noise. ")
    return model.speak(voice, [Utterance("Hello.", 60, seed=1)], Guidance(2, 2.0, -1.0))[0]


def test_formats_of_a_checkpoint_give_the_same_samples(tiny: Settings, tmp_path: Path) -> None:
    """.safetensors, .pt, an old .pt, names with and without their prefixes: the same samples."""
    tensors = random_dit(tiny_config("F5TTS_v1_Base"))
    prefixed = {f"transformer.{name}": value for name, value in tensors.items()}
    write_checkpoint(tmp_path / "ema.pt", tensors)
    save_file(tensors, tmp_path / "bare.safetensors")
    torch.save({"model_state_dict": prefixed, "step": 1}, tmp_path / "last.pt")
    torch.save(prefixed, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    expected = speak(tiny)
    for name in ("ema.pt", "bare.safetensors", "last.pt", "old.pt"):
        spoken = speak(changed(tiny, f5_checkpoint=tmp_path / name))
        np.testing.assert_allclose(spoken, expected, atol=CLOSE, err_msg=name)


def test_averaged_weights_are_preferred(tmp_path: Path) -> None:
    """A training checkpoint has both the last and the averaged weights: the averaged ones are read."""
    config = tiny_config("F5TTS_v1_Base")
    averaged, last = random_dit(config, seed=1), random_dit(config, seed=2)
    named = {f"ema_model.transformer.{name}": value for name, value in averaged.items()}
    kept = {"model_state_dict": {f"transformer.{n}": t for n, t in last.items()}, "ema_model_state_dict": named}
    torch.save(kept | {"optimizer_state_dict": {"state": {}}, "update": 5}, tmp_path / "model_5.pt")
    dit = load_dit(tmp_path / "model_5.pt", config, torch.device("cpu"), torch.float32)
    for name, value in dit.state_dict().items():
        assert torch.equal(value, averaged[name]), name


def test_a_checkpoint_in_half_precision(tiny: Settings, tmp_path: Path) -> None:
    """Weights stored in half precision are widened where the device computes in single: the same speech, but for
    what rounding the weights changes."""
    tensors = random_dit(tiny_config("F5TTS_v1_Base"))
    half = write_checkpoint(tmp_path / "half.safetensors", {name: t.half() for name, t in tensors.items()})
    rounded = write_checkpoint(tmp_path / "r.safetensors", {name: t.half().float() for name, t in tensors.items()})
    expected = speak(changed(tiny, f5_checkpoint=rounded))
    np.testing.assert_allclose(speak(changed(tiny, f5_checkpoint=half)), expected, atol=CLOSE)
