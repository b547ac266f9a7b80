"""The rules that make passages, one by one."""

from __future__ import annotations

import pytest

from index.passages import ABOUT, chunk, search_text
from index.types import Document, Kind, Role, Span
from tests.passages.cutting import everything_fits, sections, texts

BODY = "为了节约用水，保护水资源，根据有关法律，结合本县实际情况，制定本办法，请各乡镇遵照执行。"


def test_heading_styles() -> None:
    text = f"标题\n\n# 总则\n\n{BODY}\n\n## 目的\n\n{BODY}\n\n第二章 管理\n\n{BODY}\n"
    assert sections(text)[-3:] == ["总则", "总则 › 目的", "第二章 管理"]


def test_heading_without_a_number_stands_over_a_paragraph() -> None:
    assert sections(f"标题\n\n怎样省水\n\n{BODY}") == [ABOUT, "怎样省水"]
    # A short closing line is a paragraph.
    assert texts(f"标题\n\n{BODY}\n\n请遵照执行")[1:] == [BODY, "请遵照执行"]


def test_bullets_form_one_passage() -> None:
    text = f"标题\n\n{BODY}\n\n要求如下：\n- 省水；\n- 省电；\n- 省钱。\n\n{BODY}"
    assert texts(text)[1:] == [BODY, "要求如下：\n- 省水；\n- 省电；\n- 省钱。", BODY]


def test_table_with_bars() -> None:
    text = f"标题\n\n{BODY}\n\n| 镇 | 率 |\n| 石桥 | 98% |\n\n{BODY}"
    assert texts(text)[2] == "| 镇 | 率 |\n| 石桥 | 98% |"


def test_long_dialogue_is_cut_between_turns() -> None:
    turns = [f"{'问' if i % 2 == 0 else '答'}：{'这一轮说得很长' * 12}。" for i in range(8)]
    found = texts(f"标题\n\n{BODY}\n\n" + "\n".join(turns))[2:]
    assert len(found) > 1
    assert "\n".join(found).split("\n") == turns
    assert all(len(passage) <= 400 for passage in found)


@pytest.mark.parametrize(
    "debris",
    ["字号：大 中 小", "打印 关闭", "扫一扫关注我们", "点赞 12", "阅读量：1024", "分享到微信"],
)
def test_debris_lines(debris: str) -> None:
    found = texts(f"标题\n\n{BODY}\n\n{debris}\n\n{BODY}")
    assert found == ["标题", BODY, BODY]


def test_words_of_debris_inside_a_sentence_are_text() -> None:
    line = (
        "市民下载客户端以后，可以浏览更多新闻，也可以分享到微信，还能调整字号大小，十分方便好用。"
    )
    assert line in texts(f"标题\n\n{BODY}\n\n{line}\n")


def test_context_is_title_and_heading() -> None:
    document = Document("d", "题", "甲。乙。", "d.txt")
    (one,) = chunk(document, everything_fits)
    assert search_text(document, "节", one.windows[0]) == "题\n节\n甲。乙。"
    assert search_text(Document("d", "", "甲。", "d"), "", one.sentences[0]) == "甲。"


def test_a_title_that_the_text_begins_with_is_not_repeated() -> None:
    document = Document("d", "甲", "甲。乙。\n\n丙是甲。", "d.txt")
    first, second = chunk(document, everything_fits)
    assert search_text(document, "节", first.windows[0]) == "节\n甲。乙。"
    assert search_text(document, "节", second.windows[0]) == "甲\n节\n丙是甲。"


def test_a_heading_with_nothing_under_it_is_a_passage() -> None:
    article = (
        "合同要点\n\n1. 付款期限为收货后30天内\n\n2. 交货期限为签约后60天内\n\n3. 质保期为两年\n\n"
        + BODY
    )
    chunks = chunk(Document("d", "合同要点", article, "d.txt"), everything_fits)
    found = [(one.passage.section, one.passage.text) for one in chunks]
    assert ("", "1. 付款期限为收货后30天内") in found
    assert ("", "2. 交货期限为签约后60天内") in found
    assert found[-1] == ("3. 质保期为两年", BODY)
    assert ("", "3. 质保期为两年") not in found


def test_headings_at_the_end_are_passages_under_their_own_headings() -> None:
    roles = (Role(0, Kind.HEADING, 1), Role(3, Kind.HEADING, 2))
    chunks = chunk(Document("d", "", "甲\n\n乙", "d.pptx", {}, roles), everything_fits)
    assert [(one.passage.section, one.passage.text) for one in chunks] == [("甲", "乙")]


def test_a_paragraph_in_the_style_of_a_heading_is_text() -> None:
    roles = (Role(0, Kind.HEADING, 1),)
    (one,) = chunk(Document("d", "", "甲" * 101, "d.docx", {}, roles), everything_fits)
    assert (one.passage.section, one.passage.text) == ("", "甲" * 101)


@pytest.mark.parametrize(
    ("title", "text", "once"),
    [
        ("水价改革", "# 水价改革", True),
        ("水價改革", "水价改革，试点", True),
        (" 水价", "水价改革", True),
        ("Go", "Google released it", False),
        ("2021", "20212年", False),
    ],
)
def test_what_counts_as_beginning_with_the_title(title: str, text: str, once: bool) -> None:
    found = search_text(Document("d", title, text, "d.txt"), "", Span(0, len(text)))
    assert (found.count("\n") == 0) == once


def test_a_long_table_is_cut_between_rows_and_loses_none() -> None:
    rows = [f"水库{i:04}\t{i}万立方米\t{'村' * 40}" for i in range(900)]
    chunks = chunk(Document("d", "库容表", "\n".join(rows), "d.txt"), everything_fits)
    assert len(chunks) > 1
    assert max(len(one.passage.text) for one in chunks) <= 20_000
    assert "\n".join(one.passage.text for one in chunks) == "\n".join(rows)


def test_headings_leave_room_for_the_text() -> None:
    found = search_text(Document("d", "题" * 300, "甲。", "d.txt"), "节" * 3_000, Span(0, 2))
    assert found.endswith("\n甲。")
    assert len(found) < 320
