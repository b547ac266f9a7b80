"""The vectors that ways to search are measured on, and the ways."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import growth, vectors
from index.embedding import Encoder
from index.journal import NAME, key, open_journal


def test_made_up_vectors_are_units_near_real_ones() -> None:
    chance = np.random.default_rng(0)
    real = chance.standard_normal((50, 384)).astype(np.float32)
    real /= np.linalg.norm(real, axis=1, keepdims=True)
    near = growth.noisy(real, chance)
    np.testing.assert_allclose(np.linalg.norm(near, axis=1), 1, atol=1e-5)
    cosines = (near * real).sum(axis=1)
    assert 0.93 < cosines.min() <= cosines.max() < 0.97


def test_real_vectors_are_those_of_a_journal_and_others_are_made_up_beyond_them(
    tmp_path: Path, encoder: Encoder
) -> None:
    texts = [f"第{n}座桥" for n in range(6)]
    real = encoder.encode_passages(texts)
    with open_journal(tmp_path, encoder.info) as journal:
        journal.read()
        journal.append([key(text) for text in texts], real)
    with (tmp_path / NAME).open("ab") as stream:
        stream.write(b"the first bytes of a record that is being written")
    found = growth.journal_vectors(tmp_path / NAME)
    np.testing.assert_array_equal(found, real)
    some = vectors.drawn(found, 4)
    assert len({row.tobytes() for row in some} & {row.tobytes() for row in real}) == 4
    more = vectors.drawn(found, 50)
    np.testing.assert_array_equal(more[:6], real)
    assert ((more[6:] @ real.T).max(axis=1) > 0.9).all()
    assert len({row.tobytes() for row in more}) == 50


def test_a_million_are_quantised_only_where_that_is_asked_for() -> None:
    def quantised(size: int, *, pq: bool) -> bool:
        return any(",PQ" in factory for factory in vectors._factories(size, pq=pq))

    assert quantised(100_000, pq=False)
    assert quantised(1_000_000, pq=True)
    assert not quantised(1_000_000, pq=False)


def test_each_way_to_search_is_measured_with_its_own_effort(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors, "_PQ_MOST", 0)  # training it takes a minute
    chance = np.random.default_rng(5)
    rows = growth.noisy(chance.standard_normal((4_000, 384)).astype(np.float32), chance)
    found = {}
    for way in vectors._ways(rows):
        found[way.name] = [set(way.search(row[None])[0].tolist()) for row in rows[:50]]
    few, many = found["IVF252,SQfp16 1"], found["IVF252,SQfp16 64"]
    exact = found["exact fp16"]
    assert sum(len(a & b) for a, b in zip(few, exact, strict=True)) < sum(
        len(a & b) for a, b in zip(many, exact, strict=True)
    )
