"""这段时间, 这期间, 那一年 in a follow-up: the time of the turns before it, not their subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import accumulate

from index import tokens
from rag import dates, when

_THAT = re.compile(
    r"(?:[这那][一个段]{0,2}|[该此同])(?:(?P<year>年度?)|段?(?:时间|期间|时期|阶段|季度|月份?|天))"
    r"(?:之?[内里中间]|以来)?(?![代级轻龄表点长气空])"
)
_REST_MIN = 4  # characters that ask something: not those of 那一年呢
_BEFORE = re.compile(r"(?:那么?[，,]?)?在?")


def is_meant(question: str) -> bool:
    """Whether ``question`` refers to a time that was said before it."""
    return _that(question) is not None


def completed(question: str, texts: Iterable[str], by_subject: Callable[[str], str]) -> str:
    """``question`` with the time that it refers to: the first that one of ``texts`` names.

    What remains is completed ``by_subject``; so is all of it where it refers to no known time.
    """
    match = _that(question)
    time = _said(bool(match["year"]), texts) if match else ""
    if not match or not time:
        return by_subject(question)
    before, after = question[: match.start()], question[match.end() :]
    if not _BEFORE.fullmatch(before) or len(after) < _REST_MIN:
        return by_subject(before + time + after)
    rest = after.lstrip("，,的")
    whole = by_subject(rest)
    return before + time + after if whole == rest else time + whole


def _that(question: str) -> re.Match[str] | None:
    """The words that refer to a time; not parts of others (那天津呢, 合同期间)."""
    ends = {0, *accumulate(len(word) for word, _ in tokens.tagged_words(question))}
    found = (m for m in _THAT.finditer(question) if {m.start(), m.end()} <= ends)
    return next(found, None)


def _said(only_year: bool, texts: Iterable[str]) -> str:
    """The first time in ``texts``, as it is written there, or only its year (2021年9月: 2021年)."""
    for text in texts:
        if time := when.time(text):
            written = time.of(text)
            year = next((one.year for one in dates.read(written) if one.year), None)
            return f"{year}年" if only_year and year else written
    return ""
