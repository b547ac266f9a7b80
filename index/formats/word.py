"""Word documents: paragraphs and tables in order, headings by their styles."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from index.formats import package
from index.formats.extract import Extract, Writer
from index.types import Kind

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Struck out in a revision, a second rendering of a drawing, a field's code: nobody reads these.
_UNSEEN = (f"{_W}del", f"{_W}moveFrom", f"{_W}instrText")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|标题", re.IGNORECASE)
_FRONT = re.compile(r"subtitle|副标题", re.IGNORECASE)


def read(data: bytes, source: str) -> Extract:
    """Read a ``.docx``.

    Raises:
        SourceError: see ``index.formats.package``.
    """
    return _read(package.checked(data, source))


def _read(file: io.BytesIO) -> Extract:
    from docx import Document
    from docx.table import Table

    document, writer, title = Document(file), Writer(), ""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            writer.table(list(_rows(block)))
            continue
        text, kind, level = _text(block._p), *_role(block)
        opens = kind is Kind.FRONT or level == 1
        if opens and not title and not writer.written:
            title = text
        writer.line(text, kind, level)
    for note in _notes(document):
        writer.line(note)
    properties = document.core_properties
    known = {"author": properties.author or ""}
    if known["author"] == "python-docx":
        known = {}
    if properties.created:
        known["created"] = properties.created.date().isoformat()
    return writer.extract(title or properties.title or "", known).with_title_in_text()


def _role(paragraph: Any) -> tuple[Kind | None, int]:
    style = paragraph.style.name if paragraph.style is not None else ""
    if match := _HEADING.fullmatch(style):
        return Kind.HEADING, int(match[1])
    if _TITLE.fullmatch(style) or _FRONT.fullmatch(style):
        return Kind.FRONT, 0
    properties = paragraph._p.pPr
    numbered = properties is not None and properties.numPr is not None
    return (Kind.ITEM if numbered or style.startswith("List") else None), 0


def _text(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    """The visible text below an element, inserted revisions and text boxes included."""
    for child in element.iterchildren():
        if child.tag in _UNSEEN or child.tag == _FALLBACK:
            continue
        if child.tag == f"{_W}r" and _hidden(child):
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        else:
            yield from _pieces(child)
            if child.tag == f"{_W}p":  # of a text box inside the paragraph
                yield "\n"


def _hidden(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false")


def _rows(table: Any) -> Iterator[list[str]]:
    """Cells of each row; a merged cell, which the library repeats, stands once."""
    for row in table.rows:
        cells = list(dict.fromkeys(cell._tc for cell in row.cells))
        yield [_text(cell) for cell in cells]


def _notes(document: Any) -> Iterator[str]:
    """Footnotes and endnotes, which stand outside the document's body."""
    from lxml import etree

    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/footnotes", "/endnotes")):
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            for note in etree.fromstring(relation.target_part.blob, parser):
                yield _text(note)
