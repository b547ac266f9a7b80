"""PDF: the text of each page, its printed lines joined to paragraphs by where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from index.errors import SourceError
from index.formats.extract import Extract, Writer
from index.types import Kind

_PAGES_MAX = 5000
_PASSWORD = 4  # pdfium's error code
_CELL_GAP = 1.5  # heights of a character between two cells of a row
_INDENT = 1.2  # heights by which a paragraph's first line is set in, or its last one falls short
_LEADING = 1.8  # times the usual distance between lines: a new paragraph
_SIZES = 1.15  # ratio of heights from which lines are of different kinds
_REPEATED = 3  # pages on which the same line at the edge is a running title
_NEAR = 60  # lines above and below that show how the column is set
_HANGING = re.compile(r"[·•●■◆▪–*-]\s|[·•●■◆▪]|[（(]?\d{1,2}[.)）、]\s*\D")
_WORD = re.compile(r"[\x21-\x7e]+")
_STAMP = re.compile(r"D:(\d{4})(\d{2})(\d{2})")
_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*(?:第\s*)?\d+(?:\s*页)?(?:\s*[/共,，]+\s*(?:共\s*)?\d+\s*页?)?[-—–·\s]*"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line; positions in points from the page's left and bottom edge."""

    text: str
    left: float
    right: float
    bottom: float
    height: float


def read(data: bytes, source: str) -> Extract:
    """Read a ``.pdf`` that has text; each passage names its page.

    The library is native code and not safe for threads: ``pdf_process`` keeps it apart.

    Raises:
        SourceError: damaged, encrypted, too long, or only images.
    """
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            return _read(document, source)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise SourceError(f"{source}：PDF 加了密码。请去掉密码再存") from error
        raise SourceError(f"{source}：PDF 损坏，打不开（{error}）。请重新下载或另存") from error


def _read(document: Any, source: str) -> Extract:
    if len(document) > _PAGES_MAX:
        raise SourceError(
            f"{source}：PDF 有 {len(document)} 页，超过上限 {_PAGES_MAX} 页。请拆成几个文件"
        )
    pages = [_lines(page) for page in document]
    if not any(pages):
        raise SourceError(
            f"{source}：PDF 的 {len(pages)} 页都没有文字，只有图片（多半是扫描件）。请先做文字识别（OCR）"
        )
    writer, repeated = Writer(), _running_titles(pages)
    for number, lines in enumerate(pages, 1):
        writer.place(f"第 {number} 页")
        _write(writer, lines, repeated)
    known = document.get_metadata_dict()
    stamp = _STAMP.match(known.get("CreationDate", ""))
    created = "-".join(stamp.groups()) if stamp else ""
    empty = "、".join(str(number) for number, lines in enumerate(pages, 1) if not lines)
    metadata = {"author": known.get("Author", ""), "created": created, "pages_without_text": empty}
    return writer.extract(known.get("Title", ""), metadata).with_title_in_text()


def _lines(page: Any) -> list[_Line]:
    """The printed lines of a page, cells far apart on one line separated by a tab."""
    from pypdfium2 import raw

    with closing(page), closing(page.get_textpage()) as text:
        codes = [raw.FPDFText_GetUnicode(text, i) for i in range(text.count_chars())]
        lines: list[_Line] = []
        run: list[int] = []
        for i, code in enumerate([*codes, 10]):
            if code not in (10, 13):
                run.append(i)
            elif run:
                lines += _line(text, codes, run)
                run = []
        return lines


def _line(text: Any, codes: Sequence[int], run: Sequence[int]) -> Iterator[_Line]:
    boxes = {i: text.get_charbox(i, loose=True) for i in run if not chr(codes[i]).isspace()}
    boxes = {i: box for i, box in boxes.items() if box[2] > box[0]}
    if not boxes:
        return
    size = max(box[3] - box[1] for box in boxes.values()) or 1.0
    parts: list[str] = []
    last: float | None = None
    for i in run:
        if i in boxes:
            if last is not None and boxes[i][0] - last > _CELL_GAP * size:
                parts.append("\t")
            last = boxes[i][2]
        parts.append(chr(codes[i]))
    shown = re.sub(r"[ \xa0]*\t[ \xa0]*", "\t", "".join(parts)).strip()
    left, right = min(b[0] for b in boxes.values()), max(b[2] for b in boxes.values())
    yield _Line(shown, left, right, min(b[1] for b in boxes.values()), size)


def _running_titles(pages: Sequence[Sequence[_Line]]) -> frozenset[str]:
    """Lines that stand at the edge of many pages, whatever number is in them."""
    edges = Counter(
        key for lines in pages for key in {_key(line) for line in (*lines[:2], *lines[-2:])}
    )
    needed = max(_REPEATED, len(pages) // 3)
    return frozenset(key for key, count in edges.items() if count >= needed)


def _key(line: _Line) -> str:
    return re.sub(r"\d+", "0", line.text)


def _write(writer: Writer, lines: Sequence[_Line], repeated: frozenset[str]) -> None:
    edge = {0, 1, len(lines) - 2, len(lines) - 1}
    paragraph: list[_Line] = []
    for i, line in enumerate(lines):
        if i in edge and (_key(line) in repeated or _PAGE_NUMBER.fullmatch(line.text)):
            _flush(writer, paragraph)
            writer.line(line.text, Kind.DEBRIS)
            continue
        if paragraph and _begins(line, paragraph, lines[max(0, i - _NEAR) : i + _NEAR]):
            _flush(writer, paragraph)
        paragraph.append(line)
    _flush(writer, paragraph)


def _begins(line: _Line, paragraph: Sequence[_Line], near: Sequence[_Line]) -> bool:
    """Whether a line begins a paragraph rather than going on with the one above."""
    first, above = paragraph[0], paragraph[-1]
    size = max(line.height, above.height)
    column = [other for other in near if abs(other.left - line.left) < 3 * size]
    left, right = min(o.left for o in column), max(o.right for o in column)
    leading = sorted(a.bottom - b.bottom for a, b in pairwise(near))
    usual = leading[len(leading) // 2] if leading else size
    set_in = line.left > left + _INDENT * size and not _HANGING.match(first.text)
    room = right - above.right  # at the end of the line above
    return (
        "\t" in line.text + above.text
        or bool(_HANGING.match(line.text))
        or set_in
        or room > max(_INDENT * size, _first_word(line) + size / 2)
        or not 0 < above.bottom - line.bottom <= max(_LEADING * usual, size)
        or size > _SIZES * min(line.height, above.height)
    )


def _first_word(line: _Line) -> float:
    """The width of a line's first word in points; of Chinese, a character."""
    word = _WORD.match(line.text)
    return (line.right - line.left) * (word.end() if word else 1) / len(line.text)


def _flush(writer: Writer, paragraph: list[_Line]) -> None:
    text = ""
    for line in paragraph:
        both = text[-1:].isascii() and line.text[:1].isascii() and text
        text += (" " if both else "") + line.text
    if "\t" in text:
        writer.row(text.split("\t"))
    else:
        writer.line(text)
    paragraph.clear()
