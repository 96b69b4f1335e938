"""Weights: from a checkpoint file to a model; every way in which that can fail is said."""

import pickle
import re
import zipfile
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from . import vocos
from .config import ArchitectureError, ModelConfig, check_sizes
from .dit import DiT
from .vocos import Vocos

Tensors = dict[str, Tensor]
Module = TypeVar("Module", bound=nn.Module)

# Computed here, or left over from training.
_NOT_LOADED = re.compile(r"initted|step|mel_spec\..*|rotary_embed\.inv_freq|text_embed\.freqs_cis")


class CheckpointError(ValueError):
    """A file cannot be used; the message says why."""


class UnreadableError(CheckpointError):
    """It is no checkpoint at all, or damaged."""


def read_tensors(path: Path) -> Tensors:
    """The tensors of a .safetensors or .pt file, mapped from it where the format can; raises UnreadableError."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        # Only tensors are unpickled: a checkpoint of a stranger cannot run code.
        loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except FileNotFoundError as e:
        raise UnreadableError("there is no such file") from e
    except pickle.UnpicklingError as e:
        raise UnreadableError("it is no checkpoint of PyTorch, or holds more than tensors") from e
    except Exception as e:  # a damaged pickle raises anything
        why = f"{type(e).__name__}: {' '.join(str(e).split())[:200]}"
        raise UnreadableError(f"it is truncated or damaged ({path.stat().st_size} bytes): {why}") from e
    return _innermost(loaded)


def _innermost(loaded: object) -> Tensors:
    """The tensors of a training checkpoint: averaged weights (EMA) rather than the last ones."""
    for key in ("ema_model_state_dict", "model_state_dict", "state_dict"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
            break
    if not isinstance(loaded, dict) or not any(isinstance(value, Tensor) for value in loaded.values()):
        raise UnreadableError("it holds no named tensors")
    return {name: value for name, value in loaded.items() if isinstance(value, Tensor)}


def dit_tensors(tensors: Tensors) -> Tensors:
    """The DiT's tensors under their own names: `ema_model.transformer.` and the like taken off."""
    found: Tensors = {}
    for name, value in tensors.items():
        short = name.removeprefix("ema_model.").removeprefix("transformer.")
        if not _NOT_LOADED.fullmatch(short):
            found[short] = value
    return found


def cfm_tensors(tensors: Tensors) -> Tensors:
    """The same under the f5-tts package's names, whatever its backbone."""
    return {f"transformer.{name}": value for name, value in dit_tensors(tensors).items()}


class _Uninitialised(TorchFunctionMode):
    """Modules are made without drawing their weights.

    On the meta device that would draw nothing either, but take a second: it imports 880 modules of PyTorch.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__module__", None) == "torch.nn.init":
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))


def load_dit(path: Path, config: ModelConfig, device: torch.device, dtype: torch.dtype) -> DiT:
    """Read a DiT; raises CheckpointError with what differs from the config."""
    tensors = dit_tensors(read_tensors(path))
    try:
        check_sizes(config, tensors)
    except ArchitectureError as e:
        raise CheckpointError(str(e)) from e
    with _Uninitialised(), torch.device("meta"):
        dit = DiT(config)
    return _filled(dit, tensors, device, dtype)


def load_vocos(folder: Path, device: torch.device) -> Vocos:
    """Read a vocoder from the folder of its config.yaml and pytorch_model.bin (or model.safetensors)."""
    path = next((p for name in ("model.safetensors", "pytorch_model.bin") if (p := folder / name).is_file()), None)
    if path is None:
        raise CheckpointError("it has neither pytorch_model.bin nor model.safetensors")
    config = folder / "config.yaml"
    if config.is_file() and re.search(rb"padding:\s*same", config.read_bytes()):
        raise CheckpointError("its head pads 'same'; only 'center' is known here")
    tensors = {name: t for name, t in read_tensors(path).items() if name.startswith(("backbone.", "head.out."))}
    try:
        sizes = vocos.read_sizes(tensors)
    except ArchitectureError as e:
        raise CheckpointError(str(e)) from e
    with _Uninitialised(), torch.device("meta"):
        model = Vocos(*sizes)
    return _filled(model, tensors, device, torch.float32)


def _filled(model: Module, tensors: Tensors, device: torch.device, dtype: torch.dtype) -> Module:
    """The model with these tensors as its parameters: nothing is initialised first, and nothing copied needlessly."""
    try:
        model.load_state_dict({name: t.to(device, dtype) for name, t in tensors.items()}, assign=True)
    except RuntimeError as e:
        raise CheckpointError(" ".join(str(e).split())[:400]) from e
    return model.to(device).eval().requires_grad_(False)
