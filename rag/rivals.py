"""What the text says where a claim puts a value or a name: the reader is asked.

A claim with one of its values or names left open is a question (QAGS: Wang, Cho and Lewis 2020,
arXiv:2004.04228). Where the reader finds another of the same kind in the text much likelier than
the one that is claimed, the claim says of one thing what the text says of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.simplified import simplified
from index.types import Span
from rag import claims, names
from rag.claims import Claims, Flaw, Source
from rag.dates import Date
from rag.reader import Logits, Reader, Text
from rag.values import Value

# A rival must be likelier by so many log-odds, and by itself: where the question reads naturally
# (多少, 什么时候, 谁), and where it does not (from docs/decisions/0011; python -m benchmarks.exchanged).
_PLAIN, _ODD = (2.0, 0.0), (8.0, -3.0)
_ASKED_FOR = {"nr": "谁", "ns": "哪里"}  # by jieba's tags
_PARTS_MAX = 16  # of a sentence; each is a pass of the reader for each window
_NOTHING = -99.0  # log-odds go from -30 to 30

Places = Callable[[Claims], list[Span]]  # in a text that was read


@dataclass(frozen=True, slots=True)
class _Part:
    """A value or name of a claim: what asks for it, where a text has it, and others of its kind."""

    flaw: Flaw
    asks: str
    same: Places
    others: Places
    is_plain: bool = True


def flaws(sentence: str, windows: Sequence[Source], reader: Reader) -> tuple[Flaw, ...]:
    """The values and names of ``sentence`` in the place of which ``windows`` have others.

    Of very many only the first are asked for. A window is a stretch of text that the reader takes
    whole, its ``around`` title and heading.
    """
    said = claims.read(sentence)
    parts = [
        *(_value(value) for value in said.values if value.unit),
        *map(_date, said.dates),
        *(_name(span, said.text) for span in said.names),
    ]
    return tuple(
        part.flaw for part in parts[:_PARTS_MAX] if _has_rival(part, said.text, windows, reader)
    )


def _has_rival(part: _Part, claim: str, windows: Sequence[Source], reader: Reader) -> bool:
    span = part.flaw.span
    question = f"{claim[: span.start]}{part.asks}{claim[span.end :].rstrip('。')}？"
    texts = [Text(simplified(one.around), simplified(one.text)) for one in windows]
    own = other = _NOTHING
    for window, logits in zip(windows, reader.read(question, texts), strict=True):
        told = claims.read(window.text, window.day)
        same = part.same(told)
        read_to = logits.tokens[-1].end if logits.tokens else 0
        if any(place.end > read_to for place in same):
            continue  # the reader was not shown where the claim's own value stands
        own = max(own, _odds(logits, same))
        other = max(other, _odds(logits, part.others(told)))
    margin, least = _PLAIN if part.is_plain else _ODD
    return other > max(least, own + margin)


def _odds(logits: Logits, places: Sequence[Span]) -> float:
    found = (logits.best(place) for place in places)
    return max((one.odds for one in found if one), default=_NOTHING)


def _value(claim: Value) -> _Part:
    def same(told: Claims) -> list[Span]:
        return [value.span for value in told.values if value.says(claim)]

    def others(told: Claims) -> list[Span]:
        alike = (v for v in told.values if v.unit == claim.unit and not v.loose)
        return [value.span for value in alike if not value.says(claim)]

    return _Part(Flaw(claim.span, "value"), "多少", same, others)


def _date(claim: Date) -> _Part:
    def agrees(date: Date) -> bool:
        return date.says(claim) or claim.says(date)

    def same(told: Claims) -> list[Span]:
        return [date.span for date in told.dates if agrees(date)]

    def others(told: Claims) -> list[Span]:
        alike = (d for d in told.dates if (d.month is None) == (claim.month is None))
        return [date.span for date in alike if not agrees(date)]

    asks = "哪一年" if claim.month is None else "什么时候"
    return _Part(Flaw(claim.span, "value"), asks, same, others)


def _name(span: Span, claim: str) -> _Part:
    name = names.stem(span.of(claim))
    kind = names.kind(span.of(claim))

    def same(told: Claims) -> list[Span]:
        return [Span(*match.span()) for match in re.finditer(re.escape(name), told.text)]

    def others(told: Claims) -> list[Span]:
        return [s for s in told.names if is_other(s.of(told.text))]

    def is_other(found: str) -> bool:
        return name not in found and found not in claim and names.kind(found) == kind

    return _Part(Flaw(span, "name"), _ASKED_FOR.get(kind, "什么"), same, others, kind == "nr")
