"""Recall and latency of ways to search vectors; those beyond 2,000 are made up from real ones.

Recall: how many of the ten best of 32 bits are found. One thread, one question at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import material, timing
from benchmarks.growth import noisy
from index.embedding import Vector, load_encoder
from index.vectors import Vectors

SIZES = (10_000, 100_000, 1_000_000)
_QUERIES, _BEST = 200, 10
_HNSW_MOST = 100_000  # more takes half an hour to build on two cores

Search = Callable[[Vector], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to search: ids (1, 10) of a query (1, d)."""

    name: str
    search: Search
    build_s: float


def run(real: Vector, folder: Path) -> None:
    """Each size and way."""
    queries = load_encoder().encode_queries(material.questions(folder, _QUERIES))
    chance = np.random.default_rng(3)
    points = []
    for size in SIZES:
        rows = noisy(real[chance.integers(len(real), size=size)], chance)
        exact, seconds = _flat(rows)
        best = [set(exact(query[None])[0].tolist()) for query in queries]
        # One after the other: a way is measured before the next is made.
        for way in chain([Way("exact fp32", exact, seconds)], _ways(rows)):
            points.append({"size": size, "way": way.name, **_point(way, queries, best)})
            print(points[-1], flush=True)
    timing.save("vectors", {"queries": len(queries), "points": points})


def _point(way: Way, queries: Vector, best: list[set[int]]) -> dict[str, object]:
    taken, same, shared = [], 0, 0
    for query, wanted in zip(queries, best, strict=True):
        started = time.perf_counter()
        found = set(way.search(query[None])[0].tolist())
        taken.append(time.perf_counter() - started)
        same += found == wanted
        shared += len(found & wanted)
    return {
        "build_s": round(way.build_s, 1),
        "p50_ms": round(float(np.median(taken)) * 1e3, 3),
        "p95_ms": round(float(np.quantile(taken, 0.95)) * 1e3, 3),
        "recall": round(shared / _BEST / len(queries), 4),
        "same_ten": round(same / len(queries), 4),
    }


def _flat(rows: Vector) -> tuple[Search, float]:
    import faiss

    faiss.omp_set_num_threads(1)
    started = time.perf_counter()
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return lambda query: index.search(query, _BEST)[1], time.perf_counter() - started


def _ways(rows: Vector) -> Iterator[Way]:
    import faiss

    started = time.perf_counter()
    own = Vectors.build(rows)
    yield Way(
        "exact fp16 (youju)",
        lambda query: own.search(query, _BEST).ids,
        time.perf_counter() - started,
    )
    faiss.omp_set_num_threads(2)
    lists = int(4 * len(rows) ** 0.5)
    factories = {f"IVF{lists},SQfp16": (1, 4, 16, 64), f"IVF{lists},PQ96": (4, 16, 64)}
    if len(rows) <= _HNSW_MOST:
        factories["HNSW32,SQfp16"] = (16, 64, 256)
    for factory, efforts in factories.items():
        started = time.perf_counter()
        index = faiss.index_factory(rows.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
        index.train(rows[:: max(1, len(rows) // (40 * lists))])
        index.add(rows)
        seconds = time.perf_counter() - started
        faiss.omp_set_num_threads(1)
        for effort in efforts:
            _set_effort(index, factory, effort)
            yield Way(f"{factory} {effort}", lambda query: index.search(query, _BEST)[1], seconds)  # noqa: B023
        faiss.omp_set_num_threads(2)


def _set_effort(index: Any, factory: str, effort: int) -> None:
    """Lists looked into, or candidates kept."""
    if factory.startswith("HNSW"):
        index.hnsw.efSearch = effort
    else:
        index.nprobe = effort
