"""Draws the stored results into ``docs/images``."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.timing import RESULTS

IMAGES = Path(__file__).parent.parent / "docs" / "images"


def run() -> None:
    """One file of embedding, recall against latency and growth; one of systems side by side."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "youju"  # the same picture has the same bytes
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(15, 4.5), layout="constrained")
    _embedding(axes[0], _read("embedding"))
    _vectors(axes[1], _read("vectors"))
    _growth(axes[2], _read("growth"))
    figure.savefig(IMAGES / "performance.svg", metadata={"Date": None})
    figure, axes = pyplot.subplots(2, 2, figsize=(13, 8), layout="constrained")
    _systems(axes.flat, _read("systems")["rows"])
    figure.savefig(IMAGES / "systems.svg", metadata={"Date": None})


def _read(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def _embedding(axes: Any, stored: Any) -> None:
    speeds = stored["tokens_per_second"]
    axes.bar(list(speeds), list(speeds.values()))
    axes.axhline(stored["floor_tokens_per_second"], linestyle=":", color="grey")
    axes.text(0, stored["floor_tokens_per_second"], "8-bit peak of ONNX Runtime here", va="bottom")
    axes.set(title="Embedding passages", ylabel="tokens/s")


def _vectors(axes: Any, stored: Any) -> None:
    curves: dict[str, list[tuple[float, float]]] = defaultdict(list)
    size = max(point["size"] for point in stored["points"])
    for point in stored["points"]:
        if point["size"] in (100_000, size):
            kind = point["way"].split(" ")[0].split(",")
            label = (
                f"{point['size'] // 1000}k {','.join(kind) if kind[0] != 'exact' else point['way']}"
            )
            curves[label].append((point["p50_ms"], point["recall"]))
    for label, points in curves.items():
        axes.plot(*zip(*sorted(points), strict=True), marker="o", label=label)
    axes.set(title="Ten best vectors, one thread", xlabel="p50 ms", ylabel="recall", xscale="log")
    axes.legend(fontsize="small")


def _growth(axes: Any, stored: Any) -> None:
    sizes = stored["sizes"]
    passages = [size["passages"] for size in sizes]
    for part in ("search", "finding", "embedding", "vectors", "words"):
        axes.plot(passages, [size[part]["p50_ms"] for size in sizes], marker="o", label=part)
    axes.set(
        title="One question of youju",
        xlabel="passages",
        ylabel="p50 ms",
        xscale="log",
        yscale="log",
    )
    axes.legend(fontsize="small")


def _systems(axes: Any, rows: Any) -> None:
    """A line for each system; a hollow mark where passages were given with their vectors."""
    panels = {
        "build_s": "Build, s (hollow: vectors given)",
        "cold_start_s": "From the start of a process to an answer, s",
        "p50_ms": "One question, p50 ms",
        "ask_peak_mb": "Memory to answer, MB",
    }
    for panel, (figure, title) in zip(axes, panels.items(), strict=True):
        for system in dict.fromkeys(row["system"] for row in rows):
            own = [row for row in rows if row["system"] == system and _has(row, figure)]
            points = [(row["passages"], row["median"][figure]) for row in own]
            if points:
                (line,) = panel.plot(*zip(*points, strict=True), label=system)
                _mark(panel, line.get_color(), own, points, figure)
        panel.set(title=title, xlabel="passages", xscale="log", yscale="log")
    panel.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))


def _has(row: Any, figure: str) -> bool:
    return figure != "build_s" or row["built"] != "nothing"


def _mark(panel: Any, color: str, rows: Any, points: Any, figure: str) -> None:
    for row, point in zip(rows, points, strict=True):
        hollow = figure == "build_s" and row["built"] == "given"
        panel.plot(*point, marker="o", color=color, markerfacecolor="white" if hollow else color)
