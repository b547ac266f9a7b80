"""Two parts that were read to one value in one sentence, told apart by what each part names.

小麦每亩定额200立方米，玉米每亩定额170立方米: asked for both, the reader gives one of them twice. What
only one part says (小麦) stands before its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag import claims, questions
from rag.types import Answer
from rag.values import Value


def told_apart(found: Sequence[Answer]) -> list[Answer]:
    """``found`` with the bare answers that several share read anew; '' where that fails."""
    return [_alone(part, [other for other in found if other is not part]) for part in found]


def _alone(part: Answer, others: Sequence[Answer]) -> Answer:
    alike = [other for other in others if _is_same(part, other)]
    if not alike:
        return part
    said = {word for other in alike for word in questions.content_words(other.question)}
    own = [word for word in questions.content_words(part.question) if word not in said]
    return replace(part, short=_value_of(own, part) if own else part.short)


def _is_same(one: Answer, other: Answer) -> bool:
    """Whether two answers are one value of one sentence."""
    if not one.short or one.short != other.short or not claims.read(one.short).values:
        return False
    first, second = one.citations[0], other.citations[0]
    return (first.document_id, first.start) == (second.document_id, second.start)


def _value_of(own: Sequence[str], part: Answer) -> str:
    """The value of the same measure that stands first behind a word of ``own``; ''."""
    quote, read = part.citations[0].quote, claims.read(part.short).values
    places = [quote.find(word) for word in own if word in quote]
    behind = [v for v in claims.read(quote).values if places and v.span.start >= min(places)]
    alike = [v for v in behind if v.unit == read[0].unit]
    return _shown(quote, alike[0]) if alike else ""


def _shown(quote: str, value: Value) -> str:
    return value.span.of(quote).strip()
