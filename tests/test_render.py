"""Values to HTML: what is marked, what is linked, and that nothing foreign becomes markup."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import build
from index.errors import IndexDamaged, IndexMissing, ModelError, YoujuError
from index.types import Document, Passage, Progress, Span
from rag import Library, Why
from rag.types import Answer, Citation, Hit, Struck
from ui import article, evidence, examples, render, states, views
from ui.marks import Mark, answer_spans, excerpt, marked
from ui.shelf import Build, Shelf, State, Step
from ui.texts import BUILD_STEPS, TEXTS

HOSTILE = "<img src=x onerror=alert(1)>[1](javascript:alert(2))\"'&<script>alert(3)</script>"
FIRST = "村主职“一肩挑”比例实现率达96.56%。"
SECOND = "见附表[1]，共投入5.68亿元[2]。"
TEXT = f"标题\n\n开头一句。{FIRST}中间一句。{SECOND}结尾一句。\n"


class Page(HTMLParser):
    """What a browser would make of some HTML: its elements, and the text by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"br", "progress", "img"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.texts.append(("/".join(self._open), data))

    def text(self, inside: str = "") -> str:
        return "".join(data for path, data in self.texts if inside in path.split("/") or not inside)

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [a for _, a in self.elements if name in (a.get("class") or "").split()]


def document(text: str = TEXT, **changes: object) -> Document:
    metadata = {"author": "李传荣", "publisher": "红网", "date": "2021-11-05"}
    base = Document("a.txt", "一篇文章", text, "seeds/a.txt", metadata)
    return replace(base, **changes)  # type: ignore[arg-type]


def passage(of: Document, section: str = "一节") -> Passage:
    start = of.text.index("\n\n") + 2
    return Passage("a.txt#1", of.id, section, of.text[start:-1], start, len(of.text) - 1)


def citation(of: Document, quote: str, marker: int) -> Citation:
    start = of.text.index(quote)
    return Citation(marker, of.id, "一节", start, start + len(quote), quote)


def answered(*quotes: str, short: str = "", of: Document | None = None) -> views.Turn:
    source = of or document()
    citations = tuple(citation(source, quote, n) for n, quote in enumerate(quotes, 1))
    hit = Hit(passage(source), 1.0, 1, (), ("dense",))
    text = "\n".join(f"{c.quote}[{c.marker}]" for c in citations)
    answer = Answer("问题？", "answered", text, short, 0.93, citations, (hit,))
    card = views.Card(passage(source), source, citations, Why(("一肩挑",), 1, None, 4.2))
    return views.Turn(7, answer, "strong", 0.31, (card,), ())


def refused(of: Document | None = None) -> views.Turn:
    source = of or document()
    hit = Hit(passage(source), 1.0, 1, (Span(4, 9),), ("dense",))
    answer = Answer("问题？", "no_evidence", "文中没有找到依据。", "", 0.1, (), (hit,))
    return views.Turn(2, answer, "none", 0.2, (), (views.Other(hit, source),))


# ---- the answer ----


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


# ---- nothing foreign becomes markup ----


def hostile_turns() -> list[str]:
    text = f"标题\n\n{HOSTILE}。\n"
    metadata = {"author": HOSTILE, "publisher": HOSTILE, "date": HOSTILE}
    source = document(text, id=HOSTILE, title=HOSTILE, source=HOSTILE, metadata=metadata)
    place = replace(passage(source), section=HOSTILE)
    cited = citation(source, f"{HOSTILE}。", 1)
    hit = Hit(place, 1.0, 1, (Span(cited.start, cited.end),), ("dense",))
    answer = Answer(HOSTILE, "answered", f"{HOSTILE}。[1]", HOSTILE, 0.9, (cited,), (hit,))
    card = views.Card(place, source, (cited,), Why((HOSTILE,), 1, 1, None))
    turn = views.Turn(1, answer, "strong", 0.1, (card,), (views.Other(hit, source),))
    return [
        render.answer_html(turn),
        evidence.evidence_html(turn),
        evidence.found_html(HOSTILE, [place]),
        article.article_html(source, Span(0, 9), [Span(5, 20)], HOSTILE),
        states.welcome_html([HOSTILE]),
        states.message_html(YoujuError(HOSTILE)),
    ]


@pytest.mark.parametrize("html", hostile_turns())
def test_foreign_text_is_shown_and_never_becomes_markup(html: str) -> None:
    page = Page(html)
    assert {tag for tag, _ in page.elements}.isdisjoint({"img", "script", "iframe", "svg"})
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#t").startswith("#t")
    assert "onerror" in page.text()


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


# ---- states, examples, texts ----


def test_every_problem_has_its_way_out() -> None:
    missing = states.main_html(State("failed", error=IndexMissing("没有索引。")), ())
    assert "还没有索引" in missing
    assert "没有索引。" in missing
    assert len(Page(missing).with_class("build")) == 1
    damaged = states.main_html(State("failed", error=IndexDamaged("坏了。")), ())
    assert "重新建立索引" in damaged
    no_model = Page(states.main_html(State("failed", error=ModelError("没有模型。")), ()))
    assert len(no_model.with_class("reopen")) == 1
    assert not no_model.with_class("build")


def test_the_insides_of_an_unexpected_error_stay_inside() -> None:
    html = states.main_html(State("failed", error=RuntimeError("secret at 0x7f")), ())
    assert "secret" not in html
    assert "程序出了意外" in html


def test_a_build_shows_steps_counts_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states.time, "monotonic", lambda: 110.0)
    steps = (Step(Progress("读取文档", 1, 1), 90.0), Step(Progress("计算向量", 20, 60), 100.0))
    page = Page(states.main_html(State("opening", build=Build(steps)), ()))
    assert "20 / 60" in page.text()
    assert "大约还要 20 秒" in page.text()
    (bar,) = [a for tag, a in page.elements if tag == "progress"]
    assert (bar["value"], bar["max"]) == ("20", "60")


def test_build_steps_are_those_of_the_index() -> None:
    reported = {build.READ, build.CUT, build.EMBED, build.WORDS, build.STORE}
    assert set(BUILD_STEPS) == reported


def test_both_languages_have_the_same_values() -> None:
    for key, text in TEXTS.items():
        names = re.findall(r"\{(\w+)\}", text.zh)
        assert sorted(names) == sorted(re.findall(r"\{(\w+)\}", text.en)), key


def test_examples_of_an_unknown_article_come_from_its_headings() -> None:
    source = document(title="一滴水怎样多浇一分地")
    sections = ["", "一、为什么要改 › （一）“水”越来越少", "二、怎么改", "二、怎么改"]
    found = examples.examples(
        {source.id: source}, [passage(source, section) for section in sections]
    )
    assert found == (
        "“（一）‘水’越来越少”讲了哪些内容？",
        "“二、怎么改”讲了哪些内容？",
        "《一滴水怎样多浇一分地》是谁写的？",
    )


@pytest.mark.model
def test_every_curated_question_is_answered(seed_library: Library) -> None:
    questions = examples.examples(seed_library.documents, seed_library.passages)
    assert len(questions) == examples.COUNT
    for question in questions:
        assert seed_library.ask(question).status == "answered", question


# ---- the shelf ----


def wait_for(shelf: Shelf) -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("youju-"):
            thread.join()


def test_a_failed_build_leaves_the_old_library_answering(seed_library: Library) -> None:
    def failing(progress: object) -> Library:
        raise IndexDamaged("写到一半，磁盘满了。")

    shelf = Shelf(lambda: seed_library, failing)
    shelf.open()
    assert shelf.library() is seed_library
    shelf.build()
    wait_for(shelf)
    assert shelf.library() is seed_library
    assert "磁盘满了" in states.banner_html(shelf.state)


def test_files_that_a_build_left_out_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("水库\n\n青石水库总库容1.26亿立方米，可以灌溉农田。\n", "utf-8")
    (tmp_path / "<b>.exe").write_bytes(b"MZ")
    built = Library.build(tmp_path, tmp_path / "data")
    shelf = Shelf(lambda: built, lambda _: built)
    shelf.build()
    wait_for(shelf)
    banner = states.banner_html(shelf.state)
    assert "没有收录的文件（1）" in banner
    assert "&lt;b&gt;.exe" in banner
    assert "<b>" not in banner


def test_a_build_is_not_started_twice(seed_library: Library) -> None:
    go, started = threading.Event(), []

    def slow(progress: object) -> Library:
        started.append(1)
        go.wait()
        return seed_library

    shelf = Shelf(lambda: seed_library, slow)
    shelf.build()
    shelf.build()
    go.set()
    wait_for(shelf)
    assert len(started) == 1
    assert shelf.state.build is not None
    assert shelf.state.build.ended


def test_a_build_mends_a_missing_index(seed_library: Library) -> None:
    def missing() -> Library:
        raise IndexMissing("没有索引。")

    shelf = Shelf(missing, lambda progress: seed_library)
    shelf.open()
    with pytest.raises(IndexMissing):
        shelf.library()
    shelf.build()
    wait_for(shelf)
    assert shelf.library() is seed_library
