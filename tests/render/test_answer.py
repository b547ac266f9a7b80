"""The answer: its sentences, markers, remarks and refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.types import Span
from rag.types import Struck
from tests.render.turns import FIRST, HOSTILE, SECOND, Page, answered, document, refused
from ui import evidence, render, views


def test_short_answer_comes_first_then_its_sentence_with_a_linked_marker() -> None:
    html = render.answer_html(answered(FIRST, short="96.56%"))
    page = Page(html)
    assert page.text().startswith("96.56%村主职“一肩挑”比例实现率达96.56%。")
    assert page.text("b") == "96.56%"
    (link,) = [a for tag, a in page.elements if tag == "a"]
    assert link["href"] == "#t7-e1"
    assert "依据充分" in page.text()
    assert "1 处出处" in page.text()


def test_a_part_that_is_open_is_told_once_and_apart_from_the_answer() -> None:
    turn = answered(FIRST)
    line = f"这一问没有找到依据：{HOSTILE}？"
    partly = replace(turn.answer, text=f"{turn.answer.text}\n{line}", unanswered=(HOSTILE,))
    html = render.answer_html(replace(turn, answer=partly))
    page = Page(html)
    assert page.text().count("这一问没有找到依据") == 1
    assert "只答了一部分" in page.text()
    assert not {"script", "img"} & {tag for tag, _ in page.elements}
    assert [
        attributes["role"]
        for tag, attributes in page.elements
        if tag == "div" and "role" in attributes
    ] == ["note"]
    assert "只答了一部分" not in Page(render.answer_html(turn)).text()


def test_a_bracketed_number_in_the_documents_words_is_not_a_marker() -> None:
    turn = answered(SECOND)
    assert views.sentences(turn.answer) == (views.Sentence(SECOND, (1,)),)
    links = [a for tag, a in Page(render.answer_html(turn)).elements if tag == "a"]
    assert [link["data-ref"] for link in links] == ["1"]


def test_a_quote_that_ends_in_a_bracketed_number_keeps_it() -> None:
    source = document("标题\n\n数据见表[1]\n另一句。\n")
    turn = answered("另一句。", "数据见表[1]", of=source)
    assert [s.text for s in views.sentences(turn.answer)] == ["另一句。", "数据见表[1]"]
    assert [s.markers for s in views.sentences(turn.answer)] == [(1,), (2,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("改写过的一句。[1]", ("改写过的一句。", (1,))),
        ("引了两处。[1][2]", ("引了两处。", (1, 2))),
        ("没有这样的出处。[9]", ("没有这样的出处。[9]", ())),
        ("句中[1]不算。", ("句中[1]不算。", ())),
    ],
)
def test_markers_of_rewritten_sentences_stand_at_the_end_of_the_line(
    text: str, expected: tuple[str, tuple[int, ...]]
) -> None:
    answer = replace(answered(FIRST, SECOND).answer, text=text)
    (sentence,) = views.sentences(answer)
    assert (sentence.text, sentence.markers) == expected


def test_counted_sentences_become_one_list() -> None:
    source = document("标题\n\n总起一句。一是抓组织。二是抓平台。三是抓经费。结尾。\n")
    turn = answered("一是抓组织。", "二是抓平台。", "三是抓经费。", of=source)
    page = Page(render.answer_html(turn))
    assert [tag for tag, a in page.elements if "sentence" in (a.get("class") or "").split()] == [
        "li",
        "li",
        "li",
    ]
    assert sum(tag == "ul" for tag, _ in page.elements) == 1


def test_an_unsupported_sentence_says_so() -> None:
    turn = answered(FIRST)
    answer = replace(turn.answer, status="unsupported", text=f"编的一句。\n{turn.answer.text}")
    page = Page(render.answer_html(replace(turn, answer=answer)))
    assert len(page.with_class("unsupported")) == 1
    assert "这一句没有找到依据" in page.text()


def test_a_struck_sentence_stands_where_it_was_with_its_number_flagged() -> None:
    turn = answered(FIRST)
    text = "比例是<b>95%</b>。"
    struck = Struck(text, (Span(text.index("95"), text.index("95") + 3),), 0)
    answer = replace(turn.answer, struck=(struck,), notice="断了<b>")
    html = render.answer_html(replace(turn, answer=answer))
    page = Page(html)
    assert page.text("del") == text
    assert page.text("em") == "95%"
    assert page.text().index("95%") < page.text().index("96.56%")
    assert "断了&lt;b&gt;" in html


def test_how_a_question_was_understood_is_shown() -> None:
    turn = answered(FIRST)
    html = render.answer_html(replace(turn, answer=replace(turn.answer, understood="甲<的>乙？")))
    assert "理解为：甲<的>乙？" in Page(html).text("p")


def test_a_refusal_says_it_plainly_and_cites_nothing() -> None:
    page = Page(render.answer_html(refused()))
    assert page.text().startswith("文中没有找到依据。")
    assert "不是答案" in page.text()
    assert not page.with_class("ref")
    beside = Page(evidence.evidence_html(refused()))
    assert "mark" not in dict(beside.elements)
    folded = [a for tag, a in beside.elements if tag == "details"]
    assert folded
    assert all("open" not in a for a in folded)
    assert "开头一句。" in beside.text()


def test_the_clipboard_gets_answer_and_sources() -> None:
    text = render.plain_text(answered(FIRST, short="96.56%"))
    assert f"96.56%\n{FIRST}[1]" in text
    assert text.endswith("[1] 《一篇文章》，一节，李传荣，红网，2021-11-05")
