"""A question that asks for several things is split by rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import parts

PLATFORM = "“澧兰党建”云平台"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (f"{PLATFORM}投资多少，什么时候建成？", [f"{PLATFORM}投资多少", f"{PLATFORM}什么时候建成"]),
        (f"{PLATFORM}在哪里？覆盖多少人？", [f"{PLATFORM}在哪里", f"{PLATFORM}覆盖多少人"]),
        ("A县的面积和人口是多少？", ["A县的面积是多少", "A县的人口是多少"]),
        ("石桥镇和河湾镇的节水率分别是多少", ["石桥镇的节水率是多少", "河湾镇的节水率是多少"]),
        ("石桥镇和河湾镇节水率分别是多少", ["石桥镇节水率是多少", "河湾镇节水率是多少"]),
        ("小麦、玉米和棉花每亩定额各是多少", ["小麦每亩定额是多少", "玉米每亩定额是多少", "棉花每亩定额是多少"]),
        ("2021年和2022年的亩均用水分别是多少", ["2021年的亩均用水是多少", "2022年的亩均用水是多少"]),
        ("地铁遭袭，造成多少人死亡、多少人受伤", ["地铁遭袭，造成多少人死亡", "地铁遭袭，造成多少人受伤"]),
        ("春运期间，湖北省共发送旅客多少，与2019年相比恢复到了多少",
         ["春运期间，湖北省共发送旅客多少", "春运期间，湖北省与2019年相比恢复到了多少"]),
        ("这篇文章是谁写的，三联四建投入多少？", ["这篇文章是谁写的", "三联四建投入多少"]),
    ],
)  # fmt: skip
def test_each_part_is_a_question_of_its_own(question: str, expected: list[str]) -> None:
    assert list(parts.split(question)) == expected


@pytest.mark.parametrize(
    "question",
    [
        "村(社区)主职“一肩挑”的比例达到了多少？",
        "六个乡镇里，哪个的改造面积最大？",
        "李站长说，五年质保期过了以后，维修的钱从哪里出？",
        "服务全域旅游创“三优”，“三优”指的是什么",
        "国资单位里上头抓得紧、下头没人管，这种毛病怎么治？",
        "这篇报道登在哪家报纸上，记者是谁？",  # both are read off one line
        "文章是什么时候、在哪个网站上发表的？",
        "党支部规范化建设在农村、城市、机关和国企分别抓什么？",  # one list
        "印度野驴与非洲野驴的分别是什么？",
        "为期多少年的和平谈判进程就此湮灭",
        "过去几个月内，大约多少名武装分子投降",
        "《谁在说，说什么》是谁写的？",
        "今年是先修路，还是先通水，哪个先做？",
        "投资1,300多少？",
    ],
)
def test_one_question_stays_whole(question: str) -> None:
    assert parts.split(question) == (question,)


@given(st.text(alphabet="多少什么时候和、，？。；分别的“”《》在A县面积人口是1 \n", max_size=40))
def test_anything_can_be_split(question: str) -> None:
    found = parts.split(question)
    assert found == (question,) or 1 <= len(found) <= 10
    assert all(found) or not question
