"""Attributes that are asked for by their name alone: 那投资呢 is 投资是多少, 院长呢 is 院长是谁."""

from __future__ import annotations

import re

# What is counted or measured of a thing.
MEASURED = (
    "投资|投入|资金|金额|经费|预算|价格|费用|收入|营收|产值|生产总值|GDP|利润|成本|人口|人数|数量|总数|面积|长度|高度|重量"
    "|比例|占比|增速|增幅|规模|[率量额]"
)
_ASKED = (
    (re.compile(r"(?:时间|日期|年份)$"), "是什么时候"),
    (re.compile(r"(?:地点|地址|位置)$"), "在哪里"),
    (
        re.compile(
            r"(?:书记|[市县局校院省镇乡部处科董事]长|主任|经理|主席|作者|编辑|负责人|主办方)$"
        ),
        "是谁",
    ),
    (re.compile(rf"(?:{MEASURED})$"), "是多少"),
    (
        re.compile(
            r"(?:原因|目的|目标|作用|意义|特点|优势|内容|做法|措施|办法|要求|条件|标准|范围|背景|职责|任务|结果|成效)$"
        ),
        "是什么",
    ),
)


def asked(noun: str) -> str | None:
    """How to ask for what ``noun`` ends in; None where that is no attribute."""
    return next((tail for attribute, tail in _ASKED if attribute.search(noun)), None)


def is_one(noun: str) -> bool:
    """Whether ``noun`` is an attribute and nothing else: 投资, not 水利投资."""
    return any(attribute.fullmatch(noun) for attribute, _ in _ASKED)
