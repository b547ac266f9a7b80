"""Spreadsheets and CSV: each row with the names of its columns."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

from index.encodings import decode
from index.errors import SourceError
from index.formats import package
from index.formats.extract import Extract, Writer

_ROWS_MAX = 100_000  # of a sheet; each would be a passage
# A formula whose result is an empty text has t="str".
_UNCALCULATED = re.compile(
    rb'<c\b(?![^>]*\bt="str")[^>]*>\s*(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_DELIMITERS = ",;\t|，；"


def read_xlsx(data: bytes, source: str) -> Extract:
    """Read a ``.xlsx``: the visible sheets, with the values that formulas had when it was saved.

    Raises:
        SourceError: see ``index.formats.package``; a sheet has too many rows, or formulas
            without values.
    """
    return _read(package.checked(data, source), source)


def read_csv(data: bytes, source: str) -> Extract:
    """Read a ``.csv`` or ``.tsv``.

    Raises:
        SourceError: undecodable, no table, or too many rows.
    """
    text = decode(data, source)
    writer = Writer()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise SourceError(f"{source}：不是合规的 CSV（{error}）。请用原来的程序另存") from error
    _check(len(rows), source)
    writer.records(rows)
    return writer.extract()


def _read(file: io.BytesIO, source: str) -> Extract:
    from openpyxl import load_workbook

    _check_formulas(file, source)
    writer = Writer()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of styles and checks that are not read
        book = load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # what the file says of its size may be wrong
            rows = [[_shown(cell) for cell in row] for row in _limited(sheet.values, source)]
            writer.place(f"工作表“{sheet.title}”")
            writer.records(rows)
    properties = book.properties
    created = properties.created.date().isoformat() if properties.created else ""
    author = "" if properties.creator == "openpyxl" else properties.creator or ""
    return writer.extract(properties.title or "", {"author": author, "created": created})


def _check_formulas(file: io.BytesIO, source: str) -> None:
    """A program that does not calculate writes formulas without values: numbers would be lost."""
    with zipfile.ZipFile(file) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        unknown = sum(len(_UNCALCULATED.findall(book.read(name))) for name in sheets)
    if unknown:
        raise SourceError(
            f"{source}：有 {unknown} 个公式没有存下结果。请用 Excel 或 WPS 打开，重新保存一次"
        )


def _limited(rows: Iterable[tuple[object, ...]], source: str) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(rows, 1):
        _check(number, source)
        yield row


def _check(rows: int, source: str) -> None:
    if rows > _ROWS_MAX:
        raise SourceError(f"{source}：一张表超过 {_ROWS_MAX} 行。请拆成几个文件")


def _shown(value: object) -> str:
    """A cell's value as people write it."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float():
            return f"{value:.15g}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _delimiter(text: str) -> str:
    """The delimiter that the first line has most of."""
    first = text.lstrip("\ufeff\r\n").split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)
