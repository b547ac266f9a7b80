"""What a table says: the cell of a named row and column, or the row where a column is greatest.

Only where the question says the column's name and the row's first cell whole; all else is left to
the reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index import layout
from index.simplified import simplified
from index.types import Chunk, Passage, Span
from rag import dates, values
from rag.questions import Question

_MOST = re.compile(r"最(?P<how>多|大|高|长|重|快|贵|少|小|低|短|轻|慢|便宜)")
_LEAST = frozenset("少 小 低 短 轻 慢 便宜".split())
_WHICH = re.compile(r"哪|谁|什么(?:地方|单位)")
_SUMS = re.compile(r"合计|总计|共计|小计|平均|总和|全[县市省国区]")
_UNIT = re.compile(r"[（(].*?[)）]|/.*$")
_NAME_MIN = 2  # characters of a row's or a column's name


@dataclass(frozen=True, slots=True)
class Found:
    """The row that answers, and the bare answer in it."""

    row: Span
    short: str


@dataclass(frozen=True, slots=True)
class _Row:
    span: Span
    cells: tuple[str, ...]


def answer(question: Question, text: str, chunk: Chunk) -> Found | None:
    """What the table in ``chunk`` (of the document ``text``) answers; None if nothing."""
    rows = _rows(text, chunk)
    if len(rows) < 3 or not _same_years(question.text, chunk.passage):
        return None
    header, *body = rows
    column = _column(question.text, header)
    if column is None:
        return None
    named = [
        row for row in body if len(row.cells[0]) >= _NAME_MIN and row.cells[0] in question.text
    ]
    if len(named) == 1 and not _MOST.search(question.text):
        return Found(named[0].span, named[0].cells[column])
    if not named and (most := _MOST.search(question.text)):
        return _greatest(question.text, body, column, most["how"] in _LEAST)
    return None


def _rows(text: str, chunk: Chunk) -> list[_Row]:
    """The rows of the width that most have: a caption (表1　乡镇情况) may look like a row."""
    cut = [_Row(s, tuple(layout.cells(simplified(s.of(text))))) for s in chunk.sentences]
    widths = Counter(len(row.cells) for row in cut if len(row.cells) > 1)
    width = widths.most_common(1)[0][0] if widths else 0
    return [row for row in cut if len(row.cells) == width]


def _same_years(question: str, passage: Passage) -> bool:
    """Whether the table is not on other years than the question."""
    said = {one.year for one in dates.read(question) if one.year}
    return said <= {one.year for one in dates.read(f"{passage.section}\n{passage.text}")}


def _column(question: str, header: _Row) -> int | None:
    """The column with the longest name that the question says, the first aside."""
    names = [_UNIT.sub("", cell) for cell in header.cells]
    said = [
        (len(name), -at)
        for at, name in enumerate(names)
        if at and len(name) >= _NAME_MIN and name in question
    ]
    return -max(said)[1] if said else None


def _greatest(question: str, body: Sequence[_Row], column: int, least: bool) -> Found | None:
    """The row with the greatest value, or the least; None where two share it or one has none."""
    rows = [row for row in body if not _SUMS.search(row.cells[0])]
    read = [values.read(row.cells[column]) for row in rows]
    if len(rows) < 2 or any(len(found) != 1 for found in read):
        return None
    amounts = [found[0].amount for found in read]
    best = (min if least else max)(amounts)
    if amounts.count(best) != 1 or len({found[0].unit for found in read}) != 1:
        return None
    row = rows[amounts.index(best)]
    return Found(row.span, row.cells[0 if _WHICH.search(question) else column])
