"""Opening, searching and memory of an index as it grows; text is real, vectors are made up.

Embedding 100,000 passages takes hours and says nothing of the search, so each passage gets the
vector of one of 2,000 real passages with noise that leaves a cosine of about 0.95.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks import material, timing
from index import build, store
from index.embedding import Done, Encoder, Vector, load_encoder

DOCUMENTS = (300, 3_000, 30_000)
_NOISE = 0.33  # length of the noise beside a unit vector
_REAL = 2_000
_JOURNAL_HEADER = 48  # bytes


class Synthetic:
    """An encoder that answers at once; questions get their real vectors."""

    def __init__(self, encoder: Encoder, real: Vector) -> None:
        self._encoder, self._real = encoder, real
        self._chance = np.random.default_rng(11)
        self.info = encoder.info

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        """See ``Encoder``."""
        return self._encoder.encode_queries(queries)

    def encode_passages(self, passages: Sequence[str], done: Done | None = None) -> Vector:
        """See ``Encoder``."""
        rows = self._real[self._chance.integers(len(self._real), size=len(passages))]
        return noisy(rows, self._chance)

    def fits(self, passages: Sequence[str]) -> list[bool]:
        """See ``Encoder``."""
        return [len(passage) <= material.LONGEST for passage in passages]


def noisy(rows: Vector, chance: np.random.Generator) -> Vector:
    """Unit vectors near ``rows`` (n, d)."""
    noise = chance.standard_normal(rows.shape, dtype=np.float32)
    near = rows + noise * np.float32(_NOISE / rows.shape[1] ** 0.5)
    return near / np.linalg.norm(near, axis=1, keepdims=True)


def real_vectors(texts: Path, work: Path) -> Vector:
    """Vectors of real passages, kept in ``work``."""
    path = work / "real.npy"
    if not path.exists():
        vectors = load_encoder().encode_passages(material.passages(texts, _REAL))
        np.save(path, vectors)
    stored: Vector = np.load(path)
    return stored


def journal_vectors(path: Path) -> Vector:
    """All that a build has computed so far, in 32 bits (see `index.journal`); only read."""
    width = load_encoder().info.dimension
    record = np.dtype([("key", "V32"), ("vector", "<f4", (width,)), ("check", "V8")])
    written = path.stat().st_size - _JOURNAL_HEADER  # the last record may be half written
    stored = np.fromfile(path, record, written // record.itemsize, offset=_JOURNAL_HEADER)
    vectors: Vector = np.ascontiguousarray(stored["vector"])
    return vectors


def run(corpus: Path, questions: Path, work: Path) -> None:
    """Measure each size in a process of its own; indexes stay in ``work`` for another time."""
    sizes = []
    for count in DOCUMENTS:
        root = work / f"documents-{count}"
        if not (root / "CURRENT").exists():
            _build(corpus, questions, work, count)
        command = [sys.executable, "-m", "benchmarks.growth", str(root), str(questions)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        sizes.append(json.loads(done.stdout.splitlines()[-1]))
    timing.save("growth", {"bandwidth_GB_s": _bandwidth(), "sizes": sizes})


def _build(corpus: Path, questions: Path, work: Path, count: int) -> None:
    subset = work / f"{count}.jsonl"
    subset.write_text("".join(islice(material.corpus_lines(corpus), count)), "utf-8")
    encoder = Synthetic(load_encoder(), real_vectors(questions, work))
    build.build([subset], work / f"documents-{count}", encoder)


def _measure(root: Path, folder: Path) -> dict[str, object]:
    from index import tokens
    from rag import Library

    opening = _opening(root)
    library = Library.open(root)
    queries = material.questions(folder, 100)
    asking = {
        "search": timing.latencies(lambda q: library.search(q), queries),
        "ask": timing.latencies(lambda q: library.ask(q, llm=""), queries),
    }
    peak = timing.peak_mb()  # of what a user runs, before the parts are measured by themselves
    index, encoder = library._index, load_encoder()
    vectors = dict(zip(queries, encoder.encode_queries(queries), strict=True))
    cut = {query: tokens.search_tokens(query) for query in queries}
    return {
        **opening,
        **asking,
        "embedding": timing.latencies(lambda q: encoder.encode_queries([q]), queries),
        "vectors": timing.latencies(lambda q: index.vectors.search(vectors[q][None], 100), queries),
        "words": timing.latencies(lambda q: index.window_words.top(cut[q], 100), queries),
        "vector_bytes": len(index.window_chunk) * index.vectors.dimension * 2,
        "peak_MB": peak,
    }


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
    return round(data.nbytes / best / 1e9, 1)


def _seconds(data: Vector) -> float:
    started = time.perf_counter()
    data.max()
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), Path(sys.argv[2])), default=asdict))
