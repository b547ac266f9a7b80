"""What is said for courtesy and asks nothing: 谢谢, 你好, 好的, 再见, 哈哈. It gets a reply, no search."""

from __future__ import annotations

import re
import unicodedata

from index.simplified import simplified
from rag.types import Answer

_ASK = "想知道文档里的什么，请直接写成一个问题，例如：这篇文章讲了什么？"
# What is said, and how it is met.
_KINDS = (
    (
        r"(?:非常|十分|真是?|太|多)?(?:感谢|谢谢|谢了|多谢)(?:你们?|您|大家)?的?(?:回答|解答|帮助|帮忙)?"
        r"|(?:你们?|您)?(?:真是)?(?:太)?辛苦(?:你们?|您)?了?|麻烦(?:你们?|您)了|thanks|thank\s*you|thx|3q",
        f"不客气！{_ASK}",
    ),
    (
        r"(?:你|您|你们|大家|早上|上午|中午|下午|晚上)好|哈喽|哈啰|嗨|hello|hi|hey|早安?|在[吗么]|有人[吗么]",
        f"你好！{_ASK}",
    ),
    (r"再见|拜+|88|bye|goodbye|晚安|(?:下次|回头|回)见", "再见！下次要查文档，直接写出问题就行。"),
    (
        r"好|行|可以|嗯+|哦+|噢+|ok|okay|收到|对|是的?|(?:我)?(?:明白|知道|懂|了解)|没事|没问题|没有|不用|不错|很好|真?棒"
        r"|厉害|[哈呵嘿嘻]+|h{2,}|lol",
        f"好的。{_ASK}",
    ),
)
_PARTICLE = r"(?:[了啦啊呀哈呢哦噢吧嘞的]|咯)*"
_MARKS = r"[^\w]*"
_REPLIES = tuple((re.compile(f"(?:{said}){_PARTICLE}"), reply) for said, reply in _KINDS)
_SAID = "|".join(said for said, _ in _KINDS)
_ONLY = re.compile(rf"{_MARKS}(?:(?:{_SAID}){_PARTICLE}{_MARKS})+")
# Before a question: only where a mark sets it off, so that 好的教育是什么 stays whole.
_BEFORE = re.compile(rf"(?:(?:{_SAID}){_PARTICLE}[，,。.！!~～；;\s]+)+(?=\w)")


def reply(said: str) -> str:
    """How ``said`` is met, which asks nothing; '' where it does ask."""
    plain = simplified(unicodedata.normalize("NFKC", said).lower())
    if not _ONLY.fullmatch(plain):
        return ""
    begins = re.sub(rf"^{_MARKS}", "", plain)
    return next(answer for pattern, answer in _REPLIES if pattern.match(begins))


def answer(said: str) -> Answer | None:
    """The reply as an answer without evidence; None to a question."""
    text = reply(said)
    return Answer(said, "no_evidence", text, "", 0.0, (), ()) if text else None


def without(question: str) -> str:
    """``question`` without the courtesy that it begins with (谢谢，那投资呢？)."""
    match = _BEFORE.match(simplified(question.lower()))
    return question[match.end() :] if match else question
