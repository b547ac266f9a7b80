"""A whole article as HTML with a passage marked in place; the library as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from index import bundled_model, layout
from index.embedding import BUNDLED
from index.layout import Line
from index.types import Document, Kind, Span
from ui.marks import Mark, answer_spans, marked
from ui.texts import both
from ui.views import credits_of

if TYPE_CHECKING:
    from rag import IndexInfo

LISTED = 200  # documents listed in the library; a longer list helps nobody

_TAGS = {Kind.HEADING: "h3", Kind.BODY: "p", Kind.TURN: "p", Kind.ROW: "p", Kind.DEBRIS: "p"}


def article_html(
    document: Document, passage: Span | None, cited: Sequence[Span], short: str
) -> str:
    """The article line by line as written.

    ``passage`` is set off, ``cited`` ranges are marked, ``short`` in them more strongly.
    """
    named = [
        Mark(
            span,
            id="" if number else "article-mark",
            strong=answer_spans(document.text, span, short),
        )
        for number, span in enumerate(sorted(cited))
    ]
    lines = layout.lines(document.text, document.roles)
    body = "".join(
        _line(document, line, passage, named, is_title=number == 0)
        for number, line in enumerate(lines)
    )
    return f'<div class="text" lang="zh-CN">{body}</div>'


def library_html(documents: Sequence[Document], info: IndexInfo) -> str:
    """What the library holds, and when and with what it was indexed."""
    items = "".join(_item(document) for document in documents[:LISTED])
    rest = info.documents - LISTED
    more = f'<p class="hint">{both("more_documents", n=rest)}</p>' if rest > 0 else ""
    facts = (
        both("counts", documents=info.documents, passages=info.passages),
        both("built_at", time=_local_time(info.built_at)),
        both("model_bundled" if info.model == BUNDLED else "model", name=_model_name(info.model)),
    )
    lines = "".join(f"<li>{fact}</li>" for fact in facts)
    return f'<ul class="documents">{items}</ul>{more}<ul class="facts">{lines}</ul>'


def _model_name(model: str) -> str:
    return bundled_model.NAME if model == BUNDLED else model


def _local_time(stamp: str) -> str:
    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")


def _line(
    document: Document, line: Line, passage: Span | None, marks: Sequence[Mark], is_title: bool
) -> str:
    tag = "h1" if is_title and line.kind is Kind.FRONT else _TAGS.get(line.kind, "p")
    classes = [line.kind.value, *(["in-passage"] if passage and _meets(line.span, passage) else [])]
    here = [mark for mark in marks if _meets(line.span, mark.span)]
    # The place to scroll to, where a passage has no sentence of its own to show.
    place = ' id="article-place"' if passage and line.span.start == passage.start else ""
    inner = marked(document.text, line.span, list(_once(here, line.span)))
    return f'<{tag} class="{" ".join(classes)}"{place}>{inner}</{tag}>'


def _once(marks: Sequence[Mark], line: Span) -> Iterator[Mark]:
    """Keep a mark's id only on the line where it begins, for an id must be unique."""
    for mark in marks:
        yield mark if mark.span.start >= line.start else Mark(mark.span, strong=mark.strong)


def _meets(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _item(document: Document) -> str:
    meta = "".join(f"<span>{escape(part)}</span>" for part in credits_of(document))
    return (
        f'<li lang="zh-CN"><button type="button" class="open" '
        f'data-document="{escape(document.id)}">{escape(document.title or document.id)}</button>'
        f'<p class="source">{meta}</p></li>'
    )
