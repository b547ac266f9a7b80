"""Values and names of a sentence, held against its evidence."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from pathlib import Path

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import check_claims, writings
from rag import claims, dates, names, numerals, values
from rag.claims import Source

EVIDENCE = Source(
    "2021年，全县投资300余万元，建成“澧兰党建”云平台，覆盖2184万人，党员占5%，同比增长12.5%。"
)


def flagged(sentence: str, *sources: Source) -> list[str]:
    return [flaw.span.of(sentence) for flaw in claims.flaws(sentence, sources or (EVIDENCE,))]


@given(st.integers(0, 10**12))
def test_han_numerals_are_read_as_cn2an_writes_them(number: int) -> None:
    assert numerals.value(cn2an.an2cn(number)) == number


@given(st.integers(0, 10**9))
def test_decimals_in_every_writing(hundredths: int) -> None:
    exact = Fraction(hundredths, 100)
    written = f"{hundredths // 100}.{hundredths % 100:02}"
    assert numerals.value(written) == exact
    assert numerals.value(f"{written}万") == exact * 10_000
    assert numerals.value(f"{hundredths // 100:,}.{hundredths % 100:02}") == exact


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("二千一百八十四万", 21_840_000),
        ("2184万", 21_840_000),
        ("21,840,000", 21_840_000),
        ("1.4万", 14_000),
        ("3千5百", 3_500),
        ("1亿2千万", 120_000_000),
        ("三百五", 350),
        ("一万二", 12_000),
        ("三万亿", 3 * 10**12),
        ("二〇二一", 2021),
        ("百", 100),
        ("四万万", None),
        ("点五", None),
    ],
)
def test_numerals(numeral: str, number: int | None) -> None:
    assert numerals.value(numeral) == number


@pytest.mark.parametrize(
    "equal",
    [
        ("二千一百八十四万人", "2184万人", "21,840,000人", "２１８４万人", "2184万名"),
        ("百分之五", "5%", "５％", "5 %", "千分之五十"),
        ("三成", "30%", "百分之三十", "十分之三"),
        ("翻一番", "增长1倍", "增长100%", "翻了一番"),
        ("翻两番", "是原来的4倍"),
        ("300余万元", "300多万元", "三百余万元", "超过300万元", "3000000余元"),
        ("近三成", "不足30%", "接近百分之三十"),
        ("半年", "6个月", "六个月"),
        ("一年半", "18个月"),
        ("两个半小时", "150分钟", "2.5小时"),
        ("1.4万件", "14000件", "一万四千件"),
        ("5公里", "5000米", "5km", "五千米"),
        ("下午3点30分", "15:30", "十五时三十分"),
        ("第三季度", "三季度", "3季度"),
        ("10%-15%", "百分之十至百分之十五", "10至15%", "10%～15%"),
        ("3-5万元", "三万至五万元", "30000元至50000元"),
        ("零下5℃", "-5℃"),
    ],
)
def test_equal_writings_bear_each_other_out(equal: tuple[str, ...]) -> None:
    for one in equal:
        for other in equal:
            assert flagged(f"共{one}。", Source(f"共{other}。")) == [], (one, other)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("300万元", "300余万元"),
        ("300万元", "近300万元"),
        ("300万元", "约300万元"),
        ("超过300万元", "不足300万元"),
        ("300万元", "300万美元"),
        ("5%", "5个百分点"),
        ("5%", "5‰"),
        ("增长5%", "下降5%"),
        ("翻两番", "翻一番"),
        ("增长2倍", "是2倍"),
        ("60岁", "60岁以上"),
        ("三个平台", "两个平台"),
        ("一个平台", "两个平台"),
        ("第三批", "第二批"),
        ("4万万元", "4万亿元"),
        ("七八个", "78个"),
        ("10-15%", "10-25%"),
    ],
)
def test_unequal_values(claim: str, evidence: str) -> None:
    assert flagged(f"为{claim}。", Source(f"为{evidence}。")) != []


@pytest.mark.parametrize(
    ("claim", "evidence", "right"),
    [
        ("约310万元", "312.5万元", True),
        ("超过300万元", "312.5万元", True),
        ("近320万元", "312.5万元", True),
        ("超过200万元", "312.5万元", False),
        ("约320万元", "312.5万元", False),
        ("约300万元", "300余万元", True),
        ("312万元", "312.5万元", False),
    ],
)
def test_a_hedged_claim_may_round(claim: str, evidence: str, right: bool) -> None:
    assert (flagged(f"投资{claim}。", Source(f"投资{evidence}。")) == []) is right


@pytest.mark.parametrize(
    ("claim", "evidence", "right"),
    [
        ("二〇二一年九月", "2021年9月15日", True),
        ("2021年9月15日", "2021-09-15", True),
        ("2021年9月15日", "2021.9.15", True),
        ("2021年9月15日", "2021年9月", False),
        ("9月", "1-6月", False),
        ("6月", "1-6月", True),
        ("2019年", "2019、2020年", True),
        ("9月5日", "9月1日至5日", True),
        ("2021年9月", "2020年9月", False),
        ("2022年", "去年", True),
        ("2021年", "去年", False),
        ("2023年7月", "7月份", True),
        ("2020年7月", "7月份", False),
    ],
)
def test_dates(claim: str, evidence: str, right: bool) -> None:
    source = Source(f"于{evidence}建成。", day=date(2023, 8, 1))
    assert (flagged(f"于{claim}建成。", source) == []) is right


def test_relative_dates_follow_the_anchor() -> None:
    read = dates.read("今年3月，去年，本月，昨天", date(2023, 3, 1))
    assert [(d.year, d.month, d.day) for d in read] == [
        (2023, 3, None), (2022, None, None), (2023, 3, None), (2023, 2, 28),
    ]  # fmt: skip
    assert dates.read("今年3月")[0].year is None


def test_a_number_must_stand_in_its_place() -> None:
    source = Source("男性占49.08%，女性占50.92%。")
    assert flagged("女性占50.92%，男性占49.08%。", source) == []
    assert flagged("男性占50.92%。", source) == ["50.92%"]


def test_names() -> None:
    assert flagged("“澧兰党建”云平台覆盖2184万人。") == []
    assert flagged("“常德党建”云平台覆盖2184万人。") == ["常德党建"]
    assert flagged("北京市投资300余万元。") == ["北京市"]
    assert flagged("北京市投资300余万元。", Source(EVIDENCE.text, around="北京的做法")) == []
    assert flagged("用N95口罩。", Source("用N90口罩。")) == ["N95"]


@pytest.mark.parametrize("text", ["十分重要", "第一，要做好", "1.做好", "一是做好", "统一认识"])
def test_words_that_are_no_numbers(text: str) -> None:
    assert flagged(text, Source("无")) == []


@given(st.text(max_size=60))
def test_any_text_bears_itself_out(text: str) -> None:
    assert claims.flaws(text, [Source(text)]) == ()


@given(
    st.text(
        alphabet="零〇一二三四五六七八九十百千万亿两点%0123456789.,年月日-至余多个元约近成半番倍 ",
        max_size=24,
    )
)
def test_any_numeral_soup_is_read(text: str) -> None:
    read = values.read(text)
    assert all(0 <= v.span.start < v.span.end <= len(text) for v in read)
    assert len(numerals.folded(text)) == len(text)


@given(st.integers(1, 10**9), st.sampled_from(["元", "人", "%", "个", "吨", "年级", ""]))
def test_rewriting_is_no_flaw_and_a_changed_digit_is(number: int, unit: str) -> None:
    written, source = f"{number}{unit}", Source(f"共有{number}{unit}。")
    for other in writings.equal(written):
        assert flagged(f"共有{other}。", source) == [], other
    for other in writings.wrong(written, random.Random(number)):
        assert flagged(f"共有{other}。", source) != [], other


def test_names_are_spans_of_the_sentence() -> None:
    text = "据李强说，COVID-19在澧县。"
    assert [span.of(text) for span in names.read(text)] == ["李强", "COVID-19", "澧县"]


def test_the_measuring_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text(
        '{"_id": "d", "title": "t", "text": "全县投资300万元。覆盖5%的村。"}\n', "utf-8"
    )
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q", "text": "投资多少？", "answers": ["300万元"]}\n', "utf-8"
    )
    (tmp_path / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n", "utf-8")
    check_claims.main([str(tmp_path)])
    row = capsys.readouterr().out.splitlines()[2]
    assert row == f"| {tmp_path.name} | 1 | 0 | 4 | 100.00% | 3 | 0.00% |"
