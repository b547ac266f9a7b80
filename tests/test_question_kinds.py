"""Questions understood: kinds, measures, names, words and years."""

from __future__ import annotations

import pytest

from rag import features, measures
from rag.questions import MAX_WEIGHT, Kind, content_words, parse, weight


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("村主职“一肩挑”的比例是多少？", Kind.NUMBER),
        ("办了几期培训班？", Kind.NUMBER),
        ("管水员平均年龄多大？", Kind.NUMBER),
        ("节水灌溉试点是从什么时候启动的？", Kind.DATE),
        ("灌区建成于哪一年", Kind.DATE),
        ("几月几号开工", Kind.DATE),
        ("谁是灌区管理站站长？", Kind.PERSON),
        ("站长叫什么？", Kind.PERSON),
        ("灌区在哪里？", Kind.PLACE),
        ("哪个县先开工", Kind.PLACE),
        ("那个云平台叫什么名字？", Kind.NAME),
        ("哪家公司贷款？", Kind.NAME),
        ("农户交了设备费吗？", Kind.YES_NO),
        ("水价涨了没有", Kind.YES_NO),
        ("哪些部门参加了？", Kind.LIST),
        ("从哪几个方面抓保障？", Kind.LIST),
        ("2021年和2022年分别改造了多少？", Kind.LIST),
        ("为什么要改？", Kind.OTHER),
        ("怎么改？", Kind.OTHER),
        # Ends in 么, and yet asks for no yes or no.
        ("要改的原因是什么", Kind.OTHER),
        ("水费账目怎么办？", Kind.OTHER),
    ],
)
def test_kind(text: str, kind: Kind) -> None:
    assert parse(text).kind is kind


@pytest.mark.parametrize(
    ("question", "carrying", "lacking"),
    [
        ("一共投资多少钱？", "1.08亿元", "217公里"),
        ("每月补助多少元", "600元", "52名"),
        ("平均工资是多少？", "3500元", "11%"),
        ("一肩挑的比例是多少？", "96.56%", "4445人次"),
        ("水费收缴率达到多少", "百分之九十五", "518.4万元"),
        ("增幅多大", "23.4%", "590个"),
        ("管水员平均年龄多大年纪", "57岁", "26年"),
        ("多久能修好", "三天", "9000元"),
        ("多少人参加", "36人", "3个"),
        ("有几座泵站", "4座", "3.6万亩"),
        ("库容有多少立方米", "1.26亿立方米", "12.8万亩"),
        ("改造了多少万亩？", "2.3万亩", "1.08亿元"),
        ("办了几期培训班", "14期", "36人"),
    ],
)
def test_measure(question: str, carrying: str, lacking: str) -> None:
    measure = measures.of(question)
    assert measure is not None
    assert measure.search(carrying)
    assert not measure.search(lacking)
    assert parse(question).measure == measure


@pytest.mark.parametrize("question", ["总数是多少？", "为什么要改？", "站长是谁？"])
def test_no_measure_asked(question: str) -> None:
    assert measures.of(question) is None


def test_name_suffix() -> None:
    suffix = parse("哪所大学？").suffix
    assert suffix is not None
    assert suffix.search("湖南农业大学")
    assert not suffix.search("水利局")
    assert parse("哪个项目？").suffix is None


def test_content_words_are_without_function_words_and_each_once() -> None:
    found = content_words("请问灌区的水和灌区的电，在哪里？")
    assert found == ("灌区", "水", "电")


def test_rare_words_weigh_more() -> None:
    assert weight("澧兰") == MAX_WEIGHT > weight("灌区") > weight("人民") > 0


# --- years --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "sentence", "other"),
    [
        ("2021年改造了多少", "2022年改造2.6万亩。", 1.0),
        ("2021年改造了多少", "2021年改造2.3万亩，2022年改造2.6万亩。", 0.0),
        ("2021年改造了多少", "二〇二一年改造2.3万亩。", 0.0),
        ("二〇二一年改造了多少", "二〇二二年改造2.6万亩。", 1.0),
        ("2021年改造了多少", "三年合计6万亩。", 0.0),
        ("改造了多少", "2022年改造2.6万亩。", 0.0),
        # A figure of four digits inside another number is no year.
        ("2021年改造了多少", "登记闸门20220座。", 0.0),
    ],
)
def test_other_year(question: str, sentence: str, other: float) -> None:
    assert features.other_year(question, sentence) == other


@pytest.mark.parametrize(
    ("question", "post"),
    [
        ("现任市委书记叫什么名字？", "书记"),
        ("谁担任组织部部长？", "部长"),
        ("灌区管理站站长是谁", "站长"),
        ("谁陪同市长考察了水库？", ""),
        ("这篇文章是谁写的？", ""),
    ],
)
def test_the_post_whose_holder_is_asked_for(question: str, post: str) -> None:
    asked = parse(question)
    assert (asked.kind, asked.asked) == (Kind.PERSON, post)
    assert features.asked_missing(asked, "李传荣主持会议") == float(bool(post))
    assert features.asked_missing(asked, f"{post}李传荣主持会议") == 0.0
