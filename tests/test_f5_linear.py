"""Linear layers by oneDNN are PyTorch's own, and are done without where they cannot be had."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.nn import functional

from f5tts_worker.f5 import linear
from f5tts_worker.f5.linear import Linear, onednn_works


@pytest.fixture(autouse=True)
def _tried_anew() -> Iterator[None]:
    onednn_works.cache_clear()
    yield
    onednn_works.cache_clear()


def expected(layer: Linear, x: torch.Tensor) -> torch.Tensor:
    """By PyTorch's public functions."""
    y = functional.linear(x, layer.weight, layer.bias)
    return functional.gelu(y, approximate="tanh") if layer.gelu else y


@pytest.mark.parametrize("gelu", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("shape", [(2, 300, 256), (1, 1, 256), (7, 256)])
def test_a_layer_is_pytorchs(shape: tuple[int, ...], dtype: torch.dtype, gelu: bool) -> None:
    """Whatever computes it, in either precision; and what goes in is left as it is."""
    torch.manual_seed(0)
    layer = Linear(256, 128, gelu=gelu).to(dtype).requires_grad_(False)
    x = torch.randn(shape).to(dtype)
    before = x.clone()
    torch.testing.assert_close(layer(x), expected(layer, x), atol=1e-5 if dtype == torch.float32 else 1e-3, rtol=0)
    assert torch.equal(x, before)


@pytest.mark.parametrize("fault", ["refused", "wrong"])
def test_it_is_done_without(fault: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A PyTorch without it, or one that computes something else, gives the same results by its own layers."""

    def faulty(*_: Any) -> torch.Tensor:
        if fault == "refused":
            raise RuntimeError("not implemented for this processor")
        return torch.zeros(2, 5, 32)

    monkeypatch.setattr(linear, "_onednn", faulty)
    assert not onednn_works()
    assert len(caplog.records) == (fault == "wrong")
    layer = Linear(64, 32, gelu=True).requires_grad_(False)
    x = torch.randn(2, 5, 64)
    torch.testing.assert_close(layer(x), expected(layer, x))


def test_this_machine_has_it() -> None:
    """On an x86 processor with PyTorch's own build it is used."""
    assert onednn_works() == torch.backends.mkldnn.is_available()
