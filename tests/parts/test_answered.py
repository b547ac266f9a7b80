"""Parts are answered one by one and put together, each with its own citations."""

from __future__ import annotations

import json

from rag import Library, apart, together
from rag.types import answer_json
from tests.parts.answers import check, made

PLATFORM = "“澧兰党建”云平台"


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
