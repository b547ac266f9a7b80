"""Questions about an article's structure, and lists that its structure holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index import layout
from index.simplified import simplified
from index.types import Chunk, Document, Kind, Span
from rag import spans
from rag.questions import NUMERALS, Question
from rag.questions import Kind as Answered

_ARTICLE = r"(?:全文|文章|本文|文中|正文|该文|这篇|报道|通讯|讲话|文件|办法)"
_PART = r"(?:大?部分|板块|小节|章(?!程)|节(?![水约能电省目日假点奏余育]))"
# Of the article, or of nothing else that is named: 总投资由哪几部分组成 asks for something else.
_PARTS = re.compile(
    rf"(?:^(?:请问)?|{_ARTICLE}.{{0,8}}?)(?:(?:分(?:成|为)?|有|包括|由).{{0,4}}(?:几|多少|哪些)个?{_PART}"
    rf"|(?:哪几|哪些|几)个?{_PART})"
)
_WHOLE = re.compile(r"(?:文章|全文|本文|这篇|报道|通篇).{0,6}(?:讲|说|写|谈|介绍|论述)")
_NTH_PART = re.compile(r"第([一二三四五六七八九十\d]+)个?(?:部分|章|节)")
_TELLS = re.compile(
    r"(?:讲|说|写|谈|介绍|论述)(?:的|了)*(?:是)?(?:什么|啥|哪)|(?:部分|章|节).{0,6}内容"
)
_NAME_MIN = 3  # characters; a shorter heading may stand in a question by chance
_QUOTED = re.compile(r"[“《「\"]([^”》」\"]+)[”》」\"]")
_QUOTES = re.compile(r"[“”《》「」\"‘’]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading and the range of the section under it."""

    span: Span
    level: int
    section: Span


def asks(question: Question) -> bool:
    """Whether a question may be about an article's structure, or a list that its structure is."""
    return question.kind is Answered.LIST or bool(_TELLS.search(question.text))


def headings(document: Document) -> list[Heading]:
    """The headings of a document in order; a section ends where the next of its level begins."""
    found = [
        line for line in layout.lines(document.text, document.roles) if line.kind is Kind.HEADING
    ]
    result = []
    for i, line in enumerate(found):
        later = (other.span.start for other in found[i + 1 :] if other.level <= line.level)
        section = Span(line.span.end, next(later, len(document.text)))
        result.append(Heading(line.span, line.level, section))
    return result


def answer(question: Question, document: Document, chunks: Sequence[Chunk]) -> list[Span]:
    """Spans that answer a question about the structure of ``document``; none if it asks no such.

    全文分成哪几个部分, 这篇文章讲了什么: the top headings. 第二部分讲了什么, “红色铸魂”这一部分讲了哪三条,
    红色铸魂从哪几个方面抓: the headings inside that section, or its enumerated leads (一是…二是…).
    """
    every = headings(document)
    if not every:
        return []
    top = [h for h in every if h.level == min(other.level for other in every)]
    named = _named_section(question.text, document, every, top)
    if named:
        inside = [h for h in every if named.section.start <= h.span.start < named.section.end]
        below = [h.span for h in inside if h.level == min(o.level for o in inside)]
        return below or _leads(document, chunks, named.section)
    whole = _PARTS.search(question.text) or _WHOLE.search(question.text)
    return [h.span for h in top] if whole and len(top) > 1 else []


def _named_section(
    text: str, document: Document, every: Sequence[Heading], top: Sequence[Heading]
) -> Heading | None:
    if match := _NTH_PART.search(text):
        number = NUMERALS.get(match[1]) or (int(match[1]) if match[1].isdigit() else 0)
        return top[number - 1] if 0 < number <= len(top) else None
    asked = _QUOTES.sub("", text)
    names = ((h, _name(simplified(h.span.of(document.text)))) for h in every)
    return next((h for h, name in names if len(name) >= _NAME_MIN and name in asked), None)


def _name(heading: str) -> str:
    """What a heading is called by: its quoted words, else all of it without its number."""
    quoted = _QUOTED.search(heading)
    return _QUOTES.sub("", quoted[1] if quoted else spans.ENUMERATOR.sub("", heading).strip("# "))


def _leads(document: Document, chunks: Sequence[Chunk], section: Span) -> list[Span]:
    inside = [
        span
        for chunk in chunks
        if chunk.passage.document_id == document.id
        for span in chunk.sentences
        if section.start <= span.start < section.end
    ]
    return [span for span in inside if spans.ENUMERATOR.match(span.of(document.text))]
