"""Fitness of loaded modules: their numbers, and what the device makes of them."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

from .config import N_MELS
from .sampler import Guidance, Passage, Sampler

TOLERANCE = {torch.float32: 1e-3, torch.float16: 2e-2}
"""How far the device may be from the processor, for outputs of about 1."""


def module_checks(modules: list[nn.Module], device: torch.device, dtype: torch.dtype) -> dict[str, Callable[[], None]]:
    """Checks by name; each raises RuntimeError."""
    return {"weights": lambda: check_weights(modules), "device_kernel": lambda: check_kernel(device, dtype)}


def check_weights(modules: list[nn.Module]) -> None:
    """Find numbers that are none: one is enough for a whole job of silence."""
    for module in modules:
        for name, parameter in module.named_parameters():
            if not all(torch.isfinite(end) for end in torch.aminmax(parameter)):  # one read, and nothing is written
                raise RuntimeError(
                    f"{name} holds invalid numbers: the checkpoint is damaged, or not for {parameter.dtype}"
                )


@torch.inference_mode()
def check_kernel(device: torch.device, dtype: torch.dtype) -> None:
    """Compute attention and a convolution on the device and compare them with the processor's."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 4, 64, 64, generator=generator)
    kernel = torch.randn(4, 4, 3, 3, generator=generator) / 6

    def compute(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(functional.scaled_dot_product_attention(x, x, x), kernel, padding=1)

    here = compute(x.to(device, dtype), kernel.to(device, dtype)).float().cpu()
    worst = float((here - compute(x, kernel)).abs().max())
    if not worst <= TOLERANCE[dtype]:
        raise RuntimeError(f"{device} computes attention wrongly: it is {worst:.3g} from what the processor computes")


@torch.inference_mode()
def check_graphs(sampler: Sampler) -> None:
    """Follow the flow for two steps with captured graphs and without, and compare."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(100, N_MELS, generator=generator).to(sampler.dit.device, sampler.dit.dtype)
    passage = Passage(noise[:40], torch.arange(20, device=noise.device), noise)
    guidance = Guidance(2, 2.0, -1.0)
    (captured,), (eager,) = (each.sample([passage], guidance) for each in (sampler, Sampler(sampler.dit)))
    worst = float((captured - eager).square().mean().sqrt() / eager.square().mean().sqrt())
    if not worst <= TOLERANCE[sampler.dit.dtype]:
        raise RuntimeError(f"{sampler.dit.device} computes captured steps wrongly: they are {worst:.3g} off")
