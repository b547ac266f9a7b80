"""Tokens: both scripts, both widths and both ways to write a number find each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from benchmarks import simplified_table
from index import tokens
from index.numerals import digits
from index.simplified import TABLE, simplified
from index.tokens import dictionary_count, normalise, search_tokens, tagged_words, words
from rag import questions
from rag.questions import Kind

TRADITIONAL = "臺灣的水庫與灌溉，這篇文章講的是節約用水，以及後來發生的事。"


def test_both_scripts_have_the_same_tokens() -> None:
    assert search_tokens(TRADITIONAL) == search_tokens(OpenCC("t2s").convert(TRADITIONAL))


def test_both_widths_have_the_same_tokens() -> None:
    assert search_tokens("ＧＤＰ增长５．２％（２０２１年）") == search_tokens("gdp增长5.2%(2021年)")


def test_the_table_is_what_opencc_says() -> None:
    _, old, new = TABLE.read_text("utf-8").splitlines()
    assert dict(zip(old, new, strict=True)) == simplified_table.table()


def test_only_short_texts_are_kept_folded() -> None:
    tokens._kept.cache_clear()
    book = "水庫Ａ" * tokens._KEPT_MAX
    assert normalise(book) == "水库a" * tokens._KEPT_MAX
    assert tokens._kept.cache_info().currsize == 0
    assert normalise(book[: tokens._KEPT_MAX]) is normalise(book[: tokens._KEPT_MAX])
    assert tokens._kept.cache_info().currsize == 1


@given(st.text())
def test_simplified_keeps_offsets_and_is_done_once(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert simplified(once) == once
    assert simplified(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("二〇二一年", ["2021"]),
        ("二零二一年十一月五日", ["2021", "11"]),
        ("一九九七年", ["1997"]),
        ("百分之五", ["5%"]),
        ("百分之0.5", ["0.5%"]),
        ("百分之九十六点五六", ["96.56%"]),
        ("百分之百", ["100%"]),
        ("二千一百八十四万", ["2184"]),
        ("一百零五个", ["105"]),
        ("一千零一十人", ["1010"]),
        ("十二人，两千元", ["12", "2000"]),
        ("零点五", ["0.5"]),
        ("2021年增长5%", []),
        ("三个，一心一意，十分，千百年，百姓，一点儿，一万，百分之", []),
    ],
)
def test_numerals_as_digits(text: str, found: list[str]) -> None:
    assert digits(text) == found


@given(st.integers(10, 9999))
def test_every_counted_number_is_read_back(number: int) -> None:
    assert digits(counted(number)) == ([str(number)] if number % 1000 or number >= 1000 else [])


def counted(number: int) -> str:
    """A number below ten thousand as it is said, the unit before a gap followed by 零."""
    said, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        gap = gap or (digit == 0 and bool(said))
        if digit:
            said += ("零" if gap else "") + "零一二三四五六七八九"[digit] + name
            gap = False
    return said


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("2021年", "二〇二一年的水库"),
        ("二〇二一年", "2021年的水库"),
        ("5%", "增长百分之五。"),
        ("百分之五", "增长5%。"),
        ("2184万元", "共二千一百八十四万元"),
    ],
)
def test_numbers_find_each_other(asked: str, written: str) -> None:
    number = next(w for w in words(asked) if w[0].isdigit())
    assert number in words(written)


@settings(deadline=None)  # the first call loads the dictionary
@given(st.text())
def test_tagged_words_join_to_the_text(text: str) -> None:
    assert "".join(word for word, _ in tagged_words(text)) == text


def test_names_are_tagged_in_both_scripts() -> None:
    found, plain = tagged_words("他們在臺灣灌溉"), tagged_words("他们在台湾灌溉")
    assert ("臺灣", "ns") in found
    assert [tag for _, tag in found] == [tag for _, tag in plain]
    assert dictionary_count("張家界") == dictionary_count("张家界") > 0


def test_questions_are_read_in_both_scripts() -> None:
    asked = questions.parse("這個工程總共投資多少億元？")
    assert asked == questions.parse("这个工程总共投资多少亿元？")
    assert asked.kind is Kind.NUMBER
