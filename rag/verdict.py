"""Yes or no, this or that, read off the clause that the evidence answers with."""

from __future__ import annotations

import re
from collections.abc import Mapping

YES, NO = "是", "否"

# 不断, 不仅 and the like deny nothing.
_DENIED = re.compile(
    r"不(?![断仅但同足少久超低少惜懈忘]|可或缺|约而同)|未(?!来|成年|婚)|没有?|无(?:需|须|法|权)|禁止|严禁|暂停|停止|取消|拒绝|尚无"
)
_ASKED = re.compile(r"是不是|有没有|能不能|可不可以|会不会|要不要|与否|没有[吗？?]*$")


def verdict(question: str, clause: str) -> str:
    """``YES`` or ``NO``; '' where the question itself denies, so that either could mislead."""
    if _DENIED.search(_ASKED.sub("", question)):
        return ""
    return NO if _DENIED.search(clause) else YES


_UP = r"增[加长多]|上[升涨调]|提[高升]|扩大|多|高|涨|升|大"
_DOWN = r"减少|下[降滑跌调]|降低?|缩小|少|低|跌|小"
_MORE = re.compile(r"增[加长多]|上[升涨调]|提[高升]|扩大|多了|高[出于]|涨")
_FEWER = re.compile(r"减少|下[降滑跌调]|降[低至到]|缩小|少了|(?<!不)低于|跌")
# 比去年多了还是少了
_WHICH_WAY = re.compile(
    rf"(?:(?P<up>(?:{_UP})了?)，?还是(?P<down>(?:{_DOWN})了?)"
    rf"|(?P<down_first>(?:{_DOWN})了?)，?还是(?P<up_second>(?:{_UP})了?))[的呢？?。]*$"
)
# 是一次性发放还是按月发放
_THIS_OR_THAT = re.compile(
    r"是(?P<this>[^，。？?是]{1,10}?)的?，?还是(?P<that>[^，。？?]{1,10}?)的?[呢？?。]*$"
)


def choice(question: str, clause: str) -> str | None:
    """Which of two that ``question`` offers (A还是B) the clause says; '' where it cannot be told.

    None where no choice is offered.
    """
    if way := _WHICH_WAY.search(question):
        up, down = way["up"] or way["up_second"], way["down"] or way["down_first"]
        return _the_one({up: bool(_MORE.search(clause)), down: bool(_FEWER.search(clause))})
    if offered := _THIS_OR_THAT.search(question):
        return _the_one({name: name in clause for name in offered.groups()})
    return None


def _the_one(said: Mapping[str, bool]) -> str:
    found = [name for name, is_said in said.items() if is_said]
    return found[0] if len(found) == 1 else ""
