"""What a table says: the cell of a named row and column, or the row where a column is greatest.

Only where the question says the column's name and the row's first cell whole; all else is left to
the reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index import layout
from index.simplified import simplified
from index.types import Chunk, Passage, Span
from rag import dates, units, values
from rag.questions import Question

_MOST = re.compile(r"最(?P<how>多|大|高|长|重|快|贵|少|小|低|短|轻|慢|便宜)")
_LEAST = frozenset("少 小 低 短 轻 慢 便宜".split())
_WHICH = re.compile(r"哪|谁|什么(?:地方|单位)")
_SUMS = re.compile(r"合计|总计|共计|小计|平均|总和|全[县市省国区]")
_UNIT = re.compile(r"[（(].*?[)）]|/.*$")
_MEASURE = re.compile(rf"[万亿]*(?:{units.PATTERN})(?:/.*)?")
_ROWS_MIN = 3  # with the header
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
    if len(rows) < _ROWS_MIN or not _same_years(question.text, chunk.passage):
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


def told(sentences: Sequence[str]) -> list[str]:
    """What sentences say: a table's rows with the names of the columns, its header nothing ('').

    河湾镇\t366 below 乡镇\t亩均用水（立方米） says 河湾镇亩均用水366立方米。
    """
    cut = [layout.cells(sentence) for sentence in sentences]
    width = _width(cut)
    rows = [n for n, cells in enumerate(cut) if len(cells) == width > 1]
    if len(rows) < _ROWS_MIN:
        return list(sentences)
    header, body = cut[rows[0]], [cut[n] for n in rows[1:]]
    # 组长：张　三 has two cells as well: a table's rows have numbers below the column's name.
    columns = list(zip(*body, strict=True))[1:]
    if any(map(values.read, header)) or not any(all(map(values.read, one)) for one in columns):
        return list(sentences)
    said = {n: _statement(header, cut[n]) for n in rows[1:]}
    return ["" if n == rows[0] else said.get(n, text) for n, text in enumerate(sentences)]


def _statement(header: Sequence[str], row: Sequence[str]) -> str:
    """Each cell with the row's name before it: that is how a sentence would say it."""
    cells = (
        f"{row[0]}{_named(name, cell)}" for name, cell in zip(header[1:], row[1:], strict=True)
    )
    return "，".join(cells) + "。"


def _named(name: str, cell: str) -> str:
    """A cell after its column's name: 亩均用水（立方米） and 366 are 亩均用水366立方米."""
    measure = _measure(name, cell)
    return f"{_UNIT.sub('', name)}{cell}{measure}" if measure else f"{name}{cell}"


def _measure(name: str, cell: str) -> str:
    """The unit that a column's name gives to its numbers: （立方米）, /亩."""
    bracket, read = _UNIT.search(name), values.read(cell)
    unit = bracket[0].strip("（()）/") if bracket else ""
    bare = len(read) == 1 and not read[0].unit
    return unit if bare and _MEASURE.fullmatch(unit) else ""


def _width(cut: Iterable[Sequence[str]]) -> int:
    """The cells that most rows have: a caption (表1　乡镇情况) may look like a row."""
    widths = Counter(len(cells) for cells in cut if len(cells) > 1)
    return widths.most_common(1)[0][0] if widths else 0


def _rows(text: str, chunk: Chunk) -> list[_Row]:
    cut = [_Row(s, tuple(layout.cells(simplified(s.of(text))))) for s in chunk.sentences]
    width = _width(row.cells for row in cut)
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
