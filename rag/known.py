"""Answers that are read off: an article's credits, its structure, what it is about, its tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.searchable import SearchIndex
from index.types import Chunk, Document, Span
from rag import about, articles, outline, summaries, tables
from rag.instructions import is_tainted
from rag.questions import Question
from rag.types import Hit


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence to cite, ``span`` of its document, and the chunk that it is in.

    ``chunk`` is None for a heading, which is in none and is a section itself.
    """

    chunk: Chunk | None
    document_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Known:
    """What is cited (nothing: the article has no such part), and the bare answer or ''.

    ``told`` is the question with the article that was taken, '' where that is plain; ``hits``
    are the passages of the evidence, () where those found for the question will do.
    """

    evidence: tuple[Cited, ...]
    short: str = ""
    told: str = ""
    hits: tuple[Hit, ...] = ()


def answer(
    question: Question, index: SearchIndex, hits: Sequence[Hit], article: str
) -> Known | None:
    """The answer to a question on an article itself, or on a table's cell; None to any other.

    The article is the one of ``hits`` that the question names, else ``article`` (an id, or ''),
    else the nearest.
    """
    if cell := _cell(question, index, hits):
        return cell
    names = about.fields(question.text)
    if not hits or not (names or outline.asks(question) or summaries.asks(question)):
        return None
    near = [index.by_id[hit.passage.document_id] for hit in hits]
    named = articles.named(question.text, near)
    document = named or (index.by_id[article] if article else near[0])
    own = index.chunks_of(document.id)
    found = _credits(names, document, own) if names else _content(question, document, own)
    if found is None or named or len(index.documents) == 1:
        return found
    told = articles.told(question.text, document)
    return Known(found.evidence, found.short, told, found.hits)


def _cell(question: Question, index: SearchIndex, hits: Sequence[Hit]) -> Known | None:
    for hit in hits:
        document = hit.passage.document_id
        chunk = _chunk_at(index.chunks_of(document), Span(hit.passage.start, hit.passage.end))
        text = index.texts[document]
        found = tables.answer(question, text, chunk) if chunk else None
        if found and not is_tainted(text, found.row):
            return Known((Cited(chunk, document, found.row),), found.short)
    return None


def _credits(names: Sequence[str], document: Document, own: Sequence[Chunk]) -> Known | None:
    spans, values = about.answer(names, document, own)
    return Known(_evidence(document, own, spans), "，".join(values)) if spans else None


def _content(question: Question, document: Document, own: Sequence[Chunk]) -> Known | None:
    """Its structure, or what it is about, without sentences that speak to a model."""
    if evidence := _evidence(document, own, outline.answer(question, document, own)):
        return Known(evidence)
    if not summaries.asks(question):
        return None
    if outline.lacks_part(question.text, document):
        return Known(())
    clean = [_clean(chunk, document.text) for chunk in own]
    evidence = _evidence(document, own, summaries.answer(question, document, clean))
    return Known(evidence, hits=_hits(evidence)) if evidence else None


def _clean(chunk: Chunk, text: str) -> Chunk:
    kept = tuple(span for span in chunk.sentences if not is_tainted(text, span))
    return replace(chunk, sentences=kept)


def _evidence(document: Document, own: Sequence[Chunk], spans: Iterable[Span]) -> tuple[Cited, ...]:
    clean = (span for span in spans if not is_tainted(document.text, span))
    return tuple(Cited(_chunk_at(own, span), document.id, span) for span in clean)


def _chunk_at(chunks: Iterable[Chunk], span: Span) -> Chunk | None:
    return next((c for c in chunks if c.passage.start <= span.start < c.passage.end), None)


def _hits(evidence: Sequence[Cited]) -> tuple[Hit, ...]:
    """The passages that a summary cites, in the order of the article."""
    passages = {one.chunk.passage.id: one.chunk.passage for one in evidence if one.chunk}
    cited = [one.span for one in evidence]
    return tuple(
        Hit(
            passage=passage,
            score=0.0,
            rank=rank,
            sentences=tuple(s for s in cited if passage.start <= s.start < passage.end),
            found_by=(),
        )
        for rank, passage in enumerate(passages.values(), 1)
    )
