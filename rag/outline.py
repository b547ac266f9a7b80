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

ARTICLE = r"(?:全文|文章|本文|文中|正文|该文|这篇|报道|通讯|讲话|文件|办法)"
_PART = r"(?:大?部分|板块|小节|章(?!程)|节(?![水约能电省目日假点奏余育]))"
# Of the article, or of nothing else that is named: 总投资由哪几部分组成 asks for something else.
_PARTS = re.compile(
    rf"(?:^(?:请问)?|{ARTICLE}.{{0,8}}?)(?:(?:分(?:成|为)?|有|包括|由).{{0,4}}(?:几|多少|哪些)个?{_PART}"
    rf"|(?:哪几|哪些|几)个?{_PART})"
)
_NTH_PART = re.compile(r"(?:第([一二三四五六七八九十\d]+)|(最后一))个?(?:大?部分|章|节|板块)")
_LEAD_MAX, _LEAD_LEVEL = 40, 9  # characters of a lead that is a heading; below any heading
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
    """Whether a question may ask for parts of an article, or a list that its structure is."""
    return question.kind is Answered.LIST


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

    全文分成哪几个部分: the top headings. “红色铸魂”这一部分讲了哪三条, 红色铸魂从哪几个方面抓: the
    headings inside that section, or its enumerated leads (一是…二是…).
    """
    if not asks(question):
        return []
    if named := named_part(question.text, document, chunks):
        inside = headings_in(document, named.section) or leads_in(document, chunks, named.section)
        return [part.span for part in inside]
    top = top_headings(document)
    return [h.span for h in top] if _PARTS.search(question.text) and len(top) > 1 else []


def top_headings(document: Document) -> list[Heading]:
    """The headings of the highest level, in order."""
    return _highest(headings(document))


def headings_in(document: Document, section: Span) -> list[Heading]:
    """The headings of the highest level inside a section, in order."""
    return _highest([h for h in headings(document) if section.start <= h.span.start < section.end])


def _highest(found: Sequence[Heading]) -> list[Heading]:
    highest = min((h.level for h in found), default=0)
    return [h for h in found if h.level == highest]


def named_part(text: str, document: Document, chunks: Sequence[Chunk]) -> Heading | None:
    """The section, or the enumerated lead with what follows it, that a question names."""
    if match := _NTH_PART.search(text):
        return _nth(match, top_headings(document))
    asked = _QUOTES.sub("", text)
    leads = leads_in(document, chunks, Span(0, len(document.text)))
    parts = [*headings(document), *(lead for lead in leads if _is_short(lead))]
    names = ((part, _name(simplified(part.span.of(document.text)))) for part in parts)
    return next((part for part, name in names if len(name) >= _NAME_MIN and name in asked), None)


def lacks_part(text: str, document: Document) -> bool:
    """Whether a question counts to a part (第九部分) that a document with headings has not got."""
    match, top = _NTH_PART.search(text), top_headings(document)
    return match is not None and bool(top) and _nth(match, top) is None


def _nth(match: re.Match[str], top: Sequence[Heading]) -> Heading | None:
    if match[2]:
        return top[-1] if top else None
    number = NUMERALS.get(match[1]) or (int(match[1]) if match[1].isdigit() else 0)
    return top[number - 1] if 0 < number <= len(top) else None


def parts_in(document: Document, chunks: Sequence[Chunk], section: Span) -> list[Heading]:
    """Headings and leads inside a section, with what stands under each."""
    return [*headings_in(document, section), *leads_in(document, chunks, section)]


def leads_in(document: Document, chunks: Sequence[Chunk], section: Span) -> list[Heading]:
    """The enumerated leads (一是…二是…) in a section, each with what follows it in its paragraph."""
    found = []
    for chunk in chunks:
        leads = [s for s in chunk.sentences if spans.ENUMERATOR.match(s.of(document.text))]
        ends = [*(lead.start for lead in leads[1:]), chunk.passage.end]
        for lead, end in zip(leads, ends if leads else (), strict=True):
            if section.start <= lead.start < section.end:
                found.append(Heading(lead, _LEAD_LEVEL, Span(lead.end, end)))
    return found


def _is_short(lead: Heading) -> bool:
    """Whether a lead is as short as a heading, and announces something."""
    return lead.span.end - lead.span.start <= _LEAD_MAX and lead.section.start < lead.section.end


def _name(heading: str) -> str:
    """What a heading is called by: its quoted words, else all of it without its number."""
    quoted = _QUOTED.search(heading)
    bare = spans.ENUMERATOR.sub("", heading).strip("# 。；;")
    return _QUOTES.sub("", quoted[1] if quoted else bare)
