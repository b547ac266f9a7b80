"""Draws risk against coverage: ``python -m benchmarks.risk_coverage EVAL.json...``

Each file is what ``youju eval FOLDER --json`` printed. Solid: false answers among those given;
dotted: these and answers that cite no gold evidence. The picture is ``docs/images/risk_coverage.svg``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.plot import IMAGES


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw one pair of lines a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="EVAL.json")
    parser.add_argument("--to", type=Path, default=IMAGES / "risk_coverage.svg")
    options = parser.parse_args(arguments)
    reports = [json.loads(path.read_text("utf-8")) for path in options.files]
    _draw({report["name"]: report["refusal"]["curve"] for report in reports}, options.to)
    print(options.to)


def _draw(curves: dict[str, list[dict[str, Any]]], target: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "youju"  # the same picture has the same bytes
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    for number, (name, points) in enumerate(curves.items()):
        shares = [point["coverage"] for point in points]
        color = f"C{number}"
        if any(point["risk"] is not None for point in points):
            axes.plot(shares, [point["risk"] for point in points], color=color, label=name)
        wrong, label = [point["wrong"] for point in points], f"{name}, or wrong evidence"
        axes.plot(shares, wrong, color=color, linestyle=":", label=label)
    axes.set(xlabel="coverage: answerable questions answered", xlim=(0, 1), ylim=(0, None))
    axes.set(ylabel="risk: false among the answers", title="Risk and coverage by confidence")
    axes.legend(fontsize="small")
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
