"""Fitness of loaded modules: damaged weights and a device that computes wrongly are found before the first job."""

import pytest
import torch
from torch import nn

from f5tts_worker.f5 import fitness
from f5tts_worker.f5.fitness import check_kernel, check_weights, module_checks


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_one_invalid_number_is_found(wrong: float, dtype: torch.dtype) -> None:
    """Anywhere, in the last of several modules too, with the name of what holds it."""
    modules: list[nn.Module] = [nn.Linear(50, 50), nn.Sequential(nn.Linear(50, 50), nn.Linear(50, 50))]
    for module in modules:
        module.to(dtype).requires_grad_(False)
    check_weights(modules)
    modules[1].get_parameter("1.weight")[30, 20] = wrong
    with pytest.raises(RuntimeError, match=r"1\.weight holds invalid numbers"):
        check_weights(modules)


def test_large_numbers_are_numbers() -> None:
    """The largest of half precision, many times: nothing is added up."""
    module = nn.Linear(100, 100).half().requires_grad_(False)
    module.weight.fill_(65_504)
    check_weights([module])


def test_a_device_is_compared_with_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor agrees with itself; one that is off by a hundredth does not pass."""
    check_kernel(torch.device("cpu"), torch.float32)
    check_kernel(torch.device("cpu"), torch.float16)
    convolve = fitness.functional.conv2d
    calls = iter((1.01, 1.0))
    monkeypatch.setattr(fitness.functional, "conv2d", lambda *a, **k: convolve(*a, **k) * next(calls))
    with pytest.raises(RuntimeError, match="cpu computes attention wrongly"):
        check_kernel(torch.device("cpu"), torch.float32)


def test_checks_have_names() -> None:
    """What the SDK reports of a check that fails is its name."""
    assert set(module_checks([], torch.device("cpu"), torch.float32)) == {"weights", "device_kernel"}
