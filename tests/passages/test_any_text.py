"""Whatever a text holds: offsets that hold, windows that fit the model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.documents import from_extract
from index.formats.extract import Extract
from index.passages import SETTINGS, chunk, search_text
from index.types import Document
from rag import Library
from tests.passages.cutting import check, cut, everything_fits

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


def test_both_articles_hold_the_invariants(seed_library: Library, second_library: Library) -> None:
    for library in (seed_library, second_library):
        (document,) = library.documents.values()
        check(document, library._index.chunks)
