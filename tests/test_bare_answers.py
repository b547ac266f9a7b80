"""The bare answer in a sentence; yes or no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from rag import spans
from rag.bare import bare
from rag.questions import parse
from rag.verdict import verdict


def short(question: str, sentence: str, read: str) -> str:
    start = sentence.index(read)
    return spans.best(parse(question), sentence, Span(start, start + len(read))).of(sentence)


def found(question: str, sentence: str) -> list[str]:
    return [span.of(sentence) for span in spans.candidates(parse(question), sentence)]


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("一肩挑的比例是多少？", "村里2021年主职比例实现率达96.56%，有4445人次。", "96.56%"),
        ("资产总额增长了多少？", "资产总额达到1736.34亿元，同比增长16.96%。", "16.96%"),
        ("上半年发送旅客同比增长了多少？", "发送旅客3465.028万人次，同比增长28.08%。", "28.08%"),
        ("投入了多少钱？", "先后投入9.89亿元,建成15类证件、48项高频事项。", "9.89亿元"),
        ("平均年龄多大年纪", "管水员平均年龄57岁，全灌区有52名管水员。", "57岁"),
        ("有多少名管水员", "管水员平均年龄57岁，全灌区有52名管水员。", "52名"),
        ("来水有多少立方米", "年均只有4300万立方米，灌溉9.6万亩。", "4300万立方米"),
        ("总量是多少？", "总量已达4300万，比去年多。", "4300万"),
        ("机井有多少眼", "登记闸门2045座、机井317眼。", "317眼"),
        ("占百分之几？", "明确反对装表的不到百分之三。", "百分之三"),
        ("标准是多少元", "按不低于2500元/人标准落实。", "不低于2500元/人"),
        ("方案什么时候通过评审？", "据悉，二〇二〇年一月，方案通过省水利厅评审。", "二〇二〇年一月"),
        ("哪天发布的", "红网2021-11-05 17:18:14", "2021-11-05 17:18:14"),
    ],
)  # fmt: skip
def test_a_number_or_date_that_was_asked_for_is_found_where_the_reader_has_none(
    question: str, sentence: str, expected: str
) -> None:
    assert short(question, sentence, sentence[:1]) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "read", "expected"),
    [
        ("乍浦镇的常住人口是多少？", "全镇常住人口5万余人。", "常住人口5万余人。", "5万余人"),
        ("俗名是什么？", "俗名外斑天竺鲷、大目侧仔。", "俗名外斑天竺鲷、大目侧仔", "外斑天竺鲷、大目侧仔"),
        ("主要工业是什么？", "主要工业为手工艺品。", "主要工业为手工艺品。", "手工艺品"),
        ("在哪里开工？", "工程位于湖南省开工。", "位于湖南省", "湖南省"),
        ("毕业于哪所大学？", "他毕业于湖南农业大学。", "湖南农业大学", "湖南农业大学"),
        ("出台了哪个文件？", "县里出台《关于节水的决定》。", "《关于节水的决定》。", "《关于节水的决定》"),
        ("多大？", "水深2至23公尺（约）。", "2至23公尺（", "2至23公尺"),
        ("叫什么名字？", "投入300余万元建成“澧兰党建”云平台。", "澧兰", "澧兰党建"),
        ("工程在哪里动工？", "工程在张家界动工。", "界", "张家界"),
        ("2021年改造多少万亩？", "2021年改造2.3万亩，2022年改造3.1万亩。", "2.3万亩，2022年改造3.1万亩", "2.3万亩"),
        ("哪年建成的？", "一期2019年建成，二期2021年建成。", "2019年建成，二期2021年", "2019年"),
        ("水深多少公尺？", "水深2至23公尺，泥底。", "2至23公尺，泥底", "2至23公尺"),
        ("联系方式是多少？", "电话：65299029，邮箱：163.com", "65299029，邮箱：163.com", "65299029，邮箱：163.com"),
        ("比分是多少？", "最终比分锁定在1：0，主队获胜。", "1：0", "1：0"),
        ("在哪里庆祝建军96周年？", "中新网东京7月29日电 (记者 朱晨曦)7月27日晚举行招待会。", "东京7月29日电", "东京"),
        ("来自哪个国家？", "来自美国的华裔青少年参加夏令营。", "美国的", "美国"),
        ("目的是什么？", "活动有两个目的。", "两个目的", "两个目的"),
        ("有什么目标？", "产业“强链”“补链”实现了。", "“强链”“补链", "“强链”“补链”"),
        # Nothing is left: then all of it is.
        ("是北京还是上海？", "定在北京。", "北京", "北京"),
        ("多少公里？", "长440多公里的渠。", "440多公里", "440多公里"),
    ],
)  # fmt: skip
def test_the_bare_answer_is_the_readers_without_what_the_question_says(
    question: str, sentence: str, read: str, expected: str
) -> None:
    assert short(question, sentence, read) == expected


@given(st.text(alphabet="是在的水，。（）《》一二3年", max_size=20), st.data())
def test_a_bare_answer_is_a_part_of_the_text_and_never_empty(
    text: str, data: st.DataObject
) -> None:
    marked = text + "水"
    start = data.draw(st.integers(0, len(marked) - 1))
    end = data.draw(st.integers(start + 1, len(marked)))
    span = bare("水是什么？", marked, Span(start, end))
    assert 0 <= span.start <= span.end <= len(marked)
    if any(character in "是在的水一二3年" for character in marked[start:end]):
        assert span.start < span.end


@pytest.mark.parametrize(
    ("question", "clause", "expected"),
    [
        ("可以自行决定吗？", "新生可以自行决定是否迁转户口", "是"),
        ("可以转专业吗？", "国家专项计划录取的学生不能转专业", "否"),
        ("有没有停水？", "当日没有停水", "否"),
        ("是否做到全覆盖？", "不断推进，做到全覆盖", "是"),
        ("是不是不能转专业？", "学生不能转专业", ""),
    ],
)
def test_verdict(question: str, clause: str, expected: str) -> None:
    assert verdict(question, clause) == expected


def test_all_candidates_in_reading_order() -> None:
    assert found("哪一年", "2018年93起，2019年112起。") == ["2018年", "2019年"]


def test_dates_are_no_amounts() -> None:
    assert found("总数是多少？", "2021年11月5日共93个。") == ["93个"]


def test_what_the_question_says_is_not_its_answer() -> None:
    assert found("2021年改造以后，哪一年完工", "2021年改造，2022年完工。") == ["2022年"]
    assert found("３６人组成几个人的小组", "抽调36人组成12人的小组") == ["12人"]


def test_nearest_candidate_to_the_questions_words_wins() -> None:
    sentence = "衬砌过的只有68公里，土渠有149公里，干渠最长，连支渠加起来217公里。"
    assert short("土渠有多少公里？", sentence, "干渠") == "149公里"
    assert short("衬砌过的有多少公里？", sentence, "干渠") == "68公里"


@pytest.mark.parametrize(
    "sentence", ["一是改土渠。", "第二，装水表。", "（三）抓培训", "4. 回购", "首先,抓", "②补助"]
)
def test_enumerators(sentence: str) -> None:
    assert spans.ENUMERATOR.match(sentence)


@pytest.mark.parametrize("sentence", ["一年收54元", "3.6万亩", "全县", "第二天查到"])
def test_no_enumerators(sentence: str) -> None:
    assert not spans.ENUMERATOR.match(sentence)
