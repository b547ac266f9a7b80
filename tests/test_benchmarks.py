"""The benchmarks' own arithmetic: a wrong ruler would go unnoticed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import (
    check_reader,
    embedding,
    growth,
    latency,
    start,
    timing,
)
from index.types import Document
from rag.reader import Reader
from tests.evaluation.scripted import write_rows


def test_runs_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []
    taken = timing.alternate({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "b"] * 4
    assert len(taken["a"].seconds) == 3


def test_latencies_are_of_each_query(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.001, 0.0, 0.002, 0.0, 0.009])
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    assert timing.latencies(lambda query: None, ["x", "y", "z"]) == timing.Spread(2.0, 9.0)


def test_the_peak_of_a_process_is_not_that_of_the_one_that_made_it() -> None:
    ballast = bytearray(200 << 20)
    ballast[::4096] = b"x" * len(ballast[::4096])  # touched, so that it counts
    assert timing.peak_mb() > 200
    program = "from benchmarks import timing; print(timing.peak_mb())"
    command = [sys.executable, "-c", program]
    made = subprocess.run(command, capture_output=True, text=True, check=True, cwd=start.ROOT)
    assert 5 < int(made.stdout) < 100


def test_the_peak_counts_real_products() -> None:
    import onnxruntime as ort

    session = ort.InferenceSession(embedding._product(shape := (8, 384, 1536)))
    x = np.full(shape[:2], 2, np.uint8)
    y, *_ = session.run(None, {"x": x})
    assert y.shape == (shape[0], shape[2])
    assert y.dtype == np.int32
    assert len(np.unique(y[0])) > 100


def test_the_best_answer_of_a_document_is_bare_and_surer_than_where_there_is_none() -> None:
    text = "青石桥建于1897年。\n\n如今每天有大约3000人从桥上经过。桥头的茶馆由李家经营。"
    document = Document("bridge", "青石桥", text, "bridge.txt", {})
    reader = Reader.load()
    asked = check_reader.read_in(reader, "青石桥建于哪一年？", document)
    assert asked.answer == "1897年"
    assert asked.odds > check_reader.read_in(reader, "青石桥花了多少钱修建？", document).odds


def test_the_latency_of_an_index_is_a_row(
    seed_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(tmp_path / "queries.jsonl", [{"_id": "1", "text": "村主职“一肩挑”的比例是多少？"}])
    asked = ["--data", str(seed_data), "--questions", str(tmp_path)]
    latency.main(asked)
    row = capsys.readouterr().out.splitlines()[3].split("|")
    assert row[1].strip() == seed_data.name
    assert [int(cell) for cell in row[2:4]] == [1, 7]
    assert all(float(part) > 0 for cell in row[4:7] for part in cell.split("/"))


def test_a_grown_index_is_measured_whole_and_in_parts(seed_data: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "queries.jsonl", [{"_id": "1", "text": "村主职“一肩挑”的比例是多少？"}])
    found = growth._measure(seed_data, tmp_path)
    assert found["documents"] == 1
    for part in ("search", "ask", "finding", "embedding", "vectors", "words"):
        assert isinstance(spread := found[part], timing.Spread)
        assert spread.p50_ms > 0
    reading = float(str(found["floor_ms"])) * float(str(found["bandwidth_GB_s"])) * 1e6
    assert reading == pytest.approx(2 * 384 * int(str(found["windows"])), rel=0.4)  # few digits
    assert int(str(found["peak_MB"])) > 50
