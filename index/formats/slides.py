"""PowerPoint: what stands on each slide, and its notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from index.formats import package
from index.formats.extract import Extract, Writer
from index.types import Kind


def read(data: bytes, source: str) -> Extract:
    """Read a ``.pptx``; hidden slides are left out.

    Raises:
        SourceError: see ``index.formats.package``.
    """
    return _read(package.checked(data, source))


def _read(file: io.BytesIO) -> Extract:
    from pptx import Presentation

    deck, writer, first = Presentation(file), Writer(), ""
    for number, slide in enumerate(deck.slides, 1):
        if slide._element.get("show") == "0":
            continue
        writer.place(f"第 {number} 张幻灯片")
        title = slide.shapes.title
        if title is not None and title.has_text_frame:
            first = first or title.text_frame.text
            writer.line(title.text_frame.text, Kind.HEADING, level=1)
        _write(writer, [s for s in slide.shapes if title is None or s.shape_id != title.shape_id])
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            writer.line(slide.notes_slide.notes_text_frame.text, Kind.BODY)
    return writer.extract(deck.core_properties.title or first, _metadata(deck.core_properties))


def _metadata(properties: Any) -> dict[str, str]:
    created = properties.created.date().isoformat() if properties.created else ""
    return {"author": properties.author or "", "created": created}


def _write(writer: Writer, shapes: Iterable[Any]) -> None:
    for shape in _leaves(shapes):
        if shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                text = "".join(run.text for run in paragraph.runs)
                writer.line(text, Kind.ITEM if paragraph.level else Kind.BODY, gap="\n")
        elif getattr(shape, "has_table", False):
            writer.table([[cell.text for cell in row.cells] for row in shape.table.rows])


def _leaves(shapes: Iterable[Any]) -> Iterator[Any]:
    """Shapes from top to bottom as the file orders them, groups opened."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _leaves(shape.shapes)
        else:
            yield shape
