"""What stands around a number and changes it: 约, 近, 超过, 以上; 增长, 下降."""

from __future__ import annotations

import re
from typing import Literal

from index.types import Span

Bound = Literal["exact", "about", "over", "under"]

_OVER = r"超过?|逾|突破|高于|大于|多于|不低于|不少于|不小于|至少|最少|满"
_UNDER = r"不足|不到|低于|小于|少于|不超过?|不多于|不高于|不大于|至多|最多|将近|接近|近|(?<!超)未满"
_ABOUT = r"大约|约|大概|左右"
_AHEAD = re.compile(
    rf"(?:(?P<under>{_UNDER})|(?P<over>{_OVER})|(?P<about>{_ABOUT}))[了达到为有共于\s]*$"
)
_REACH = 12  # characters before a number that are looked at
_BEHIND = re.compile(
    r"[(（]?(?:(?P<over>及?以上|有余|出头|起步)|(?P<under>及?以下|以内|之内)|(?P<about>左右|上下|许))"
)
_UP = r"增长|增加|提高|上升|上涨|扩大|提升|增幅|增速|涨幅|上浮|净增|多出|高出|[增升涨]"
_DOWN = r"下降|减少|降低|下滑|下跌|回落|缩小|收窄|减幅|降幅|跌幅|下浮|缩减|压减|[降减跌]"
_TREND = re.compile(
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:了|约|近|超过?|逾|达到?|为|是|-|不少于|不低于|至少|\s)*$"
)
_GROWN = re.compile(rf"(?:{_UP}|[多高])(?:了|出|约|近|超过?|逾)*$")


def bound(text: str, span: Span) -> Bound:
    """The hedge around the number at ``span``: 约, 近, 超过 before it, 以上, 左右 after it."""
    if match := _BEHIND.match(text, span.end):
        return "over" if match["over"] else "under" if match["under"] else "about"
    match = _AHEAD.search(_ahead(text, span.start))
    if not match:
        return "exact"
    return "over" if match["over"] else "under" if match["under"] else "about"


def trend(text: str, start: int) -> int:
    """1 for what has grown to or by a number (增长5%), -1 for 下降5%, 0 for neither."""
    match = _TREND.search(_ahead(text, start))
    return 0 if not match else 1 if match["up"] else -1


def grows(text: str, start: int) -> bool:
    """Whether the multiple at ``start`` comes on top: 增长1倍 is twice as much."""
    return bool(_GROWN.search(_ahead(text, start)))


def _ahead(text: str, start: int) -> str:
    return text[max(0, start - _REACH) : start]
