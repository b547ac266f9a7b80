"""A text as HTML with ranges marked and, where it is long, only what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from index.types import Span

CONTEXT = 90  # characters kept on each side of a mark, rounded to whole sentences
_WHOLE = 260  # a paragraph up to this length is shown whole
_EXPANDABLE = 3000  # a longer one is not sent whole; the article view has it
_GAP = 40  # fewer left-out characters than this are not worth an ellipsis
_JOINED = re.compile(r"[，、；]")  # what joins the parts of an answer to two questions in one
_EMPTY_LINES = re.compile(r"[^\S\n]*\n\s*")
_STOP = re.compile(r"[。！？；!?;\n][”’」』）)]*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A range to mark; ``number`` is its citation's marker (0: none), ``id`` may be ''.

    ``strong`` are the ranges inside it that hold the bare answer.
    """

    span: Span
    id: str = ""
    number: int = 0
    strong: tuple[Span, ...] = ()


def marked(text: str, within: Span, marks: Iterable[Mark]) -> str:
    """``within`` of ``text``, escaped, with ``marks`` around their ranges."""
    pieces: list[str] = []
    at = within.start
    for mark in sorted(marks, key=lambda mark: mark.span):
        start, end = max(mark.span.start, at), min(mark.span.end, within.end)
        if start >= end:
            continue
        pieces.append(_shown(text[at:start]))
        pieces.append(_one_mark(text, Span(start, end), mark))
        at = end
    pieces.append(_shown(text[at : within.end]))
    return "".join(pieces)


def excerpt(text: str, marks: Sequence[Mark], keep: Sequence[Span], expand: str) -> str:
    """``text`` with ``marks``, without the parts far from any mark or span of ``keep``.

    Left-out parts of a paragraph of bounded length are there but hidden, behind one button
    with the HTML label ``expand``.
    """
    kept = _kept(text, [*(mark.span for mark in marks), *keep])
    if kept == [Span(0, len(text))]:
        return marked(text, kept[0], marks)
    expandable = len(text) <= _EXPANDABLE
    pieces: list[str] = []
    at = 0
    for span in [*kept, Span(len(text), len(text))]:
        if span.start > at:
            hidden = f'<span class="more" hidden>{_shown(text[at : span.start])}</span>'
            pieces.append('<span class="cut">……</span>' + (hidden if expandable else ""))
        pieces.append(marked(text, span, marks))
        at = span.end
    button = f' <button type="button" class="quiet expand">{expand}</button>' if expandable else ""
    return "".join(pieces) + button


def answer_spans(text: str, within: Span, short: str) -> tuple[Span, ...]:
    """Where the bare answer stands in ``within``, or, one by one, the parts that it joins."""
    if not short:
        return ()
    whole = _occurrences(text, within, short)
    parts = [part for part in _JOINED.split(short) if len(part) > 1]
    return whole or tuple(sorted(s for part in parts for s in _occurrences(text, within, part)))


def emphasised(text: str, within: Span, spans: Iterable[Span], tag: str) -> str:
    """``within`` of ``text``, escaped, with a ``tag`` around each of ``spans``."""
    pieces: list[str] = []
    at = within.start
    for span in spans:
        if span.start >= at and span.end <= within.end:
            pieces.append(_shown(text[at : span.start]))
            pieces.append(f"<{tag}>{_shown(span.of(text))}</{tag}>")
            at = span.end
    return "".join(pieces) + _shown(text[at : within.end])


def _shown(text: str) -> str:
    """``text`` escaped, without the empty lines that set its lines apart in the file."""
    return escape(_EMPTY_LINES.sub("\n", text))


def _occurrences(text: str, within: Span, words: str) -> tuple[Span, ...]:
    found = re.compile(re.escape(words)).finditer(text, within.start, within.end)
    return tuple(Span(*match.span()) for match in found)


def _one_mark(text: str, span: Span, mark: Mark) -> str:
    name = f' id="{escape(mark.id)}" tabindex="-1"' if mark.id else ""
    number = f' data-ref="{mark.number}"' if mark.number else ""
    return f"<mark{name}{number}>{emphasised(text, span, mark.strong, 'strong')}</mark>"


def _kept(text: str, spans: Sequence[Span]) -> list[Span]:
    """The parts to show: each span with whole sentences of about CONTEXT characters around."""
    if len(text) <= _WHOLE:
        return [Span(0, len(text))]
    kept = [Span(0, 0)]
    for span in sorted(_around(text, span) for span in spans or [Span(0, 0)]):
        if span.start - kept[-1].end < _GAP:
            kept[-1] = Span(kept[-1].start, max(kept[-1].end, span.end))
        else:
            kept.append(span)
    if len(text) - kept[-1].end < _GAP:
        kept[-1] = Span(kept[-1].start, len(text))
    return [span for span in kept if span.start < span.end]


def _around(text: str, span: Span) -> Span:
    start = _sentence_start(text, max(0, span.start - CONTEXT), span.start)
    return Span(start, max(span.end, _sentence_end(text, span.end + CONTEXT)))


def _sentence_start(text: str, at: int, limit: int) -> int:
    """The first beginning of a sentence from ``at`` on, or ``at`` where none comes."""
    if at == 0 or _STOP.match(text, at - 1):
        return at
    match = _STOP.search(text, at, limit)
    return match.end() if match and match.end() < limit else at


def _sentence_end(text: str, at: int) -> int:
    """The end of the sentence that ``at`` is in, if it comes soon, else ``at``."""
    match = _STOP.search(text, max(0, at - 1), at + CONTEXT)
    return match.end() if match else min(at, len(text))
