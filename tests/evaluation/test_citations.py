"""Citations judged by gold evidence: worked by hand on answers whose every part is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from rag.citation_evaluation import Judged, gold, report, statements
from rag.evaluation import evaluate, evaluate_spans
from rag.types import Answer, Citation, Struck
from tests.evaluation.scripted import (
    RIVER,
    answer,
    library,
    printed,
    write_rows,
)

BUILT, HOLDS, PLACE = "石桥水库建于一九五八年。", "库容三千万立方米。", "它在石桥镇北面。"


def written(text: str, *quotes: str, struck: tuple[Struck, ...] = ()) -> Answer:
    cited = tuple(
        Citation(n, "river", "", RIVER.index(q), RIVER.index(q) + len(q), q)
        for n, q in enumerate(quotes, 1)
    )
    return Answer("水库？", "answered", text, "", 0.9, cited, (), struck=struck)


def judged(given: Answer, *golds: str) -> Judged:
    return Judged(given, gold(["river"], golds), golds, True)


def test_recall_is_over_statements_and_precision_over_citations() -> None:
    text = f"水库建于1958年。[1][2]\n{HOLDS}[2]\n{PLACE}[3]"
    found = report("m", [judged(written(text, BUILT, HOLDS, PLACE), "一九五八年")])
    assert found.citation_recall == pytest.approx(1 / 3)  # of three statements, the first
    assert found.citation_precision == pytest.approx(1 / 4)  # of four citations, its first
    assert (found.answered, found.answerable, found.false_answers) == (1, 1, 0)


def test_a_statement_without_a_citation_counts_against_recall() -> None:
    found = report("m", [judged(written(f"{BUILT}[1]\n水很深。", BUILT), "一九五八年")])
    assert found.citation_recall == pytest.approx(1 / 2)
    assert found.citation_precision == 1.0
    assert found.unsupported_shown == pytest.approx(1 / 2)


def test_what_was_struck_counts_as_written_and_its_stand_in_does_not() -> None:
    struck = (Struck("水库建于1985年。", (), 0),)
    given = written(f"{BUILT}[1]\n库容3000万立方米。[2]", BUILT, HOLDS, struck=struck)
    found = report("m", [judged(given, "一九五八年")])
    assert found.unsupported_written == pytest.approx(1 / 2)  # one struck, one that holds
    assert found.unsupported_shown == 0.0


def test_a_claim_that_its_citation_does_not_bear_out_is_unsupported() -> None:
    found = report("m", [judged(written("库容3100万立方米。[1]", HOLDS), "三千万")])
    assert found.unsupported_shown == 1.0


def test_lines_that_say_what_is_open_state_nothing() -> None:
    given = Answer(
        "水库？", "answered", f"{BUILT}[1]\n这一问没有找到依据：水深多少？", "", 0.9,
        written("", BUILT).citations, (), unanswered=("水深多少",),
    )  # fmt: skip
    assert [one.text for one in statements(given)] == [BUILT]


@pytest.mark.parametrize(
    ("document", "strings", "expected"),
    [
        ("river", ("一九五八年",), True),
        ("river", (f"青石：{BUILT}{HOLDS}",), True),  # the sentence is a part of the gold string
        ("river", (), True),
        ("river", ("一九八五年",), False),
        ("school", ("一九五八年",), False),
    ],
)
def test_what_is_gold(document: str, strings: tuple[str, ...], expected: bool) -> None:
    (cited,) = written("", BUILT).citations
    assert gold([document], strings)(cited) is expected


def test_each_generator_has_its_row(folder: Path) -> None:
    said = answer("校长是谁？", "周明", 0.4, ("school", "校长是周明。"))
    scripted = library(written={("校长是谁？", "model"): said})
    found = evaluate(scripted, folder, llms=["model"])
    extract, model = found.generators
    assert [extract.generator, model.generator] == ["", "model"]
    assert (extract.questions, extract.answerable, extract.false_answers) == (4, 3, 1)
    assert extract.citation_recall == pytest.approx(1 / 2)
    assert model.citation_recall == 1.0
    assert (extract.short_em, model.short_em) == (0.5, 1.0)
    assert "原文摘句" in printed(found)
    assert "引用查准" in printed(found)


def test_a_model_that_was_away_is_not_praised_for_the_extract(folder: Path) -> None:
    extract = cast(Any, library()).answers["水库哪年建的？"]
    away = {(extract.question, "model"): replace(extract, notice="连不上。")}
    found = evaluate(library(written=away), folder, llms=["model"])
    assert [one.unfinished for one in found.generators] == [0, 1]
    assert "model：1 题没有写成或没有写完" in printed(found)


def test_labelled_sentences_judge_too(folder: Path) -> None:
    rows = [
        {"_id": "a", "text": "水库哪年建的？", "type": "date", "answers": ["一九五八年"],
         "evidence": [[0, 12]], "document_id": "river"},
        {"_id": "b", "text": "水库有多少鱼？", "type": "near_miss", "answers": [],
         "unanswerable": True},
    ]  # fmt: skip
    write_rows(folder / "labelled.jsonl", rows)
    (extract,) = evaluate_spans(library(), folder / "labelled.jsonl").generators
    assert (extract.citation_recall, extract.citation_precision) == (1.0, 1.0)
    assert (extract.answered, extract.false_answers) == (1, 1)
