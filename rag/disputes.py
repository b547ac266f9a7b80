"""Documents that give different values for what is asked: all shown, newest first, and said so.

Rather one missed than one cried: another document, another value of the same measure, the same
years, and sentences that both say nearly all that the question says, or that are the same but for
their numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index import layout
from index.searchable import SearchIndex
from index.tokens import words
from rag import articles, claims, dates, features, joined, questions, spans
from rag.claims import Claims
from rag.evidence import Candidate, Reading
from rag.questions import Kind, Question
from rag.types import Citation

_CHANCE = 0.1  # odds of another sentence, as a share of the best one's
_SAID = 0.95  # share of the question's words, by weight, that it says with its title and what is before it
_SPECIFIC = 40.0  # nats that a question must say; 工程总投资多少 is of any
_SAYINGS_MAX = 3
TOLD = "处说法不同："  # stands in each answer that tells of a contradiction
_NUMBERS = re.compile(r"[\d.,]*\d|[〇零一二两三四五六七八九十百千]+")
_CHANGING = re.compile(r"目前|现在|今天|昨天|最新|累计|截至|本月|当天|近日|收盘|同比|环比")


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence with the value that it gives, and the document that says so."""

    candidate: Candidate
    document_id: str
    title: str
    day: date | None
    short: str


def found(index: SearchIndex, reading: Reading, logits: Sequence[float]) -> tuple[Saying, ...]:
    """The sentences of different documents that give different values, newest first; () if none."""
    if reading.question.kind not in (Kind.NUMBER, Kind.DATE) or not logits:
        return ()
    order = sorted(range(len(logits)), key=lambda i: -logits[i])
    near = [i for i in order if logits[i] >= logits[order[0]] + math.log(_CHANCE)]
    best, *rest = (reading.candidates[i] for i in near)
    twins = [one for one in rest if _is_twin(index, best, one)]
    first, *others = [
        _saying(index, reading, one) if twins or _is_plain(index, reading, one) else None
        for one in (best, *(twins or rest))
    ]
    if first is None:
        return ()
    differing = [other for other in others if other and _differ(index, first, other)]
    one_each = {saying.document_id: saying for saying in reversed(differing)}
    if not one_each or any(other and _agrees(first, other) for other in others):
        return ()  # where two documents agree, a third that differs is read wrongly more often
    sayings = [first, *list(one_each.values())[::-1][: _SAYINGS_MAX - 1]]
    return tuple(sorted(sayings, key=lambda saying: saying.day or date.min, reverse=True))


def told(sayings: Sequence[Saying], citations: Sequence[Citation]) -> str:
    """That the documents differ, with dates and sources; the markers of their sentences behind."""
    parts = "；".join(f"{_source(saying)}是“{saying.short}”" for saying in sayings)
    places = {(saying.document_id, saying.candidate.span.start) for saying in sayings}
    markers = [c.marker for c in citations if (c.document_id, c.start) in places]
    return f"{_COUNT[len(sayings)]}{TOLD}{parts}。" + "".join(f"[{n}]" for n in markers)


_COUNT = {2: "两", 3: "三"}


def _source(saying: Saying) -> str:
    title = articles.in_marks(saying.title or saying.document_id)
    return f"{title}（{saying.day.isoformat() if saying.day else '无日期'}）"


def _is_twin(index: SearchIndex, one: Candidate, other: Candidate) -> bool:
    """Whether two sentences are the same but for their numbers."""
    first, second = (
        _NUMBERS.sub("0", c.span.of(index.documents[int(index.chunk_document[c.row])].text))
        for c in (one, other)
    )
    return first == second


def _is_plain(index: SearchIndex, reading: Reading, candidate: Candidate) -> bool:
    """Whether a candidate plainly answers a question that can mean one thing only."""
    document = index.documents[int(index.chunk_document[candidate.row])]
    sentence = candidate.span.of(document.text)
    before = index.chunks[candidate.row].sentences[max(0, candidate.number - 1)]  # 该工程 needs it
    around = f"{document.title}\n{before.of(document.text)}\n{sentence}"
    return (
        sum(map(questions.weight, _told(reading.question))) >= _SPECIFIC
        and len(layout.cells(sentence)) == 1
        and not features.fails_question(candidate.features)
        and features.share(_told(reading.question), words(around)) >= _SAID
        and not _CHANGING.search(sentence)
    )


def _saying(index: SearchIndex, reading: Reading, candidate: Candidate) -> Saying:
    """What a candidate says."""
    document = index.documents[int(index.chunk_document[candidate.row])]
    sentence = candidate.span.of(document.text)
    answer = candidate.answer.shifted(-candidate.span.start)
    short = spans.best(reading.question, sentence, answer).of(sentence)
    day = dates.parse(document.metadata.get("date", ""))
    return Saying(candidate, document.id, document.title, day, short)


def _told(question: Question) -> list[str]:
    """The words of a question without those that ask."""
    return [word for word in question.words if not joined.ASKS.search(word)]


def _differ(index: SearchIndex, one: Saying, other: Saying) -> bool:
    """Whether two documents contradict each other."""
    if one.document_id == other.document_id:
        return False
    if not _same_years(index, one, other):
        return False
    read = [claims.read(saying.short) for saying in (one, other)]
    return _dates_differ(*read) or _values_differ(*read)


def _agrees(one: Saying, other: Saying) -> bool:
    return one.document_id != other.document_id and _alike(one.short) == _alike(other.short)


def _alike(short: str) -> object:
    read = claims.read(short)
    return [(v.amount, v.unit) for v in read.values], [(d.year, d.month, d.day) for d in read.dates]


def _same_years(index: SearchIndex, one: Saying, other: Saying) -> bool:
    """Whether two sentences may speak of the same year; a document's own where only one says."""
    first, second = _years(index, one), _years(index, other)
    if not first and not second:
        return True
    first = first or ({one.day.year} if one.day else set())
    second = second or ({other.day.year} if other.day else set())
    return bool(first & second) or not first or not second


def _years(index: SearchIndex, saying: Saying) -> set[int]:
    """The years that a sentence names, its answer aside."""
    said = dates.read(saying.candidate.span.of(index.texts[saying.document_id]), saying.day)
    answered = {one.year for one in dates.read(saying.short)}
    return {one.year for one in said if one.year} - answered


def _values_differ(one: Claims, other: Claims) -> bool:
    if len(one.values) != 1 or len(other.values) != 1 or one.dates or other.dates:
        return False
    (first,), (second,) = one.values, other.values
    apart = first.limits[1] < second.limits[0] or second.limits[1] < first.limits[0]
    return bool(first.unit) and first.unit == second.unit and first.trend == second.trend and apart


def _dates_differ(one: Claims, other: Claims) -> bool:
    if len(one.dates) != 1 or len(other.dates) != 1 or one.values or other.values:
        return False
    (first,), (second,) = one.dates, other.dates
    pairs = ((first.year, second.year), (first.month, second.month), (first.day, second.day))
    return any(mine and its and mine != its for mine, its in pairs)
