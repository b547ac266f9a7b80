"""Two things compared: which is more, and by how much, from two cited values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Library, comparing, together
from rag.types import Answer
from tests.parts.answers import check, made


@pytest.mark.parametrize(
    ("library", "question", "said", "short"),
    [
        ("seed_library", "33个省重点项目和160个市重点项目，哪个完成投资更多？",
         "160个市重点项目更多：170.6亿元，33个省重点项目是81.2亿元，相差89.4亿元。[1]", "160个市重点项目"),
        ("seed_library", "农村综合服务平台和“三联四建”谁的投入更大？",
         "农村综合服务平台更大：9.89亿元，“三联四建”是5.68亿元，相差4.21亿元。[1][2]", "农村综合服务平台"),
        ("second_library", "石桥镇的节水率比河湾镇高多少？",
         "石桥镇更高：29.6%，河湾镇是24.7%，相差4.9个百分点。[1][2]", "4.9个百分点"),
        ("second_library", "石桥镇和南坪乡谁的改造面积更小？",
         "南坪乡更小：3900，石桥镇是18600，相差14700。[1][2]", "南坪乡"),
    ],
)  # fmt: skip
def test_a_comparison_is_concluded_from_two_cited_values(
    request: pytest.FixtureRequest, library: str, question: str, said: str, short: str
) -> None:
    opened: Library = request.getfixturevalue(library)
    answer = opened.ask(question)
    check(opened, answer)
    assert answer.text.split("\n")[0] == said
    assert answer.short == short


def compared(one: str, other: str, question: str = "甲县和乙县谁的投资更多？") -> Answer:
    read = comparing.read(question)
    assert read is not None
    sides = [
        made(q, short, f"{side}投资{short}。") if short else made(q, "")
        for q, short, side in zip(read.questions, (one, other), read.sides, strict=True)
    ]
    return comparing.concluded(read, sides, together.composed(question, sides))


@pytest.mark.parametrize(
    ("one", "other", "short", "said"),
    [
        ("5000万元", "1.2亿元", "乙县", "相差7000万元。"),
        ("300余万元", "1.2亿元", "乙县", "甲县是300余万元。"),  # hedged, and yet plain
        ("300余万元", "350万元", "", "“300余万元”与“350万元”不都是确切的数，无法比较。"),
        ("300万元", "12个", "", "“300万元”与“12个”不是同一种数，无法比较。"),
        ("一亿元", "10000万元", "一样", "一样，都是一亿元。"),
        ("300万元", "很多", "", "没有分别找到两边的数，无法比较。"),
        ("300万元", "", "", "这一问没有找到依据：乙县的投资是多少？"),
    ],
)
def test_what_two_values_come_to(one: str, other: str, short: str, said: str) -> None:
    answer = compared(one, other)
    assert answer.short == short
    assert any(line.split("[")[0].endswith(said) for line in answer.text.split("\n"))


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_greater_one_is_named_and_the_difference_is_exact(one: int, other: int) -> None:
    answer = compared(f"{one}元", f"{other}元", "甲县的投资比乙县多多少？")
    assert answer.short == ("一样" if one == other else f"{one - other}元" if one > other else "")


@pytest.mark.parametrize(
    "question",
    [
        "村均运转经费比去年增长多少？",
        "青石水库蓄水比去年同期少多少",
        "占比多少",
        "六个乡镇里，哪个的改造面积最大？",
        "概率比其他高收入国家高多少倍",
        "谁更合适？",
        "投资多少？",
    ],
)
def test_other_questions_compare_nothing(question: str) -> None:
    assert comparing.read(question) is None
