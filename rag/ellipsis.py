"""What the later parts of a question leave out: its subject, its measure, its time.

腾讯2021年营收多少，净利润多少，同比增长多少: the second asks for 腾讯2021年净利润, the third by how much
腾讯2021年净利润 grew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import tokens
from rag import conversation, joined, nouns, when
from rag.conversation import Turn
from rag.masking import masked
from rag.nouns import phrases
from rag.questions import Kind, parse

_LEADING = re.compile(r"^(?:以及|并且?|而且|还有|又|同时|另外|那么?|请问)[，,]?")
_OF_THEM = re.compile(r"^其中[，,]?")
_ASKS_ONLY = re.compile(r"^(?:又|则)?(?:分别)?(?:是|为|有|达到?)?(?:多少|几|多[大高长])")
_REFERS = re.compile(r"[他她它其此这那]|该(?![怎如由不])")
_COPULA = re.compile(r"(?:分别|各|总共|一共|共|是|为|有|达到?|约|了)+$")
_AFTER_SUBJECT = ("v", "vd", "p", "d", "r")  # tags of words that no subject goes on with
_PLACES = ("ns", "nt")  # tags of words that name a place or an institution
_NAMES = (*_PLACES, "nr", "nz", "eng")  # ... or anything
_MEASURE_MAX = 6  # characters of a measure that names no thing of its own: 旅游收入
# Asked so, by how much what was asked for before has changed.
_RATE = re.compile(
    r"[同环]比|相?[较比](?:[去上前]年|上?[年月期])|[与和同跟](?:去|上|前)年(?:同期)?相?比"
    r"|增[长加幅速](?![率值点])|下[降滑跌]|减少|上[涨升]"
)


def completed(part: str, before: Sequence[str]) -> str:
    """A later ``part`` of a question as it would be asked by itself, after those ``before`` it.

    These are complete, and at least one.
    """
    bare, first = _LEADING.sub("", part), before[0]
    if _RATE.match(bare):
        measured = (one for one in reversed(before) if not _RATE.search(one))
        return _asked_before(next(measured, first)) + bare
    own, time = when.time(bare), when.time(first)
    if own and own.start == 0 and time:  # as if it had been asked after a question of its time
        first = first[: time.start] + own.of(bare) + first[time.end :]
        bare = bare[own.end :]
        if _ASKS_ONLY.match(bare):
            return _asked_before(first) + bare
    if (asked := _same_ask(bare, first)) is None:
        asked = _with_subject(bare, first)
    return _in_time(asked, first, asked != bare)


def _same_ask(part: str, first: str) -> str | None:
    """造成多少人死亡、[造成]多少人受伤: it begins with what the first asks in its middle."""
    asked, before = joined.ASKS.match(part), joined.ASKS.search(first)
    if asked and before and asked[0] == before[0] and before.end() < len(first.rstrip("？?")):
        return first[: before.start()] + part
    return None


def _with_subject(part: str, first: str) -> str:
    if of_them := _OF_THEM.match(part):
        return _subject(first) + part[of_them.end() :]
    whole = conversation.complete(part, [Turn(first)])
    begins = any(own.span.start == 0 for own in phrases(part)) and not _is_measure(part)
    if whole != part or _REFERS.match(part):
        return whole
    if begins or _shares(part, first):
        return _subject(first) + part if _is_of_a_place(part, first) else part
    return _subject(first) + part


def _in_time(part: str, first: str, is_elliptic: bool) -> str:
    """With the time of the first, where a part has none and asks of a time."""
    time, kind = when.time(first), parse(part).kind
    if not time or when.time(part) or kind is Kind.DATE:
        return part
    return time.of(first) + part if is_elliptic or kind is Kind.NUMBER else part


def _is_measure(part: str) -> bool:
    """Whether a part begins with what is asked (总投资), not with what it is asked of."""
    asked = joined.ASKS.search(part)
    measure = _COPULA.sub("", part[: asked.start()]) if asked else ""
    if len(measure) > _MEASURE_MAX or not nouns.ATTRIBUTE.search(measure):
        return False
    return not _has_name(measure)


def _is_of_a_place(part: str, first: str) -> bool:
    """Whether an amount is asked of the place that the first names: it has no name of its own."""
    is_amount = parse(part).kind is Kind.NUMBER
    has_own = masked(part) != part or _has_name(part)
    return is_amount and not has_own and _has_name(masked(_subject(first)), _PLACES)


def _has_name(text: str, tags: tuple[str, ...] = _NAMES) -> bool:
    words = tokens.tagged_words(text)
    return any(tag.startswith(tags) and len(word) > 1 for word, tag in words)


def _asked_before(question: str) -> str:
    """All that stands before what a question asks, without 是; with 分别, which asks of each."""
    asked = joined.ASKS.search(question)
    before = question[: asked.start()] if asked else question
    return _COPULA.sub("", before) + ("分别" if "分别" in before else "")


def _subject(question: str) -> str:
    """What a question begins with, up to its verb, without the measure that is asked for."""
    asked = joined.ASKS.search(question)
    before = _COPULA.sub("", question[: asked.start()] if asked else question)
    whole = nouns.ATTRIBUTE.sub("", before)
    at = 0
    for word, tag in tokens.tagged_words(masked(whole)):
        if at and tag in _AFTER_SUBJECT:
            break
        at += len(word)
    topic = phrases(whole)
    named = topic[0].subject if topic and topic[0].span.start == 0 else ""
    return max(named, whole[:at].rstrip("，、的"), key=len) or before


def _shares(one: str, other: str) -> bool:
    return any(phrase.subject in other for phrase in phrases(one) if len(phrase.subject) > 1)
