"""The benchmarks of the model run to their end on a tiny one, and count operations as PyTorch does."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_f5 import tiny_config, tiny_settings
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import cold_start, inference, throughput
from benchmarks.cold_start import disk_speed, drop_pages
from benchmarks.operations import dit_operations, matmul_rate
from benchmarks.readers import Ours, Upstream, check_alike, chunks_of, make_reading, reference
from benchmarks.report import Panel, Report, Row, as_table, interleaved, ratio
from benchmarks.weights import peak_gb
from f5tts_worker.f5.batches import Utterance
from f5tts_worker.f5.config import ModelConfig
from f5tts_worker.f5.mel import HOP, SAMPLE_RATE
from f5tts_worker.f5.sampler import Guidance

V1 = "F5TTS_v1_Base"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config of a tiny model, with its weights beside it."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny_settings(folder)
    return folder / "tiny.yaml"


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Models this small are quicker on one; benchmarks set their own, and it is as before behind them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def run(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Runs a benchmark of our side alone and returns what it writes; its picture must be one."""
    figures, picture = tmp_path / "figures.json", tmp_path / "figures.png"
    common = ["--model", str(tiny), "--only", "ours", "--runs", "1", "--json", str(figures), "--png", str(picture)]

    def run(main: Callable[[], None], *arguments: str) -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["benchmark", *common, *arguments])
        main()
        assert picture.read_bytes().startswith(PNG)
        told: dict[str, Any] = json.loads(figures.read_text())
        assert f"torch {torch.__version__.split('+')[0]}" in told["machine"]
        return told

    return run


def test_cold_start(run: Callable[..., dict[str, Any]]) -> None:
    """A worker starts, takes its job and answers it; time, memory and stages are told."""
    (rows,) = run(cold_start.main, "--scenarios", "warm")["tables"].values()
    assert [row["what"] for row in rows] == ["ours", "ours, to ready alone"]
    whole, ready = rows
    assert whole["seconds"] > ready["seconds"] > whole["stages"]["load and warm-up"] > 0
    assert 0.2 < whole["peak_gb"] < 2


def test_inference(run: Callable[..., dict[str, Any]]) -> None:
    """One chunk and two on the processor, and the presets; a GPU that is not there is said."""
    told = run(inference.main, "--chunks", "1,2", "--steps", "1", "--threads", "1")
    chunks, presets = (rows for name, rows in told["tables"].items() if "CPU" in name)
    assert [row["chunks"] for row in chunks] == [1, 2]
    assert chunks[0]["ours_s"] > 0
    assert [(row["preset"], row["steps"]) for row in presets] == [("draft", 7), ("balanced", 16), ("high", 32)]
    assert presets[2]["of high"] == 1
    if not torch.cuda.is_available():
        assert told["notes"] == ["no CUDA device is visible to PyTorch: the processor alone is measured"]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is visible to PyTorch")
def test_inference_on_a_gpu(run: Callable[..., dict[str, Any]]) -> None:
    """Three lengths by three numbers of steps, none faster than its floor."""
    (rows,) = run(inference.main, "--parts", "cuda")["tables"].values()
    assert [(row["length_s"], row["steps"]) for row in rows] == [(s, n) for s in (3, 10, 22) for n in (7, 16, 32)]
    assert all(row["ours_to_floor"] > 1 for row in rows)


def test_throughput(run: Callable[..., dict[str, Any]]) -> None:
    """Texts of one chunk and of two, at once and one by one, in a process that tells its memory."""
    told = run(throughput.main, "--device", "cpu", "--chunks", "1,2", "--batch", "2", "--threads", "1")
    texts, batches = told["tables"].values()
    assert [row["chunks"] for row in texts] == [1, 2]
    assert all(row["ours_x_real_time"] > 0 and 0.2 < row["ours_peak_gb"] < 2 for row in texts)
    assert [row["how"] for row in batches] == ["one by one", "one batch"]


@pytest.fixture(scope="module")
def readers(tiny: Path) -> dict[str, Any]:
    """Both, on the tiny model."""
    settings = tiny_settings(tiny.parent)
    return {"upstream": Upstream(settings, compiled=True), "ours": Ours(settings)}


def test_both_read_the_same(readers: dict[str, Any]) -> None:
    """Ours and the package's own function make the same amount of speech of the same chunks."""
    reading = make_reading(chunks_of(1.0, 3, reference(1.5)[1]), 1, 1.5)
    ours, upstream = readers["ours"].read(reading), readers["upstream"].read(reading)
    assert len(ours) == len(upstream)
    check_alike(ours, upstream)
    with pytest.raises(SystemExit, match="not comparable"):
        check_alike(ours[: len(ours) // 2], upstream)


def test_chunks_are_as_long_as_asked_for() -> None:
    """Their seconds are within a quarter of what was asked for, and differ."""
    _, pace = reference()
    frames = [pace.frames_for(chunk, 1.0) - pace.frames for chunk in chunks_of(4.0, 16, pace)]
    seconds = np.array(frames) * HOP / SAMPLE_RATE
    assert (np.abs(seconds / 4 - 1) < 0.25).all()
    assert len(set(frames)) > 3
    assert seconds.mean() == pytest.approx(4.0, rel=0.05)


def test_one_utterance_against_its_floor(readers: dict[str, Any]) -> None:
    """A row of the GPU's table, on the processor: times of both, their ratio, and the operations at a rate."""
    row = inference.gpu_row(1, readers, tiny_config(V1), 1e9, 3.0, 1)
    assert row["spoken_s"] == pytest.approx(3, abs=0.01)
    assert row["ratio"] == pytest.approx(row["ours_ms"] / row["upstream_ms"], rel=0.05)
    assert row["floor_ms"] == pytest.approx(dit_operations(tiny_config(V1), row["frames"]) / 1e6, rel=0.01)


def test_operations_by_hand() -> None:
    """The count of the smallest model, product by product."""
    config = ModelConfig(dim=64, depth=1, heads=1, ff_mult=2, text_dim=8, conv_layers=0)
    once = 2 * 100 * 64  # the mel's projection
    convolutions = 2 * (2 * 64 * (64 // 16) * 31)
    block = 4 * (2 * 64 * 64) + (2 * 10 * 64 + 2 * 10 * 64) + 2 * (2 * 64 * 128)
    output = 2 * 64 * 100
    assert dit_operations(config, 10, items=1) == 10 * (once + convolutions + block + output)
    assert dit_operations(config, 10) == 10 * (once + 2 * (convolutions + block + output))


def test_operations_are_those_that_pytorch_counts(readers: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What two steps more add is twice one pass, but for what depends on the time alone."""
    monkeypatch.setattr("f5tts_worker.f5.linear.onednn_works", lambda: False)  # oneDNN's are not counted
    model = readers["ours"].model
    samples, pace = reference(1.5)
    voice = model.prepare(samples, pace.spoken_text())

    def counted(steps: int) -> int:
        with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
            model.speak(voice, [Utterance("To be counted.", 400, 0)], Guidance(steps, 2.0, -1.0))
        return int(counter.get_total_flops())

    expected = 2 * dit_operations(tiny_config(V1), 400)
    assert counted(3) - counted(1) == pytest.approx(expected, rel=0.02)


def test_matmul_rate_is_one() -> None:
    """Any machine does between a million and 10^16 operations a second."""
    assert 1e6 < matmul_rate(torch.device("cpu"), torch.float32, side=64, runs=2) < 1e16


def test_sides_take_turns() -> None:
    """A B A B, and the median of each."""
    order: list[str] = []
    values = {"a": iter([3.0, 1.0, 2.0]), "b": iter([5.0, 9.0, 7.0])}

    def measure(name: str) -> float:
        order.append(name)
        return next(values[name])

    assert interleaved({name: partial(measure, name) for name in values}, 3) == {"a": 2.0, "b": 7.0}
    assert "".join(order) == "ababab"


def test_a_ratio_needs_both() -> None:
    """What was not measured has none."""
    assert ratio(1.0, 3.0) == 0.333
    assert ratio(1.0, None) is ratio(None, 1.0) is None


def test_tables_keep_rows_of_other_columns() -> None:
    """A row without a column leaves it blank; stages are written out."""
    rows: list[Row] = [{"what": "a", "s": 1.5}, {"what": "b", "stages": {"load": 2}}]
    assert as_table(rows) == "what  s    stages\na     1.5\nb          load 2"


def test_a_report_is_written_with_each_table(tmp_path: Path) -> None:
    """A benchmark that is stopped has kept what it had measured."""
    figures, picture = tmp_path / "r.json", tmp_path / "r.png"
    report = Report("Title", figures, picture)
    report.note("noted")
    report.table("first", [{"n": 1}], Panel("first", "s", {"one": {"ours": 1.0, "upstream": None}}))
    told = json.loads(figures.read_text())
    assert (told["title"], told["notes"], told["tables"]) == ("Title", ["noted"], {"first": [{"n": 1}]})
    assert picture.read_bytes().startswith(PNG)


def test_pages_are_dropped_and_read_again(tmp_path: Path) -> None:
    """The file stays as it is, and both speeds are told."""
    path = tmp_path / "weights"
    path.write_bytes(b"weights" * 100_000)
    drop_pages([path])
    assert path.read_bytes() == b"weights" * 100_000
    assert "MB/s, from the page cache" in disk_speed([path])


def test_peak_is_this_processes() -> None:
    """It is at least what is in use now."""
    held = np.ones(10_000_000)
    assert peak_gb() > held.nbytes / 1e9
