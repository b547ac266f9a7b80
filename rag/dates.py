"""Dates in Chinese text: 二〇二一年九月 = 2021年9月 = 2021-09, ranges, and 去年 by an anchor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from index.types import Span
from rag import numerals

_HAN = "[〇零一二三四五六七八九]"
_YEAR = rf"[12]\d{{3}}|[一二]{_HAN}{{3}}"
_SMALL = r"\d{1,2}|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"  # a month or a day
_ALONE = r"(?<![\d.〇零一二三四五六七八九十百千万])"
_WRITTEN = re.compile(
    rf"(?P<y>(?<!\d)(?:{_YEAR}))\s*年度?(?:\s*(?P<m>{_SMALL})\s*月份?(?:\s*(?P<d>{_SMALL})\s*[日号])?)?"
    rf"|(?P<m2>{_ALONE}(?:{_SMALL}))\s*月份?(?:\s*(?P<d2>{_SMALL})\s*[日号])?"
    rf"|(?P<d3>{_ALONE}(?<!第)(?:{_SMALL}))\s*[日号](?![楼线院门床机文令])"
    r"|(?P<yi>(?<![\d.])(?:1[5-9]|20)\d{2})(?P<sep>[-/.])(?P<mi>0?[1-9]|1[0-2])"
    r"(?:(?P=sep)(?P<di>0?[1-9]|[12]\d|3[01])|(?<=[-/]\d\d)(?<![.]\d\d))(?![\d%.])"
)
# 1-6月, 2019、2020年: what stands before takes the first unit of what follows.
_BEFORE = re.compile(rf"(?P<n>(?<![\d.])(?:\d{{1,4}}|{_YEAR}|{_SMALL}))\s*[-至到、和]\s*$")
_LISTED = 20  # characters in which what is listed before a date begins
_RELATIVE = re.compile(
    r"(?P<y>今年|本年度?|去年|上年|前年|明年|来年)(?:\s*(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*月份?"
    r"(?:\s*(?P<d>\d{1,2})\s*[日号])?)?|(?P<month>本月|上(?:个)?月|下(?:个)?月)|(?P<day>今[天日]|昨[天日]|前天|明[天日])"
)
# 较去年, 与2019年相比: a time that something is held against, not one that it is told of.
_COMPARED = re.compile(r"(?:[较比]|恢复到|相当于)(?:于)?$")
_WITH, _HELD_AGAINST = (
    re.compile(r"[与和同跟]$"),
    re.compile(r"(?:的?同期|全年)?(?:相?[比较]|持平|相同|一样)"),
)
_YEARS = {"今": 0, "本": 0, "去": -1, "上": -1, "前": -2, "明": 1, "来": 1}
_DAYS = {"今": 0, "昨": -1, "前": -2, "明": 1}


@dataclass(frozen=True, slots=True)
class Date:
    """A day, month or year as written; a part is None where it is not said.

    ``implied_year``: the year that a date without one is read in (the last one said before it,
    or the anchor's).
    """

    span: Span
    year: int | None
    month: int | None
    day: int | None
    implied_year: int | None = None

    def says(self, claim: Date) -> bool:
        """Whether this date, read in its place, carries all that ``claim`` says."""
        year = self.year or self.implied_year
        return (
            claim.year in (None, year)
            and claim.month in (None, self.month)
            and claim.day in (None, self.day)
        )


def read(text: str, anchor: date | None = None) -> list[Date]:
    """The dates of ``text`` in reading order; ``anchor`` is what 今年 and 昨天 are relative to."""
    plain = numerals.folded(text)
    found = [one for match in _WRITTEN.finditer(plain) for one in _written(plain, match)]
    for one in relative(text, anchor) if anchor else ():
        found = [other for other in found if not _overlap(other.span, one.span)] + [one]
    return list(_in_context(sorted(found, key=lambda d: d.span), anchor))


def relative(text: str, anchor: date) -> list[Date]:
    """The dates that ``text`` says relative to ``anchor`` (去年, 今年3月, 昨天), in reading order."""
    return [_relative(match, anchor) for match in _RELATIVE.finditer(numerals.folded(text))]


def is_compared(text: str, span: Span) -> bool:
    """Whether what is told is only compared with the time at ``span``: 较去年, 与2019年同期相比."""
    before, after = text[: span.start], text[span.end :]
    return bool(_COMPARED.search(before) or (_WITH.search(before) and _HELD_AGAINST.match(after)))


def parse(written: str) -> date | None:
    """The day that a document's metadata names ("2021-09-15 10:30"); None where it names none."""
    for found in read(written):
        if found.year and found.month:
            try:
                return date(found.year, found.month, found.day or 1)
            except ValueError:
                continue
    return None


def _written(text: str, match: re.Match[str]) -> Iterator[Date]:
    part = match.groupdict()
    year, month = part["y"] or part["yi"], part["m"] or part["m2"] or part["mi"]
    day = part["d"] or part["d2"] or part["d3"] or part["di"]
    whole = Date(Span(*match.span()), _number(year), _number(month), _number(day))
    if (whole.month or 1) > 12 or (whole.day or 1) > 31:
        return
    yield from reversed(list(_before(text, whole)))
    yield whole


def _before(text: str, first: Date) -> Iterator[Date]:
    """What is listed before a date in its leading unit, nearest first."""
    end = first.span.start
    while match := _BEFORE.search(text, max(0, end - _LISTED), end):
        number = _number(match["n"])
        span = Span(*match.span("n"))
        if first.year and number and number > 999:
            yield Date(span, number, None, None)
        elif not first.year and first.month and number and number <= 12:
            yield Date(span, None, number, None)
        elif not first.year and not first.month and number and number <= 31:
            yield Date(span, None, None, number)
        else:
            return
        end = span.start


def _relative(match: re.Match[str], anchor: date) -> Date:
    span = Span(*match.span())
    if word := match["y"]:
        year = anchor.year + _YEARS[word[0]]
        return Date(span, year, _number(match["m"]), _number(match["d"]))
    if word := match["month"]:
        months = anchor.year * 12 + anchor.month - 1 + {"本": 0, "上": -1, "下": 1}[word[0]]
        return Date(span, months // 12, months % 12 + 1, None)
    day = anchor + timedelta(days=_DAYS[match["day"][0]])
    return Date(span, day.year, day.month, day.day)


def _in_context(found: Sequence[Date], anchor: date | None) -> Iterator[Date]:
    """Give dates the year, and lone days the month, of what stands before them."""
    year, month = anchor.year if anchor else None, None
    for one in found:
        year, month = one.year or year, one.month or (None if one.year else month)
        lone = one.day is not None and one.month is None
        yield replace(one, implied_year=year, month=month if lone else one.month)


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _number(numeral: str | None) -> int | None:
    read_: Fraction | None = numerals.value(numeral) if numeral else None
    return int(read_) if read_ is not None else None
