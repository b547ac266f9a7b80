"""Found passages as a language model is shown them, and their sentences as evidence for what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.searchable import SearchIndex
from index.sentences import sentence_spans
from index.types import Passage, Span
from rag import dates, tables
from rag.claims import Source
from rag.instructions import is_tainted, speaks_to_a_model
from rag.types import Hit

_OMITTED = "（略去一句）"
_BEFORE = 3  # sentences before one in which its names and years may stand


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that can be cited: ``span`` in the document, its ``quote``, and what it says.

    The source of a table's row says it with the names of its columns.
    """

    quoted: Quoted
    span: Span
    quote: str
    source: Source


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage as the model is shown it; ``sentences`` in offsets of the document."""

    passage: Passage
    title: str
    day: date | None
    sentences: tuple[Span, ...]

    def evidence(self) -> list[Evidence]:
        """Its sentences, without a table's header, and without those that speak to a model."""
        quotes = [s.shifted(-self.passage.start).of(self.passage.text) for s in self.sentences]
        heads = [h for h in (self.title, self.passage.section) if not speaks_to_a_model(h)]
        found, before = [], [""]
        for span, quote, told in zip(self.sentences, quotes, tables.told(quotes), strict=True):
            is_row = told != quote
            if told and not self._is_tainted(span):
                led = before[-1:] if is_row else before[-_BEFORE:]  # a table has its caption
                around = "\n".join([*heads, *led])
                found.append(Evidence(self, span, quote, Source(told, around, self.day)))
            before += [] if is_row or self._is_tainted(span) else [quote]
        return found

    def shown(self) -> str:
        """What the model reads."""
        head = " ".join(part for part in (self.title, self.passage.section) if part)
        said = "".join(one.source.text for one in self.evidence())
        omitted = _OMITTED if any(map(self._is_tainted, self.sentences)) else ""
        head = "" if speaks_to_a_model(head) else f"（{head}）"
        return f"{head}{said}{omitted}"

    def _is_tainted(self, span: Span) -> bool:
        return is_tainted(self.passage.text, span.shifted(-self.passage.start))


def quoted(index: SearchIndex, hits: Sequence[Hit]) -> list[Quoted]:
    """The passages of ``hits`` as a model is shown them."""
    return [_quoted(index, hit.passage) for hit in hits]


def of_passage(passage: Passage) -> Quoted:
    """A passage without its document: no title, no date."""
    sentences = sentence_spans(passage.text)
    return Quoted(passage, "", None, tuple(span.shifted(passage.start) for span in sentences))


def _quoted(index: SearchIndex, passage: Passage) -> Quoted:
    document = index.by_id[passage.document_id]
    chunk = next(c for c in index.chunks_of(document.id) if c.passage.id == passage.id)
    day = dates.parse(document.metadata.get("date", ""))
    return Quoted(passage, document.title, day, chunk.sentences)
