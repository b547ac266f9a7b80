"""Immutable generations of verified bytes behind one pointer.

    root/generations/<name>/...            the files of one build
    root/generations/<name>/manifest.json  what they are, with size and SHA-256 of each
    root/CURRENT                           the generation in use; size, SHA-256 of its manifest

A reader sees the generation before the swap of CURRENT or the one after it, and nothing else.
``index.history`` lists what is there and brings a former one back.
"""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from index import generations
from index.build_lock import build_lock
from index.errors import IndexDamaged, IndexMismatch, IndexMissing, StoreError
from index.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    Buffer,
    ChunkerSettings,
    Counts,
    FileEntry,
    Generation,
    Header,
    Manifest,
    ModelInfo,
    OtherFormat,
    Pointer,
    decode_manifest,
    decode_pointer,
    encode,
    is_plain,
)
from index.safe_files import (
    FOLDER,
    delete_folder,
    exists,
    mapped,
    opened,
    opened_plain,
    replace_synced,
    write_synced,
    writing,
)

__all__ = [
    "FORMAT_VERSION",
    "ChunkerSettings",
    "Counts",
    "FileEntry",
    "Generation",
    "Header",
    "ModelInfo",
    "build_lock",
    "current_manifest",
    "current_name",
    "read",
    "read_named",
    "swap",
    "write",
]

_RETRIES = 10  # each needs generations.KEPT swaps while one reader opens one generation
_UNKNOWN_MAX = 65536  # bytes of a pointer, or of a manifest that no pointer vouches for
_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO}


def read(root: Path) -> Generation:
    """Read and check the current generation; no byte is returned unchecked.

    Raises ``IndexMissing``, ``IndexDamaged``, ``IndexMismatch`` (another format version), or
    ``StoreError`` where the system refuses to read.
    """
    pointer = _read_pointer(root)
    for _ in range(_RETRIES):
        try:
            return _read_generation(root, pointer)
        except IndexDamaged:
            # A builder may have swapped CURRENT and deleted this generation meanwhile.
            newer = _read_pointer(root)
            if newer == pointer:
                raise
            pointer = newer
    return _read_generation(root, pointer)


def write(root: Path, header: Header, files: Mapping[str, Buffer]) -> Manifest:
    """Store ``files`` as a new generation and make it current; hold ``build_lock`` around it.

    Raises ``StoreError`` where anything fails; the former generation then stays current.
    """
    for name in files:
        if not is_plain(name):
            raise StoreError(f"索引文件名 {name!r} 不合规：只能用字母、数字、点、横线和下划线。")
    with writing(root), generations.folders(root) as (top, parent):
        former = current_name(root)
        # Dead builds must not fill the disk for this one.
        generations.clean(parent, former)
        name = generations.next_name(parent)
        try:
            manifest = _write_generation(parent, name, header, files)
            _point_to(top, manifest)
        except BaseException:
            if current_name(root) != name:  # it is, when Ctrl+C comes just after the swap
                delete_folder(name, parent)
            raise
        # After a rollback the former one may be the oldest, and is the one that was served.
        generations.clean(parent, name, former)
    return manifest


def read_named(root: Path, name: str) -> Generation:
    """Read and check one generation by name, current or not; raises as ``read``."""
    return _read_files(root, name, _read_manifest(root, name, None))


def current_manifest(root: Path) -> Manifest:
    """The checked manifest of the current generation, its files unread; raises as ``read``."""
    pointer = _read_pointer(root)
    return _read_manifest(root, pointer.generation, pointer.manifest)


def swap(root: Path, manifest: Manifest) -> None:
    """Make the checked generation of ``manifest`` current; hold ``build_lock`` around it.

    Raises ``StoreError`` where that fails; the former generation then stays current.
    """
    with writing(root), generations.folders(root) as (top, _):
        _point_to(top, manifest)


def current_name(root: Path) -> str | None:
    """The generation that CURRENT names, whole or not; None where it names none."""
    try:
        return _read_pointer(root).generation
    except StoreError:
        return None  # missing or damaged: the next swap mends it


def _read_pointer(root: Path) -> Pointer:
    if not exists(root / "CURRENT"):
        raise IndexMissing(
            f"{root} 里还没有索引。请先建立：youju index PATH --data {shlex.quote(str(root))}"
        )
    data = _read_file(root, ("CURRENT",), None)
    try:
        pointer = decode_pointer(bytes(data))
    except ValueError as error:
        raise _damaged(root, f"CURRENT {error}") from error
    if not generations.is_name(pointer.generation):
        raise _damaged(root, f"CURRENT 指向不合规的名称 {pointer.generation!r}")
    return pointer


def _read_generation(root: Path, pointer: Pointer) -> Generation:
    name = pointer.generation
    return _read_files(root, name, _read_manifest(root, name, pointer.manifest))


def _read_manifest(root: Path, name: str, entry: FileEntry | None) -> Manifest:
    shown = f"generations/{name}/{MANIFEST}"
    data = _read_file(root, ("generations", name, MANIFEST), entry)
    try:
        manifest = decode_manifest(bytes(data))
    except OtherFormat as other:
        raise IndexMismatch(f"{other}。{_remedy(root)}") from other
    except ValueError as error:
        raise _damaged(root, f"{shown} {error}") from error
    if manifest.generation != name:
        raise _damaged(root, f"{shown} 属于另一次构建 {manifest.generation!r}")
    return manifest


def _read_files(root: Path, name: str, manifest: Manifest) -> Generation:
    folder = ("generations", name)
    files = {n: _read_file(root, (*folder, n), entry) for n, entry in manifest.files.items()}
    return Generation(manifest, MappingProxyType(files))


def _read_file(root: Path, path: tuple[str, ...], entry: FileEntry | None) -> Buffer:
    """Bytes of a file below ``root``; ``IndexDamaged`` unless they are what ``entry`` says.

    Known files are mapped, every byte checked: what is opened takes no memory of its own, and
    a deleted generation stays readable for who holds it.
    """
    shown = "/".join(path)
    try:
        with opened_plain(root, path) as file:
            found = os.fstat(file).st_size
            if entry and found != entry.size:
                raise _damaged(root, f"{shown} 应有 {entry.size} 字节，实有 {found} 字节")
            data = mapped(file, entry.size) if entry else os.read(file, _UNKNOWN_MAX)
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise _damaged(root, f"{shown} 打不开（{error.strerror}）") from error
        raise StoreError(
            f"无法读取 {root / shown}：{error.strerror}。请检查磁盘和访问权限后再试。"
        ) from error
    if entry and (actual := FileEntry.of(data)) != entry:
        raise _damaged(root, f"{shown} 的 SHA-256 应为 {entry.sha256}，实为 {actual.sha256}")
    return data


def _write_generation(
    parent: int, name: str, header: Header, files: Mapping[str, Buffer]
) -> Manifest:
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        generation=name,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        youju_version=version("youju"),
        header=header,
        files=MappingProxyType({n: FileEntry.of(data) for n, data in files.items()}),
    ).sealed()
    os.mkdir(name, dir_fd=parent)
    with opened(name, FOLDER, parent) as folder:
        for file, content in files.items():
            write_synced(folder, file, content)
        write_synced(folder, MANIFEST, encode(manifest))
        os.fsync(folder)
    os.fsync(parent)
    return manifest


def _point_to(top: int, manifest: Manifest) -> None:
    pointer = Pointer(manifest.generation, FileEntry.of(encode(manifest)))
    replace_synced(top, "CURRENT", encode(pointer))


def _damaged(root: Path, what: str) -> IndexDamaged:
    return IndexDamaged(f"{root} 里的索引已损坏：{what}。{_remedy(root)}")


def _remedy(root: Path) -> str:
    return f"请重新建立：youju index 源文件夹 --data {shlex.quote(str(root))}"
