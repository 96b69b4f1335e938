"""Steps: one Euler step along the flow, run as it is or from a CUDA graph.

A step of the full model is some 400 kernels, each of which Python has to start. A graph starts them all at once; it is
captured for one shape, and reads and writes the memory that it was captured with.
"""

import gc
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from .dit import DiT, Given

logger = logging.getLogger(__name__)

GRAPHS_KEPT = 24
"""Their buffers take 8 MB for one chunk of 22 s, 130 MB for 16; what they compute in is shared."""

FAILURES = 3
"""Captures that may fail before no more are tried: what another thread does on the GPU can spoil one."""

Capture = Callable[[Callable[[], None]], Callable[[], None]]
"""Makes of a function one that does the same with the same memory."""


class Step(Protocol):
    """Where the flow has been followed to."""

    mel: Tensor
    """(b, n, N_MELS) in float32."""

    def __call__(self, modulation: Tensor, length: Tensor, strength: Tensor) -> None:
        """Follow it further, for a `length` (); see DiT for the modulation; `strength` () is that of the guidance."""


def euler_step(dit: DiT, mel: Tensor, given: Given, modulation: Tensor, length: Tensor, strength: Tensor) -> Tensor:
    """The mel after a step."""
    flow = dit(mel.to(dit.dtype), given, modulation).float()
    if len(flow) > len(mel):
        with_text, without = flow.chunk(2)
        flow = with_text + (with_text - without) * strength
    return mel + length * flow


class EagerStep:
    """See Step."""

    def __init__(self, dit: DiT, mel: Tensor, given: Given) -> None:
        self.mel = mel
        self._dit = dit
        self._given = given

    def __call__(self, modulation: Tensor, length: Tensor, strength: Tensor) -> None:
        """See Step."""
        self.mel = euler_step(self._dit, self.mel, self._given, modulation, length, strength)


class CapturedStep:
    """See Step; for one shape, in memory of its own."""

    def __init__(self, dit: DiT, mel: Tensor, given: Given, modulation: Tensor, capture: Capture) -> None:
        """Made from any tensors of the shape; `given` becomes its own."""
        self.mel = mel.clone()
        self._dit = dit
        self._given = given
        self._modulation = modulation.clone()
        self._length, self._strength = torch.zeros(2, device=mel.device).unbind()
        self._replay = capture(self._run)

    def restart(self, mel: Tensor, given: Given) -> None:
        """Begin anew."""
        self.mel.copy_(mel)
        for own, theirs in zip(self._given.tensors, given.tensors, strict=True):
            own.copy_(theirs)

    def __call__(self, modulation: Tensor, length: Tensor, strength: Tensor) -> None:
        """See Step."""
        self._modulation.copy_(modulation)
        self._length.copy_(length)
        self._strength.copy_(strength)
        self._replay()

    def _run(self) -> None:
        self.mel.copy_(euler_step(self._dit, self.mel, self._given, self._modulation, self._length, self._strength))


class StepGraphs:
    """Captured steps, one a shape; the least lately used are given up."""

    def __init__(self, make_capture: Callable[[], Capture] | None = None) -> None:
        """`make_capture` is CUDA's own where none is given."""
        self._make_capture = make_capture or CudaCapture
        self._capture: Capture | None = None
        self._steps: OrderedDict[tuple[int, ...], CapturedStep] = OrderedDict()
        self._failures = 0

    def step(self, dit: DiT, mel: Tensor, given: Given, modulation: Tensor) -> Step:
        """A step that begins here; eager where its shape cannot be captured."""
        key = (*given.embedded.shape, *mel.shape)
        if key not in self._steps and not self._captured(key, dit, mel, given, modulation):
            return EagerStep(dit, mel, given)
        self._steps.move_to_end(key)
        if len(self._steps) > GRAPHS_KEPT:
            self._steps.popitem(last=False)
        self._steps[key].restart(mel, given)
        return self._steps[key]

    @property
    def captured(self) -> int:
        """How many there are."""
        return len(self._steps)

    def clear(self) -> None:
        """Give their memory up."""
        self._steps.clear()
        self._capture = None  # and with it the pool, which is not to be used again once its last graph is gone

    def _captured(self, key: tuple[int, ...], dit: DiT, mel: Tensor, given: Given, modulation: Tensor) -> bool:
        if self._failures == FAILURES:
            return False
        try:
            self._capture = self._capture or self._make_capture()
            self._steps[key] = CapturedStep(dit, mel, given, modulation, self._capture)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as e:
            self._failures += 1
            logger.warning("no CUDA graph, this speech is slower: %s", " ".join(str(e).split())[:300])
            return False
        return True


class CudaCapture:
    """CUDA graphs that share the memory they compute in: one runs at a time, and none leaves anything in it."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()
        self._beside = torch.cuda.Stream()  # one for all, for cuBLAS keeps a workspace for each
        gc.freeze()  # PyTorch collects garbage before each capture, and what is loaded by now is none

    def __call__(self, run: Callable[[], None]) -> Callable[[], None]:
        """See Capture."""
        stream = torch.cuda.current_stream()
        self._beside.wait_stream(stream)
        with torch.cuda.stream(self._beside):
            run()  # libraries choose their kernels now, which they cannot in a capture
        stream.wait_stream(self._beside)
        graph = torch.cuda.CUDAGraph()
        try:
            # Of this thread only: the aligner and the transcriber may be loading onto the GPU in theirs.
            with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
                run()
        finally:
            torch.cuda.set_stream(stream)  # a capture that fails stays on its own
        return graph.replay
