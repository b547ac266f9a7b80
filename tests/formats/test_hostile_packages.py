"""Zip bombs and XML entities."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.formats.reading import fault, sample
from tests.samples import HIDDEN

PACKAGES = ["a.docx", "a.xlsx", "a.pptx", "a.epub"]


def repacked(name: str, change: Callable[[str, bytes], bytes], extra: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sample(name))) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            new.writestr(entry, change(entry, old.read(entry)))
        if extra:
            new.writestr("extra.xml", extra)
    return buffer.getvalue()


@pytest.mark.parametrize("name", PACKAGES)
def test_zip_bombs(folder: Path, name: str) -> None:
    bomb = repacked(name, lambda _, content: content, b"0" * (60 << 20))
    assert len(bomb) < 1 << 20
    assert "炸弹" in fault(folder, name, bomb)


@pytest.mark.parametrize("name", PACKAGES)
def test_xml_entities(folder: Path, name: str) -> None:
    (folder / "secret.txt").write_text(HIDDEN, "utf-8")
    declared = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{folder}/secret.txt">]>'.encode()

    def change(entry: str, content: bytes) -> bytes:
        if not entry.endswith((".xml", ".opf", ".xhtml")):
            return content
        start = re.match(rb"\s*<\?xml[^>]*>", content)
        at = start.end() if start else 0
        return content[:at] + declared + content[at:]

    assert "实体" in fault(folder, name, repacked(name, change))
