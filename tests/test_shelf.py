"""The opened library while it is built anew."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from index.errors import IndexDamaged, IndexMissing
from rag import Library
from ui import states
from ui.shelf import Shelf


def wait_for(shelf: Shelf) -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("youju-"):
            thread.join()


def test_a_failed_build_leaves_the_old_library_answering(seed_library: Library) -> None:
    def failing(progress: object) -> Library:
        raise IndexDamaged("写到一半，磁盘满了。")

    shelf = Shelf(lambda: seed_library, failing)
    shelf.open()
    assert shelf.library() is seed_library
    shelf.build()
    wait_for(shelf)
    assert shelf.library() is seed_library
    assert "磁盘满了" in states.banner_html(shelf.state)


def test_files_that_a_build_left_out_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("水库\n\n青石水库总库容1.26亿立方米，可以灌溉农田。\n", "utf-8")
    (tmp_path / "<b>.exe").write_bytes(b"MZ")
    built = Library.build(tmp_path, tmp_path / "data")
    shelf = Shelf(lambda: built, lambda _: built)
    shelf.build()
    wait_for(shelf)
    banner = states.banner_html(shelf.state)
    assert "没有收录的文件（1）" in banner
    assert "&lt;b&gt;.exe" in banner
    assert "<b>" not in banner


def test_a_build_is_not_started_twice(seed_library: Library) -> None:
    go, started = threading.Event(), []

    def slow(progress: object) -> Library:
        started.append(1)
        go.wait()
        return seed_library

    shelf = Shelf(lambda: seed_library, slow)
    shelf.build()
    shelf.build()
    go.set()
    wait_for(shelf)
    assert len(started) == 1
    assert shelf.state.build is not None
    assert shelf.state.build.ended


def test_a_build_mends_a_missing_index(seed_library: Library) -> None:
    def missing() -> Library:
        raise IndexMissing("没有索引。")

    shelf = Shelf(missing, lambda progress: seed_library)
    shelf.open()
    with pytest.raises(IndexMissing):
        shelf.library()
    shelf.build()
    wait_for(shelf)
    assert shelf.library() is seed_library
