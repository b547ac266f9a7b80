"""A question that asks for several things, as the questions that each ask for one of them.

Rules over clauses and words: 总投资多少，什么时候建成, A的面积和人口是多少, A和B分别是多少, two
sentences that ask. What the later parts leave out is completed from the first, as a follow-up's is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import tokens
from index.types import Span
from rag import about, conversation, joined, nouns
from rag.conversation import Turn
from rag.nouns import Phrase, phrases

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
_AFTER_SUBJECT = ("v", "vd", "p", "d", "r")  # tags of words that no subject goes on with
_LEADING = re.compile(r"^(?:其中|以及|并且?|而且|还有|又|同时|另外|那么?|请问)[，,]?")
_ATTRIBUTE_MAX = 4  # characters of a noun that names no thing of its own
_RATE = re.compile(r"[同环]比|[较比]上?(?:年|月|期)")


def split(question: str) -> tuple[str, ...]:
    """The questions that ``question`` consists of, each complete; itself alone where it is one."""
    first, *later = _sentences(question)
    completed = [first, *(_completed(sentence, first) for sentence in later)]
    found = [part for sentence in completed for part in _sentence_parts(sentence)]
    whole = (question,)
    if not 1 < len(found) <= _PARTS_MAX or any(len(part) < _PART_MIN for part in found):
        return whole
    if all(about.fields(part) for part in found):  # the credits are read off together
        return whole
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
    clauses = [head, *(_completed(clause, head) for clause in later)]
    return [f"{setting}，{clause}" if setting else clause for clause in clauses]


def _asking(text: str) -> list[str]:
    """``text`` cut at the joints between clauses that ask."""
    masked = joined.masked(text)
    for match in _JOINT.finditer(masked):
        before, after = masked[: match.start()], masked[match.end() :]
        if not (joined.ASKS.search(before) and joined.ASKS.search(after)) or _CHOICE.match(after):
            continue
        if _STACKED.search(before) and match[0][0] not in "，,":
            continue
        if not joined.ASKS.search(_COMMA.split(after)[0]) and match[0][0] in "，,":
            continue  # what follows belongs to a later question
        return [text[: match.start()], *_asking(text[match.end() :])]
    return [text]


def _completed(part: str, first: str) -> str:
    """A later part as it would be asked by itself."""
    bare = _LEADING.sub("", part)
    asked, before = joined.ASKS.match(bare), joined.ASKS.search(first)
    if asked and before and asked[0] == before[0] and before.end() < len(first.rstrip("？?")):
        return first[: before.start()] + bare  # 造成多少人死亡、[造成]多少人受伤
    completed = conversation.complete(bare, [Turn(first)])
    own = phrases(bare)
    begins = bool(own) and own[0].span.start == 0 and not _asks_of_another(bare, own[0])
    if completed != bare or begins or _shares(bare, first):
        return completed
    topic = phrases(first)
    named = topic[0].subject if topic and topic[0].span.start == 0 else ""
    return max(named, _subject(first), key=len) + bare


def _asks_of_another(part: str, begins: Phrase) -> bool:
    """Whether a part begins with what is asked (总投资, 同比), not with what it is asked of."""
    noun = begins.span.of(part)
    bare = len(noun) <= _ATTRIBUTE_MAX and nouns.ATTRIBUTE.search(noun)
    return bool(bare or _RATE.match(part))


def _shares(one: str, other: str) -> bool:
    return any(phrase.subject in other for phrase in phrases(one) if len(phrase.subject) > 1)


def _subject(question: str) -> str:
    """What a question begins with, up to its verb, without what is asked of it."""
    asked = joined.ASKS.search(question)
    end = asked.start() if asked else len(question)
    at = 0
    for word, tag in tokens.tagged_words(joined.masked(question)):
        if at and tag in _AFTER_SUBJECT:
            break
        at += len(word)
    subject = question[: min(at, end)].rstrip("，、的")
    return nouns.ATTRIBUTE.sub("", subject) or subject


def _cut(text: str, at: re.Pattern[str]) -> list[str]:
    ends = [Span(*match.span()) for match in at.finditer(joined.masked(text))]
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
