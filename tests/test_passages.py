"""Passages: offsets, headings, debris, tables, lists and dialogue; windows that fit the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import from_extract
from index.formats.extract import Extract
from index.passages import ABOUT, SETTINGS, chunk, search_text
from index.types import Chunk, Document
from rag import Library

ROOT = Path(__file__).parent.parent
SECOND = ROOT / "tests" / "data" / "second_article.txt"

# Lines of every kind that the rules know, to be put in any order.
LINES = st.sampled_from(
    [
        "",
        "\u3000\u3000",
        "一滴水怎样多浇一分地",
        "来源：栖河日报  2023年4月12日  记者 周敏",
        "作者:李传荣 编辑:胡小红",
        "一、为什么要改",
        "（一）水越来越少",
        "1. 定额以内不涨价",
        "（1）改完剩余的3.6万亩；",
        "- 安装测报设备；",
        "## 下一步",
        "县里打算做好四件事：",
        "白石湾灌区建成于1974年，从青石水库引水。总库容1.26亿立方米，近五年年均只有4300万立方米，少了四成。",
        "乡镇\t改造面积\t节水率",
        "石桥镇\t18600\t29.6%",
        "记者：设备坏了找谁？",
        "李站长：由管水员修。",
        "字号:",
        "下载时刻客户端浏览更多新闻",
        "分享到：微信  微博",
        "相关阅读",
        "（责任编辑：何佳）",
        "没有标点的一长串" * 30,
    ]
)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n\u3000\r\n"])
ARTICLES = st.lists(st.tuples(LINES, LINE_ENDS), max_size=14).map(
    lambda pairs: "".join(line + end for line, end in pairs)
)


def everything_fits(texts: Sequence[str]) -> list[bool]:
    return [True for _ in texts]


def cut(text: str, title: str = "") -> tuple[Chunk, ...]:
    return chunk(Document("d", title, text, "d.txt"), everything_fits)


def texts(text: str) -> list[str]:
    return [c.passage.text for c in cut(text)]


def sections(text: str) -> list[str]:
    return [c.passage.section for c in cut(text)]


def check(document: Document, chunks: Sequence[Chunk]) -> None:
    """What holds for every document whatever is in it."""
    end = 0
    for number, one in enumerate(chunks):
        passage = one.passage
        assert passage.id == f"{document.id}#{number}"
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert passage.start >= end
        end = passage.end
        for spans in (one.sentences, one.windows):
            # In order, apart, inside the passage, and together all of its characters.
            covered = [i for span in spans for i in range(span.start, span.end)]
            assert covered == sorted(set(covered))
            assert all(span.start < span.end for span in spans)
            assert passage.start <= covered[0] <= covered[-1] < passage.end
            missed = set(range(passage.start, passage.end)) - set(covered)
            assert all(document.text[i].isspace() for i in missed)


# --- what always holds ----------------------------------------------------------------------


@given(st.one_of(ARTICLES, st.text(max_size=300)))
def test_offsets_hold_for_any_text(text: str) -> None:
    document = (
        from_extract(Extract(text), "d", "d.txt")
        if text.strip()
        else Document("d", "", text, "d.txt")
    )
    check(document, chunk(document, everything_fits))


@given(ARTICLES, st.integers(20, 60))
def test_windows_are_halved_until_they_fit(text: str, limit: int) -> None:
    document = Document("d", "", text, "d.txt")
    chunks = chunk(document, lambda ts: [len(t.split("\n")[-1]) <= limit for t in ts])
    check(document, chunks)
    for one in chunks:
        for window in one.windows:
            last_line = window.of(text).split("\n")[-1]
            assert len(last_line) <= limit


@given(ARTICLES)
def test_windows_are_whole_sentences_where_these_fit(text: str) -> None:
    for one in cut(text):
        starts = {span.start for span in one.sentences}
        ends = {span.end for span in one.sentences}
        for window in one.windows:
            assert window.start in starts
            assert window.end in ends
            inside = sum(window.start <= s.start < window.end for s in one.sentences)
            assert inside == 1 or window.end - window.start <= SETTINGS.window_characters


def test_long_paragraph_without_any_punctuation_is_windowed_not_cut(
    seed_library: Library,
) -> None:
    text = "灌区节水试点三年观察" * 300
    document = Document("d", "标题", text, "d.txt")
    fits = seed_library._encoder.fits
    (one,) = chunk(document, fits)
    check(document, (one,))
    assert one.passage.text == text
    assert "".join(window.of(text) for window in one.windows) == text
    assert all(fits([search_text(document, "", window) for window in one.windows]))
    assert not all(fits([text[:1000]]))  # so that there was something to cut


def test_title_longer_than_the_model_leaves_room_for_the_text(seed_library: Library) -> None:
    text = "水库有水。" * 30
    document = Document("d", "长" * 3000, text, "d.txt")
    (one,) = chunk(document, seed_library._encoder.fits)
    assert [window.of(text) for window in one.windows] == [text]


# --- the seed article -------------------------------------------------------------------------


def test_seed_has_its_debris_in_no_passage(seed_library: Library) -> None:
    (document,) = seed_library.documents.values()
    for debris in ("字号", "下载时刻客户端"):
        assert debris in document.text
        assert all(debris not in passage.text for passage in seed_library.passages)


def test_seed_headings_are_attached_and_no_passages(seed_library: Library) -> None:
    headings = [
        "以“红色铸魂”凝聚发展共识",
        "以“素质提升”蓄足发展动能",
        "以“先锋引领”厚植发展优势",
        "以“保障优化”夯实发展基础",
    ]
    found = [passage.section for passage in seed_library.passages]
    assert found == [ABOUT, ABOUT, "", *headings]
    begins = [passage.text[:8] for passage in seed_library.passages[3:]]
    assert begins == ["统筹推动省委“三", "推动省委“三高四", "发挥党建对落实省", "基础不牢,地动山"]
    assert all(p.text not in headings for p in seed_library.passages)


@pytest.mark.parametrize("whole", ["9.89亿元", "23.4%", "“1+5”文件", "2500元/人", "1.2亿元"])
def test_seed_figures_stay_in_one_sentence_and_one_window(
    seed_library: Library, whole: str
) -> None:
    (document,) = seed_library.documents.values()
    at = document.text.index(whole)
    for spans in (
        [span for one in seed_library._index.chunks for span in one.sentences],
        [span for one in seed_library._index.chunks for span in one.windows],
    ):
        assert [s for s in spans if s.start <= at and at + len(whole) <= s.end]


def test_both_articles_hold_the_invariants(seed_library: Library, second_library: Library) -> None:
    for library in (seed_library, second_library):
        (document,) = library.documents.values()
        check(document, library._index.chunks)


# --- the second article -----------------------------------------------------------------------


def passage_with(library: Library, part: str) -> tuple[str, str]:
    """Section and text of the one passage that holds ``part``."""
    (found,) = (p for p in library.passages if part in p.text)
    return found.section, found.text


def test_headings_nest(second_library: Library) -> None:
    section, _ = passage_with(second_library, "小麦每亩定额200立方米")
    assert section == "二、怎么改 › （二）让价钱说话 › 1. 定额以内不涨价"
    section, _ = passage_with(second_library, "2019年，试点区亩均用水486立方米")
    assert section == "三、改得怎么样"


def test_table_is_one_passage_with_its_caption(second_library: Library) -> None:
    _, table = passage_with(second_library, "石桥镇\t18600")
    rows = table.split("\n")
    assert rows[0].startswith("表1")
    assert rows[1].startswith("乡镇\t改造面积")
    assert rows[-1].startswith("合计\t60000")
    assert len(rows) == 9
    (one,) = (c for c in second_library._index.chunks if c.passage.text == table)
    text = next(iter(second_library.documents.values())).text
    assert [span.of(text) for span in one.sentences] == rows


def test_list_stays_with_the_line_that_announces_it(second_library: Library) -> None:
    section, text = passage_with(second_library, "（1）改完剩余的3.6万亩")
    assert section == "五、下一步"
    assert text.startswith("从现在到2025年，县里打算做好四件事：\n（1）")
    assert text.endswith("（4）为全部管水员办理意外伤害保险。")


def test_dialogue_is_one_passage_a_turn_a_line(second_library: Library) -> None:
    section, text = passage_with(second_library, "李站长：人。")
    assert section == "四、站长怎么说"
    turns = text.split("\n")
    assert [turn.partition("：")[0] for turn in turns] == ["记者", "李站长"] * 4


def test_second_article_has_no_debris(second_library: Library) -> None:
    (document,) = second_library.documents.values()
    for debris in ("分享到", "打印  关闭", "相关阅读", "栖河县启动春季", "除险加固", "上一篇"):
        assert debris in document.text
        assert all(debris not in passage.text for passage in second_library.passages)


def test_credits_above_and_below_are_about_the_article(second_library: Library) -> None:
    about = [p.text for p in second_library.passages if p.section == ABOUT]
    assert about[0].endswith("记者 周敏")
    assert about[-1] == "（责任编辑：何佳）"
    assert len(about) == 2


# --- the rules, one by one ----------------------------------------------------------------------

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


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_do_not_change_what_is_found(line_end: str) -> None:
    text = SECOND.read_text("utf-8")
    plain, other = cut(text), cut(text.replace("\n", line_end))
    assert [c.passage.section for c in plain] == [c.passage.section for c in other]
    assert [c.passage.text for c in plain] == [
        c.passage.text.replace(line_end, "\n") for c in other
    ]
