"""UpstreamModel: the f5-tts package's own classes, for architectures that ours does not know and to compare with.

The package's `model/__init__` imports its trainer, and with it wandb and datasets: half a minute and 1.3 GB. It is
stepped over.
"""

import importlib
import importlib.util
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..audio import Samples
from ..errors import LoadError, OutOfMemory
from ..f5.batches import Utterance
from ..f5.config import N_MELS
from ..f5.fitness import module_checks
from ..f5.mel import HOP, N_FFT, SAMPLE_RATE
from ..f5.memory import check_memory
from ..f5.model import GPU_FULL, choose_device, precision_for
from ..f5.places import f5_tts_file, find_checkpoint, find_vocab, find_vocoder
from ..f5.sampler import Guidance
from ..f5.weights import CheckpointError, cfm_tensors, read_tensors
from ..settings import Settings

BACKBONES = {"DiT": "dit", "UNetT": "unett", "MMDiT": "mmdit"}


@dataclass(frozen=True, eq=False)
class UpstreamModel:
    """Loaded by the package's classes; see SpeechModel."""

    name: str
    cfm: Any
    vocos: Any
    device: torch.device
    dtype: torch.dtype

    @classmethod
    def load(cls, settings: Settings) -> "UpstreamModel":
        """Find and read the weights that the settings name; raises LoadError."""
        device = choose_device(settings.device)
        dtype = precision_for(device)
        checkpoint = find_checkpoint(settings)
        check_memory(checkpoint, device, dtype)
        cfm = _build(settings.f5_model, find_vocab(settings, checkpoint))
        try:
            _fill(cfm, cfm_tensors(read_tensors(checkpoint)))
            vocos = _vocos(find_vocoder(settings))
        except (CheckpointError, RuntimeError) as e:
            reason = " ".join(str(e).split())[:400]
            raise LoadError(f"the checkpoint {checkpoint} does not fit F5_MODEL={settings.f5_model}: {reason}") from e
        return cls(
            f"{Path(settings.f5_model).stem} (f5-tts)",
            cfm.to(device, dtype).eval(),
            vocos.to(device).eval(),
            device,
            dtype,
        )

    @property
    def attention_kernel(self) -> str:
        """What computes the attention."""
        return "sdpa"

    def prepare(self, samples: Samples, reference_text: str) -> tuple[torch.Tensor, str]:
        """The package computes all of it anew each time."""
        return torch.from_numpy(samples)[None].to(self.device), reference_text

    def unknown(self, text: str) -> list[str]:
        """What of a text the vocabulary lacks."""
        return list(
            dict.fromkeys(
                t for t in _package("utils").convert_char_to_pinyin([text])[0] if t not in self.cfm.vocab_char_map
            )
        )

    def batches(self, utterances: Sequence[Utterance], *, first_alone: bool) -> list[list[int]]:
        """Each alone: in a batch of the package's the shorter ones come out otherwise than alone."""
        return [[i] for i in range(len(utterances))]

    @torch.inference_mode()
    def speak(
        self,
        voice: tuple[torch.Tensor, str],
        utterances: Sequence[Utterance],
        guidance: Guidance,
        check_stop: Callable[[], None] = lambda: None,
    ) -> list[Samples]:
        """Samples of each; raises OutOfMemory."""
        try:
            return [self._speak(voice, one, guidance, check_stop) for one in utterances]
        except torch.OutOfMemoryError as e:
            raise OutOfMemory(GPU_FULL) from e

    def _speak(
        self,
        voice: tuple[torch.Tensor, str],
        one: Utterance,
        guidance: Guidance,
        check_stop: Callable[[], None],
    ) -> Samples:
        samples, reference_text = voice
        check_stop()
        mel, _ = self.cfm.sample(
            cond=samples,
            text=_package("utils").convert_char_to_pinyin([reference_text + one.text]),
            duration=one.n_frames,
            steps=guidance.steps,
            cfg_strength=guidance.cfg_strength,
            sway_sampling_coef=guidance.sway,
            seed=one.seed,
        )
        spoken = mel.float()[:, samples.shape[-1] // HOP :].mT
        return np.asarray(self.vocos.decode(spoken)[0].cpu())

    def fitness_checks(self) -> dict[str, Callable[[], None]]:
        """What has to hold of weights and device before the first job."""
        return module_checks([self.cfm, self.vocos], self.device, self.dtype)

    def free_memory(self) -> None:
        """Give back what the allocator holds."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def _package(module: str) -> Any:
    """A module of f5_tts.model, past its __init__."""
    if "f5_tts.model" not in sys.modules:
        spec = importlib.util.find_spec("f5_tts")
        if spec is None or not spec.submodule_search_locations:
            raise LoadError("ENGINE=upstream needs the package f5-tts: install requirements/worker.txt")
        stand_in = types.ModuleType("f5_tts.model")
        stand_in.__path__ = [str(Path(folder) / "model") for folder in spec.submodule_search_locations]
        sys.modules["f5_tts.model"] = stand_in
    return importlib.import_module(f"f5_tts.model.{module}")


def _build(name: str, vocab: Path) -> Any:
    """The package's CFM with random weights, by a config's name or path."""
    import yaml

    path = Path(name) if name.endswith((".yaml", ".yml")) else f5_tts_file(f"configs/{name}.yaml")
    if path is None or not path.is_file():
        raise LoadError(f"F5_MODEL={name}: the f5-tts package has no config of this name")
    model = yaml.safe_load(path.read_text())["model"]
    characters, size = _package("utils").get_tokenizer(str(vocab), "custom")
    backbone = getattr(_package(f"backbones.{BACKBONES[model['backbone']]}"), model["backbone"])
    arch = {key: value for key, value in model["arch"].items() if key != "checkpoint_activations"}
    mel = {"n_fft": N_FFT, "hop_length": HOP, "win_length": N_FFT, "n_mel_channels": N_MELS}
    return _package("cfm").CFM(
        transformer=backbone(**arch, text_num_embeds=size, mel_dim=N_MELS),
        mel_spec_kwargs={**mel, "target_sample_rate": SAMPLE_RATE, "mel_spec_type": "vocos"},
        odeint_kwargs={"method": "euler"},
        vocab_char_map=characters,
    )


def _fill(cfm: Any, tensors: dict[str, torch.Tensor]) -> None:
    missing = set(dict(cfm.named_parameters())) - set(tensors)
    if missing:
        raise CheckpointError(f"{len(missing)} tensors are missing, such as {min(missing)}")
    cfm.load_state_dict(tensors, strict=False)  # tables that the package computes itself are not in them


def _vocos(folder: Path) -> Any:
    from vocos import Vocos

    model = Vocos.from_hparams(str(folder / "config.yaml"))
    model.load_state_dict(torch.load(folder / "pytorch_model.bin", map_location="cpu", weights_only=True))
    return model
