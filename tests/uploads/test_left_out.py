"""An uploaded file that could not be indexed says so wherever uploads are listed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index import uploads
from rag import Library
from tests import samples
from tests.uploads.files import TEA
from ui.endpoints import Endpoints
from ui.shelf import Shelf
from ui.shelves import Shelves

SCAN = "<b>扫描.pdf"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    uploads.add(tmp_path, "茶.txt", TEA, replace=False)
    uploads.add(tmp_path, SCAN, samples.printed([[], []]), replace=False)
    Library.build([], tmp_path)
    return tmp_path


def after_a_restart(root: Path) -> Shelf:
    shelf = Shelf.at(root, None, None)
    shelf.open()
    shelf.library()
    return shelf


def listed(shelf: Shelf) -> str:
    html: str = Endpoints(Shelves(shelf)).page_state("")["uploaded"]
    return html


def test_with_the_reason_after_a_build(root: Path) -> None:
    shelf = Shelf.at(root, None, None)
    shelf.hold(Library.build([], root))
    assert list(shelf.left_out) == [SCAN]
    assert "OCR" in shelf.left_out[SCAN]
    assert str(root) not in shelf.left_out[SCAN]
    html = listed(shelf)
    assert html.count("未收录") == 1
    assert "OCR" in html
    assert "<b>扫描" not in html


def test_without_it_after_a_restart(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = after_a_restart(root)
    assert shelf.left_out == {SCAN: ""}
    assert "重建索引会说明原因" in listed(shelf)
    # The folder may be called otherwise than when it was indexed.
    monkeypatch.chdir(root.parent)
    assert after_a_restart(Path(os.curdir) / root.name).left_out == {SCAN: ""}


def test_a_file_that_waits_for_a_build_is_not_in_the_index(root: Path) -> None:
    shelf = after_a_restart(root)
    uploads.add(root, "坝.txt", "青山水库\n\n大坝已经加固。\n".encode(), replace=False)
    assert shelf.left_out == {SCAN: "", "坝.txt": ""}
    shelf.hold(Library.build([], root))
    assert list(shelf.left_out) == [SCAN]
