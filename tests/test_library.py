"""The public interface: hits, answers, refusals, and what cannot be asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, fields, replace
from pathlib import Path
from typing import get_args

import pytest

from rag import Answer, Citation, Hit, InputError, Library
from rag.types import Status

FACT = "村主职“一肩挑”的比例是多少？"
UNRELATED = "贵州茅台今天的股价是多少？"
QUESTIONS = (
    FACT,
    UNRELATED,
    "这篇文章是谁写的？",
    "“红色铸魂”这一部分讲了哪三条做法？",
    "推动“三高四新”战略落地要抓哪几个方面？",
    "为什么基层党建重要",
    "!!!???",
    "asdf",
    "水\udcff库",  # what a terminal makes of bytes that are no UTF-8
)


def as_json(value: Answer | Hit) -> str:
    return json.dumps(asdict(value), ensure_ascii=False)


@pytest.fixture(scope="module")
def answers(seed_library: Library) -> dict[str, Answer]:
    return {question: seed_library.ask(question) for question in QUESTIONS}


# --- shapes -------------------------------------------------------------------------------------


def test_fields_are_the_promised_ones() -> None:
    assert [f.name for f in fields(Answer)] == [
        *("question", "status", "text", "short", "confidence", "citations", "hits"),
        *("understood", "struck", "notice", "undated", "unanswered"),
    ]
    assert [f.name for f in fields(Citation)] == [
        *("marker", "document_id", "section", "start", "end", "quote"),
    ]
    assert [f.name for f in fields(Hit)] == ["passage", "score", "rank", "sentences", "found_by"]


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


def check_hits(library: Library, hits: tuple[Hit, ...] | list[Hit]) -> None:
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits)
    for hit in hits:
        text = library.document(hit.passage.document_id).text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert hit.found_by
        assert set(hit.found_by) <= {"dense", "lexical"}
        for span in hit.sentences:
            assert hit.passage.start <= span.start < span.end <= hit.passage.end


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


# --- the article itself -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "question", "short", "quote"),
    [
        ("seed_library", "这篇文章是谁写的？", "李传荣", "作者:李传荣 编辑:胡小红"),
        (
            "seed_library",
            "文章是什么时候、在哪个网站上发表的？",
            "2021-11-05，红网张家界站",
            "2021-11-05 17:18:14 红网张家界站",
        ),
        ("second_library", "责任编辑是谁？", "何佳", "（责任编辑：何佳）"),
        ("second_library", "这篇报道的标题是什么？", "一滴水怎样多浇一分地", "一滴水怎样多浇一分地"),
    ],
)  # fmt: skip
def test_questions_about_the_article(
    request: pytest.FixtureRequest, which: str, question: str, short: str, quote: str
) -> None:
    answer = request.getfixturevalue(which).ask(question)
    assert answer.status == "answered"
    assert answer.short == short
    assert [c.quote for c in answer.citations] == [quote]


@pytest.mark.parametrize(
    ("which", "question", "quotes"),
    [
        (
            "seed_library",
            "全文分成哪几个部分？",
            [
                "以“红色铸魂”凝聚发展共识",
                "以“素质提升”蓄足发展动能",
                "以“先锋引领”厚植发展优势",
                "以“保障优化”夯实发展基础",
            ],
        ),
        (
            "second_library",
            "这篇报道分成哪几个部分？",
            ["一、为什么要改", "二、怎么改", "三、改得怎么样", "四、站长怎么说", "五、下一步"],
        ),
        (
            "second_library",
            "第二部分“怎么改”讲了哪两方面的做法？",
            ["（一）把土渠换成管道", "（二）让价钱说话"],
        ),
    ],
)
def test_structure_is_answered_whole_and_in_order(
    request: pytest.FixtureRequest, which: str, question: str, quotes: list[str]
) -> None:
    library: Library = request.getfixturevalue(which)
    answer = library.ask(question)
    assert answer.status == "answered"
    assert [c.quote for c in answer.citations] == quotes
    for citation in answer.citations:
        text = library.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote


# --- the same question, the same answer ---------------------------------------------------------


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


# --- search -------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 3, 7, 100])
def test_search_gives_k_hits_or_all(seed_library: Library, k: int) -> None:
    hits = seed_library.search(FACT, k)
    assert len(hits) == min(k, len(seed_library.passages))
    check_hits(seed_library, hits)
    assert "96.56%" in hits[0].passage.text


def test_sentences_of_a_hit_are_those_that_match_best_first(seed_library: Library) -> None:
    hit = seed_library.search(FACT, 1)[0]
    text = seed_library.document(hit.passage.document_id).text
    assert hit.sentences[0].of(text) == "村(社区)主职“一肩挑”比例实现率达96.56%。"
    assert len(hit.sentences) <= 3


def test_why_names_words_and_ranks(seed_library: Library) -> None:
    hit = seed_library.search(FACT, 1)[0]
    why = seed_library.why(FACT, hit)
    assert "比例" in why.words
    assert all(word in f"{hit.passage.section}{hit.passage.text}".lower() for word in why.words)
    assert why.dense_rank is not None
    assert why.lexical_rank == 1


def test_outer_white_space_of_a_question_does_not_matter(seed_library: Library) -> None:
    assert seed_library.search(f" \u3000{FACT}\n") == seed_library.search(FACT)


# --- what cannot be asked -----------------------------------------------------------------------


@pytest.mark.parametrize("call", [Library.ask, Library.search], ids=["ask", "search"])
@pytest.mark.parametrize("question", ["", " \u3000\n"])
def test_empty_question(
    seed_library: Library, call: Callable[[Library, str], object], question: str
) -> None:
    with pytest.raises(InputError, match="空"):
        call(seed_library, question)


@pytest.mark.parametrize("call", [Library.ask, Library.search], ids=["ask", "search"])
def test_question_of_3000_characters(
    seed_library: Library, call: Callable[[Library, str], object]
) -> None:
    with pytest.raises(InputError, match=r"3000.*400"):
        call(seed_library, "问" * 3000)


def test_longest_question_that_may_be_asked(seed_library: Library) -> None:
    assert seed_library.search("水库" * 200, 1)
    with pytest.raises(InputError):
        seed_library.search("水库" * 200 + "水")


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one(seed_library: Library, k: int) -> None:
    with pytest.raises(InputError, match=f"{k}"):
        seed_library.search(FACT, k)


def test_what_is_not_in_the_library(seed_library: Library) -> None:
    with pytest.raises(InputError, match="'nowhere'"):
        seed_library.document("nowhere")
    hit = seed_library.search(FACT, 1)[0]
    foreign = replace(hit, passage=replace(hit.passage, id="nowhere#1"))
    with pytest.raises(InputError, match="nowhere#1"):
        seed_library.why(FACT, foreign)


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
