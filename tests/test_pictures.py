"""Pictures drawn from stored results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import risk_coverage
from rag.evaluation import as_json, evaluate
from tests.evaluation.scripted import library, write_folder


def test_the_curve_of_a_saved_evaluation_is_drawn_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    write_folder(tmp_path)
    saved = tmp_path / "eval.json"
    saved.write_text(json.dumps(as_json(evaluate(library(), tmp_path))), "utf-8")
    pictures = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for picture in pictures:
        risk_coverage.main([str(saved), "--to", str(picture)])
    one, two = (picture.read_text("utf-8") for picture in pictures)
    assert one == two
    assert one.count("stroke-dasharray") >= 1
