"""What an article or a part of it is about: by section, in its own sentences.

A section's own enumerated leads (一是…二是…) or headings say best what it is about. Where it has
none, the sentences most like all the others are taken (degree centrality, LexRank: Erkan and
Radev, JAIR 2004), with what stands first and what the headings name ahead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index import layout
from index.passages import ABOUT
from index.types import Chunk, Document, Span
from rag import outline, questions
from rag.outline import Heading
from rag.questions import Question

_ASKS = re.compile(
    r"概括|概述|综述|总结(?!会|大会|表彰)|归纳|摘要|概要|大意|主旨|中心思想"
    r"|(?:主要|核心|大致|基本)内容|内容(?:是|有)?(?:什么|哪些)|(?:讲|说|写|谈|介绍|论述)(?:的|了)*(?:是)?(?:些)?(?:什么|啥)"
    r"|(?:部分|章|节|板块).{0,6}内容"
)
_WHOLE = re.compile(rf"{outline.ARTICLE}|通篇|《[^》]+》|这一篇|整篇")
_BARE = re.compile(
    r"^(?:请|帮我?|麻烦|能否|可以)*(?:简单|简要)?(?:地)?(?:概括|概述|总结|归纳)(?:一下|下)?(?:主要|核心)?(?:内容)?[吗吧。？?！!]*$"
)
_SENTENCES_MAX = 3  # of a section
_POINTS_MAX = 6  # leads or headings that stand for a section
_SENTENCE_MIN, _SENTENCE_MAX = 12, 160  # characters of a sentence that can stand by itself
_SECTIONS_MAX = 20  # of which sentences are given; of more only the headings
_LINES = 18  # about so many for a whole article
_TITLE_WEIGHT, _FIRST_WEIGHT = 0.5, 0.15
_ALIKE = 0.5  # cosine of sentences that say the same


Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Section:
    """A range of the article; ``heading`` is None for what stands above the first."""

    heading: Heading | None
    span: Span


def asks(question: Question) -> bool:
    """Whether a question may ask what an article or a part of it is about."""
    return bool(_ASKS.search(question.text))


def asks_of_the_whole(question: Question) -> bool:
    """Whether a question asks so of a whole article."""
    said = question.text
    return asks(question) and bool(_WHOLE.search(said) or _BARE.match(said))


def answer(question: Question, document: Document, chunks: Sequence[Chunk]) -> list[Span]:
    """Spans that sum up what ``question`` asks about, in order; none if it asks no such.

    ``chunks`` are the document's own.
    """
    if not asks(question):
        return []
    if part := outline.named_part(question.text, document, chunks):
        return _part(document, chunks, part)
    return _whole(document, chunks) if asks_of_the_whole(question) else []


def _part(document: Document, chunks: Sequence[Chunk], part: Heading) -> list[Span]:
    """What a part is about: each heading or lead in it with the best sentence under it."""
    found: list[Span] = []
    below = outline.parts_in(document, chunks, part.section)
    for point in _points(document, chunks, _Section(part, part.section), _SENTENCES_MAX):
        found.append(point)
        if under := next((other for other in below if other.span == point), None):
            found += _central(document, _Section(under, under.section), chunks, 1)
    return found


def _whole(document: Document, chunks: Sequence[Chunk]) -> list[Span]:
    top = outline.top_headings(document)
    if len(top) > _SECTIONS_MAX:
        return [heading.span for heading in top]
    sections = [_Section(heading, heading.section) for heading in top]
    first = top[0].span.start if top else len(document.text)
    sections.insert(0, _Section(None, Span(0, first)))
    count = max(1, min(_SENTENCES_MAX, _LINES // len(sections) - 1))
    found: list[Span] = []
    for section in sections:
        if section.heading:
            found.append(section.heading.span)
        above = top and section.heading is None
        found += _points(document, chunks, section, 1 if above else count)
    return found


def _points(
    document: Document, chunks: Sequence[Chunk], section: _Section, count: int
) -> list[Span]:
    """The headings or leads inside a section; failing those, its ``count`` best sentences."""
    below = outline.headings_in(document, section.span) or outline.leads_in(
        document, chunks, section.span
    )
    points = [part.span for part in below[:_POINTS_MAX]]
    return points if len(points) > 1 else _central(document, section, chunks, count)


def _central(
    document: Document, section: _Section, chunks: Sequence[Chunk], count: int
) -> list[Span]:
    """The sentences most like all of the section and its headings, no two alike, in order."""
    sentences = [
        span
        for chunk in chunks
        if chunk.passage.section != ABOUT
        for span in chunk.sentences
        if section.span.start <= span.start < section.span.end
    ]
    able = [span for span in sentences if _stands_alone(span.of(document.text))] or sentences[:1]
    heading = section.heading.span.of(document.text) if section.heading else ""
    texts = [f"{document.title}\n{heading}", *(span.of(document.text) for span in able)]
    likeness = _likeness(texts)  # (1 + sentences, 1 + sentences)
    score = likeness[1:, 1:].sum(axis=1) / max(1, len(able)) + _TITLE_WEIGHT * likeness[1:, 0]
    score[:1] += _FIRST_WEIGHT
    chosen: list[int] = []
    for at in np.argsort(-score, kind="stable").tolist():
        if len(chosen) < count and all(likeness[1 + at, 1 + i] < _ALIKE for i in chosen):
            chosen.append(at)
    return [able[at] for at in sorted(chosen)]


def _stands_alone(text: str) -> bool:
    told = text.strip()
    return (
        _SENTENCE_MIN <= len(told) <= _SENTENCE_MAX
        and told[-1] not in "：:？?，,"
        and len(layout.cells(told)) == 1
    )


def _likeness(texts: Sequence[str]) -> Scores:
    """Cosines ``(n, n)`` of the texts as bags of content words, each by what it says."""
    bags = [questions.content_words(text) for text in texts]
    words = {word: i for i, word in enumerate(dict.fromkeys(w for bag in bags for w in bag))}
    rows = np.zeros((len(texts), max(1, len(words))))
    for row, bag in zip(rows, bags, strict=True):
        for word in bag:
            row[words[word]] = questions.weight(word)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.maximum(lengths, 1e-9)
    cosines: Scores = unit @ unit.T
    return cosines
