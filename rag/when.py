"""去年, 今年, 最近 in a question: which time is meant, and by whose calendar."""

from __future__ import annotations

import re
from datetime import date

from index.types import Span
from rag import dates, undated
from rag.dates import Date
from rag.masking import masked

_LATELY = re.compile(r"最近(?!的?[一两几][次届场个])|近期|近日")
_ANY_DAY = date(2000, 1, 1)  # where only the place of a time matters, not which it is
_TO = re.compile(r"\s*[-—~至到]\s*")
_REST = re.compile(
    r"(?:\s*(?:第?[一二三四1-4]季度|前[一二三两1-3]个?季度|[上下]半年|全年|年?[初中底末]))?"
)
_UP_TO = re.compile(r"(?:截[至止]到?)$")


def time(question: str) -> Span | None:
    """The first time that ``question`` is about: 2021年二季度, 2023年1月至5月底, 去年, 截至7月底.

    Not one that it compares with (较2019年).
    """
    plain = masked(question)
    found = [one.span for one in dates.read(plain, _ANY_DAY) if one.year or one.month]
    found = [span for span in found if not dates.is_compared(plain, span)]
    if not found:
        return None
    start, end = found[0].start, _ended(plain, found[0].end)
    for span in found[1:]:
        if not _TO.fullmatch(plain, end, span.start):
            break
        end = _ended(plain, span.end)
    before = _UP_TO.search(plain, 0, start)
    return Span(before.start() if before else start, end)


def _ended(text: str, end: int) -> int:
    rest = _REST.match(text, end)
    return rest.end() if rest else end


def explained(question: str, written: date | None, today: date) -> str:
    """``question`` with what its relative times mean; itself where it has none.

    Relative to ``written``, the day of the document that answers; to ``today`` where that is None.
    """
    anchor = written or today
    by = f"按{'文章日期' if written else '今天'}{anchor.isoformat()}"
    notes = [(one.span.end, f"（{_words(one)}，{by}）") for one in _relative(question, anchor)]
    notes += [(span.end, f"（截至{anchor.isoformat()}）") for span in _lately(question)]
    for at, note in sorted(notes, reverse=True):
        question = question[:at] + note + question[at:]
    return question


def guessed(question: str, written: date | None, today: date) -> str:
    """What is said of an answer that is not of the time which ``question`` means today.

    It was read by ``written``, the day of the document that answers; None where it has none.
    """
    spans = sorted([*(one.span for one in _relative(question, today)), *_lately(question)])
    asked = "、".join(f"“{span.of(question)}”" for span in spans)
    meant = "、".join(_words(one) for one in _relative(question, today)) or f"{today.year}年"
    if not written:
        return f"文章没有日期，{asked}是不是{meant}无法确定{undated.CHECK}。"
    told = [_words(one) for one in _relative(question, written)]
    told += [f"截至{written.isoformat()}" for _ in _lately(question)]
    by = f"按文章日期{written.isoformat()}理解为{'、'.join(told)}"
    return f"没有找到{meant}的内容，{asked}{by}{undated.CHECK}。"


def years(question: str, today: date) -> tuple[int, ...]:
    """The years that 去年, 今年 and the like mean on the day ``today``; 最近 means this one.

    What is only compared with (较去年) limits nothing.
    """
    meant = [one.year for one in _relative(question, today) if one.year]
    if _lately(question):
        meant.append(today.year)
    return tuple(dict.fromkeys(meant))


def dated(question: str, today: date) -> str:
    """``question`` with the dates that its relative times mean today; '' where it has none."""
    put = [(one.span, _words(one)) for one in _relative(question, today)]
    put += [(Span(span.start, span.start), f"{today.year}年") for span in _lately(question)]
    text = question
    for span, words in sorted(put, reverse=True):
        text = text[: span.start] + words + text[span.end :]
    return text if put else ""


def _relative(question: str, anchor: date) -> list[Date]:
    found = dates.relative(masked(question), anchor)
    return [one for one in found if not dates.is_compared(question, one.span)]


def _lately(question: str) -> list[Span]:
    return [Span(*match.span()) for match in _LATELY.finditer(masked(question))]


def _words(one: Date) -> str:
    parts = ((one.year, "年"), (one.month, "月"), (one.day, "日"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)
