"""Recall and latency of ways to search vectors, asked with real questions.

Recall: how many of the ten and of the hundred best of 32 bits are found. One question at a time on
one thread is timed; a hundred are asked for, as many as a search does. The vectors are those of pieces of
the corpus, each once; what a size needs beyond 100,000 is made up from them, and each point says
how many were, and how many of those are among the ten best.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import embedded, material, timing
from index.embedding import Vector, load_encoder
from index.vectors import Vectors

SIZES = (10_000, 100_000, 1_000_000)
REAL = 100_000  # pieces that are embedded
_QUERIES, _TIMED, _BEST, _ASKED = 1_000, 200, 10, 100
_PQ_MOST = 100_000  # its training takes long
_OWN_PART = 0.9  # of a made-up vector's difference from the mean that is of its first source
_AT_ONCE = 65_536

Search = Callable[[Vector], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to search: ids (q, 100) of queries (q, d), best first; built on two threads.

    ``build_s`` is None where it was built with another.
    """

    name: str
    search: Search
    build_s: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What 32 bits find for ``queries`` (q, d) among ``rows`` (n, d): ids (q, 100), best first."""

    queries: Vector
    rows: Vector
    ids: Any


def run(corpus: Path, folder: Path, work: Path, sizes: Sequence[int] = SIZES) -> None:
    """Each size and way; what is done is saved after each, other sizes are kept."""
    queries = load_encoder().encode_queries(material.questions(folder, _QUERIES))
    real = embedded.pieces(corpus, work, min(REAL, max(sizes))).vectors
    points = [point for point in _stored() if point["size"] not in sizes]
    for size in sizes:
        rows = drawn(real, size)
        exact, seconds = _flat(rows)
        truth = Truth(queries, rows, exact(queries))
        made_up = max(0, size - len(real))
        about = {"size": size, "made_up": made_up, "made_up_among_ten": _share(truth, made_up)}
        # One after the other: a way is measured before the next is made.
        for way in chain([Way("exact fp32", exact, seconds)], _ways(rows)):
            points.append({**about, "way": way.name, **_point(way, truth)})
            print(points[-1], flush=True)
            timing.save("vectors", {"queries": len(queries), "real": len(real), "points": points})


def _stored() -> list[dict[str, Any]]:
    stored = timing.RESULTS / "vectors.json"
    points = json.loads(stored.read_text("utf-8"))["points"] if stored.exists() else []
    return [point for point in points if "made_up_among_ten" in point]


def drawn(real: Vector, size: int) -> Vector:
    """``size`` vectors: the real ones, then some made up from them; the same each time."""
    if size <= len(real):
        return real[:size]
    chance = np.random.default_rng(3)
    rows = np.empty((size, real.shape[1]), np.float32)
    rows[: len(real)] = real
    for start in range(len(real), size, _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        part[:] = made_up(real, len(part), chance)
    return rows


def made_up(real: Vector, count: int, chance: np.random.Generator) -> Vector:
    """Unit vectors (count, d) that lie about the mean of ``real`` (n, d) as these do.

    Each is the mean, most of one vector's difference from it and some of another's. Noise in all
    directions would lead away from the cone in which the vectors of a model lie, so that no
    question would find them.
    """
    mean = real.mean(axis=0)
    one, other = (real[chance.integers(len(real), size=count)] - mean for _ in range(2))
    rows = mean + np.float32(_OWN_PART) * one + np.float32((1 - _OWN_PART**2) ** 0.5) * other
    units: Vector = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units


def _share(truth: Truth, made_up: int) -> float:
    """Of the ten best that are made up."""
    return round(float((truth.ids[:, :_BEST] >= len(truth.rows) - made_up).mean()), 4)


def _point(way: Way, truth: Truth) -> dict[str, object]:
    import faiss

    taken = []
    faiss.omp_set_num_threads(1)
    for query in truth.queries[:_TIMED]:
        started = time.perf_counter()
        way.search(query[None])
        taken.append(time.perf_counter() - started)
    faiss.omp_set_num_threads(2)
    found = way.search(truth.queries)
    shared = [_shared(found, truth.ids, count) for count in (_BEST, _ASKED)]
    return {
        "build_s": None if way.build_s is None else round(way.build_s, 1),
        "p50_ms": round(float(np.median(taken)) * 1e3, 3),
        "p95_ms": round(float(np.quantile(taken, 0.95)) * 1e3, 3),
        "recall": round(float(shared[0].mean()), 4),
        "recall_100": round(float(shared[1].mean()), 4),
        "same_ten": round(float(_same_ten(found, truth).mean()), 4),
    }


def _shared(found: Any, wanted: Any, count: int) -> Vector:
    """The share of the ``count`` best that is found, for each question."""
    pairs = zip(found[:, :count].tolist(), wanted[:, :count].tolist(), strict=True)
    return np.array([len(set(a) & set(b)) / count for a, b in pairs])


def _same_ten(found: Any, truth: Truth) -> Any:
    """Whether the ten found are as good in 32 bits as the ten best (articles may be there twice)."""
    least, best = (
        np.einsum("qd,qkd->qk", truth.queries, truth.rows[ids[:, :_BEST]]).min(axis=1)
        for ids in (found, truth.ids)
    )
    return least >= best - np.float32(3e-7)  # what adding in another order makes


def _flat(rows: Vector) -> tuple[Search, float]:
    import faiss

    faiss.omp_set_num_threads(2)
    started = time.perf_counter()
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return lambda query: index.search(query, _ASKED)[1], time.perf_counter() - started


def _ways(rows: Vector) -> Iterator[Way]:
    import faiss

    yield from _own(rows)
    lists = _lists(len(rows))
    for factory, efforts in _factories(len(rows)).items():
        faiss.omp_set_num_threads(2)
        started = time.perf_counter()
        index = faiss.index_factory(rows.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
        index.train(rows[:: max(1, len(rows) // (40 * lists))])
        index.add(rows)
        seconds = time.perf_counter() - started
        for effort in efforts:
            _set_effort(index, factory, effort)
            yield Way(f"{factory} {effort}", lambda query: index.search(query, _ASKED)[1], seconds)  # noqa: B023


def _own(rows: Vector) -> Iterator[Way]:
    """16 bits, and from so many rows on with a shortlist, whose building counts."""
    started = time.perf_counter()
    own = Vectors.build(rows)
    seconds = time.perf_counter() - started
    whole = Vectors.from_bytes(own.to_bytes(), len(own), own.dimension)
    if own.shortlist is None:
        yield Way("exact fp16 (youju)", lambda q: whole.search(q, _ASKED).ids, seconds)
    else:
        # Its rows alone are written in a fraction of that.
        yield Way("exact fp16", lambda q: whole.search(q, _ASKED).ids, None)
        yield Way("shortlist+fp16 (youju)", lambda q: own.search(q, _ASKED).ids, seconds)


def _lists(size: int) -> int:
    return int(4 * size**0.5)


def _factories(size: int) -> dict[str, tuple[int, ...]]:
    """FAISS's names of approximate indexes, with the efforts that each is asked with."""
    factories: dict[str, tuple[int, ...]] = {f"IVF{_lists(size)},SQfp16": (1, 4, 16, 64)}
    if size <= _PQ_MOST:
        factories[f"IVF{_lists(size)},PQ96"] = (4, 16, 64)
    for coarse in ("PQ192x4fs", "RaBitQfs"):
        factories[f"{coarse},Refine(SQfp16)"] = (5, 10, 40)
    factories["HNSW32,SQfp16"] = (128, 256, 512, 1024)
    return factories


def _set_effort(index: Any, factory: str, effort: int) -> None:
    """Lists looked into, candidates kept, or candidates for each that is asked for."""
    if factory.startswith("HNSW"):
        index.hnsw.efSearch = effort
    elif "Refine" in factory:
        index.k_factor = effort
    else:
        index.nprobe = effort
