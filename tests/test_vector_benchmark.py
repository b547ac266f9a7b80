"""The vectors that ways to search are measured on, and the ways."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import embedded, vectors
from index.embedding import Encoder, Vector
from tests.evaluation.scripted import write_rows


def cone(count: int) -> Vector:
    """Unit vectors about one direction, as those of a model are."""
    chance = np.random.default_rng(0)
    rows = chance.standard_normal((count, 384)).astype(np.float32) * 0.5 / 384**0.5
    rows[:, 0] += 1
    units: Vector = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units


def test_made_up_vectors_lie_about_the_mean_as_the_real_ones_do() -> None:
    real = cone(2_000)
    found = vectors.made_up(real, 2_000, np.random.default_rng(1))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    for rows in (real, found):  # a question's similarities to both are alike
        assert 0.78 < (rows @ real[0])[1:].mean() < 0.82
    assert (real @ real[:50].T).std() == pytest.approx((found @ real[:50].T).std(), rel=0.2)


def test_real_vectors_come_first_and_others_are_made_up_beyond_them() -> None:
    real = cone(6)
    np.testing.assert_array_equal(vectors.drawn(real, 4), real[:4])
    more = vectors.drawn(real, 50)
    np.testing.assert_array_equal(more[:6], real)
    assert len({row.tobytes() for row in more}) > 20  # of six, a pair may be drawn twice
    np.testing.assert_array_equal(vectors.drawn(real, 50), more)


def test_pieces_are_embedded_once_and_go_on_where_they_were_left(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(900))
    write_rows(tmp_path / "corpus.jsonl", [{"_id": "1", "text": text}])
    asked: list[int] = []

    class Counted:
        info = encoder.info

        def encode_passages(self, passages: list[str]) -> Vector:
            asked.append(len(passages))
            return encoder.encode_passages(passages)

    monkeypatch.setattr(embedded, "load_encoder", Counted)
    two = embedded.pieces(tmp_path, tmp_path, 2)
    five = embedded.pieces(tmp_path, tmp_path, 5)
    assert asked == [2, 1, 3]  # the one to see whether the file is of this model
    np.testing.assert_array_equal(five.vectors[:2], two.vectors)
    np.testing.assert_array_equal(five.vectors, encoder.encode_passages(five.texts))
    (file,) = tmp_path.glob("*.f4")
    file.write_bytes(bytes(five.vectors.nbytes))  # of another model
    np.testing.assert_array_equal(embedded.pieces(tmp_path, tmp_path, 2).vectors, two.vectors)


def test_the_same_ten_are_those_that_are_as_good() -> None:
    rows = np.concatenate([cone(30), cone(30)])  # each is there twice
    queries = cone(40)[30:]
    ids = np.argsort(-(queries @ rows.T), axis=1)[:, :100]
    truth = vectors.Truth(queries, rows, ids)
    assert vectors._same_ten((ids + 30) % 60, truth).all()
    worse = ids.copy()
    worse[:, 9] = ids[:, 20]
    assert not vectors._same_ten(worse, truth).any()


def test_each_way_to_search_is_measured_with_its_own_effort(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors, "_PQ_MOST", 0)  # training it takes a minute
    chance = np.random.default_rng(5)
    rows = chance.standard_normal((4_000, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = {}
    for way in vectors._ways(rows):
        found[way.name] = [set(way.search(row[None])[0].tolist()) for row in rows[:50]]
    few, many = found["IVF252,SQfp16 1"], found["IVF252,SQfp16 64"]
    exact = found["exact fp16 (youju)"]
    assert sum(len(a & b) for a, b in zip(few, exact, strict=True)) < sum(
        len(a & b) for a, b in zip(many, exact, strict=True)
    )
