"""What must stand beside the best sentence of an answer."""

from __future__ import annotations

import pytest

from rag import lists
from rag.questions import parse

LOANS = (
    "一是加大贷款投放力度。",
    "引导小贷公司重点为疫情防控相关企业、地区，特别是中小微企业提供金融支持。",
    "同时，力争小贷行业对中小微企业的放贷总额不低于上年同期。",
    "二是缓解客户还款压力。",
    "鼓励小贷公司减费让利。",
)
SUBSIDY = (
    "为重点企业提供职业介绍服务的机构，给予一次性就业创业服务补助。",
    "补助标准为:推荐成功上岗人数为50人（含）以上的，补助2.4万元；",
    "100人（含）以上的，补助4.5万元；",
    "200人（含）以上的，补助9万元。",
    "所需资金由市级就业专项资金负担。",
)
CONFIRMED = (
    "（三）确诊人员的处置流程 　　1.疑似人员经医疗机构正式确诊为新型冠状病毒肺炎后，应立即报告。",
    "2.对施工现场进行全封闭，禁止所有人员进出。",
    "3.在卫生防疫部门的指导下，对施工现场所有区域进行彻底消毒。",
    "施工现场发现疫情疑似或确诊病例的，应立即停止一切施工作业活动。",
    "（四）密切接触人员的处理流程 　　1．将人员转运至集中隔离观察点。",
)


@pytest.mark.parametrize(
    ("question", "texts", "best", "expected"),
    [
        ("重庆市是如何加大贷款投放力度的？", LOANS, 0, {0, 1, 2}),
        ("加大贷款投放力度是为了谁的利益？", LOANS, 0, {0, 1}),
        ("重庆市是如何加大贷款投放力度的？", LOANS, 2, {2}),
        ("北京市鼓励用工的补助标准是什么？", SUBSIDY, 1, {1, 2, 3}),
        ("北京市有哪些补助？", SUBSIDY, 2, {1, 2, 3}),
        ("推荐50人以上的机构会得到多少补助？", SUBSIDY, 1, {1}),
        ("机构如何得到补助？", SUBSIDY, 1, {1}),
    ],
)
def test_a_list_is_whole_where_all_of_it_is_asked_for(
    question: str, texts: tuple[str, ...], best: int, expected: set[int]
) -> None:
    assert lists.whole(parse(question), texts, best, set()) == expected


def test_what_a_lead_announces_ends_somewhere() -> None:
    texts = ("一是加大贷款投放力度。", *("对企业提供金融支持。",) * 9)
    assert len(lists.whole(parse("如何加大贷款投放力度？"), texts, 0, set())) == 5
    assert len(lists.whole(parse("有哪些措施加大贷款投放力度？"), texts, 0, set())) == 10


def test_steps_go_on_by_their_numbers() -> None:
    assert list(lists.counted_on(CONFIRMED, 0)) == [1, 2]
    assert list(lists.counted_on(CONFIRMED, 1)) == [2]
    assert list(lists.counted_on(CONFIRMED, 3)) == []
    assert lists.wants_steps(parse("北京市对施工现场确诊人员的处理流程是什么？"))
    assert lists.wants_steps(parse("中小微企业如何申请免征污水处理费？"))
    assert not lists.wants_steps(parse("施工现场如何消毒？"))
    assert not lists.wants_steps(parse("处理流程是哪一年公布的？"))


@pytest.mark.parametrize(
    ("question", "best", "cited", "expected"),
    [
        ("北京市有哪些补助？", 1, SUBSIDY[1:4], True),
        ("北京市鼓励用工的补助标准是什么？", 1, SUBSIDY[1:4], True),
        ("北京市鼓励用工的补助标准是什么？", 4, SUBSIDY[3:], False),
        ("处理流程是什么？", 0, CONFIRMED[:3], True),
        ("处理流程是什么？", 3, CONFIRMED[2:4], False),
        ("谁应立即报告？", 0, CONFIRMED[:3], False),
    ],
)
def test_several_sentences_that_answer_together_have_no_bare_answer(
    question: str, best: int, cited: tuple[str, ...], expected: bool
) -> None:
    texts = CONFIRMED if cited[0] in CONFIRMED else SUBSIDY
    assert lists.are_several(parse(question), texts[best], cited) == expected
