"""What the page shows of one answer: its sentences, and the evidence beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from index.types import Document, Passage
from rag.scope import EVERYTHING, Scope
from rag.types import Answer, Citation, Hit

if TYPE_CHECKING:
    from rag import Library, Why

Level = Literal["strong", "weak", "none"]

_TRAILING_MARKERS = re.compile(r"(?:\[\d+\])+$")
_ORDINAL = re.compile(
    r"\s*(?:[一二三四五六七八九十]+(?:是|要|[、.．])|第[一二三四五六七八九十]+[，,、:：]"
    r"|[（(](?:[一二三四五六七八九十]+|\d+)[)）]|\d{1,2}[、.．](?!\d)|其[一二三四五六七八九十]"
    r"|(?:首先|其次|再次|最后)[，,])"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer without its markers, which stand in ``markers``."""

    text: str
    markers: tuple[int, ...]

    @property
    def is_item(self) -> bool:
        """Whether the sentence counts itself as an item: 一是…, （二）…, 3.…."""
        return bool(_ORDINAL.match(self.text))


@dataclass(frozen=True, slots=True)
class Card:
    """One passage with the citations that follow one another in it, in marker order."""

    passage: Passage
    document: Document
    citations: tuple[Citation, ...]
    why: Why | None


@dataclass(frozen=True, slots=True)
class Other:
    """A passage that was read and not cited."""

    hit: Hit
    document: Document


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question; ``number`` makes element ids unique, ``seconds`` is what it took."""

    number: int
    answer: Answer
    level: Level
    seconds: float
    cards: tuple[Card, ...]
    others: tuple[Other, ...]


def turn(
    library: Library, answer: Answer, number: int, seconds: float, within: Scope = EVERYTHING
) -> Turn:
    """Gather what the page shows of ``answer``, which is from the documents in ``within``."""
    cards = _cards(library, answer, within)
    cited = {card.passage.id for card in cards}
    others = tuple(
        Other(hit, library.document(hit.passage.document_id))
        for hit in answer.hits
        if hit.passage.id not in cited
    )
    return Turn(number, answer, library.confidence_words(answer), seconds, cards, others)


def credits_of(document: Document) -> tuple[str, ...]:
    """Author, publisher and date, as far as they are known; not escaped."""
    known = (document.metadata.get(key, "") for key in ("author", "publisher", "date"))
    return tuple(part for part in known if part)


def sentences(answer: Answer) -> tuple[Sentence, ...]:
    """Cut ``answer.text`` into its sentences.

    A marker counts only where the answer put it: after a citation's quote, or at a line's
    end. A "[1]" inside a document's sentence stays text.
    """
    found: list[Sentence] = []
    at, text = 0, answer.text
    while at < len(text):
        piece, at = _next_sentence(text, at, answer.citations)
        if piece.text.strip():
            found.append(piece)
    return tuple(found)


def _next_sentence(text: str, at: int, citations: Sequence[Citation]) -> tuple[Sentence, int]:
    for citation in citations:
        whole = f"{citation.quote}[{citation.marker}]"
        if text.startswith(whole, at):
            return Sentence(citation.quote, (citation.marker,)), at + len(whole)
    end = text.find("\n", at) + 1 or len(text)
    line = text[at:end].strip()
    known = {citation.marker for citation in citations}
    trailing = _TRAILING_MARKERS.search(line)
    numbers = [int(n) for n in re.findall(r"\d+", trailing[0])] if trailing else []
    if trailing and known.issuperset(numbers):
        return Sentence(line[: trailing.start()], tuple(numbers)), end
    return Sentence(line, ()), end


def _cards(library: Library, answer: Answer, within: Scope) -> tuple[Card, ...]:
    groups: list[tuple[Hit | None, Passage, list[Citation]]] = []
    for citation in answer.citations:
        hit, passage = _passage_of(library, answer, citation)
        if groups and groups[-1][1].id == passage.id:
            groups[-1][2].append(citation)
        else:
            groups.append((hit, passage, [citation]))
    return tuple(
        Card(
            passage,
            library.document(passage.document_id),
            tuple(citations),
            library.why(hit.query, hit, within=within) if hit and hit.query else None,
        )
        for hit, passage, citations in groups
    )


def _passage_of(library: Library, answer: Answer, citation: Citation) -> tuple[Hit | None, Passage]:
    for hit in answer.hits:
        if _holds(hit.passage, citation):
            return hit, hit.passage
    for passage in library.passages:
        if _holds(passage, citation):
            return None, passage
    # A citation always lies in some passage; if it ever does not, its own words are shown.
    return None, Passage(
        id=f"{citation.document_id}@{citation.start}",
        document_id=citation.document_id,
        section=citation.section,
        text=citation.quote,
        start=citation.start,
        end=citation.end,
    )


def _holds(passage: Passage, citation: Citation) -> bool:
    return (
        passage.document_id == citation.document_id
        and passage.start <= citation.start
        and citation.end <= passage.end
    )
