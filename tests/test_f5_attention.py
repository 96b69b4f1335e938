"""Attention over batches with padding, by a mask and by the flash kernel's own lengths."""

import logging
from typing import Any

import pytest
import torch
from torch import Tensor

from f5tts_worker.f5.attention import Padding, attend, flash, flash_works
from f5tts_worker.f5.config import HEAD_DIM

LENGTHS = [50, 64, 1, 33]
CPU = torch.device("cpu")


def drawn() -> tuple[Tensor, Tensor, Tensor, Padding]:
    """Queries, keys and values, (4, 64, 3, HEAD_DIM), and which of them are padding."""
    generator = torch.Generator().manual_seed(3)
    q, k, v = torch.randn(3, 4, 64, 3, HEAD_DIM, generator=generator).unbind()
    return q, k, v, Padding.behind(LENGTHS, 64, CPU, torch.float32, flash=False)


def lengths_kernel(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    starts: Tensor,
    key_starts: Tensor,
    max_q: int,
    max_k: int,
    *rest: Any,
    seqused_k: Tensor,
) -> tuple[Tensor, ...]:
    """What the flash kernel computes, as its signature tells it, item by item."""
    assert rest == (0.0, False, False)
    assert starts.dtype == key_starts.dtype == seqused_k.dtype == torch.int32
    out = torch.empty_like(query)
    for i, used in enumerate(seqused_k.tolist()):
        begin, end, key_begin = int(starts[i]), int(starts[i + 1]), int(key_starts[i])
        assert end - begin <= max_q
        assert used <= max_k
        keys, values = key[key_begin : key_begin + used], value[key_begin : key_begin + used]
        scores = torch.einsum("qhd,khd->hqk", query[begin:end], keys) / HEAD_DIM**0.5
        out[begin:end] = torch.einsum("hqk,khd->qhd", scores.softmax(-1), values)
    return out, out, out, out, out


def test_padding_is_not_attended_to() -> None:
    """Each item comes out as it does alone, without its padding."""
    q, k, v, padding = drawn()
    together = attend(q, k, v, padding)
    for i, length in enumerate(LENGTHS):
        alone = attend(*(part[i : i + 1, :length] for part in (q, k, v)), None)
        torch.testing.assert_close(together[i, :length], alone[0], atol=1e-5, rtol=0)


def test_the_flash_kernel_is_asked_for_the_same() -> None:
    """Items one behind another, where each begins, and how many of its keys count."""
    q, k, v, padding = drawn()
    expected = attend(q, k, v, padding)
    torch.testing.assert_close(flash(q, k, v, padding.lengths, lengths_kernel), expected, atol=1e-5, rtol=0)


def test_a_view_of_fused_projections_is_taken() -> None:
    """Queries, keys and values that lie in one tensor need not be copied."""
    q, k, v, padding = drawn()
    fused = torch.stack((q, k, v), dim=2)
    parts = fused.unbind(2)
    given: list[int] = []

    def watched(*tensors: Tensor, **lengths: Tensor) -> tuple[Tensor, ...]:
        given.extend(tensor.data_ptr() for tensor in tensors[:3])
        return lengths_kernel(*tensors, **lengths)  # type: ignore[arg-type]  # what it was called with

    torch.testing.assert_close(flash(*parts, padding.lengths, watched), attend(q, k, v, padding), atol=1e-5, rtol=0)
    assert given == [part.data_ptr() for part in parts]


def test_it_is_not_tried_where_it_cannot_be(caplog: pytest.LogCaptureFixture) -> None:
    """A processor, and single precision, have no flash kernel, and nobody is warned of it."""
    assert not flash_works(CPU, torch.float16)
    assert not caplog.records


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is visible to PyTorch")
def test_it_works_on_gpus_that_have_it(caplog: pytest.LogCaptureFixture) -> None:
    """From compute capability 8 on; others go without, and the log says why."""
    with caplog.at_level(logging.WARNING):
        works = flash_works(torch.device("cuda"), torch.float16)
    assert works == (torch.cuda.get_device_capability()[0] >= 8)
    assert bool(caplog.records) != works
