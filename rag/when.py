"""去年, 今年, 最近 in a question: which time is meant, and by whose calendar."""

from __future__ import annotations

import re
from datetime import date

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


def _words(one: Date) -> str:
    parts = ((one.year, "年"), (one.month, "月"), (one.day, "日"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)
