"""Any file changed, cut, missing or exchanged is seen, named, and mended by a build."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import manifest as format_
from index import store
from index.errors import IndexDamaged, StoreError
from tests.store.on_disk import FILES, HEADER, assert_damaged, current, files_below


def flipped(path: Path) -> Iterator[bytes]:
    good = path.read_bytes()
    for bit in range(0, 8 * len(good), 1 if path.name == "CURRENT" else 7):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        yield bytes(bad)


def cut_or_grown(path: Path) -> Iterator[bytes]:
    good = path.read_bytes()
    yield from (good[:end] for end in range(len(good)))
    yield good + b"\n"
    yield good * 50 + b"x"


def assert_each_is_seen(built: Path, changed: Callable[[Path], Iterator[bytes]]) -> None:
    """Whatever of ``changed`` stands in a file's place; with its own bytes all is well again."""
    for path in files_below(built):
        good = path.read_bytes()
        for bad in changed(path):
            path.write_bytes(bad)
            with pytest.raises(IndexDamaged):
                store.read(built)
        path.write_bytes(good)
    assert store.read(built).files == FILES


def test_a_flipped_bit_is_seen(built: Path) -> None:
    assert_each_is_seen(built, flipped)


def test_every_truncation_and_growth_is_seen(built: Path) -> None:
    assert_each_is_seen(built, cut_or_grown)


def test_every_missing_file_is_seen(built: Path) -> None:
    for path in files_below(built)[1:]:
        good = path.read_bytes()
        path.unlink()
        assert_damaged(built, path.name, "No such file")
        path.write_bytes(good)


def test_a_missing_generation_is_seen(built: Path) -> None:
    shutil.rmtree(current(built))
    assert_damaged(built, "manifest.json")


def test_damage_names_file_expected_and_found(built: Path) -> None:
    path = current(built) / "vectors.faiss"
    path.write_bytes(b"short")
    assert_damaged(built, f"generations/{path.parent.name}/vectors.faiss", "256 字节", "5 字节")
    path.write_bytes(bytes(256))
    wanted, found = (store.FileEntry.of(data).sha256 for data in (bytes(range(256)), bytes(256)))
    assert_damaged(built, "vectors.faiss", wanted, found)


@pytest.mark.parametrize("broken", ["CURRENT", "manifest.json", "vectors.faiss"])
@pytest.mark.parametrize("how", ["gone", "empty", "folder", "flipped"])
def test_a_new_build_mends_damage(built: Path, broken: str, how: str) -> None:
    path = next(path for path in files_below(built) if path.name == broken)
    good = path.read_bytes()
    path.unlink()
    if how == "empty":
        path.touch()
    elif how == "flipped":
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    elif how == "folder" and broken != "CURRENT":
        path.mkdir()
    with pytest.raises(StoreError):
        store.read(built)
    store.write(built, HEADER, {"new": b"1"})
    assert store.read(built).files == {"new": b"1"}


def test_the_pointer_to_another_whole_generation_needs_its_manifest_hash(built: Path) -> None:
    old = current(built).name
    store.write(built, HEADER, FILES)
    data = (built / "CURRENT").read_text()
    (built / "CURRENT").write_text(data.replace(current(built).name, old))
    assert_damaged(built, "manifest.json", "SHA-256")


def test_a_copied_folder_is_not_another_generation(built: Path) -> None:
    old = current(built)
    new = old.with_name("000009-00000000")
    old.rename(new)
    data = (new / "manifest.json").read_bytes()
    pointer = format_.Pointer(new.name, store.FileEntry.of(data))
    (built / "CURRENT").write_bytes(format_.encode(pointer))
    assert_damaged(built, old.name)


@pytest.mark.parametrize("name", ["..", "../generations", "/tmp", "000001-0000000", ""])
def test_the_pointer_leads_only_to_generations(built: Path, name: str) -> None:
    entry = store.FileEntry.of((current(built) / "manifest.json").read_bytes())
    (built / "CURRENT").write_bytes(format_.encode(format_.Pointer(name, entry)))
    assert_damaged(built, "CURRENT")
