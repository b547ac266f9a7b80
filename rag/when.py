"""去年, 今年, 最近 in a question: which time is meant, and by whose calendar."""

from __future__ import annotations

import re
from datetime import date

from index.types import Span
from rag import dates
from rag.dates import Date

_LATELY = re.compile(r"最近|近期|近日")


def explained(question: str, written: date | None, today: date) -> str:
    """``question`` with what its relative times mean; itself where it has none.

    Relative to ``written``, the day of the document that answers; to ``today`` where the
    document has no date.
    """
    anchor = written or today
    by = f"按{'文章日期' if written else '今天'}{anchor.isoformat()}"
    notes = [(one.span.end, f"（{_words(one)}，{by}）") for one in dates.relative(question, anchor)]
    notes += [
        (match.end(), f"（截至{anchor.isoformat()}）") for match in _LATELY.finditer(question)
    ]
    for at, note in sorted(notes, reverse=True):
        question = question[:at] + note + question[at:]
    return question


def years(question: str, today: date) -> tuple[int, ...]:
    """The years that 去年, 今年 and the like mean on the day ``today``; 最近 means this one."""
    meant = [one.year for one in dates.relative(question, today) if one.year]
    if _LATELY.search(question):
        meant.append(today.year)
    return tuple(dict.fromkeys(meant))


def dated(question: str, today: date) -> str:
    """``question`` with the dates that its relative times mean today; '' where it has none."""
    put = [(one.span, _words(one)) for one in dates.relative(question, today)]
    lately = _LATELY.finditer(question)
    put += [(Span(match.start(), match.start()), f"{today.year}年") for match in lately]
    text = question
    for span, words in sorted(put, reverse=True):
        text = text[: span.start] + words + text[span.end :]
    return text if put else ""


def _words(one: Date) -> str:
    parts = ((one.year, "年"), (one.month, "月"), (one.day, "日"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)
