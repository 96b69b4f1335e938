"""CACHE_FP16: a copy of the checkpoint that is half as much to read, and never in the way."""

import logging
import os
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tiny_f5 import random_dit, tiny_config, tiny_settings, write_checkpoint

from f5tts_worker.f5 import half
from f5tts_worker.f5.dit import DiT
from f5tts_worker.f5.half import make_half_copy
from f5tts_worker.f5.model import F5Model, _load_dit
from f5tts_worker.f5.places import half_copy, identity
from f5tts_worker.f5.weights import load_dit, read_tensors
from f5tts_worker.settings import Settings

CONFIG = tiny_config("F5TTS_v1_Base")
CPU = torch.device("cpu")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A tiny one."""
    return write_checkpoint(tmp_path / "model.safetensors", random_dit(CONFIG))


@pytest.mark.parametrize("name", ["model.safetensors", "model.pt"])
def test_the_copy_is_the_checkpoint_in_half_precision(tmp_path: Path, name: str) -> None:
    """The same weights, to the bit, as the checkpoint itself gives in half precision; and half its size."""
    checkpoint = write_checkpoint(tmp_path / name, random_dit(CONFIG))
    make_half_copy(checkpoint, tmp_path)
    copy = half_copy(checkpoint, tmp_path)
    assert copy == tmp_path / "fp16/model.safetensors"
    assert copy.stat().st_size < 0.52 * checkpoint.stat().st_size
    ours, theirs = (load_dit(path, CONFIG, CPU, torch.float16).state_dict() for path in (copy, checkpoint))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert sorted(path.name for path in copy.parent.iterdir()) == ["model.safetensors"], "nothing half-made is left"


def test_the_copy_of_another_checkpoint_is_not_taken(checkpoint: Path, tmp_path: Path) -> None:
    """A checkpoint that was replaced, or one of the same name elsewhere, has no copy yet; then it gets its own."""
    make_half_copy(checkpoint, tmp_path)
    write_checkpoint(checkpoint, random_dit(CONFIG, seed=1))
    os.utime(checkpoint, ns=(1, 1))
    assert half_copy(checkpoint, tmp_path) is None
    make_half_copy(checkpoint, tmp_path)
    assert half_copy(checkpoint, tmp_path)
    (tmp_path / "other").mkdir()
    assert half_copy(Path(shutil.copy2(checkpoint, tmp_path / "other")), tmp_path) is None


@pytest.mark.parametrize("kept", [0, 7, 1_000, 100_000])
def test_a_damaged_copy_is_made_anew(checkpoint: Path, tmp_path: Path, kept: int) -> None:
    """A copy that was cut off counts as none."""
    make_half_copy(checkpoint, tmp_path)
    copy = tmp_path / "fp16/model.safetensors"
    whole = copy.read_bytes()
    copy.write_bytes(whole[:kept])
    assert half_copy(checkpoint, tmp_path) is None
    make_half_copy(checkpoint, tmp_path)
    assert copy.read_bytes() == whole


def test_a_copy_is_made_only_if_there_is_space(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A volume that is nearly full stays as it is, and the log says what would be needed."""
    monkeypatch.setattr(half, "FREE_AFTER", 10**15)
    with caplog.at_level(logging.WARNING):
        make_half_copy(checkpoint, tmp_path)
    assert not list((tmp_path / "fp16").iterdir())
    assert "CACHE_FP16: no copy of model.safetensors: it needs 1000000.0 GB of space, and" in caplog.text


def test_a_folder_that_cannot_be_written_stops_nothing(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is wrong with the volume, the log says it and the worker goes on."""
    (tmp_path / "fp16").write_text("a file in the folder's place")
    make_half_copy(checkpoint, tmp_path)
    assert "CACHE_FP16: no copy of model.safetensors: " in caplog.text


def test_a_killed_maker_is_taken_over_from(checkpoint: Path, tmp_path: Path) -> None:
    """What a killed worker left behind is no copy, and does not hold up the next."""
    (tmp_path / "fp16").mkdir()
    (tmp_path / "fp16/model.partial").write_bytes(b"half a file")
    assert half_copy(checkpoint, tmp_path) is None
    make_half_copy(checkpoint, tmp_path)
    assert [path.name for path in (tmp_path / "fp16").iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize("cache_fp16", [False, True])
def test_a_processor_makes_none(tmp_path: Path, cache_fp16: bool) -> None:
    """It computes in single precision, and would read a copy in half as other weights."""
    settings = tiny_settings(tmp_path, cache_fp16=cache_fp16)
    F5Model.load(settings)
    assert not (settings.models / "fp16").exists()


@pytest.fixture
def tiny(tmp_path: Path) -> Settings:
    """A worker's on a tiny checkpoint."""
    return tiny_settings(tmp_path, cache_fp16=True)


def load_in_half(settings: Settings) -> DiT:
    """As a GPU's worker loads it, on this processor."""
    return _load_dit(checkpoint_of(settings), settings, CONFIG, CPU, torch.float16)


def checkpoint_of(settings: Settings) -> Path:
    """The tiny one."""
    assert settings.f5_checkpoint
    return settings.f5_checkpoint


def copy_of(settings: Settings) -> Path:
    """Waits for the one that is made in the background."""
    make_half_copy(checkpoint_of(settings), settings.models)
    copy = half_copy(checkpoint_of(settings), settings.models)
    assert copy
    return copy


def change_copy(settings: Settings, tensors: dict[str, torch.Tensor]) -> None:
    """Write other tensors as the copy of this very checkpoint."""
    made_of = {"made_of": identity(checkpoint_of(settings))}
    written = settings.models / "other.safetensors"
    save_file(tensors, written, made_of)
    written.replace(copy_of(settings))


def test_the_second_start_reads_the_copy(tiny: Settings) -> None:
    """And nothing but the copy."""
    first = load_in_half(tiny)
    change_copy(tiny, {name: tensor * 2 for name, tensor in read_tensors(copy_of(tiny)).items()})
    assert torch.equal(load_in_half(tiny).proj_out.weight, first.proj_out.weight * 2)


def test_a_copy_that_does_not_fit_is_given_up(tiny: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is wrong with it, the checkpoint itself is read, and the copy made anew."""
    first = load_in_half(tiny)
    change_copy(tiny, {"proj_out.weight": first.proj_out.weight.clone()})
    again = load_in_half(tiny)
    assert torch.equal(again.proj_out.bias, first.proj_out.bias)
    assert "is made anew" in caplog.text
    assert len(read_tensors(copy_of(tiny))) > 1
