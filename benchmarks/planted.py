"""Contradictions planted in a set: copies of gold documents in which one number is another."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import writings
from index.documents import read_documents
from index.sentences import sentence_spans
from index.types import Document, Span
from rag import claims
from rag.beir import CORPUS, Query, read_beir
from rag.questions import Kind, parse

SEED = 7
_YEARS = 30  # that a planted date is off at most
_TITLE, _PUBLISHER, _DATE = "{}（续报）", "栖河日报", "2024-05-06"


@dataclass(frozen=True, slots=True)
class Planted:
    """A question with its gold document, and a copy that gives ``changed`` for ``written``."""

    question: str
    document: Document
    written: str
    changed: str
    text: str  # of the copy

    @property
    def copy_id(self) -> str:
        """The id of the copy."""
        return f"{self.document.id}-planted"


def exact(folder: Path) -> list[Query]:
    """The questions of a set for a number or a date.

    Raises:
        InputError: ``folder`` is no evaluation set.
    """
    queries = [q for q in read_beir(folder).queries if q.text and not q.unanswerable]
    return [q for q in queries if parse(q.text).kind in (Kind.NUMBER, Kind.DATE)]


def planted(folder: Path, count: int) -> list[Planted]:
    """At most ``count`` of those whose gold answer is one number, one a document, drawn by seed."""
    chance = random.Random(SEED)
    documents = {document.id: document for document in read_documents([folder / CORPUS])}
    relevant = read_beir(folder).relevant
    queries = exact(folder)
    chance.shuffle(queries)
    found: dict[str, Planted] = {}
    for query in queries:
        gold = list(relevant.get(query.id, {}))
        if len(found) < count and len(gold) == 1 and gold[0] not in found:
            found |= {p.document.id: p for p in _changed(query, documents[gold[0]], chance)}
    return list(found.values())


def _changed(query: Query, document: Document, chance: random.Random) -> Iterator[Planted]:
    """The copy, where an answer with one number stands at one place only."""
    for answer in query.answers:
        span = _number(answer)
        at = document.text.find(answer)
        if span is None or at < 0 or document.text.count(answer) > 1:
            continue
        place = span.shifted(at)
        written = span.of(answer)
        others = writings.wrong(written, chance)  # the first digit first, which counts most
        changed = next((other for other in others if _is_like(written, other)), None)
        if changed:
            text = writings.replaced(document.text, place, changed)
            yield Planted(query.text, document, written, changed, text)
            return


def _is_like(written: str, changed: str) -> bool:
    """Whether it is a value or a date as well, of a year that may be meant."""
    one, other = claims.read(written), claims.read(changed)
    years = [said.year or 0 for read in (one, other) for said in read.dates]
    same = (len(one.values), len(one.dates)) == (len(other.values), len(other.dates))
    return same and max(years, default=0) - min(years, default=0) <= _YEARS


def _number(answer: str) -> Span | None:
    """The only value or date of a gold answer that is one sentence at most."""
    said = claims.read(answer)
    spans = [one.span for one in (*said.values, *said.dates)]
    return spans[0] if len(spans) == 1 and len(sentence_spans(answer)) == 1 else None


def write(copies: Sequence[Planted], path: Path) -> None:
    """The copies as a corpus, each with another title, publisher and date than its original."""
    rows = (
        {
            "_id": one.copy_id,
            "title": _TITLE.format(one.document.title),
            "text": one.text,
            "publisher": _PUBLISHER,
            "date": _DATE,
        }
        for one in copies
    )
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), "utf-8")
