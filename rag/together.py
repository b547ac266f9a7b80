"""Answers to the parts of a question put together: in order, each with its own citations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from rag import comparing, courtesy, parts
from rag.apart import told_apart
from rag.types import Answer, Citation, Hit

_HITS_MAX = 8  # passages of all parts that are kept, the cited ones first
_SHORT_MAX = 40  # characters of a bare answer that is joined with others
_MARKER = re.compile(r"\[(\d+)\]")
_TRAILING = re.compile(r"(?:\[\d+\])+$")


def answer(question: str, one: Callable[[str], Answer]) -> Answer:
    """``question`` answered part by part; ``one`` answers a question that asks for one thing."""
    if met := courtesy.answer(question):
        return met
    if compared := comparing.read(question):
        sides = [one(asked) for asked in compared.questions]
        if any(map(comparing.value, sides)):  # else it compares no numbers
            apart = told_apart(sides)
            return comparing.concluded(compared, apart, composed(question, apart))
    asked = parts.split(question)
    if len(asked) == 1:
        return one(question)
    found = [one(part) for part in asked]
    if 2 * sum(part.status == "answered" for part in found) < len(found):
        whole = one(question)  # its parts may say too little of what it is on
        if whole.status == "answered":
            return whole
    return composed(question, told_apart(found))


def composed(question: str, found: Sequence[Answer]) -> Answer:
    """One answer of the answers to the parts; refused only where every part is."""
    given = [part for part in found if part.status == "answered"]
    hits = _hits(found)
    if not given:
        return replace(found[0], question=question, hits=hits)
    citations, lines = _renumbered(given)
    unanswered = tuple(part.question for part in found if part.status != "answered")
    return Answer(
        question=question,
        status="answered",
        text="\n".join([*lines, *told(unanswered)]),
        short=_short([part.short for part in given]),
        confidence=min(part.confidence for part in given),
        citations=citations,
        hits=hits,
        undated=found[0].undated,
        unanswered=unanswered,
    )


def told(unanswered: Iterable[str]) -> list[str]:
    """The lines that say which parts are open."""
    return [f"这一问没有找到依据：{question.rstrip('？?')}？" for question in unanswered]


def _renumbered(given: Sequence[Answer]) -> tuple[tuple[Citation, ...], list[str]]:
    """All citations, a sentence that serves several parts once, and the lines that carry them."""
    citations: list[Citation] = []
    lines: list[str] = []
    for part in given:
        markers: dict[int, int] = {}
        for cited in part.citations:
            known = next((c for c in citations if _same(c, cited)), None)
            marker = known.marker if known else len(citations) + 1
            markers[cited.marker] = marker
            if not known:
                citations.append(replace(cited, marker=marker))
                lines.append(f"{cited.quote}[{marker}]")
        told_already = {_TRAILING.sub("", line) for line in lines}
        lines += [
            with_markers(line, markers)
            for line in remarks(part)
            if _TRAILING.sub("", line) not in told_already
        ]
    return tuple(citations), lines


def remarks(given: Answer) -> list[str]:
    """The lines of an answer that are not sentences of the documents: what is said of them."""
    text = given.text
    for cited in given.citations:
        text = text.replace(f"{cited.quote}[{cited.marker}]", "", 1)
    return [line for line in text.split("\n") if line.strip()]


def with_markers(line: str, markers: Mapping[int, int]) -> str:
    """A remark with other numbers in the markers at its end."""
    return _TRAILING.sub(lambda end: _MARKER.sub(lambda m: f"[{markers[int(m[1])]}]", end[0]), line)


def _same(one: Citation, other: Citation) -> bool:
    return (one.document_id, one.start, one.end) == (other.document_id, other.start, other.end)


def _short(shorts: Sequence[str]) -> str:
    """The bare answers joined; '' where a part has none or a long one."""
    if not all(shorts) or any(len(short) > _SHORT_MAX for short in shorts):
        return ""
    return "；".join(shorts)


def _hits(found: Sequence[Answer]) -> tuple[Hit, ...]:
    """The passages of all parts, those that are cited first, then in turn by their ranks."""
    of_parts = ([(hit, part.citations) for hit in part.hits] for part in found)
    in_turn = [of_part for row in zip_longest(*of_parts) for of_part in row if of_part]
    in_turn.sort(key=lambda of_part: not any(_holds(of_part[0], c) for c in of_part[1]))
    unlike: dict[str, Hit] = {}
    for hit, _ in in_turn:
        unlike.setdefault(hit.passage.id, hit)  # by the part that cites it, where one does
    best = list(unlike.values())[:_HITS_MAX]
    return tuple(replace(hit, rank=n) for n, hit in enumerate(best, 1))


def _holds(hit: Hit, cited: Citation) -> bool:
    passage = hit.passage
    same = passage.document_id == cited.document_id
    return same and passage.start <= cited.start < passage.end
