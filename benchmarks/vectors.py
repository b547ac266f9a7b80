"""Recall and latency of ways to search vectors, asked with real questions.

Recall: how many of the ten and of the hundred best of 32 bits are found. One thread, one question
at a time; a hundred are asked for, as many as a search does. Real vectors are taken first, each
once; what a size needs beyond them is made up by noise around real ones, and each point says how
many were. With ``--journal`` they are those of a build of whole articles, else of 2,000 passages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
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
_QUERIES, _BEST, _ASKED = 200, 10, 100
_HNSW_MOST = _PQ_MOST = 100_000  # more takes half an hour to build on two cores

Search = Callable[[Vector], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to search: ids (1, 100) of a query (1, d), best first."""

    name: str
    search: Search
    build_s: float


def run(real: Vector, folder: Path, sizes: Sequence[int] = SIZES, *, pq: bool = False) -> None:
    """Each size and way; ``pq``: product quantisation of a million as well."""
    queries = load_encoder().encode_queries(material.questions(folder, _QUERIES))
    points = []
    for size in sizes:
        rows = drawn(real, size)
        made_up = max(0, size - len(real))
        exact, seconds = _flat(rows)
        best = [exact(query[None])[0].tolist() for query in queries]
        # One after the other: a way is measured before the next is made.
        for way in chain([Way("exact fp32", exact, seconds)], _ways(rows, pq=pq)):
            point = {"size": size, "made_up": made_up, "way": way.name}
            points.append({**point, **_point(way, queries, best)})
            print(points[-1], flush=True)
    timing.save("vectors", {"queries": len(queries), "real": len(real), "points": points})


def drawn(real: Vector, size: int) -> Vector:
    """``size`` vectors: real ones without replacement, then some near them; the same each time."""
    chance = np.random.default_rng(3)
    if size <= len(real):
        return real[chance.choice(len(real), size, replace=False)]
    near = noisy(real[chance.integers(len(real), size=size - len(real))], chance)
    return np.concatenate([real, near])


def _point(way: Way, queries: Vector, best: list[list[int]]) -> dict[str, object]:
    taken, same, ten, hundred = [], 0, 0, 0
    for query, wanted in zip(queries, best, strict=True):
        started = time.perf_counter()
        found = way.search(query[None])[0].tolist()
        taken.append(time.perf_counter() - started)
        shared = len(set(found[:_BEST]) & set(wanted[:_BEST]))
        same += shared == _BEST
        ten += shared
        hundred += len(set(found) & set(wanted))
    return {
        "build_s": round(way.build_s, 1),
        "p50_ms": round(float(np.median(taken)) * 1e3, 3),
        "p95_ms": round(float(np.quantile(taken, 0.95)) * 1e3, 3),
        "recall": round(ten / _BEST / len(queries), 4),
        "recall_100": round(hundred / _ASKED / len(queries), 4),
        "same_ten": round(same / len(queries), 4),
    }


def _flat(rows: Vector) -> tuple[Search, float]:
    import faiss

    faiss.omp_set_num_threads(1)
    started = time.perf_counter()
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return lambda query: index.search(query, _ASKED)[1], time.perf_counter() - started


def _ways(rows: Vector, *, pq: bool = False) -> Iterator[Way]:
    import faiss

    started = time.perf_counter()
    own = Vectors.build(rows)
    seconds = time.perf_counter() - started
    whole = Vectors.from_bytes(own.to_bytes(), len(own), own.dimension)
    yield Way("exact fp16", lambda query: whole.search(query, _ASKED).ids, seconds)
    if own.shortlist is not None:
        yield Way("shortlist+fp16 (youju)", lambda query: own.search(query, _ASKED).ids, seconds)
    faiss.omp_set_num_threads(2)
    lists = _lists(len(rows))
    for factory, efforts in _factories(len(rows), pq=pq).items():
        started = time.perf_counter()
        index = faiss.index_factory(rows.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
        index.train(rows[:: max(1, len(rows) // (40 * lists))])
        index.add(rows)
        seconds = time.perf_counter() - started
        faiss.omp_set_num_threads(1)
        for effort in efforts:
            _set_effort(index, factory, effort)
            yield Way(f"{factory} {effort}", lambda query: index.search(query, _ASKED)[1], seconds)  # noqa: B023
        faiss.omp_set_num_threads(2)


def _lists(size: int) -> int:
    return int(4 * size**0.5)


def _factories(size: int, *, pq: bool) -> dict[str, tuple[int, ...]]:
    """FAISS's names of approximate indexes, with the efforts that each is asked with."""
    factories: dict[str, tuple[int, ...]] = {f"IVF{_lists(size)},SQfp16": (1, 4, 16, 64)}
    if pq or size <= _PQ_MOST:
        factories[f"IVF{_lists(size)},PQ96"] = (4, 16, 64)
    if size <= _HNSW_MOST:
        factories["HNSW32,SQfp16"] = (128, 256, 512)
    for coarse in ("PQ192x4fs", "RaBitQfs"):
        factories[f"{coarse},Refine(SQfp16)"] = (5, 10, 40)
    return factories


def _set_effort(index: Any, factory: str, effort: int) -> None:
    """Lists looked into, candidates kept, or candidates for each that is asked for."""
    if factory.startswith("HNSW"):
        index.hnsw.efSearch = effort
    elif "Refine" in factory:
        index.k_factor = effort
    else:
        index.nprobe = effort
