"""The evidence and the article: what is marked in them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from tests.render.turns import FIRST, SECOND, TEXT, Page, answered, document, passage
from ui import article, evidence
from ui.marks import Mark, answer_spans, excerpt, marked

# ---- the evidence ----


def test_the_cited_sentence_is_marked_and_the_answer_in_it_stronger() -> None:
    page = Page(evidence.evidence_html(answered(FIRST, short="96.56%")))
    assert page.text("mark") == FIRST
    assert page.text("strong") == "96.56%"
    (mark,) = [a for tag, a in page.elements if tag == "mark"]
    assert mark["id"] == "t7-e1"
    assert "开头一句。" in page.text()


def test_marks_in_one_passage_share_a_card_in_marker_order() -> None:
    page = Page(evidence.evidence_html(answered(SECOND, FIRST)))
    assert len(page.with_class("card")) == 1
    assert [a["data-ref"] for a in page.with_class("back")] == ["1", "2"]
    ids = [a["id"] for tag, a in page.elements if tag == "mark"]
    assert ids == ["t7-e2", "t7-e1"]  # in the order of the text


def test_an_answer_of_two_parts_is_marked_part_by_part() -> None:
    text = "2021-11-05 红网，作者:李传荣"
    spans = answer_spans(text, Span(0, len(text)), "李传荣，2021-11-05")
    assert [span.of(text) for span in spans] == ["2021-11-05", "李传荣"]


def test_why_is_told_in_words() -> None:
    text = Page(evidence.evidence_html(answered(FIRST))).text()
    assert "按意思相近，排第 1" in text
    assert "按用词相同，没有排到前面" in text


def test_the_way_to_the_article_names_passage_and_marks() -> None:
    source = document()
    (button,) = Page(evidence.evidence_html(answered(FIRST))).with_class("open")
    start = source.text.index(FIRST)
    assert button["data-document"] == "a.txt"
    assert button["data-marks"] == f"[[{start}, {start + len(FIRST)}]]"
    place = passage(source)
    assert button["data-passage"] == f"{place.start},{place.end}"


def test_a_very_long_paragraph_is_cut_around_the_sentence() -> None:
    filler = "这是一个很长的段落里的一句话。" * 1000
    source = document(f"标题\n\n{filler}{FIRST}{filler}\n")
    page = Page(evidence.evidence_html(answered(FIRST, of=source)))
    assert page.text("mark") == FIRST
    assert len(page.text()) < 800
    assert len(page.with_class("cut")) == 2
    assert not page.with_class("expand")


paragraphs = st.text(st.sampled_from("甲乙丙丁。！\n<&“”12"), min_size=1, max_size=1200)


@given(text=paragraphs, ends=st.lists(st.integers(0, 1200), min_size=2, max_size=6))
def test_hidden_and_shown_parts_make_the_whole_paragraph(text: str, ends: list[int]) -> None:
    points = sorted(min(end, len(text)) for end in ends)
    marks = [Mark(Span(*pair)) for pair in zip(points[::2], points[1::2], strict=False)]
    html = excerpt(text, marks, (), expand="")
    without_cuts = html.replace('<span class="cut">……</span>', "")

    def squeezed(words: str) -> str:
        return re.sub(r"\s+", "", words)

    assert squeezed(Page(without_cuts).text()) == squeezed(text)
    expected = "".join(mark.span.of(text) for mark in marks)
    assert squeezed(Page(html).text("mark")) == squeezed(expected)


def test_overlapping_marks_do_not_repeat_text() -> None:
    html = marked("一二三四五六", Span(0, 6), [Mark(Span(0, 4)), Mark(Span(2, 5))])
    assert Page(html).text() == "一二三四五六"


# ---- the article ----


def test_an_article_shows_every_line_with_the_passage_and_the_sentence_marked() -> None:
    source = document()
    place = passage(source)
    start = source.text.index(FIRST)
    html = article.article_html(
        source, Span(place.start, place.end), [Span(start, start + len(FIRST))], "96.56%"
    )
    page = Page(html)
    assert page.text() == TEXT.replace("\n", "")
    assert page.text("mark") == FIRST
    assert page.text("strong") == "96.56%"
    assert len(page.with_class("in-passage")) == 1
    assert [a["id"] for _, a in page.elements if a.get("id")] == ["article-place", "article-mark"]


def test_marks_beyond_the_text_do_no_harm() -> None:
    page = Page(article.article_html(document(), Span(900, 950), [Span(-5, 2), Span(9, 9999)], ""))
    assert page.text() == TEXT.replace("\n", "")
