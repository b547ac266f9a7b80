"""Files that came or went, and that no build has seen yet."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from index import build, sources, uploads
from index.errors import IndexDamaged, IndexMissing, SourceError
from rag import Library
from tests.crashing import dying_upload, finish
from tests.uploads.files import DAM, TEA, documents
from ui import states
from ui.shelf import Shelf


def unseen(root: Path) -> bool:
    return uploads.changed_at(root) is not None


def settled(shelf: Shelf) -> Shelf:
    while busy := [t for t in threading.enumerate() if t.name.startswith("youju-")]:
        busy[0].join()  # one may start another
    return shelf


def opened(root: Path) -> Shelf:
    """A shelf as it is after a start, when all that it does of itself is done."""
    shelf = Shelf.at(root, None, None)
    shelf.open()
    return settled(shelf)


# --- what a build has seen ------------------------------------------------------------------------


def test_each_change_is_unseen_until_a_build(tmp_path: Path) -> None:
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)
    for change in (
        lambda: uploads.add(tmp_path, "茶.txt", TEA, replace=False),
        lambda: uploads.add(tmp_path, "茶.txt", DAM, replace=True),
        lambda: uploads.remove(tmp_path, "茶.txt"),
    ):
        change()
        assert unseen(tmp_path)
        documents(tmp_path)
        assert not unseen(tmp_path)
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)  # it is there already
    uploads.add(tmp_path, "坝.txt", TEA, replace=False)  # its name is taken
    assert not unseen(tmp_path)


@pytest.mark.parametrize("step", ["find", "read"])
def test_what_comes_during_a_build_is_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)
    real, own = getattr(sources, step), threading.current_thread()

    def meanwhile(*args: object) -> object:
        if threading.current_thread() is own:  # not one that a shelf of another test left behind
            uploads.add(tmp_path, "茶.txt", TEA, replace=False)
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(sources, step, meanwhile)
        documents(tmp_path)
    assert unseen(tmp_path)
    assert documents(tmp_path) == ["上传/坝.txt", "上传/茶.txt"]
    assert not unseen(tmp_path)


def test_killed_at_any_step_of_an_upload_the_next_build_is_told(tmp_path: Path) -> None:
    seen = set()
    for step in range(1, 100):
        uploads.add(tmp_path, "a.txt", DAM, replace=True)
        documents(tmp_path)
        code, _ = finish(dying_upload, tmp_path, TEA, step)
        found = uploads.path(tmp_path, "a.txt").read_bytes()
        assert found == DAM or unseen(tmp_path)
        seen.add(found)
        if code == 0:  # there was no such step: all before it have been tried
            assert step > 10
            break
    assert seen == {DAM, TEA}


def test_a_failed_build_has_seen_nothing(tmp_path: Path) -> None:
    uploads.add(tmp_path, "坏.docx", b"x", replace=False)
    with pytest.raises(SourceError):
        documents(tmp_path)
    assert unseen(tmp_path)


def test_a_bad_file_is_seen_once(tmp_path: Path) -> None:
    for name, data in (("坏.docx", b"x"), ("坝.txt", DAM)):
        uploads.add(tmp_path, name, data, replace=False)
    assert documents(tmp_path) == ["上传/坝.txt"]
    assert not unseen(tmp_path)


@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: path.touch(), lambda path: os.symlink("/etc/passwd", path)]
)
def test_a_mark_that_is_not_ours_holds_up_nothing(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    source = tmp_path / "坝.txt"
    source.write_bytes(DAM)
    root = tmp_path / "data"
    root.mkdir()
    make(root / uploads.CHANGED)
    assert documents(root, source) == ["坝.txt"]
    uploads.add(root, "茶.txt", TEA, replace=False)
    assert len(documents(root, source)) == 2
    assert not unseen(root)
    assert Path("/etc/passwd").read_bytes().startswith(b"root")


# --- the page's shelf -----------------------------------------------------------------------------


def test_opening_takes_in_what_no_build_has_seen(tmp_path: Path) -> None:
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)
    Library.build([], tmp_path)
    uploads.add(tmp_path, "茶.txt", TEA, replace=False)
    shelf = opened(tmp_path)
    assert [*shelf.library().documents] == ["上传/坝.txt", "上传/茶.txt"]
    uploads.remove(tmp_path, "坝.txt")
    assert [*opened(tmp_path).library().documents] == ["上传/茶.txt"]
    assert opened(tmp_path).state.build is None  # nothing is left to do


def test_it_is_said_why_it_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)
    Library.build([], tmp_path)
    uploads.add(tmp_path, "茶.txt", TEA, replace=False)
    go, real = threading.Event(), build.build

    def held(*args: object) -> object:
        go.wait()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "build", held)
    shelf = Shelf.at(tmp_path, None, None)
    shelf.open()
    shelf.library()
    while shelf.state.build is None:
        pass
    assert "还没有收入索引" in states.banner_html(shelf.state)
    go.set()
    assert "2 篇文章" in states.banner_html(settled(shelf).state)


def test_the_first_file_makes_the_first_index(tmp_path: Path) -> None:
    uploads.add(tmp_path, "茶.txt", TEA, replace=False)
    assert [*opened(tmp_path).library().documents] == ["上传/茶.txt"]


def test_a_damaged_index_is_not_replaced_unasked(tmp_path: Path) -> None:
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)
    Library.build([], tmp_path)
    (tmp_path / "CURRENT").write_bytes(b"{}")
    uploads.add(tmp_path, "茶.txt", TEA, replace=False)
    shelf = opened(tmp_path)
    assert shelf.state.build is None
    with pytest.raises(IndexDamaged):
        shelf.library()


def test_a_build_that_failed_is_not_repeated_without_end(tmp_path: Path) -> None:
    uploads.add(tmp_path, "坏.docx", b"x", replace=False)
    shelf = opened(tmp_path)
    first = shelf.state.build
    assert first
    assert isinstance(first.error, SourceError)
    shelf.catch_up()
    assert shelf.state.build is first
    with pytest.raises(IndexMissing):
        shelf.library()


def test_other_files_of_the_same_page_are_waited_for(tmp_path: Path) -> None:
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)
    shelf = opened(tmp_path)
    uploads.add(tmp_path, "茶.txt", TEA, replace=False)
    shelf.catch_up(quiet=3600)
    assert len(settled(shelf).library().documents) == 1
    long_ago = uploads.changed_at(tmp_path) - 7200  # type: ignore[operator]
    os.utime(tmp_path / uploads.CHANGED, (long_ago, long_ago))
    shelf.catch_up(quiet=3600)
    assert len(settled(shelf).library().documents) == 2
