"""The real library on the tiny folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Library
from rag.evaluation import evaluate, evaluate_spans
from tests.evaluation.scripted import SPANS, write_folder, write_rows


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, Path]:
    path = tmp_path_factory.mktemp("real")
    write_folder(path)
    write_rows(path / "labelled.jsonl", SPANS)
    return Library.build(path / "corpus.jsonl", path / "data"), path


@pytest.mark.model
def test_the_real_library_on_a_real_folder(real: tuple[Library, Path]) -> None:
    built, path = real
    report = evaluate(built, path)
    assert report.retrieval is not None
    assert report.retrieval.queries == 3
    for leg in (report.retrieval.dense, report.retrieval.lexical, report.retrieval.fused):
        assert leg.recall_5 == 1  # two documents, both ranked
        assert leg.hit_1 == 1
    assert (report.documents, report.model) == (2, built.info.model)
    assert report == evaluate(built, path)


@pytest.mark.model
def test_the_real_library_on_labelled_spans(real: tuple[Library, Path]) -> None:
    built, path = real
    report = evaluate_spans(built, path / "labelled.jsonl")
    for row in report.rows:
        given = built.ask(row.text)
        assert row.answered == (given.status != "no_evidence")
        assert (row.confidence, row.short) == (given.confidence, given.short)
        assert row.answered or not row.evidence_right
