"""The public interface: what answers and refusals hold, and that they are always the same."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, fields, replace
from pathlib import Path
from typing import get_args

import pytest

from rag import Answer, Citation, Hit, Library
from rag.types import Status
from tests.library.asking import FACT, QUESTIONS, UNRELATED, check_hits


def test_fields_are_the_promised_ones() -> None:
    assert [f.name for f in fields(Answer)] == [
        *("question", "status", "text", "short", "confidence", "citations", "hits"),
        *("understood", "struck", "notice", "undated", "unanswered"),
    ]
    assert [f.name for f in fields(Citation)] == [
        *("marker", "document_id", "section", "start", "end", "quote"),
    ]
    names = ["passage", "score", "rank", "sentences", "found_by", "query"]
    assert [f.name for f in fields(Hit)] == names


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_holds_of_every_answer(
    seed_library: Library, answers: dict[str, Answer], question: str
) -> None:
    answer = answers[question]
    assert answer.question == question
    assert answer.status in get_args(Status)
    assert 0 <= answer.confidence <= 1
    assert (answer.status == "no_evidence") == (answer.citations == ())
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        text = seed_library.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote != ""
        assert f"[{citation.marker}]" in answer.text
    places = [(c.document_id, c.start, c.end) for c in answer.citations]
    assert len(set(places)) == len(places)
    check_hits(seed_library, answer.hits)


def test_fact_is_answered_with_its_sentence(answers: dict[str, Answer]) -> None:
    answer = answers[FACT]
    assert answer.status == "answered"
    assert answer.short == "96.56%"
    assert "村(社区)主职“一肩挑”比例实现率达96.56%。" in [c.quote for c in answer.citations]
    assert answer.citations[0].section == "以“素质提升”蓄足发展动能"
    assert answer.confidence > answers[UNRELATED].confidence


def test_refusal_says_so_and_shows_the_nearest_passages(answers: dict[str, Answer]) -> None:
    answer = answers[UNRELATED]
    assert (answer.status, answer.text) == ("no_evidence", "文中没有找到依据。")
    assert (answer.short, answer.citations) == ("", ())
    assert len(answer.hits) == 5


def test_certainty_in_words(seed_library: Library, answers: dict[str, Answer]) -> None:
    assert seed_library.confidence_words(answers[UNRELATED]) == "none"
    answered = answers[FACT]
    strong = seed_library._calibration.strong
    assert seed_library.confidence_words(replace(answered, confidence=strong)) == "strong"
    assert seed_library.confidence_words(replace(answered, confidence=strong - 0.01)) == "weak"


def test_answers_cannot_be_changed(answers: dict[str, Answer]) -> None:
    with pytest.raises(FrozenInstanceError):
        answers[FACT].short = "100%"  # type: ignore[misc]


def test_a_year_asked_for_may_be_that_of_the_documents_date(seed_library: Library) -> None:
    asked = "{}年村主职“一肩挑”的比例是多少？"
    assert seed_library.ask(asked.format(2021)).short == "96.56%"  # the text itself has no 2021
    assert seed_library.ask(asked.format(2019)).status == "no_evidence"


def test_an_interviewers_question_is_no_evidence(tmp_path: Path) -> None:
    article = tmp_path / "访谈.txt"
    article.write_text(
        "记者：没有工作的人进入上海需要什么证明？主任：没有工作的人凭身份证和居住证进入，由居委会登记。"
        "记者：快递怎么取？主任：快递放在小区门口的货架上。",
        "utf-8",
    )
    library = Library.build(article, tmp_path / "data")
    answer = library.ask("没有工作的人进入上海需要什么证明？")
    assert ["身份证和居住证" in citation.quote for citation in answer.citations] == [True]


def test_info(seed_library: Library) -> None:
    info = seed_library.info
    assert (info.model, info.documents, info.passages) == ("bundled", 1, 7)
    assert info.generation.startswith("000001-")
    assert info.built_at.endswith("+00:00")


# --- the same question, the same answer ---------------------------------------------------------


def as_json(value: Answer | Hit) -> str:
    return json.dumps(asdict(value), ensure_ascii=False)


def test_asking_twice_gives_the_same_json(
    seed_library: Library, answers: dict[str, Answer]
) -> None:
    for question in (FACT, UNRELATED, QUESTIONS[4]):
        assert as_json(seed_library.ask(question)) == as_json(answers[question])
    assert [as_json(h) for h in seed_library.search(FACT)] == [
        as_json(h) for h in seed_library.search(FACT)
    ]


def test_opened_again_it_answers_the_same(seed_data: Path, answers: dict[str, Answer]) -> None:
    again = Library.open(seed_data)
    assert as_json(again.ask(FACT)) == as_json(answers[FACT])


def test_threads_share_a_library(seed_library: Library, answers: dict[str, Answer]) -> None:
    asked = [FACT, UNRELATED, QUESTIONS[2]] * 2
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(seed_library.ask, asked))
    assert given == [answers[question] for question in asked]
