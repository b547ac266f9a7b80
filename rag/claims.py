"""Whether the values and names of a sentence occur in its evidence, each in its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from index.simplified import simplified
from index.types import Span
from rag import dates, names, spans, units, values
from rag.dates import Date
from rag.values import Value

_NEAR = 200  # characters in which these are found, lists of numbers between them
_AHEAD, _BEHIND = 12, 8  # characters that tell what a number is about
_NEARER = 0.2  # how much better another number's place must fit, to contradict a claim
# Between the numbers of a list or a range, which share their place.
_JOINING = re.compile(r"\s|(?:(?<=\0)|^)[、至到和~～–—\-]+(?=\0|$)|\0")
_UNIT = re.compile(rf"\s*(?:{units.PATTERN})")
_CLAUSE_END = re.compile(r"[，。；：,;:]")


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence that may bear out a claim.

    ``around``: title, heading and the sentences before it, where names and years may stand as
    well. ``day`` is the document's date, which 去年 is relative to.
    """

    text: str
    around: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A part of a sentence that its evidence does not carry; ``span`` in the sentence."""

    span: Span
    kind: Literal["value", "name"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a sentence says that can be looked up; spans in ``text``, which is in simplified script."""

    text: str
    dates: tuple[Date, ...]
    values: tuple[Value, ...]
    names: tuple[Span, ...]

    @property
    def without_numbers(self) -> str:
        """``text`` with every character of a number or date as NUL; offsets stay."""
        left = list(self.text)
        for span in [one.span for one in self.dates] + [one.span for one in self.values]:
            left[span.start : span.end] = "\0" * (span.end - span.start)
        return "".join(left)


@lru_cache(maxsize=4096)  # each sentence of the passages is held against every clause written
def read(sentence: str, day: date | None = None) -> Claims:
    """The values and names of a sentence; an enumerator at its head (1. 一是) claims nothing."""
    sentence = simplified(sentence)  # one character for one: the spans hold
    head = spans.ENUMERATOR.match(sentence)
    body = " " * head.end() + sentence[head.end() :] if head else sentence
    found = dates.read(body, day)
    amounts = values.read(body, [one.span for one in found])
    numbers = [date_.span for date_ in found] + [amount.span for amount in amounts]
    # jieba's dictionary has 四万人 among its names.
    named = [s for s in names.read(body) if not any(_overlap(s, number) for number in numbers)]
    return Claims(body, tuple(found), tuple(amounts), tuple(named))


def flaws(sentence: str, sources: Sequence[Source]) -> tuple[Flaw, ...]:
    """The values and names of ``sentence`` that none of ``sources`` carries, in reading order.

    A value must occur in a source, and no other value of its kind may stand there in a place
    that fits the claim clearly better: 男49%，女51% does not bear out 男51%.
    """
    claims = read(sentence)
    known = [read(source.text, source.day) for source in sources]
    around = "\n".join(f"{source.text}\n{source.around}" for source in sources)
    years = {one.year for one in dates.read(around)} | {s.day.year for s in sources if s.day}
    wrong = [d.span for d in claims.dates if not _date_is_said(claims, d, known, years)]
    wrong += [v.span for v in claims.values if not _value_is_said(claims, v, known)]
    inside = names.bare(around)
    missing = [s for s in claims.names if not names.occurs(s.of(sentence), inside)]
    found = [Flaw(span, "value") for span in wrong] + [Flaw(span, "name") for span in missing]
    return tuple(sorted(found, key=lambda flaw: flaw.span))


def _date_is_said(
    claims: Claims, claim: Date, known: Sequence[Claims], years: set[int | None]
) -> bool:
    def says(one: Date) -> bool:
        if one.says(claim):
            return True
        # 7月 in an article on 2021 is 2021年7月
        undated = Date(claim.span, None, claim.month, claim.day)
        return claim.year in years and one.year is None and one.says(undated)

    def rival(one: Date) -> bool:
        return (one.day is None, one.month is None) == (claim.day is None, claim.month is None)

    said = [(bare, one) for source, bare in _bare(known) for one in source.dates]
    right = [(place, one.span) for place, one in said if says(one)]
    if not right:
        return _year_is_said(claim, known, years)
    others = [(place, one.span) for place, one in said if not says(one) and rival(one)]
    return _fits(claims, claim.span, right, others)


def _year_is_said(claim: Date, known: Sequence[Claims], years: set[int | None]) -> bool:
    if claim.year is None or claim.month is not None:
        return False
    numbers = {v.amount for source in known for v in source.values if not v.unit}
    dated = any(one.year for source in known for one in source.dates)
    return claim.year in numbers or (claim.year in years and not dated)


def _value_is_said(claims: Claims, claim: Value, known: Sequence[Claims]) -> bool:
    said = [(bare, one) for source, bare in _bare(known) for one in source.values]
    right = [(place, one.span) for place, one in said if one.says(claim)]
    others = [
        (place, one.span)
        for place, one in said
        if not one.says(claim) and one.unit == claim.unit and one.amount != claim.amount
    ]
    if not right:
        return claim.loose and not others  # 一个平台 is no count, unless others are counted
    return _fits(claims, claim.span, right, others)


Place = tuple[str, Span]  # a text without its numbers, and the place of one
Pairs = tuple[frozenset[str], frozenset[str]]  # of a clause, of all within reach


def _fits(claims: Claims, claim: Span, right: Sequence[Place], others: Sequence[Place]) -> bool:
    """Whether a right value stands in a place like the claim's, as far as any other does."""
    mine = _place(claims.without_numbers, claim)
    best = max(_likeness(mine, _place(*place)) for place in right)
    rival = max((_likeness(mine, _place(*place)) for place in others), default=0.0)
    return rival < best + _NEARER


def _bare(known: Sequence[Claims]) -> list[tuple[Claims, str]]:
    return [(source, source.without_numbers) for source in known]


def _place(bare: str, span: Span) -> Pairs:
    """The character pairs around a number: in its clause, and within reach."""
    ahead = _JOINING.sub("", bare[max(0, span.start - _NEAR) : span.start])[-_AHEAD:]
    after = _UNIT.match(bare, span.end)  # the lower end of a range leaves its unit to the upper
    end = after.end() if after else span.end
    behind = _JOINING.sub("", bare[end : end + _NEAR])[:_BEHIND]
    clause = _CLAUSE_END.split(ahead)[-1], _CLAUSE_END.split(behind)[0]
    return _pairs(*clause), _pairs(ahead, behind)


def _pairs(ahead: str, behind: str) -> frozenset[str]:
    return frozenset(
        side + part[i : i + 2]
        for side, part in (("<", ahead), (">", behind))
        for i in range(len(part) - 1)
    )


def _likeness(one: Pairs, other: Pairs) -> float:
    """Mean Dice coefficient of the clauses and of what is within reach, 0 to 1."""
    return (_dice(one[0], other[0]) + _dice(one[1], other[1])) / 2


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end
