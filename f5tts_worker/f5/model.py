"""F5Model: everything that is loaded, and speech of one chunk from it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..audio import Samples
from ..errors import DeviceFailed, LoadError, OutOfMemory, WorkerError
from ..settings import Settings
from .batches import Utterance, plan_batches
from .config import ARCHITECTURES, ArchitectureError, ModelConfig, read_config
from .dit import DiT
from .fitness import check_graphs, module_checks
from .half import make_half_copy_in_background
from .mel import HOP, MelSpectrogram
from .memory import check_memory, keep_freed_memory, usable_bytes
from .places import find_checkpoint, find_vocab, find_vocoder, half_copy
from .sampler import Guidance, Passage, Sampler
from .steps import StepGraphs
from .tokenizer import Tokenizer, VocabularyError
from .vocos import Vocos
from .weights import CheckpointError, UnreadableError, load_dit, load_vocos

logger = logging.getLogger(__name__)

GPU_FULL = "the GPU has too little memory for this job; send a shorter text or voice"

PROCESSOR_FRAMES = 1_024
"""Of a batch on a processor: four chunks of about 240 frames took 0.85 of their time one by one."""

FRAME_VALUES = 60
"""Numbers that a frame needs while it runs, with text and without, times the model's width: counted in dit.py
(residual, norm, queries, keys and values, their rotation in single precision, feed-forward), and a third more."""


@dataclass(frozen=True, eq=False)
class PreparedVoice:
    """A reference as the model needs it; computed once a voice."""

    mel: Tensor
    """(n_samples // HOP + 1, N_MELS)."""
    n_frames: int
    """Whole hops of the reference: from here on it is speech."""
    tokens: list[str]


@dataclass(frozen=True, eq=False)
class F5Model:
    """Loaded weights on their device."""

    name: str
    sampler: Sampler
    vocos: Vocos
    mel: MelSpectrogram
    tokenizer: Tokenizer
    device: torch.device
    dtype: torch.dtype

    @classmethod
    def load(cls, settings: Settings) -> "F5Model":
        """Find and read the weights that the settings name; raises LoadError."""
        device = choose_device(settings.device)
        dtype = precision_for(device)
        checkpoint = find_checkpoint(settings)
        vocab = find_vocab(settings, checkpoint)
        vocoder = find_vocoder(settings)
        check_memory(checkpoint, device, dtype)
        try:
            tokenizer = Tokenizer.load(vocab)
        except VocabularyError as e:
            raise LoadError(f"the vocabulary {vocab} cannot be used: {e}") from e
        config = replace(model_config(settings.f5_model), vocab_size=len(tokenizer))
        try:
            dit = _load_dit(checkpoint, settings, config, device, dtype)
        except UnreadableError as e:
            raise LoadError(f"the checkpoint {checkpoint} cannot be read: {e}", "replace it, or delete it") from e
        except CheckpointError as e:
            raise LoadError(
                f"the checkpoint {checkpoint} does not fit F5_MODEL={settings.f5_model} with vocabulary {vocab}: {e}",
                "set F5_MODEL and F5_VOCAB to what it was trained with; for other architectures, ENGINE=upstream",
            ) from e
        except torch.OutOfMemoryError as e:
            raise LoadError("the GPU had too little memory for the weights", "see what else uses it") from e
        try:
            vocos = load_vocos(vocoder, device)
        except CheckpointError as e:
            raise LoadError(f"the vocoder in {vocoder} cannot be used: {e}") from e
        if device.type == "cuda":
            dit.fuse()
        else:
            keep_freed_memory()
        sampler = Sampler(dit, StepGraphs() if device.type == "cuda" else None)
        return cls(Path(settings.f5_model).stem, sampler, vocos, MelSpectrogram().to(device), tokenizer, device, dtype)

    @property
    def attention_kernel(self) -> str:
        """What computes the attention."""
        if self.device.type == "cpu":
            return "sdpa cpu"
        return "flash, varying lengths" if self.sampler.flash else "sdpa masked"

    @torch.inference_mode()
    def prepare(self, samples: Samples, reference_text: str) -> PreparedVoice:
        """A reference (n_samples,) at 24 kHz with its text, ready to be spoken after."""
        try:
            mel = self.mel(torch.from_numpy(samples).to(self.device)).to(self.dtype)
        except torch.OutOfMemoryError as e:
            raise OutOfMemory(GPU_FULL) from e
        return PreparedVoice(mel, len(samples) // HOP, self.tokenizer.split(reference_text))

    def unknown(self, text: str) -> list[str]:
        """What of a text the vocabulary lacks."""
        return self.tokenizer.unknown(self.tokenizer.split(text))

    def batches(self, utterances: Sequence[Utterance], *, first_alone: bool) -> list[list[int]]:
        """Which of them run together, by length; on a processor only short ones."""
        on_processor = self.device.type == "cpu"
        max_frames = PROCESSOR_FRAMES if on_processor else usable_bytes(self.device) // self._frame_bytes
        return plan_batches([one.n_frames for one in utterances], max_frames, first_alone=first_alone)

    def speak(
        self,
        voice: PreparedVoice,
        utterances: Sequence[Utterance],
        guidance: Guidance,
        check_stop: Callable[[], None] = lambda: None,
    ) -> list[Samples]:
        """Samples of each, all run at once. Raises OutOfMemory."""
        try:
            mels = self.speak_mels(voice, utterances, guidance, check_stop)
            with torch.inference_mode():
                return [np.asarray(self.vocos(mel[voice.n_frames :]).cpu()) for mel in mels]
        except torch.OutOfMemoryError as e:
            raise OutOfMemory(GPU_FULL) from e
        except RuntimeError as e:
            if failure := _gpu_failure(str(e)):
                raise failure from e
            raise

    def speak_mels(
        self,
        voice: PreparedVoice,
        utterances: Sequence[Utterance],
        guidance: Guidance,
        check_stop: Callable[[], None] = lambda: None,
    ) -> list[Tensor]:
        """The mels (n, N_MELS) of reference and text: noise of each seed, led to speech."""
        return self.sampler.sample([self._passage(voice, one) for one in utterances], guidance, check_stop)

    def _passage(self, voice: PreparedVoice, one: Utterance) -> Passage:
        tokens = voice.tokens + self.tokenizer.split(one.text, after=voice.tokens[-1])
        ids = torch.tensor(self.tokenizer.ids(tokens), device=self.device)
        n_frames = max(len(ids) + 1, len(voice.mel) + 1, one.n_frames)
        generator = torch.Generator(self.device).manual_seed(one.seed)
        shape = (n_frames, voice.mel.shape[1])
        noise = torch.randn(shape, generator=generator, device=self.device, dtype=self.dtype)
        return Passage(voice.mel, ids, noise)

    @property
    def _frame_bytes(self) -> int:
        return FRAME_VALUES * self.sampler.dit.dim * self.dtype.itemsize

    def fitness_checks(self) -> dict[str, Callable[[], None]]:
        """What has to hold of weights and device before the first job."""
        checks = module_checks([self.sampler.dit, self.vocos], self.device, self.dtype)
        if self.sampler.graphs:
            checks["step_graph"] = lambda: check_graphs(self.sampler)
        return checks

    def free_memory(self) -> None:
        """Give back what the allocator holds."""
        if self.sampler.graphs:
            self.sampler.graphs.clear()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def _gpu_failure(said: str) -> WorkerError | None:
    """What an error of PyTorch tells of the GPU: libraries have their own for a full one, and one of CUDA's is the
    process's last."""
    if "ALLOC_FAILED" in said or "out of memory" in said:
        return OutOfMemory(GPU_FULL)
    if "CUDA" in said or "CUBLAS" in said or "cuDNN" in said:
        return DeviceFailed("the GPU failed in the middle of this job; the worker starts anew: send the job again")
    return None


def _load_dit(
    checkpoint: Path, settings: Settings, config: ModelConfig, device: torch.device, dtype: torch.dtype
) -> DiT:
    """Read the checkpoint, or its copy in half precision; where there is none yet, one is made for the next start."""
    if dtype == torch.float16 and settings.cache_fp16:
        if copy := half_copy(checkpoint, settings.models):
            try:
                return load_dit(copy, config, device, dtype)
            except CheckpointError as e:
                logger.warning("CACHE_FP16: %s is made anew: %s", copy, e)
                copy.unlink(missing_ok=True)
        make_half_copy_in_background(checkpoint, settings.models)
    return load_dit(checkpoint, config, device, dtype)


def model_config(name: str) -> ModelConfig:
    """The architecture of F5_MODEL: a name, or the path of an f5-tts config; raises LoadError."""
    if name in ARCHITECTURES:
        return ARCHITECTURES[name]
    path = Path(name)
    if path.suffix not in (".yaml", ".yml") or not path.is_file():
        known = ", ".join(ARCHITECTURES)
        raise LoadError(f"F5_MODEL={name} is not known: it is one of {known}, or the path of an f5-tts config (.yaml)")
    try:
        return read_config(path.read_text(encoding="utf-8", errors="replace"))
    except ArchitectureError as e:
        raise LoadError(f"F5_MODEL={name} cannot be run by ENGINE=f5: {e}", "try ENGINE=upstream") from e


def choose_device(wanted: str) -> torch.device:
    """`auto` is the GPU if there is one; raises LoadError for a GPU that is not there."""
    has_gpu = torch.cuda.is_available()
    if wanted == "cuda" and not has_gpu:
        why = "this PyTorch is built without CUDA" if torch.version.cuda is None else "none is visible to PyTorch"
        raise LoadError(
            f"DEVICE=cuda, but there is no GPU: {why}",
            f"choose a GPU for the endpoint and a driver for CUDA {torch.version.cuda or '12.8'} (allowed CUDA "
            "versions), or set DEVICE=auto",
        )
    return torch.device("cuda" if has_gpu and wanted != "cpu" else "cpu")


def precision_for(device: torch.device) -> torch.dtype:
    """Half precision where the GPU has units for it (compute capability 7 and up)."""
    half = device.type == "cuda" and torch.cuda.get_device_capability(device)[0] >= 7
    return torch.float16 if half else torch.float32
