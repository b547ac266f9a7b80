"""A found answer without what a bare answer does not need: what the question says already.

乍浦镇的常住人口是多少: 常住人口5万余人 becomes 5万余人. docs/decisions/0013 has what each rule gave.
"""

from __future__ import annotations

import re

from index import tokens
from index.types import Span

_EDGES = "，。；：、！？,.;:!?\u3000 \n"
_BRACKETS = (
    ("（", "）"),
    ("(", ")"),
    ("「", "」"),
    ("“", "”"),
    ("《", "》"),
    ("『", "』"),
    ("〈", "〉"),
)
_NAME = re.compile("[“《「『]([^”》」』，。]{2,12})[”》」』]")
_COPULA = re.compile(
    r"(?:分别)?(?:是|为|于|叫做|叫|称为|名为|达到|达|有|：|:|在|位于)",
)
_DATELINE = re.compile(r"\d{1,2}月\d{1,2}日(?:电|讯|消息)")  # 东京7月29日电: the place is 东京
_REPEATED = 0.7  # share of the characters before a copula that the question has too
# Words that lead to an answer without being of it.
_LEADING = frozenset(
    "由 在 于 为 是 被 从 即 则 就 因 因为 由于 以 将 可 会 来自 位于 本 有 达 达到 可达 也 还 都 又 又称 仅 其".split()
)


def bare(question: str, text: str, found: Span) -> Span:
    """``found`` in ``text``: whole names and words, cut at its beginning and of marks at its ends.

    Never empty.
    """
    span = _stripped(text, _ended(text, _whole_words(text, _whole_name(text, found))))
    for cut in (_after_copula, _after_said_words):
        shorter = _balanced(text, _stripped(text, cut(question, text, span)))
        span = shorter if shorter.start < shorter.end else span
    return span


def _whole_name(text: str, span: Span) -> Span:
    """All of a quoted name of which ``span`` is a part: 澧兰 in “澧兰党建”."""
    for match in _NAME.finditer(text):
        name = Span(*match.span(1))
        if name.start <= span.start and span.end <= name.end:
            return name
    return span


def _whole_words(text: str, span: Span) -> Span:
    """With the words that its ends are in: 健 in 王健."""
    start, end, at = span.start, span.end, 0
    for word, _ in tokens.tagged_words(text):
        if at < start < at + len(word):
            start = at
        if at < end < at + len(word):
            end = at + len(word)
        at += len(word)
    return Span(start, end)


def _ended(text: str, span: Span) -> Span:
    """With the mark that closes what was opened in it, without a dateline's date or a last 的."""
    end = span.end
    if dateline := _DATELINE.search(text, span.start, min(end + 1, len(text))):
        end = dateline.start() if dateline.start() > span.start else end
    for opening, closing in _BRACKETS:
        inside = text[span.start : end]
        if text[end : end + 1] == closing and inside.count(opening) > inside.count(closing):
            end += 1
    if text[span.start : end].endswith("的"):  # 美国的, not 目的
        words = [word for word, _ in tokens.tagged_words(text[span.start : end])]
        end -= len(words) > 1 and words[-1] == "的"
    return Span(span.start, end)


def _after_copula(question: str, text: str, span: Span) -> Span:
    """Behind the last copula before which stands little but the question's own characters."""
    start = span.start
    for match in _COPULA.finditer(text, span.start, span.end):
        before = text[span.start : match.start()]
        said = sum(character in question for character in before)
        if match.end() < span.end and said >= _REPEATED * len(before):
            start = match.end()
    return Span(start, span.end)


def _after_said_words(question: str, text: str, span: Span) -> Span:
    words = [word for word, _ in tokens.tagged_words(span.of(text))]
    start = span.start
    for word in words[:-1]:
        said = len(word) > 1 and word in question
        if not (said or word in _LEADING or word in _EDGES):
            break
        start += len(word)
    return Span(start, span.end)


def _stripped(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return Span(start, end)


def _balanced(text: str, span: Span) -> Span:
    """Without a bracket at an end whose other half is not inside."""
    start, end = span.start, span.end
    for opening, closing in _BRACKETS:
        inside = text[start:end]
        if inside.startswith(closing) or (
            inside.startswith(opening) and inside.count(opening) > inside.count(closing)
        ):
            start += 1
        elif inside.endswith(opening) or (
            inside.endswith(closing) and inside.count(closing) > inside.count(opening)
        ):
            end -= 1
    return Span(start, end)
