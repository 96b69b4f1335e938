"""Tiny random F5-TTS and Vocos checkpoints in the formats of the published ones.

Where training starts at zero (modulation, output, response norm) the weights are drawn at 0.2: at zero, or near it, a
whole part of the model could be missing and nobody would see it in the output.
"""

from dataclasses import replace
from pathlib import Path

import torch
import yaml
from safetensors.torch import save_file

from f5tts_worker.f5.config import ARCHITECTURES, HEAD_DIM, ModelConfig
from f5tts_worker.f5.dit import DiT
from f5tts_worker.f5.places import f5_tts_file
from f5tts_worker.f5.vocos import Vocos
from f5tts_worker.settings import Settings

TINY = {"dim": 128, "depth": 2, "heads": 2, "ff_mult": 2, "text_dim": 64, "conv_layers": 2}
ZERO_AT_FIRST = ("attn_norm.linear", "norm_out.linear", "proj_out", "grn.")

VOCAB = f5_tts_file("infer/examples/vocab.txt")
assert VOCAB, "the f5-tts package is installed with requirements/dev.txt"


def tiny_config(arrangement: str) -> ModelConfig:
    """The arrangement of a published model (F5TTS_v1_Base, F5TTS_Base) in a tiny size."""
    assert VOCAB
    return replace(ARCHITECTURES[arrangement], **TINY, vocab_size=VOCAB.read_text().count("\n"))


def random_dit(config: ModelConfig, seed: int = 0) -> dict[str, torch.Tensor]:
    """A DiT's tensors, drawn as training starts."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, parameter in DiT(config).state_dict().items():
        if any(part in name for part in ZERO_AT_FIRST):
            std = 0.2
        elif "text_embed.text_embed" in name:
            std = 1.0
        else:
            std = (parameter[0].numel() if parameter.ndim > 1 else 30) ** -0.5 / 3**0.5
        tensors[name] = torch.randn(parameter.shape, generator=generator) * std
        if name.endswith("norm.weight"):
            tensors[name] = 1 + tensors[name] * 0.1
    return tensors


def write_checkpoint(path: Path, tensors: dict[str, torch.Tensor]) -> Path:
    """As published: averaged weights with what training leaves beside them; .safetensors or .pt by the name."""
    pairs = torch.arange(0, HEAD_DIM, 2).float() / HEAD_DIM
    named = {f"ema_model.transformer.{name}": tensor for name, tensor in tensors.items()}
    named["ema_model.transformer.rotary_embed.inv_freq"] = 1.0 / 10_000**pairs
    named |= {"initted": torch.tensor(True), "step": torch.tensor(1_250_000)}
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".safetensors":
        save_file(named, path)
    else:
        torch.save({"ema_model_state_dict": named, "update": 1_250_000}, path)
    return path


def write_vocoder(folder: Path, seed: int = 0, dim: int = 64, inner: int = 128, depth: int = 1) -> Path:
    """A Vocos: config.yaml and pytorch_model.bin."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, parameter in Vocos(dim, inner, depth).state_dict().items():
        std = (parameter[0].numel() if parameter.ndim > 1 else 30) ** -0.5
        tensors[name] = torch.randn(parameter.shape, generator=generator) * std
        if name.endswith(("norm.weight", "gamma")):
            tensors[name] = 1 + tensors[name] * 0.1
    mel = {"sample_rate": 24000, "n_fft": 1024, "hop_length": 256, "n_mels": 100, "padding": "center"}
    config = {
        "feature_extractor": {"class_path": "vocos.feature_extractors.MelSpectrogramFeatures", "init_args": mel},
        "backbone": {
            "class_path": "vocos.models.VocosBackbone",
            "init_args": {"input_channels": 100, "dim": dim, "intermediate_dim": inner, "num_layers": depth},
        },
        "head": {
            "class_path": "vocos.heads.ISTFTHead",
            "init_args": {"dim": dim, "n_fft": 1024, "hop_length": 256, "padding": "center"},
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    # The published file also holds the tables of the mel filters and windows.
    extra = {
        "feature_extractor.mel_spec.spectrogram.window": torch.hann_window(1024),
        "feature_extractor.mel_spec.mel_scale.fb": torch.zeros(513, 100),
        "head.istft.window": torch.hann_window(1024),
    }
    torch.save(tensors | extra, folder / "pytorch_model.bin")
    return folder


def write_config(path: Path, arrangement: str, **changed: object) -> Path:
    """An f5-tts config of a tiny model."""
    config = tiny_config(arrangement)
    arch = {**TINY, "text_mask_padding": config.mask_text_padding, "pe_attn_head": config.rotary_heads, "qk_norm": None}
    model = {"name": arrangement, "backbone": "DiT", "arch": arch | changed, "mel_spec": {"mel_spec_type": "vocos"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"model": model}))
    return path


def tiny_settings(folder: Path, arrangement: str = "F5TTS_v1_Base", **changed: object) -> Settings:
    """Settings of a worker on a tiny model that is written to `folder`."""
    tensors = random_dit(tiny_config(arrangement))
    values: dict[str, object] = {
        "engine": "f5",
        "f5_model": str(write_config(folder / "tiny.yaml", arrangement)),
        "f5_checkpoint": write_checkpoint(folder / "model.safetensors", tensors),
        "vocoder_dir": write_vocoder(folder / "vocos"),
        "device": "cpu",
        "storage": "local",
        "storage_dir": folder / "storage",
        "volume_dir": folder / "volume",
        "warm_transcriber": "off",
        "warm_aligner": "off",
        "allow_private_urls": True,
    }
    return Settings.model_validate(values | changed)
