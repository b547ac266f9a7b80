"""How long opened indexes take to answer, one after the other in one process.

``python -m benchmarks.latency --data DIR... --questions BEIR_FOLDER...``: opening, and ``search``
and ``ask`` for the first questions of each folder, each asked once, without a language model.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import material, timing
from benchmarks.timing import Spread
from rag import Library


@dataclass(frozen=True, slots=True)
class Latency:
    """Times of one index: opening in seconds, and a question's."""

    documents: int
    passages: int
    open_s: float
    search: Spread
    ask: Spread


def measure(data: Path, questions: Sequence[str]) -> Latency:
    """Open the index in ``data`` and put each of the ``questions`` to it.

    Raises:
        IndexMissing, IndexDamaged: there is no index in ``data``, or it cannot be used.
    """
    started = time.perf_counter()
    library = Library.open(data)
    library.search(questions[0])  # models are opened when they are first needed
    opened = time.perf_counter() - started
    return Latency(
        documents=len(library.documents),
        passages=library.info.passages,
        open_s=opened,
        search=timing.latencies(library.search, questions),
        ask=timing.latencies(lambda question: library.ask(question, llm=""), questions),
    )


def _shown(spread: Spread) -> str:
    return f"{spread.p50_ms:.0f} / {spread.p95_ms:.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a Markdown row for each index, and the peak of memory over all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="indexes to ask")
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=40, help="questions of each folder")
    options = parser.parse_args(arguments)
    asked = [q for folder in options.questions for q in material.questions(folder, options.count)]
    print(f"{len(asked)} questions, {timing.machine()['processor']}")
    print(
        "| index | documents | passages | open and search once, s | search p50 / p95, ms | ask, ms |"
    )
    print("|---|---|---|---|---|---|")
    for data in options.data:
        found = measure(data, asked)
        print(
            f"| {data.name} | {found.documents} | {found.passages} | {found.open_s:.2f} "
            f"| {_shown(found.search)} | {_shown(found.ask)} |",
            flush=True,
        )
    print(f"peak {timing.peak_mb()} MB")


if __name__ == "__main__":
    main()
