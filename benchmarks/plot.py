"""Draws the stored results into ``docs/images``."""

from __future__ import annotations

import json
import re
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
    """A colour for each way; full marks for the smaller size, hollow ones for the larger."""
    sizes = sorted({point["size"] for point in stored["points"]})[-2:]
    curves: dict[str, dict[int, list[tuple[float, float]]]] = {}
    for point in stored["points"]:
        if point["size"] in sizes:
            own = curves.setdefault(_kind(point["way"]), defaultdict(list))
            own[point["size"]].append((point["p50_ms"], point["recall"]))
    for number, (kind, found) in enumerate(curves.items()):
        for size, points in found.items():
            face = f"C{number}" if size == sizes[0] else "white"
            label = kind if size == sizes[0] else None
            axes.plot(*zip(*points, strict=True), f"C{number}o-", markerfacecolor=face, label=label)
    title = f"Ten best of {sizes[0]:,} vectors, one thread (hollow: {sizes[-1]:,})"
    axes.set(title=title, xlabel="p50 ms", ylabel="recall", xscale="log")
    axes.legend(fontsize="small")


def _kind(way: str) -> str:
    """A way without its effort and its number of lists."""
    name = way if way.startswith("exact") else way.partition(" ")[0]
    return re.sub(r"IVF\d+", "IVF", name)


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
    systems = list(dict.fromkeys(row["system"] for row in rows))
    for panel, (figure, title) in zip(axes, panels.items(), strict=True):
        for number, system in enumerate(systems):
            for built, own in _alike(rows, system, figure).items():
                points = [(row["passages"], row["median"][figure]) for row in own]
                face = "white" if built == "given" else f"C{number}"
                panel.plot(*zip(*points, strict=True), f"C{number}o-", markerfacecolor=face)
        panel.set(title=title, xlabel="passages", xscale="log", yscale="log")
    handles = [panel.plot([], [], f"C{number}o-")[0] for number in range(len(systems))]
    panel.legend(handles, systems, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))


def _alike(rows: Any, system: str, figure: str) -> dict[str, list[Any]]:
    """A system's rows by what was done to build them, where builds are shown; else all as one."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row["system"] == system and (figure, row["built"]) != ("build_s", "nothing"):
            found[row["built"] if figure == "build_s" else ""].append(row)
    return found
