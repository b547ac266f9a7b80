"""Questions about the article itself: its credits and its structure."""

from __future__ import annotations

import pytest

from index.types import Document, Span
from rag import Library, about, outline
from rag.questions import parse

# --- the article itself -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("这篇文章是谁写的？", ["author"]),
        ("文章的作者是谁", ["author"]),
        ("责任编辑是谁？", ["editor"]),
        ("标题是什么？", ["title"]),
        ("文章是什么时候发表的？", ["date"]),
        ("来源是哪里", ["publisher"]),
        ("文章发表在哪个网站？", ["publisher"]),
        ("灌区在哪里？", []),
        ("试点是什么时候启动的？", []),
        ("站长是谁？", []),
    ],
)
def test_fields_asked_for(question: str, fields: list[str]) -> None:
    assert about.fields(question) == fields


def test_two_fields_at_once() -> None:
    assert set(about.fields("文章是什么时候、在哪个网站上发表的？")) == {"date", "publisher"}


def about_answer(library: Library, *names: str) -> tuple[list[str], list[str]]:
    (document,) = library.documents.values()
    places, values = about.answer(names, document, library._index.chunks)
    return [span.of(document.text) for span in places], values


def test_credits_are_cited_where_they_stand(seed_library: Library, second_library: Library) -> None:
    assert about_answer(seed_library, "author") == (["作者:李传荣 编辑:胡小红"], ["李传荣"])
    assert about_answer(seed_library, "date", "publisher") == (
        ["2021-11-05 17:18:14 红网张家界站"],
        ["2021-11-05", "红网张家界站"],
    )
    byline = "来源：栖河日报  2023年4月12日  记者 周敏"
    assert about_answer(second_library, "author", "date") == ([byline], ["周敏", "2023-04-12"])
    assert about_answer(second_library, "editor") == (["（责任编辑：何佳）"], ["何佳"])


def test_field_that_the_article_does_not_have_is_no_answer(second_library: Library) -> None:
    assert about_answer(second_library, "photographer") == ([], [])
    assert about_answer(second_library) == ([], [])


# --- structure ----------------------------------------------------------------------------------


def structure(library: Library, question: str) -> list[str]:
    (document,) = library.documents.values()
    parsed = parse(question)
    found = outline.answer(parsed, document, library._index.chunks)
    return [span.of(document.text) for span in found]


def test_parts_of_the_seed(seed_library: Library) -> None:
    assert structure(seed_library, "全文分成哪几个部分？") == [
        "以“红色铸魂”凝聚发展共识",
        "以“素质提升”蓄足发展动能",
        "以“先锋引领”厚植发展优势",
        "以“保障优化”夯实发展基础",
    ]


def test_parts_of_the_second_article(second_library: Library) -> None:
    assert structure(second_library, "这篇报道分成哪几个部分？") == [
        "一、为什么要改",
        "二、怎么改",
        "三、改得怎么样",
        "四、站长怎么说",
        "五、下一步",
    ]


def test_leads_inside_a_part(seed_library: Library) -> None:
    leads = ["一是始终坚持深学笃行。", "二是持续深化主题教育。", "三是严格压实政治责任。"]
    assert structure(seed_library, "“红色铸魂”这一部分讲了哪三条做法？") == leads
    assert structure(seed_library, "第一部分讲了哪些做法？") == leads


def test_headings_inside_a_part(second_library: Library) -> None:
    assert structure(second_library, "第二部分“怎么改”讲了哪两方面的做法？") == [
        "（一）把土渠换成管道",
        "（二）让价钱说话",
    ]
    assert structure(second_library, "第九部分讲了哪些做法？") == []


@pytest.mark.parametrize(
    "question",
    [
        "试点区有多少节水设备？",
        "有哪些节约用水的办法？",
        "总投资由哪几部分组成？",
        "节水率是多少？",
        "文章的作者是谁？",
        "办法有几章程？",
    ],
)
def test_other_questions_are_not_taken_for_structure(
    second_library: Library, question: str
) -> None:
    assert structure(second_library, question) == []


def test_a_text_without_headings_has_no_parts() -> None:
    assert outline.top_headings(Document("d", "水库", "水库今年动工，工期两年。", "d.txt")) == []


def test_sections_of_headings(second_library: Library) -> None:
    (document,) = second_library.documents.values()
    headings = outline.headings(document)
    by_text = {h.span.of(document.text): h for h in headings}
    part = by_text["二、怎么改"]
    following = by_text["三、改得怎么样"]
    assert part.section == Span(part.span.end, following.span.start)
    assert by_text["2. 超用加价，节约回购"].section.end == following.span.start
    assert headings[-1].section.end == len(document.text)
    assert [h.level for h in headings if h.level == part.level] == [part.level] * 5
