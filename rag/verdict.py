"""Yes or no, read off the clause that the evidence answers with."""

from __future__ import annotations

import re

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
