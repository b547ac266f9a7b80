"""Manifests of other revisions with the same format number: whole, and to be rebuilt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import collections, history, searchable, store
from index.errors import IndexDamaged, IndexMismatch
from index.manifest import MANIFEST, FileEntry, Pointer, encode
from tests.editions import build_edition, edition, write_edition

Manifest = dict[str, Any]


def lacking(*path: str) -> Callable[[Manifest], None]:
    def change(manifest: Manifest) -> None:
        for key in path[:-1]:
            manifest = manifest[key]
        del manifest[path[-1]]

    return change


def having(manifest: Manifest) -> None:
    manifest["header"]["quantised"] = {"bits": 4}


CHANGES = {
    "without metric": lacking("header", "metric"),
    "without version": lacking("youju_version"),
    "without token limit": lacking("header", "model", "max_tokens"),
    "with more": having,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "源"
    write_edition(folder, 1)
    return folder


@pytest.fixture(params=CHANGES.values(), ids=CHANGES)
def root(tmp_path: Path, folder: Path, request: pytest.FixtureRequest) -> Path:
    """An index whose manifest another revision wrote, and CURRENT vouches for it."""
    root = tmp_path / "data"
    build_edition(root, folder)
    manifest = json.loads(path(root).read_bytes())
    request.param(manifest)
    write(root, text(manifest | {"checksum": hashlib.sha256(blank(manifest)).hexdigest()}))
    return root


def path(root: Path) -> Path:
    (folder,) = (root / "generations").iterdir()
    return folder / MANIFEST


def text(manifest: Manifest) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()


def blank(manifest: Manifest) -> bytes:
    return text(manifest | {"checksum": ""})


def write(root: Path, data: bytes) -> None:
    path(root).write_bytes(data)
    pointer = Pointer(path(root).parent.name, FileEntry.of(data))
    (root / "CURRENT").write_bytes(encode(pointer))


def test_it_says_rebuild_with_the_command_and_a_build_does(root: Path, folder: Path) -> None:
    with pytest.raises(IndexMismatch) as caught:
        searchable.read(root)
    assert "另一修订" in str(caught.value)
    assert f"youju index 源文件夹 --data {root}" in str(caught.value)
    assert "损坏" not in str(caught.value)
    (collection,) = collections.listed(root)
    assert collection.fault == str(caught.value)
    write_edition(folder, 2)
    build_edition(root, folder)
    assert edition(root) == 2
    assert [record.number for record in history.records(root)] == [1, 2]
    with pytest.raises(IndexMismatch, match="另一修订"):  # no CURRENT vouches for it now
        history.rollback(root, "1")


def test_a_changed_byte_is_damage_all_the_same(root: Path) -> None:
    data = path(root).read_bytes()
    for at in range(0, len(data), 37):
        flipped = bytearray(data)
        flipped[at] ^= 1
        path(root).write_bytes(flipped)
        with pytest.raises(IndexDamaged):
            store.read(root)
        name = path(root).parent.name
        with pytest.raises((IndexDamaged, IndexMismatch)) as caught:
            store.read_named(root, name)  # by its own checksum alone
        assert "另一修订" not in str(caught.value)
