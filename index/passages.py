"""From a Document to its passages: paragraphs with headings, sentences and windows."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from index import layout
from index.layout import Line
from index.manifest import ChunkerSettings
from index.sentences import sentence_spans, stripped
from index.simplified import simplified
from index.types import Chunk, Document, Kind, Passage, Span

# The section of the passages that hold title, author, date and publisher. Its words are
# searched like a heading's, so that "谁写的" finds a line that only says 作者.
ABOUT = "文章信息：标题、作者、编辑、发表时间、来源"
# The version goes up when a text would get other passages, windows or tokens.
SETTINGS = ChunkerSettings(version=4, window_characters=180)

# Characters of a title and of headings that are context; longer ones would crowd out the text.
_TITLE_MAX, _SECTION_MAX = 100, 200
_TURNS_MAX = 400  # characters of consecutive dialogue turns that make one passage
_INTRO_MAX = 80  # characters of the line above a list or table that belongs to it
_ROWS_MAX = 20_000  # characters of a table or list; each question that finds it reads all of it
_CLAUSE = re.compile(r"[，,、：:）)\s]")

Fits = Callable[[Sequence[str]], Sequence[bool]]


def chunk(document: Document, fits: Fits) -> tuple[Chunk, ...]:
    """Cut ``document`` into passages in reading order.

    ``fits`` tells for each of several texts whether the embedding model reads it whole,
    its heading included; a window that does not fit is halved until it does.
    """
    chunks = []
    for number, (section, span) in enumerate(_paragraphs(document)):
        passage = Passage(
            id=f"{document.id}#{number}",
            document_id=document.id,
            section=section,
            text=span.of(document.text),
            start=span.start,
            end=span.end,
        )
        sentences = sentence_spans(document.text, span.start, span.end)
        windows = _windows(document.text, sentences)
        chunks.append(Chunk(passage, sentences, _fitted(document, section, windows, fits)))
    return tuple(chunks)


def search_text(document: Document, section: str, window: Span) -> str:
    """What is embedded for a window: title and heading as context, then its text; simplified.

    A window that begins with the title has it there already.
    """
    own = simplified(window.of(document.text))
    title = simplified(document.title[:_TITLE_MAX]).strip()
    context = ["" if _begins_with(own, title) else title, simplified(section[:_SECTION_MAX])]
    return "\n".join([part for part in context if part] + [own])


def _begins_with(text: str, title: str) -> bool:
    """Whether ``title`` is how ``text`` begins, its last word whole."""
    begun, rest = text.lstrip("# "), len(title)
    after = begun[rest : rest + 1]
    return begun.startswith(title) and not (after.isascii() and after.isalnum())


def _paragraphs(document: Document) -> Iterator[tuple[str, Span]]:
    """Section and span of each passage, in order; a heading with nothing under it is one."""
    text = document.text
    headings: list[tuple[int, str]] = []
    lone: tuple[str, Span] | None = None  # the last heading, while nothing stands under it
    for group in _groups(document):
        first = group[0]
        span = Span(first.span.start, group[-1].span.end)
        if first.kind is Kind.HEADING:
            if lone and first.level <= headings[-1][0]:
                yield lone
            headings = [h for h in headings if h[0] < first.level]
            lone = _section(document, span.start, headings), span
            headings.append((first.level, span.of(text).lstrip("# ").strip()))
            continue
        front = first.kind is Kind.FRONT
        if front and lone:
            yield lone
        yield ABOUT if front else _section(document, span.start, headings), span
        lone = None
    if lone:
        yield lone


def _section(document: Document, at: int, headings: Sequence[tuple[int, str]]) -> str:
    return " › ".join([*_place(document, at), *(title for _, title in headings)])


def _place(document: Document, at: int) -> list[str]:
    """The name of the page that holds ``at``; none where the file has no pages."""
    number = bisect_right(document.places, at, key=lambda place: place.start)
    return [document.places[number - 1].name] if number else []


def _groups(document: Document) -> Iterator[list[Line]]:
    """Runs of lines that make one passage: front matter, a table, a dialogue exchange."""
    group: list[Line] = []
    page_starts = {place.start for place in document.places}
    for line in layout.lines(document.text, document.roles):
        new_page = line.span.start in page_starts
        if group and (new_page or not _joins(document.text, group, line)):
            yield group
            group = []
        if line.kind is not Kind.DEBRIS:
            group.append(line)
    if group:
        yield group


def _joins(text: str, group: Sequence[Line], line: Line) -> bool:
    last = group[-1]
    if line.kind in (Kind.ITEM, Kind.ROW) and last.kind is Kind.BODY and not line.after_blank:
        return last.span.end - last.span.start <= _INTRO_MAX  # the line that announces it
    if line.kind is not last.kind:
        return False
    if line.kind is Kind.TURN:
        return not line.after_blank and line.span.end - group[0].span.start <= _TURNS_MAX
    if line.kind is Kind.FRONT:
        # Credits end the first part; a repeated headline below them is a passage of its own.
        credits = layout.is_credit(last.span.of(text))
        return not credits or layout.is_credit(line.span.of(text))
    whole = line.span.end - group[0].span.start
    return line.kind in (Kind.ROW, Kind.ITEM) and whole <= _ROWS_MAX


def _windows(text: str, sentences: Sequence[Span]) -> list[Span]:
    """Pack whole sentences into windows of at most the set number of characters."""
    windows: list[Span] = []
    for sentence in sentences:
        if windows and sentence.end - windows[-1].start <= SETTINGS.window_characters:
            windows[-1] = Span(windows[-1].start, sentence.end)
        else:
            windows.append(sentence)
    return windows


def _fitted(
    document: Document, section: str, windows: Sequence[Span], fits: Fits
) -> tuple[Span, ...]:
    fine = fits([search_text(document, section, window) for window in windows])
    fitted: list[Span] = []
    for window, whole in zip(windows, fine, strict=True):
        if whole or window.end - window.start < 2:
            fitted.append(window)
        else:
            fitted += _fitted(document, section, _halves(document.text, window), fits)
    return tuple(fitted)


def _halves(text: str, window: Span) -> list[Span]:
    """Cut near the middle: at a sentence's end, else at a clause's, else anywhere."""
    middle = (window.start + window.end) // 2
    ends = [s.end for s in sentence_spans(text, window.start, window.end)[:-1]]
    clauses = [m.end() for m in _CLAUSE.finditer(text, window.start + 1, window.end - 1)]
    cut = min(ends or clauses or [middle], key=lambda end: abs(end - middle))
    parts = (Span(window.start, cut), Span(cut, window.end))
    return [span for part in parts if (span := stripped(text, part)).start < span.end]
