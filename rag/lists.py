"""What must stand beside the best sentence: a lead's content, a list's other items, further steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from rag import spans
from rag.pages import is_lead
from rag.questions import Kind, Question

# Asked for so, a measure is all that its lead announces: not its first sentence only.
_MANNER = re.compile(r"如何|怎么|怎样|措施|做法|办法|要求|规定|政策|标准|条件|流程|步骤|程序")
# Of a standard or a rule all is wanted, as far as its sentence goes on after ；.
_RULE = re.compile(r"(?:标准|条件|规定|要求)(?:分别|都)?(?:是|有|为|包括)?(?:什么|哪些|何|怎样)")
_STEPS = re.compile(r"流程|步骤|程序|手续|(?:如何|怎么|怎样)(?:申请|申报|办理)")
_NUMBERED = re.compile(r"(?:^|[）)\s])\s*(\d{1,2})[.、．](?!\d)")
_NUMBER_REACH = 40  # characters of a sentence, a heading before it perhaps, in which its number is
_ALL = 1_000  # sentences, more than any passage has
_ITEM_MAX = 4  # sentences under a lead that a question other than for a list is given


def whole(question: Question, texts: Sequence[str], best: int, asked: Set[int]) -> set[int]:
    """Sentences of ``texts`` that belong to the ``best`` one; ``asked``: what is asked about."""
    leads = [i for i, text in enumerate(texts) if spans.ENUMERATOR.match(text)]
    is_list = question.kind is Kind.LIST
    at = best
    if at and is_lead(texts[at - 1]) and at - 1 in asked:
        at -= 1  # what announces the best sentence was asked about, and announces more
    if is_lead(texts[at]):
        return {best} | _item(texts, leads, at, _length(question))
    if is_list:
        return {best} | _around(texts, leads, at)
    return _onwards(texts, best) if _asks(_RULE, question) else {best}


def are_several(question: Question, best: str, cited: Sequence[str]) -> bool:
    """Whether the ``cited`` sentences answer together, so that no string in one of them does."""
    if question.kind is Kind.LIST:
        return len(cited) > 1
    numbered = sum(_number(text) is not None for text in cited) > 1
    return (wants_steps(question) and numbered) or (_asks(_RULE, question) and _goes_on(best))


def wants_steps(question: Question) -> bool:
    """Whether all steps of a procedure are asked for."""
    return _asks(_STEPS, question)


def counted_on(texts: Sequence[str], first: int) -> Iterator[int]:
    """The sentences behind ``first`` that go on with its number: 2., 3. after 1."""
    number = _number(texts[first])
    for at in range(first + 1, len(texts)):
        if number is None or _number(texts[at]) != number + 1:
            return
        number += 1
        yield at


def _asks(pattern: re.Pattern[str], question: Question) -> bool:
    return question.kind in (Kind.LIST, Kind.OTHER) and bool(pattern.search(question.text))


def _length(question: Question) -> int:
    """Sentences of a lead and what it announces."""
    if question.kind is Kind.LIST:
        return _ALL
    return 1 + (_ITEM_MAX if _asks(_MANNER, question) else 1)


def _item(texts: Sequence[str], leads: Sequence[int], lead: int, length: int) -> set[int]:
    """A lead with what it announces, up to the next lead."""
    end = next((i for i in leads if i > lead), len(texts))
    return set(range(lead, min(lead + length, end)))


def _number(text: str) -> int | None:
    match = _NUMBERED.search(text, 0, _NUMBER_REACH)
    return int(match[1]) if match else None


def _around(texts: Sequence[str], leads: Sequence[int], number: int) -> set[int]:
    """Sentences that form one list with this one: items after an intro, or a chain of ；."""
    if leads and texts[number].rstrip().endswith(("：", ":")):
        return {number, *(i for i in leads if i > number)}
    if number in leads and not is_lead(texts[number]):
        return set(leads)
    first = number
    while first and _goes_on(texts[first - 1]):
        first -= 1
    return set(range(first, number)) | _onwards(texts, number)


def _onwards(texts: Sequence[str], number: int) -> set[int]:
    last = number
    while last + 1 < len(texts) and _goes_on(texts[last]):
        last += 1
    return set(range(number, last + 1))


def _goes_on(text: str) -> bool:
    return text.rstrip().endswith(("；", ";"))
