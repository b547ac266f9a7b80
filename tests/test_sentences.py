"""Sentences: where they end in Chinese text, and that no character is lost or shared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentence_spans, stripped
from index.types import Span

# What the rules are about: both kinds of punctuation, quotes, digits, and all line ends.
CHINESE = st.text(
    st.sampled_from(
        "村党建的人一二万亿元年。！？；…，、：“”‘’（）《》「」()\"'.!?;:%0159aZ /\n\r\t\u3000"
    ),
    max_size=120,
)


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天下雨。明天晴！后天呢？", ["今天下雨。", "明天晴！", "后天呢？"]),
        ("甲不涨；乙不跌；丙持平。", ["甲不涨；", "乙不跌；", "丙持平。"]),
        ("基础不牢,地动山摇.必须抓好!好不好?", ["基础不牢,地动山摇.", "必须抓好!", "好不好?"]),
        ("先说一半……再说另一半", ["先说一半……", "再说另一半"]),
        ("真的？！当然。", ["真的？！", "当然。"]),
        ("他说：“来吧。”大家走了。", ["他说：“来吧。”", "大家走了。"]),
        ("（见附件。）下一条。", ["（见附件。）", "下一条。"]),
        ('他问:"行吗?"她答:"行."', ['他问:"行吗?"', '她答:"行."']),
        ("投入增长23.4%.下降2%。", ["投入增长23.4%.", "下降2%。"]),
        ("一行没有句号\n另一行", ["一行没有句号", "另一行"]),
        ("甲\r\n乙\r丙", ["甲", "乙", "丙"]),
        ("\u3000\u3000全角缩进。\u3000 下一句。\u3000", ["全角缩进。", "下一句。"]),
        ("It ended in 2021. 其中有三项。", ["It ended in 2021.", "其中有三项。"]),
        ("", []),
        (" \u3000\n\t", []),
    ],
)
def test_ends(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "whole",
    [
        "先后投入9.89亿元",
        "同比增长23.4%",
        "落实“1+5”文件",
        "共1.6万名,合3.14倍",
        "网址是http://a.b.cn/c?d=1&e=2;f=3",
        "出台《问题?答案!》文件",
        "讲授《红军。树下》一课",
        "住在U. S. 的人",
        "版本3.2.1已发布",
    ],
)
def test_stays_whole(whole: str) -> None:
    assert sentences(f"{whole}。后面一句。") == [f"{whole}。", "后面一句。"]


@pytest.mark.parametrize("number", ["1.", "12.", "(3."])
def test_list_number_begins_its_sentence(number: str) -> None:
    assert sentences(f"{number} 定额以内不涨价。") == [f"{number} 定额以内不涨价。"]


def test_straight_quote_after_an_end_opens_the_next_sentence() -> None:
    assert sentences('先来了。"我也来了。"') == ["先来了。", '"我也来了。"']


def test_range_is_respected_and_offsets_are_the_texts() -> None:
    text = "零。一。二。三。"
    assert sentence_spans(text, 2, 6) == (Span(2, 4), Span(4, 6))
    # A range that ends inside a sentence gives the part inside.
    assert sentence_spans(text, 2, 5) == (Span(2, 4), Span(4, 5))


def test_title_that_is_never_closed_reaches_to_its_line_end_only() -> None:
    assert sentences("《没有关上。还在里面\n新的一行。再一句。") == [
        "《没有关上。还在里面",
        "新的一行。",
        "再一句。",
    ]


@given(st.one_of(CHINESE, st.text(max_size=120)))
def test_every_character_but_outer_white_space_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    covered = [i for span in spans for i in range(span.start, span.end)]
    assert covered == sorted(set(covered))
    rest = set(range(len(text))) - set(covered)
    assert all(text[i].isspace() for i in rest)
    for span in spans:
        assert span.of(text) == span.of(text).strip() != ""
        assert "\n" not in span.of(text)
        assert "\r" not in span.of(text)


@given(CHINESE, st.integers(0, 60), st.integers(0, 60))
def test_a_range_is_cut_like_the_text_it_holds(text: str, first: int, length: int) -> None:
    start, end = min(first, len(text)), min(first + length, len(text))
    inside = sentence_spans(text, start, end)
    assert all(start <= span.start < span.end <= end for span in inside)
    covered = sum(not c.isspace() for span in inside for c in span.of(text))
    assert covered == sum(not c.isspace() for c in text[start:end])


@given(st.text(max_size=40))
def test_stripped_is_strip_with_offsets(text: str) -> None:
    span = stripped(text, Span(0, len(text)))
    assert span.of(text) == text.strip()
