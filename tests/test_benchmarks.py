"""The benchmarks' own arithmetic: a wrong ruler would go unnoticed."""

from __future__ import annotations

import time

import numpy as np
import pytest

from benchmarks import check_reader, embedding, growth, timing
from index.types import Document
from rag.reader import Reader


def test_runs_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []
    taken = timing.alternate({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "b"] * 4
    assert len(taken["a"]["seconds"]) == 3  # type: ignore[arg-type]


def test_latencies_are_of_each_query(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.001, 0.0, 0.002, 0.0, 0.009])
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    assert timing.latencies(lambda query: None, ["x", "y", "z"]) == {"p50_ms": 2.0, "p95_ms": 9.0}


def test_made_up_vectors_are_units_near_real_ones() -> None:
    chance = np.random.default_rng(0)
    real = chance.standard_normal((50, 384)).astype(np.float32)
    real /= np.linalg.norm(real, axis=1, keepdims=True)
    near = growth.noisy(real, chance)
    np.testing.assert_allclose(np.linalg.norm(near, axis=1), 1, atol=1e-5)
    cosines = (near * real).sum(axis=1)
    assert 0.93 < cosines.min() <= cosines.max() < 0.97


def test_the_peak_counts_real_products() -> None:
    import onnxruntime as ort

    session = ort.InferenceSession(embedding._product())
    x = np.full(embedding._SHAPE[:2], 2, np.uint8)
    (y,) = session.run(None, {"x": x})
    assert y.shape == (embedding._SHAPE[0], embedding._SHAPE[2])
    assert y.dtype == np.int32
    assert len(np.unique(y[0])) > 100


def test_the_best_answer_of_a_document_is_bare_and_surer_than_where_there_is_none() -> None:
    text = "青石桥建于1897年。\n\n如今每天有大约3000人从桥上经过。桥头的茶馆由李家经营。"
    document = Document("bridge", "青石桥", text, "bridge.txt", {})
    reader = Reader.load()
    asked = check_reader.read_in(reader, "青石桥建于哪一年？", document)
    assert asked.answer == "1897年"
    assert asked.odds > check_reader.read_in(reader, "青石桥花了多少钱修建？", document).odds
