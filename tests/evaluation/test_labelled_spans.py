"""Questions with labelled spans."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from index.errors import InputError
from index.types import Document, Progress, Span
from rag.evaluation import as_json, evaluate_spans
from rag.reports import SpanReport
from rag.span_evaluation import overlaps
from tests.evaluation.scripted import RIVER, SPANS, answer, library, printed, write_rows


@pytest.mark.parametrize(
    ("cited", "gold", "expected"),
    [
        (Span(0, 10), Span(0, 10), True),
        (Span(0, 10), Span(5, 100), True),  # half of the cited span
        (Span(0, 10), Span(6, 100), False),
        (Span(0, 100), Span(98, 102), True),  # half of the gold sentence
        (Span(0, 10), Span(10, 20), False),
        (Span(3, 3), Span(0, 10), False),
    ],
)
def test_overlaps(cited: Span, gold: Span, expected: bool) -> None:
    assert overlaps(cited, gold) is expected
    assert overlaps(gold, cited) is expected


def span_report(tmp_path: Path, rows: Sequence[object], **changes: Any) -> SpanReport:
    write_rows(tmp_path / "labelled.jsonl", rows)
    return evaluate_spans(library(**changes), tmp_path / "labelled.jsonl")


def test_spans_by_hand(tmp_path: Path) -> None:
    told = dict(cast(Any, library()).answers)
    text = "水库的情况有哪些？"
    told[text] = answer(text, "", 0.8, ("river", "库容三千万立方米。"))
    report = span_report(tmp_path, SPANS, answers=told)
    assert (report.answerable, report.unanswerable) == (3, 2)
    assert [row.right for row in report.rows] == [True, False, False, True, True]
    assert report.evidence_right == pytest.approx(2 / 3)
    assert (report.refusals_right, report.false_refusals, report.list_recall) == (0.5, 0, 0.5)
    assert report.short is not None
    assert (report.short.given, report.short.em, report.short.f1) == (1, 0.5, 0.5)
    values = cast(Any, json.loads(json.dumps(as_json(report), allow_nan=False)))
    assert values["rows"][4]["evidence_recall"] == 0.5
    table = printed(report)
    for words in ("对，找全 50%", "误答", "正确拒答", "水库的情况有哪些？"):
        assert words in table


def test_the_first_questions_only_by_each_generator_with_progress(tmp_path: Path) -> None:
    write_rows(tmp_path / "labelled.jsonl", SPANS)
    steps: list[Progress] = []
    report = evaluate_spans(
        library(), tmp_path / "labelled.jsonl", progress=steps.append, limit=2, llms=["to/model"]
    )
    assert steps == [Progress(s, n, 2) for s in ("评测", "评测 model") for n in (1, 2)]
    assert (report.limit, len(report.rows)) == (2, 2)
    assert "前 2 题" in printed(report)
    with pytest.raises(InputError, match="现在是 0"):
        evaluate_spans(library(), tmp_path / "labelled.jsonl", limit=0)


def test_a_refused_answerable_question_is_wrong(tmp_path: Path) -> None:
    report = span_report(tmp_path, SPANS, answers={})
    assert (report.evidence_right, report.false_refusals, report.refusals_right) == (0, 1, 1)
    assert "误拒" in printed(report)


def test_evidence_at_the_same_offsets_of_another_document_is_wrong(tmp_path: Path) -> None:
    text = "水库哪年建的？"
    told = {text: answer(text, "一九五八年", 0.9, ("school", "南坪小学有学生五百人。"))}
    report = span_report(tmp_path, SPANS[:1], answers=told)
    assert report.evidence_right == 0


def test_one_document_needs_no_document_id(tmp_path: Path) -> None:
    river = {"river": Document("river", "水库", RIVER, "river.txt")}
    row = {name: value for name, value in SPANS[0].items() if name != "document_id"}
    assert span_report(tmp_path, [row], documents=river).evidence_right == 1
    with pytest.raises(InputError, match=r"第 1 行.*2 篇文档.*document_id"):
        span_report(tmp_path, [row])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evidence": [[0, 999]]}, rf"第 1 行.*\[0, 999\].*{len(RIVER)}"),
        ({"evidence": [[5, 5]]}, r"\[5, 5\]"),
        ({"evidence": [[1]]}, r"\[1\]"),
        ({"evidence": ["0-5"]}, "0-5"),
        ({"evidence": []}, "要有 evidence"),
        ({"document_id": "lake"}, "没有文档 'lake'"),
        ({"type": None}, "type"),
    ],
)
def test_a_wrong_label_is_named_with_its_line(
    tmp_path: Path, changes: Mapping[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        span_report(tmp_path, [SPANS[0] | changes])


def test_labelled_files_must_be_there_and_have_unique_ids(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jsonl：读不了"):
        evaluate_spans(library(), tmp_path / "gone.jsonl")
    with pytest.raises(InputError, match=r"第 2 行.*'s1'"):
        span_report(tmp_path, [SPANS[0], SPANS[0]])
    with pytest.raises(InputError, match="没有问题"):
        span_report(tmp_path, [])
