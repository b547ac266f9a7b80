"""Figures of retrieval, answers and refusal, worked out by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from index.errors import InputError
from index.types import Progress
from rag.evaluation import as_json, evaluate
from rag.trust import Evidence
from tests.evaluation.scripted import QRELS, QUERIES, Scripted, answer, library, printed, write_rows


def test_retrieval_by_hand(folder: Path) -> None:
    found = evaluate(library(), folder).retrieval
    assert found is not None
    assert (found.queries, found.several) == (3, 1)  # q3 is unanswerable; q4 has two documents
    assert found.dense.hit_1 == pytest.approx(2 / 3)
    assert found.dense.recall_1 == pytest.approx((0 + 1 + 1 / 2) / 3)
    assert found.dense.mrr_10 == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert found.lexical.recall_20 == pytest.approx(1 / 3)  # q4 has an empty ranking
    assert found.fused.recall_5 == found.fused.ndcg_10 == 1


def test_answers_by_hand(folder: Path) -> None:
    found = evaluate(library(), folder).answers
    assert found is not None
    assert (found.queries, found.answered) == (2, 2)  # q4 has no gold string
    assert (found.short.given, found.short.em, found.short.f1) == (1, 0.5, 0.5)
    # q1: 5 characters in common of 11 quoted and 5 wanted; q2: none
    assert found.evidence.f1 == pytest.approx((2 * 5 / (11 + 5)) / 2)
    assert (found.evidence.em, found.evidence_recall) == (0, 0.5)


def test_a_refusal_counts_as_zero_but_not_in_evidence_recall(folder: Path) -> None:
    only_q1 = {a.question: a for a in [cast(Any, library()).answers["水库哪年建的？"]]}
    found = evaluate(library(answers=only_q1), folder).answers
    assert found is not None
    assert (found.answered, found.evidence_recall) == (1, 1)
    assert (found.short.em, found.evidence.given) == (0.5, 1)


def test_quotes_are_joined_in_order_for_the_evidence(folder: Path) -> None:
    write_rows(
        folder / "queries.jsonl",
        [{"_id": "q1", "text": "库容和位置？", "answers": ["库容三千万立方米，它在石桥镇北面"]}],
    )
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n", encoding="utf-8")
    quotes = (("river", "库容三千万立方米。"), ("river", "它在石桥镇北面。"))
    told = {"库容和位置？": answer("库容和位置？", "", 0.9, *quotes)}
    report = evaluate(library(answers=told), folder)
    assert report.retrieval is None
    assert report.answers is not None
    assert (report.answers.evidence.em, report.answers.evidence.f1) == (1, 1)
    assert report.answers.evidence_recall == 0  # no single quote holds all of it


def test_refusal_by_hand(folder: Path) -> None:
    found = evaluate(library(), folder).refusal
    assert (found.answerable, found.unanswerable, found.weak) == (3, 1, 0)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.false_refusals == pytest.approx(1 / 3)
    assert found.false_answers == 1
    # confidences .9 .4 .1 of the answerable against .6
    assert found.auroc == found.coverage_at_limit == pytest.approx(1 / 3)


def test_risk_and_coverage_by_hand(folder: Path) -> None:
    """Answered with .9 rightly, with .6 where nothing answers, with .4 from the wrong sentence."""
    report = evaluate(library(), folder)
    first, last = report.refusal.curve
    assert (first.confidence, first.risk, first.wrong) == (0.9, 0, 0)
    assert (last.confidence, last.risk, last.wrong) == pytest.approx((0.4, 1 / 3, 2 / 3))
    assert (first.coverage, last.coverage) == pytest.approx((1 / 3, 2 / 3))
    assert "| 0.900 | 0.333 | 0.000 | 0.000 |" in re.sub(" +", " ", printed(report))


def test_reliability_by_hand(folder: Path) -> None:
    """Confidences .9 (right), .4 (a wrong sentence of the right document), .6 (unanswerable)."""
    report = evaluate(library(), folder)
    assert report.answers is not None
    found = report.answers.reliability
    assert found is not None
    assert [one.answers for one in found.bins] == [0, 0, 1, 1, 1]
    assert (found.bins[2].low, found.bins[2].high, found.bins[2].confidence) == (0.4, 0.6, 0.4)
    assert found.bins[2].right == Evidence(0, 0, 1)
    assert found.bins[0].confidence is found.bins[0].right is None
    assert found.brier.holds == found.brier.gold == pytest.approx((0.01 + 0.16 + 0.36) / 3)
    assert found.ece.document == pytest.approx((0.1 + 0.6 + 0.6) / 3)
    assert "| 0.4–0.6 | 1 | 0.400 | 0.000 | 0.000 | 1.000 |" in re.sub(" +", " ", printed(report))


def test_a_part_of_a_long_gold_answer_is_gold_evidence(folder: Path) -> None:
    rows = [
        {"_id": "q1", "text": "水库哪年建的？", "answers": ["石桥水库建于一九五八年。属省里管。"]}
    ]
    write_rows(folder / "queries.jsonl", rows)
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\triver\t1\n", encoding="utf-8"
    )
    report = evaluate(library(), folder)
    assert report.answers is not None
    assert report.answers.reliability is not None
    assert report.answers.reliability.bins[-1].right == Evidence(0, 1, 1)


def test_out_of_corpus_questions_count_as_weak(folder: Path) -> None:
    write_rows(
        folder / "out_of_corpus.jsonl",
        [{"_id": f"o{n}", "text": f"第 {n} 个外来问题？", "answers": ["别处"]} for n in range(3)],
    )
    report = evaluate(library(), folder)
    assert (report.questions, report.refusal.unanswerable, report.refusal.weak) == (7, 4, 3)
    assert report.refusal.false_answers == 0.25
    assert report.answers is not None
    assert report.answers.queries == 2
    assert "其中 3 题是弱标注" in printed(report)


def test_a_set_without_unanswerable_questions_has_no_auroc(folder: Path) -> None:
    write_rows(folder / "queries.jsonl", [row for row in QUERIES if row["_id"] != "q3"])
    refusal = evaluate(library(), folder).refusal
    assert refusal.auroc is refusal.false_answers is refusal.coverage_at_limit is None
    assert refusal.coverage == pytest.approx(2 / 3)
    assert {point.risk for point in refusal.curve} == {None}


def test_a_question_without_text_is_left_out_and_counted(folder: Path) -> None:
    without = evaluate(library(), folder)
    write_rows(folder / "queries.jsonl", [*QUERIES, {"_id": "q5", "text": " ", "answers": ["甲"]}])
    judged = QRELS + "q5\triver\t1\n"
    (folder / "qrels" / "test.tsv").write_text(judged, encoding="utf-8")
    report = evaluate(library(), folder)
    assert (report.questions, report.blank) == (4, 1)
    assert report == replace(without, blank=1)
    assert "另有 1 题没有文字" in printed(report)


def test_limit_and_progress(folder: Path) -> None:
    write_rows(folder / "out_of_corpus.jsonl", [{"_id": f"o{n}", "text": "？？"} for n in range(9)])
    steps: list[Progress] = []
    scripted = library()
    report = evaluate(scripted, folder, progress=steps.append, limit=2)
    assert cast(Scripted, scripted).asked == ["水库哪年建的？", "校长是谁？", "？？", "？？"]
    assert steps == [Progress("评测", done, 4) for done in (1, 2, 3, 4)]
    assert (report.limit, report.follow_ups) == (2, 1)
    assert "前 2 题" in printed(report)
    assert "1 个追问" in printed(report)
    with pytest.raises(InputError, match="现在是 0"):
        evaluate(scripted, folder, limit=0)


def test_json_and_tables_hold_the_figures(folder: Path) -> None:
    report = evaluate(library(), folder)
    values = cast(Any, json.loads(json.dumps(as_json(report), allow_nan=False)))
    assert values["retrieval"]["dense"]["hit_1"] == 0.6667
    assert values["refusal"]["coverage"] == 0.6667
    assert (values["model"], values["documents"], values["passages"]) == ("scripted", 2, 3)
    text = printed(report)
    assert "| 融合 | 0.833 | 1.000 |" in text
    assert "hit@1" in text
    assert report == evaluate(library(), folder)
