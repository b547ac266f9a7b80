"""The evidence of an answer as HTML: cards in marker order, and what was not used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape

from index.types import Document, Passage, Span
from rag import courtesy
from rag.types import Citation
from ui.marks import Mark, answer_spans, excerpt
from ui.texts import both
from ui.views import Card, Other, Turn, credits_of


def evidence_html(turn: Turn) -> str:
    """The evidence of one answer: its cards in marker order, then what was not used; '' of a reply."""
    if courtesy.reply(turn.answer.question):
        return ""
    cards = "".join(_card(card, turn) for card in turn.cards)
    refused = turn.answer.status == "no_evidence"
    others = _others(turn.others, refused)
    title = "no_cards" if refused else "evidence"
    return f'{_bar(title, turn.answer.question)}<div class="cards">{cards}{others}</div>'


def found_html(question: str, passages: Sequence[Passage]) -> str:
    """What was found, shown while it is being read: only where it stands, nothing to act on."""
    places = dict.fromkeys(passage.section for passage in passages)
    items = "".join(f"<li>{_heading(section)}</li>" for section in places)
    return f'{_bar("found_title", question)}<ul class="cards found">{items}</ul>'


def _bar(title: str, question: str) -> str:
    return (
        f'<header class="pane-bar"><h2 class="kicker">{both(title)}</h2>'
        f'<p class="about" lang="zh-CN">{escape(question)}</p></header>'
    )


def source_line(document: Document) -> str:
    """Author, publisher, date and title, as far as they are known."""
    parts = [f"<span>{escape(part)}</span>" for part in credits_of(document)]
    parts.append(
        f'<cite title="{escape(document.source)}">《{escape(document.title or document.id)}》</cite>'
    )
    return f'<p class="source" lang="zh-CN">{"".join(parts)}</p>'


def _card(card: Card, turn: Turn) -> str:
    numbers = "".join(_back_marker(turn.number, citation) for citation in card.citations)
    passage = card.passage
    marks = [_mark(citation, turn, passage) for citation in card.citations]
    text = excerpt(passage.text, marks, (), both("expand"))
    many = " many" if len(card.citations) > 1 else ""
    refs = " ".join(str(citation.marker) for citation in card.citations)
    return (
        f'<article class="card{many}" data-refs="{refs}">'
        f"<header>{numbers}{_heading(passage.section)}</header>"
        f'<p class="passage" lang="zh-CN">{text}</p>'
        f"{source_line(card.document)}"
        f'<div class="actions">{_open(passage, card.citations, turn.answer.short)}{_why(card)}'
        "</div></article>"
    )


def _mark(citation: Citation, turn: Turn, passage: Passage) -> Mark:
    span = Span(citation.start - passage.start, citation.end - passage.start)
    return Mark(
        span,
        id=f"t{turn.number}-e{citation.marker}",
        number=citation.marker,
        strong=answer_spans(passage.text, span, turn.answer.short),
    )


def _back_marker(turn: int, citation: Citation) -> str:
    return (
        f'<a class="ref back" href="#t{turn}-answer" data-ref="{citation.marker}">'
        f'[{citation.marker}]<span class="sr"> {both("to_sentence")}</span></a>'
    )


def _heading(section: str) -> str:
    if not section:
        return f"<h3>{both('no_section')}</h3>"
    return f'<h3 lang="zh-CN">{escape(section)}</h3>'


def _why(card: Card) -> str:
    why = card.why
    if why is None:
        return ""
    if why.words:
        words = "".join(f"<q>{escape(word)}</q>" for word in why.words)
        first = f'{both("why_words")}<span class="words" lang="zh-CN">{words}</span>'
    else:
        first = both("why_no_words")
    ranks = [
        _rank("dense", why.dense_rank),
        _rank("lexical", why.lexical_rank),
        _read(why.odds),
    ]
    if why.relevance is not None:
        ranks.append(both("reranked", n=f"{why.relevance:+.2f}"))
    return (
        f'<details class="why"><summary>{both("why")}</summary>'
        f"<p>{first}</p><p>{'<br>'.join(ranks)}</p></details>"
    )


def _rank(leg: str, rank: int | None) -> str:
    return both(f"no_{leg}") if rank is None else both(f"rank_{leg}", n=rank)


def _read(odds: float | None) -> str:
    if odds is None:
        return both("unread")
    return both("read_answer" if odds > 0 else "read_no_answer", n=f"{odds:+.1f}")


def _open(passage: Passage, citations: Iterable[Citation], short: str) -> str:
    spans = [[citation.start, citation.end] for citation in citations]
    return (
        f'<button type="button" class="quiet open" data-document="{escape(passage.document_id)}" '
        f'data-passage="{passage.start},{passage.end}" '
        f'data-marks="{escape(json.dumps(spans))}" data-short="{escape(short)}">'
        f"{both('in_article')}</button>"
    )


def _others(others: Sequence[Other], refused: bool) -> str:
    if not others:
        return ""
    label = both("nearest" if refused else "others", n=len(others))
    items = "".join(_other(other) for other in others)
    return f'<details class="others"><summary>{label}</summary>{items}</details>'


def _other(other: Other) -> str:
    passage = other.hit.passage
    best = other.hit.sentences[:1] or (Span(passage.start, passage.start),)
    keep = [Span(span.start - passage.start, span.end - passage.start) for span in best]
    return (
        f'<article class="other"><header>{_heading(passage.section)}</header>'
        f'<p class="passage" lang="zh-CN">{excerpt(passage.text, (), keep, both("expand"))}'
        f"</p>{source_line(other.document)}"
        f'<div class="actions">{_open(passage, (), "")}</div></article>'
    )
