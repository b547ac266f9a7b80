"""No name, link or device leads the store out of its folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index import store
from index.errors import StoreError
from tests.store.on_disk import (
    FILES,
    HEADER,
    MANIFEST,
    UNSAFE,
    assert_damaged,
    current,
    files_below,
    forge,
)

_seen: list[str] | None = None


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _seen is not None and event == "open" and not isinstance(args[0], int):
        _seen.append(os.fsdecode(args[0]))


sys.addaudithook(_audit)


@pytest.fixture
def opens() -> Iterator[list[str]]:
    global _seen
    _seen = []
    yield _seen
    _seen = None


@pytest.mark.parametrize("name", [*UNSAFE, "../../../secret.txt", "{outside}/secret.txt"])
def test_unsafe_names_in_a_manifest_are_not_opened(
    built: Path, tmp_path: Path, opens: list[str], name: str
) -> None:
    (tmp_path / "secret.txt").write_bytes(b"secret")
    name = name.format(outside=tmp_path)
    entry = {"size": 6, "sha256": store.FileEntry.of(b"secret").sha256}
    forge(built, lambda value: value["files"].update({name: entry}))
    opens.clear()
    assert_damaged(built, "manifest.json", repr(name))
    assert set(opens) == {str(built), "CURRENT", "generations", current(built).name, MANIFEST}


@pytest.mark.parametrize("what", ["CURRENT", "generations", "generation", MANIFEST, "e"])
def test_symbolic_links_are_not_followed(built: Path, tmp_path: Path, what: str) -> None:
    """The link's target has just the right bytes, so following it would succeed."""
    folder = current(built)
    places = {"CURRENT": built / "CURRENT", "generations": built / "generations"}
    path = places.get(what, folder if what == "generation" else folder / what)
    path.rename(tmp_path / "outside")
    path.symlink_to(tmp_path / "outside")
    assert_damaged(built, folder.name if what == "generation" else what)


@pytest.mark.parametrize("what", ["CURRENT", MANIFEST, "e"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/nowhere", path)])
def test_what_is_no_file_is_not_read(built: Path, what: str, make: Callable[[Path], None]) -> None:
    path = next(path for path in files_below(built) if path.name == what)
    path.unlink()
    make(path)
    assert_damaged(built, what)


def test_writing_follows_no_symbolic_link(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root.mkdir()
    (root / "generations").symlink_to(outside)
    with pytest.raises(StoreError, match="无法写入"):
        store.write(root, HEADER, FILES)
    (outside / "file").write_bytes(b"precious")
    (root / ".build.lock").symlink_to(outside / "file")
    with pytest.raises(StoreError, match="无法写入"), store.build_lock(root):
        pass
    (root / "generations").unlink()
    (root / "CURRENT.tmp").symlink_to(outside / "file")
    store.write(root, HEADER, FILES)
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert (outside / "file").read_bytes() == b"precious"


def test_deleting_follows_no_symbolic_link(built: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"precious")
    (built / "generations" / "000009-00000000").symlink_to(outside)
    store.write(built, HEADER, FILES)
    assert (outside / "file").read_bytes() == b"precious"
