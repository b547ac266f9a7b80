"""Yes or no, this or that, by the clause that answers."""

from __future__ import annotations

import pytest

from rag import Library
from rag.verdict import choice, verdict


@pytest.mark.parametrize(
    ("question", "clause", "chosen"),
    [
        ("村均运转经费比去年多了还是少了？", "村均运转经费较去年增长11%", "多了"),
        ("旅游收入是下降还是上升", "旅游收入同比下滑3.1%", "下降"),
        ("比例提高了还是降低了?", "比例由60%提高到75%", "提高了"),
        ("房价涨了还是跌了", "房价先涨后跌", ""),
        ("这项补贴是一次性发放还是按月发放？", "补贴按月发放至社保卡", "按月发放"),
        ("采茶机是政府买的还是村民买的", "采茶机由合作社购置", ""),
        ("村均运转经费是多少？", "村均运转经费为10万元", None),
        ("他还是不肯搬走吗？", "他搬走了", None),
    ],
)
def test_which_of_two_the_text_says(question: str, clause: str, chosen: str | None) -> None:
    assert choice(question, clause) == chosen


def test_a_question_that_denies_gets_no_verdict() -> None:
    assert verdict("不用排队吗？", "不用排队") == ""
    assert verdict("要排队吗？", "无需排队") == "否"


def test_more_or_less_is_answered_as_it_was_asked(seed_library: Library) -> None:
    answer = seed_library.ask("村均运转经费是增加了还是减少了？")
    assert answer.status == "answered"
    assert answer.short == "增加了"
