"""Which F5-TTS models there are, and what their checkpoints must look like."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

N_MELS = 100
HEAD_DIM = 64  # features of an attention head
FILLER = 1  # row 0 of the text embedding; vocabulary ids come after it


class Shaped(Protocol):
    """Anything with the shape of a tensor."""

    @property
    def shape(self) -> "tuple[int, ...]":
        """Its sizes."""


@dataclass(frozen=True)
class ModelConfig:
    """Sizes and arrangement of a DiT."""

    dim: int
    depth: int
    heads: int
    ff_mult: int
    text_dim: int
    conv_layers: int
    vocab_size: int = 2545
    """Entries of the vocabulary, without the filler."""
    mask_text_padding: bool = True
    """v1: filler positions are kept at zero through the text blocks; v0 lets them take part."""
    rotary_heads: int | None = None
    """How many heads get rotary positions; None is all of them (v1), v0 has 1."""


_BASE = ModelConfig(dim=1024, depth=22, heads=16, ff_mult=2, text_dim=512, conv_layers=4)
_SMALL = replace(_BASE, dim=768, depth=18, heads=12)

ARCHITECTURES = {
    "F5TTS_v1_Base": _BASE,
    "F5TTS_Base": replace(_BASE, mask_text_padding=False, rotary_heads=1),
    "F5TTS_v1_Small": _SMALL,
    "F5TTS_Small": replace(_SMALL, mask_text_padding=False, rotary_heads=1),
}

_MEL = {
    "mel_spec_type": "vocos",
    "target_sample_rate": 24_000,
    "n_mel_channels": N_MELS,
    "hop_length": 256,
    "win_length": 1024,
    "n_fft": 1024,
}
"""What a config may say of its mels."""


class ArchitectureError(ValueError):
    """A checkpoint is not of the architecture that it should have."""


def read_sizes(tensors: Mapping[str, Shaped]) -> dict[str, int]:
    """What a checkpoint's tensors say about its sizes; raises ArchitectureError if it is no F5-TTS DiT."""
    try:
        dim, fused = tensors["input_embed.proj.weight"].shape
        rows, text_dim = tensors["text_embed.text_embed.weight"].shape
        return {
            "dim": dim,
            "depth": _count(tensors, "transformer_blocks."),
            "heads": tensors["transformer_blocks.0.attn.to_q.weight"].shape[0] // HEAD_DIM,
            "ff_mult": tensors["transformer_blocks.0.ff.ff.0.0.weight"].shape[0] // dim,
            "text_dim": text_dim,
            "conv_layers": _count(tensors, "text_embed.text_blocks."),
            "vocab_size": rows - FILLER,
            "n_mels": (fused - text_dim) // 2,
        }
    except KeyError as e:
        raise ArchitectureError(f"it has no tensor {e.args[0]}: not a DiT of F5-TTS") from e
    except ValueError as e:
        raise ArchitectureError("its embeddings are no matrices: not a DiT of F5-TTS") from e


def _count(tensors: Mapping[str, Shaped], prefix: str) -> int:
    return len({name[len(prefix) :].split(".")[0] for name in tensors if name.startswith(prefix)})


def check_sizes(config: ModelConfig, tensors: Mapping[str, Shaped]) -> None:
    """Raise ArchitectureError naming every size in which checkpoint and config differ."""
    found = read_sizes(tensors)
    wanted = {**{name: getattr(config, name) for name in found if name != "n_mels"}, "n_mels": N_MELS}
    differing = [f"{name} is {found[name]}, not {wanted[name]}" for name in found if found[name] != wanted[name]]
    if differing:
        raise ArchitectureError("; ".join(differing))


def read_config(text: str) -> ModelConfig:
    """Read an f5-tts config (YAML); raises ArchitectureError for one that is not a DiT as known here."""
    import yaml

    try:
        model = yaml.safe_load(text)["model"]
        arch = dict(model["arch"])
        config = ModelConfig(
            mask_text_padding=bool(arch.pop("text_mask_padding", True)),
            rotary_heads=arch.pop("pe_attn_head", None),
            **{name: int(arch.pop(name)) for name in ("dim", "depth", "heads", "ff_mult", "text_dim", "conv_layers")},
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as e:
        raise ArchitectureError(f"it is no f5-tts config with model.arch: {e}") from e
    mel = {**_MEL, **(model.get("mel_spec") or {})}
    unknown = [f"{name}: {arch[name]}" for name in ("qk_norm", "long_skip_connection") if arch.get(name)]
    unknown += [f"backbone: {model['backbone']}"] if model.get("backbone", "DiT") != "DiT" else []
    unknown += [f"{name}: {mel[name]}" for name, known in _MEL.items() if mel[name] != known]
    unknown += ["text_embedding_average_upsampling"] if arch.get("text_embedding_average_upsampling") else []
    if unknown:
        raise ArchitectureError(f"it has {', '.join(unknown)}, which only the f5-tts package knows")
    return config
