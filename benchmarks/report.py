"""A benchmark's result: tables for people, JSON for programs, a bar chart for both; the machine's name in each."""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

Row = dict[str, Any]

COLORS = {"upstream": "#9a9a9a", "ours": "#2a6fb0"}
OTHER_COLORS = ("#7fb2de", "#c8a24a", "#5d9c59")


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser with what every benchmark takes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser


def machine(*, with_torch: bool = False) -> str:
    """Processor, cores and Python; with torch its version too, and the GPU where torch is imported and sees one."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    name = f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    if not with_torch:
        return name
    torch = sys.modules.get("torch")  # nobody waits for its import for the sake of a name
    gpu = f", {torch.cuda.get_device_name()}" if torch and torch.cuda.is_available() else ""
    return f"{name}, torch {metadata.version('torch')}{gpu}"


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return {"median_ms": round(statistics.median(ordered) * 1e3, 3), "p95_ms": round(p95 * 1e3, 3)}


def interleaved(sides: Mapping[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """The median of what each side returns in so many runs, which are taken in turns: A B A B."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, measure in sides.items():
            taken[name].append(measure())
    return {name: statistics.median(values) for name, values in taken.items()}


def seconds_of(action: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def ratio(ours: float | None, upstream: float | None, digits: int = 3) -> float | None:
    """Of two figures of one run; None where one was not measured."""
    return round(ours / upstream, digits) if ours and upstream else None


def show(title: str, rows: list[Row], json_file: Path | None) -> None:
    """Print the rows as a table, and write them where asked."""
    print(f"{title}\n{machine()}\n")
    print(as_table(rows))
    if json_file:
        json_file.write_text(json.dumps({"title": title, "machine": machine(), "rows": rows}, indent=1) + "\n")


def as_table(rows: Sequence[Row]) -> str:
    """The rows in columns; what a row lacks stays blank."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = [columns, *([_cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table)
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(part)}" for name, part in value.items())
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Panel:
    """Bars over one axis."""

    title: str
    unit: str
    groups: Mapping[str, Mapping[str, float | None]]
    """What is compared -> whose -> height; None is not measured."""


class Report:
    """Several tables of one benchmark, and a picture of them."""

    def __init__(self, title: str, json_file: Path | None, picture: Path | None) -> None:
        self._title = title
        self._machine = machine(with_torch=True)
        self._json_file = json_file
        self._picture = picture
        self._tables: dict[str, list[Row]] = {}
        self._notes: list[str] = []
        self._panels: list[Panel] = []
        print(f"{title}\n{self._machine}", flush=True)

    def note(self, text: str) -> None:
        """Print and keep a line."""
        self._notes.append(text)
        print(text, flush=True)

    def table(self, name: str, rows: Sequence[Row], *panels: Panel) -> None:
        """Print and keep a table, and write what there is by now: a run may end early."""
        self._tables[name] = list(rows)
        self._panels += panels
        print(f"\n{name}\n{as_table(rows)}", flush=True)
        self._write()

    def _write(self) -> None:
        if self._json_file:
            whole = {
                "title": self._title,
                "machine": self._machine,
                "notes": self._notes,
                "tables": self._tables,
            }
            self._json_file.write_text(json.dumps(whole, indent=1) + "\n")
        if self._picture and self._panels:
            draw(f"{self._title}\n{self._machine}", self._panels, self._picture)


def draw(title: str, panels: Sequence[Panel], picture: Path) -> None:
    """Bars, panel under panel, as a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 0.9 + 3.4 * len(panels)), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=11)
    for i, panel in enumerate(panels):
        _draw_panel(figure.add_subplot(len(panels), 1, i + 1), panel)
    figure.savefig(picture, dpi=100, format="png", metadata={"Software": None})


def _draw_panel(axis: Any, panel: Panel) -> None:
    whose = list(dict.fromkeys(name for bars in panel.groups.values() for name in bars))
    others = iter(OTHER_COLORS * len(whose))
    colors = {name: COLORS.get(name) or next(others) for name in whose}
    labelled: set[str] = set()
    for i, bars in enumerate(panel.groups.values()):
        measured = {name: height for name, height in bars.items() if height is not None}
        width = 0.8 / max(len(measured), 1)
        for j, (name, height) in enumerate(measured.items()):
            at = i + (j - (len(measured) - 1) / 2) * width
            label = None if name in labelled else name
            bar = axis.bar(at, height, min(width, 0.4) * 0.94, color=colors[name], label=label)
            axis.bar_label(bar, fmt="%.3g", fontsize=9)
            labelled.add(name)
    axis.set_xticks(range(len(panel.groups)), list(panel.groups), fontsize=9)
    axis.set(title=panel.title, ylabel=panel.unit)
    axis.margins(y=0.14)
    axis.spines[["top", "right"]].set_visible(False)
    if labelled:
        axis.legend(fontsize=9)
