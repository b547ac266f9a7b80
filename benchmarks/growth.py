"""Opening, searching and memory of youju's indexes as they grow: those that `benchmarks.systems` built.

Text and vectors are real: pieces of news, each a document of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import material, timing
from benchmarks.one_system import Task
from benchmarks.own_systems import NAME
from index import store
from index.embedding import Vector, load_encoder

if TYPE_CHECKING:
    from rag import Library

_QUESTIONS = 100


def run(questions: Path, work: Path) -> None:
    """Measure each size in a process of its own."""
    sizes = []
    for folder in sorted((work / "systems").iterdir(), key=lambda path: int(path.name)):
        root = Task(folder).saved(NAME) / "data"
        command = [sys.executable, "-m", "benchmarks.growth", str(root), str(questions)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        sizes.append(json.loads(done.stdout.splitlines()[-1]))
    timing.save("growth", {"sizes": sizes})


def _measure(root: Path, folder: Path) -> dict[str, object]:
    from rag import Library

    opening = _opening(root)
    library = Library.open(root)
    queries = material.questions(folder, _QUESTIONS)
    asking = {
        "search": timing.latencies(lambda q: library.search(q), queries),
        "ask": timing.latencies(lambda q: library.ask(q, llm=""), queries),
    }
    peak = timing.peak_mb()  # of what a user runs, before the parts are measured by themselves
    return {**opening, **asking, **_parts(library, queries), "peak_MB": peak}


def _parts(library: Library, queries: list[str]) -> dict[str, object]:
    """A search without the reader, its parts, and what reading all rows in 16 bits takes at least."""
    from index import tokens
    from index.vectors import Vectors
    from rag.scope import EVERYTHING

    index, encoder = library._index, load_encoder()
    vectors = dict(zip(queries, encoder.encode_queries(queries), strict=True))
    cut = {query: tokens.search_tokens(query) for query in queries}
    rows = index.vectors
    whole = Vectors.from_bytes(rows.to_bytes(), len(rows), rows.dimension)  # without shortlist
    parts = {
        "finding": timing.latencies(lambda q: library._search._find(q, 5, EVERYTHING), queries),
        "embedding": timing.latencies(lambda q: encoder.encode_queries([q]), queries),
        "vectors": timing.latencies(lambda q: rows.search(vectors[q][None], 100), queries),
        "vectors_without_shortlist": timing.latencies(
            lambda q: whole.search(vectors[q][None], 100), queries
        ),
        "words": timing.latencies(lambda q: index.window_words.top(cut[q], 100), queries),
    }
    bandwidth = _bandwidth()
    floor = len(rows) * rows.dimension * 2 / bandwidth / 1e6
    beside = parts["finding"].p50_ms - parts["embedding"].p50_ms
    measured = {"bandwidth_GB_s": round(bandwidth, 1), "floor_ms": round(floor, 3)}
    return {**parts, **measured, "finding_beside_embedding_by_floor": round(beside / floor, 2)}


def _opening(root: Path) -> dict[str, object]:
    """Sizes and times; what is opened here is let go, as what is mapped twice counts twice."""
    from index import searchable

    started = time.perf_counter()
    store.read(root)
    checked = time.perf_counter()
    manifest, _ = searchable.read(root)
    opened = time.perf_counter()
    counts = manifest.header.counts
    return {
        "documents": counts.documents,
        "passages": counts.passages,
        "windows": counts.windows,
        "bytes": sum(entry.size for entry in manifest.files.values()),
        "checking_s": round(checked - started, 4),
        "opening_beside_checking_s": round(opened - checked - (checked - started), 4),
    }


def _bandwidth() -> float:
    """GB/s of one thread reading 256 MB."""
    data = np.ones(2**26, np.float32)
    best = min(_seconds(data) for _ in range(7))
    return data.nbytes / best / 1e9


def _seconds(data: Vector) -> float:
    started = time.perf_counter()
    data.max()
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), Path(sys.argv[2])), default=asdict))
