"""Answers made by hand, and what holds of every answer to several parts."""

from __future__ import annotations

from rag import Library
from rag.types import Answer, Citation


def check(library: Library, answer: Answer) -> None:
    assert [cited.marker for cited in answer.citations] == list(range(1, len(answer.citations) + 1))
    for cited in answer.citations:
        assert library.document(cited.document_id).text[cited.start : cited.end] == cited.quote
        assert f"[{cited.marker}]" in answer.text
        assert any(
            hit.passage.document_id == cited.document_id
            and hit.passage.start <= cited.start < hit.passage.end
            for hit in answer.hits
        )


def made(question: str, short: str, *quotes: str, extra: str = "") -> Answer:
    citations = tuple(
        Citation(n, "d", "", start := ord(quote[0]), start + len(quote), quote)
        for n, quote in enumerate(quotes, 1)
    )
    text = "\n".join(f"{c.quote}[{c.marker}]" for c in citations) + extra
    status = "answered" if quotes else "no_evidence"
    return Answer(question, status, text, short, 0.5, citations, ())
