"""A question that asks for several things, as the questions that each ask for one of them.

Rules over clauses and words: 总投资多少，什么时候建成, A的面积和人口是多少, A和B分别是多少, two
sentences that ask. What the later parts leave out is completed from the first, as a follow-up's is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.types import Span
from rag import about, joined, when
from rag.ellipsis import completed
from rag.masking import masked

_PARTS_MAX = 5
_PART_MIN = 4  # characters of a question
_SENTENCE_END = re.compile(r"[？?。！!；;\n]+")
_COMMA = re.compile(r"[，,](?!\d{3})")
# Joins two asking clauses, where what stands before it asks already.
_JOINT = re.compile(
    r"[，,、](?:以及|并且|而且|还有|又|同时|另外|并|和)?|以及|并且|还有|[和与及](?=什么|多少|哪|几|谁|怎|如何|为何)"
)
# 什么时候、在哪里建成: neither half can do without the other.
_STACKED = re.compile(r"(?:什么时候|何时|什么时间|谁|哪里|哪儿|何处)$")
_CHOICE = re.compile(r"^(?:还是|或者?|或是)")


def split(question: str) -> tuple[str, ...]:
    """The questions that ``question`` consists of, each complete; itself alone where it is one."""
    first, *later = _sentences(question)
    sentences = _each_completed(first, later)
    found = [part for sentence in sentences for part in _sentence_parts(sentence)]
    if not 1 < len(found) <= _PARTS_MAX or any(len(part) < _PART_MIN for part in found):
        return (question,)
    if all(about.fields(part) for part in found):  # the credits are read off together
        return (question,)
    return tuple(dict.fromkeys(found))


def _sentences(question: str) -> list[str]:
    """Its sentences; one that asks nothing goes with the next that does, or with the last."""
    pieces = [piece.strip() for piece in _cut(question, _SENTENCE_END) if piece.strip()]
    return _joined(pieces, "。")


def _sentence_parts(sentence: str) -> list[str]:
    clauses = _clauses(sentence)
    if len(clauses) == 1:
        return joined.coordinated(sentence)
    return [part for clause in clauses for part in joined.coordinated(clause)]


def _clauses(sentence: str) -> list[str]:
    """Clauses that each ask; what stands before the first, for all of them, before each."""
    pieces = _cut(sentence, _COMMA)
    first = next((i for i, piece in enumerate(pieces) if joined.ASKS.search(piece)), 0)
    setting, rest = "，".join(pieces[:first]), "，".join(pieces[first:])
    head, *later = _asking(rest)
    if not later:
        return [sentence]
    return [_set(setting, clause) for clause in _each_completed(head, later)]


def _each_completed(first: str, later: Sequence[str]) -> list[str]:
    done = [first]
    for part in later:
        done.append(completed(part, done))
    return done


def _set(setting: str, clause: str) -> str:
    """A clause with what stands before all; without its time, where the clause names another."""
    if (time := when.time(setting)) and when.time(clause):
        setting = (setting[: time.start] + setting[time.end :]).strip("，, ")
    return f"{setting}，{clause}" if setting else clause


def _asking(text: str) -> list[str]:
    """``text`` cut at the joints between clauses that ask."""
    plain = masked(text)
    for match in _JOINT.finditer(plain):
        before, after = plain[: match.start()], plain[match.end() :]
        if not (joined.ASKS.search(before) and joined.ASKS.search(after)) or _CHOICE.match(after):
            continue
        if _STACKED.search(before) and match[0][0] not in "，,":
            continue
        if not joined.ASKS.search(_COMMA.split(after)[0]) and match[0][0] in "，,":
            continue  # what follows belongs to a later question
        return [text[: match.start()], *_asking(text[match.end() :])]
    return [text]


def _cut(text: str, at: re.Pattern[str]) -> list[str]:
    ends = [Span(*match.span()) for match in at.finditer(masked(text))]
    starts = [0, *(end.end for end in ends)]
    return [text[a:b] for a, b in zip(starts, [*(e.start for e in ends), len(text)], strict=True)]


def _joined(pieces: Sequence[str], mark: str) -> list[str]:
    found: list[str] = []
    held: list[str] = []
    for piece in pieces:
        held.append(piece)
        if joined.ASKS.search(piece):
            found.append(mark.join(held))
            held = []
    if held and found:
        found[-1] = mark.join([found[-1], *held])
    return found or [mark.join(held)]
