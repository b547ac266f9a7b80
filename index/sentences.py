"""Sentences of Chinese text that mixes full-width and ASCII punctuation, with offsets.

A sentence ends at 。！？；… or at ! ? ; . used as Chinese punctuation, together with the
closing quotes and brackets that follow, and at a line's end. Numbers (9.89亿元, 23.4%),
addresses (a.b/c?d=1) and titles in 《》 stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.types import Span

_CLOSERS = "”’」』）)】》〉]"
_END = re.compile(
    r"""
    (?: [。！？；｡]                            # full-width: always an end
      | …+
      | (?<![A-Za-z0-9/&])[!?;]               # ASCII after Chinese text
      | [!?;](?![A-Za-z0-9=/&])               # ASCII inside an address is not an end
      | (?<![A-Za-z0-9.])\.(?![A-Za-z0-9.])   # a full stop after Chinese text or %
      | (?<=[A-Za-z0-9]{2})\.(?=\s|$)         # "... in 2021. 其中"; "U. S." stays whole
    )+
    """,
    re.VERBOSE,
)
_LIST_NUMBER = re.compile(r"\s*[（(]?\d{1,3}\.$")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """Spans of the sentences of ``text[start:end]``, in offsets of ``text``.

    Outer white space belongs to no sentence; every other character belongs to exactly one.
    """
    end = len(text) if end is None else end
    return tuple(
        span
        for line in _lines(text, start, end)
        for piece in _split_line(text, line)
        if (span := stripped(text, piece)).start < span.end
    )


def stripped(text: str, span: Span) -> Span:
    """``span`` without the white space at its ends (empty where it has nothing else)."""
    whole = span.of(text)
    start = span.start + len(whole) - len(whole.lstrip())
    return Span(start, max(start, span.end - len(whole) + len(whole.rstrip())))


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    for match in re.compile(r"[^\n\r]+").finditer(text, start, end):
        yield Span(*match.span())


def _split_line(text: str, line: Span) -> Iterator[Span]:
    begin = line.start
    for match in _END.finditer(text, line.start, line.end):
        sentence = text[begin : match.end()]
        if match.end() <= begin or _LIST_NUMBER.fullmatch(sentence) or _in_title(sentence):
            continue
        stop = _past_closers(text, match.end(), line.end, sentence)
        yield Span(begin, stop)
        begin = stop
    yield Span(begin, line.end)


def _in_title(sentence: str) -> bool:
    return sentence.rfind("《") > sentence.rfind("》")


def _past_closers(text: str, at: int, limit: int, sentence: str) -> int:
    # A straight quote closes only what this sentence opened; otherwise it opens the next.
    open_straight = sentence.count('"') % 2 == 1
    while at < limit and (text[at] in _CLOSERS or (text[at] == '"' and open_straight)):
        if text[at] == '"':
            open_straight = False
        at += 1
    return at
