"""Linear layers, with their activation where they have one.

On a processor by oneDNN, which PyTorch brings along and its compiler uses, but not its Linear: that has MKL multiply,
and reads and writes everything once more for the bias and once more for the activation. The function is not public, and
so is tried out before it is used.
"""

import logging
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional

logger = logging.getLogger(__name__)

TOLERANCE = 1e-4
"""How far oneDNN may be from PyTorch's own, for outputs of about 1."""


class Linear(nn.Linear):
    """See nn.Linear; `gelu` is GELU by tanh."""

    def __init__(self, in_features: int, out_features: int, *, gelu: bool = False) -> None:
        super().__init__(in_features, out_features)
        self.gelu = gelu

    def forward(self, x: Tensor) -> Tensor:
        """(..., in_features) -> (..., out_features)."""
        if x.device.type == "cpu" and x.dtype == torch.float32 and onednn_works():
            return _onednn(x, self.weight, self.bias, self.gelu)
        y = functional.linear(x, self.weight, self.bias)
        return torch.ops.aten.gelu_(y, approximate="tanh") if self.gelu else y


def _onednn(x: Tensor, weight: Tensor, bias: Tensor, gelu: bool) -> Tensor:
    activation, how = ("gelu", "tanh") if gelu else ("none", "")
    result: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, activation, [], how)
    return result


@cache
def onednn_works() -> bool:
    """Try it on a few numbers and compare."""
    generator = torch.Generator().manual_seed(0)
    x, weight, bias = (torch.randn(shape, generator=generator) / 8 for shape in ((2, 5, 64), (32, 64), (32,)))
    expected = functional.linear(x, weight, bias)
    try:
        plain, activated = (_onednn(x, weight, bias, gelu) for gelu in (False, True))
    except (RuntimeError, AttributeError, TypeError) as e:  # another processor, or another signature by now
        logger.info("no linear layers by oneDNN: %s", " ".join(str(e).split())[:200])
        return False
    off = max(
        float((plain - expected).abs().max()),
        float((activated - functional.gelu(expected, approximate="tanh")).abs().max()),
    )
    if not off <= TOLERANCE:
        logger.warning("linear layers by oneDNN are %.3g off: not used", off)
    return off <= TOLERANCE
