"""A sample of each format, read; its passages, and the message of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from index.documents import SourceFile, read_source
from index.errors import SourceError
from index.passages import chunk
from index.types import Document, Passage
from tests import samples

SAMPLES: dict[str, Callable[[], bytes]] = {
    "a.html": samples.html,
    "a.docx": samples.docx,
    "a.xlsx": samples.xlsx,
    "a.pptx": samples.pptx,
    "a.epub": samples.epub,
    "a.pdf": samples.pdf,
}


@cache
def sample(name: str) -> bytes:
    return SAMPLES[name]()


def document(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.write_bytes(data)
    (found,) = read_source(SourceFile(path, name))
    return found


def fault(folder: Path, name: str, data: bytes) -> str:
    """The message of the SourceError, which names the file and says what to do."""
    with pytest.raises(SourceError) as caught:
        document(folder, name, data)
    message = str(caught.value)
    assert str(folder / name) in message
    assert "请" in message
    return message


def passages(found: Document) -> list[Passage]:
    """The passages, each checked to be what stands at its place."""
    cut = [c.passage for c in chunk(found, lambda texts: [True for _ in texts])]
    for passage in cut:
        assert found.text[passage.start : passage.end] == passage.text
    return cut


def section_of(found: Document, part: str) -> str:
    (section,) = {p.section for p in passages(found) if part in p.text}
    return section
