"""Questions that ask for several things: split by rules, answered part by part, compared."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Library, apart, comparing, parts, tables, together
from rag.questions import parse
from rag.types import Answer, Citation, answer_json

PLATFORM = "“澧兰党建”云平台"


# --- split ---------------------------------------------------------------------------------------


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


# --- answered ------------------------------------------------------------------------------------


def check(library: Library, answer: Answer) -> None:
    assert [cited.marker for cited in answer.citations] == list(range(1, len(answer.citations) + 1))
    for cited in answer.citations:
        assert library.document(cited.document_id).text[cited.start : cited.end] == cited.quote
        assert f"[{cited.marker}]" in answer.text
        assert any(
            hit.passage.document_id == cited.document_id
            and hit.passage.start <= cited.start < hit.passage.end
            for hit in answer.hits
        )


def test_parts_are_answered_in_order_with_their_own_citations(seed_library: Library) -> None:
    answer = seed_library.ask("“三联四建”投入了多少资金？农村综合服务平台总投入多少？")
    check(seed_library, answer)
    assert answer.short == "5.68亿元；9.89亿元"
    assert ["5.68亿元" in answer.citations[0].quote, "9.89亿元" in answer.citations[1].quote] == [
        True,
        True,
    ]
    assert answer.unanswered == ()
    alone = seed_library.ask("农村综合服务平台总投入多少")
    assert answer.confidence <= alone.confidence


def test_a_sentence_that_answers_two_parts_is_cited_once(seed_library: Library) -> None:
    answer = seed_library.ask("两新组织选派了多少名党建指导员、建立了多少个党建示范点？")
    check(seed_library, answer)
    assert answer.short == "468名；53个"
    assert answer.text.count("468名党建指导员") == 1


def test_the_part_that_is_open_is_said(seed_library: Library) -> None:
    answer = seed_library.ask(f"{PLATFORM}投资多少，张家界的股价是多少？")
    check(seed_library, answer)
    assert answer.status == "answered"
    assert answer.unanswered == ("张家界的股价是多少",)
    assert answer.text.split("\n")[-1] == "这一问没有找到依据：张家界的股价是多少？"
    assert answer_json(answer)["unanswered"] == answer.unanswered


def test_nothing_found_for_any_part_is_a_refusal(seed_library: Library) -> None:
    answer = seed_library.ask("北京明天的气温是多少，上海明天的股价是多少？")
    assert (answer.status, answer.citations, answer.unanswered) == ("no_evidence", (), ())
    assert answer.text == "文中没有找到依据。"
    assert 0 < len(answer.hits) <= 8


def test_two_values_of_one_sentence_are_told_apart(second_library: Library) -> None:
    assert second_library.ask("小麦和玉米每亩定额分别是多少？").short == "200立方米；170立方米"


def test_asking_twice_gives_the_same_bytes(seed_library: Library) -> None:
    question = f"{PLATFORM}投资多少，什么时候建成？"
    one, two = (json.dumps(answer_json(seed_library.ask(question))) for _ in range(2))
    assert one == two


def made(question: str, short: str, *quotes: str, extra: str = "") -> Answer:
    citations = tuple(
        Citation(n, "d", "", start := ord(quote[0]), start + len(quote), quote)
        for n, quote in enumerate(quotes, 1)
    )
    text = "\n".join(f"{c.quote}[{c.marker}]" for c in citations) + extra
    status = "answered" if quotes else "no_evidence"
    return Answer(question, status, text, short, 0.5, citations, ())


def test_remarks_keep_their_sentences_when_markers_change() -> None:
    one = made("甲？", "1个", "甲有1个。")
    other = made("乙乙？", "2个", "乙乙有2个。", "丙丙有[1]3个。", extra="\n两处说法不同。[1][2]")
    answer = together.composed("甲和乙？", [one, other])
    assert answer.text.split("\n") == [
        "甲有1个。[1]",
        "乙乙有2个。[2]",
        "丙丙有[1]3个。[3]",
        "两处说法不同。[2][3]",
    ]


def test_one_value_for_two_things_is_no_answer_to_either() -> None:
    quote = "甲乡和乙乡共有30个村。"
    found = apart.told_apart(
        [made("丙乡多少个村", "30个", quote), made("丁乡多少个村", "30个", quote)]
    )
    assert [answer.short for answer in found] == ["", ""]


# --- compared ------------------------------------------------------------------------------------


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


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("六个乡镇里，哪个的改造面积最大？", "石桥镇"),
        ("哪个乡镇的节水率最低？", "南坪乡"),
        ("最高的节水率是多少？", "29.6%"),
        ("石桥镇的水费收缴率是多少？", "98.2%"),
        ("河湾镇 节水率", "24.7%"),
        ("2022年南坪乡亩均用水多少立方米", "383"),
    ],
)
def test_a_table_is_read(second_library: Library, question: str, short: str) -> None:
    answer = second_library.ask(question)
    assert answer.short == short
    assert [len(cited.quote.split("\t")) for cited in answer.citations] == [5]


@pytest.mark.parametrize(
    "question",
    [
        "2018年石桥镇的节水率是多少？",
        "石桥镇有多少人？",
        "石桥镇和河湾镇的节水率怎么样",
        "节水率是多少",
    ],
)
def test_a_table_does_not_answer_what_it_does_not_say(
    second_library: Library, question: str
) -> None:
    (document,) = second_library.documents.values()
    found = [
        tables.answer(parse(question), document.text, chunk)
        for chunk in second_library._index.chunks_of(document.id)
    ]
    assert not any(found)
