"""Days, months and years as spans of time: 2021, 2021-09, 2021年9月15日, 二〇二一年九月."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from rag import numerals

_NUMERAL = rf"[{numerals.HAN_DIGITS}十]+"
_WRITTEN = re.compile(
    rf"(?P<y>\d{{4}}|[{numerals.HAN_DIGITS}]{{4}})(?:"
    r"(?P<m0>\d{2})(?P<d0>\d{2})(?!\d)"
    rf"|\s*[年./-]\s*(?P<m>\d{{1,2}}|{_NUMERAL})(?:\s*[月./-]\s*(?P<d>\d{{1,2}}|{_NUMERAL})\s*[日号]?|\s*月份?)?"
    r"|\s*年)?(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Period:
    """From the ``first`` day to the ``last``, both included."""

    first: date
    last: date

    def meets(self, other: Period) -> bool:
        """Whether a day of it may be one of ``other``: 2021 meets 2021-09."""
        return self.first <= other.last and other.first <= self.last


def read(written: str, whole: bool = True) -> Period | None:
    """The time that ``written`` names, or None; not ``whole``: that it begins with."""
    text = numerals.folded(written.strip())
    match = _WRITTEN.fullmatch(text) if whole else _WRITTEN.match(text)
    if match is None:
        return None
    year, month, day = (
        _number(match[a] or (match[b] if b else None))
        for a, b in (("y", ""), ("m", "m0"), ("d", "d0"))
    )
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return Period(first, first)
    months = month or 12
    return Period(first, date(first.year, months, monthrange(first.year, months)[1]))


def _number(numeral: str | None) -> int | None:
    found = numerals.value(numeral) if numeral else None
    return None if found is None else int(found)
