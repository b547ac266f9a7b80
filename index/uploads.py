"""Files that people give to an index itself; each build takes them in beside its sources.

root/uploads/上传/<name>    so that their documents are called 上传/<name>
root/uploads.changed        files came or went, and no build has seen it yet
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from index.documents import SUFFIXES
from index.errors import InputError
from index.safe_files import (
    FOLDER,
    opened,
    opened_plain,
    replace_synced,
    write_synced,
    writing,
)

FILE_MAX = 20 << 20  # bytes
NAME_MAX = 200  # bytes of UTF-8; file systems take 255
COUNT_MAX = 1000  # files of one index
TOTAL_MAX = 1 << 30  # bytes of all of them

CHANGED = "uploads.changed"

_SOURCE, _INSIDE, _LOCK = "uploads", "上传", ".lock"
_MARK_MAX = 64  # bytes
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}")  # hidden: no build takes half a file


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it lies there; ``size`` in bytes."""

    name: str
    size: int


class Outcome(Enum):
    """What became of a file that was given."""

    ADDED = "added"
    REPLACED = "replaced"
    SAME = "same"  # it was there already, byte for byte
    TAKEN = "taken"  # another one has its name, and stays


def source(root: Path) -> Path:
    """The folder to read as a source, there or not."""
    return root / _SOURCE


def path(root: Path, name: str) -> Path:
    """Where a file lies that was given as ``name``."""
    return source(root) / _INSIDE / name


def checked(name: str) -> str:
    """The name to keep a file by.

    Raises:
        InputError: it leads elsewhere, would be passed over by a build, or is of a kind that
            cannot be read.
    """
    plain = unicodedata.normalize("NFC", name)
    as_path = Path(plain)
    shown = f"文件名 {plain[:60]!r}"
    if not plain.isprintable() or set("/\\") & set(plain) or as_path.name != plain:
        raise InputError(f"{shown} 不能用：含有路径或看不见的字符。请改名再上传。")
    if len(plain.encode()) > NAME_MAX:
        raise InputError(f"{shown} 太长（{len(plain.encode())} 字节，最多 {NAME_MAX}）。请改短。")
    if plain.startswith((".", "~$")) or as_path.stem.upper().startswith("README"):
        raise InputError(f"{shown} 不会被当作文章（隐藏文件、临时文件或 README）。请改名再上传。")
    if as_path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{shown} 的类型读不了。可以上传：{'、'.join(SUFFIXES)}")
    return plain


def add(root: Path, name: str, data: bytes, replace: bool) -> Outcome:
    """Keep ``data`` under ``name``; another file of that name gives way only to ``replace``.

    Raises:
        InputError: see ``checked``; also an empty file, one above ``FILE_MAX``, or one for which
            there is no room below ``COUNT_MAX`` and ``TOTAL_MAX``.
        StoreError: it cannot be written.
    """
    name = checked(name)
    if not 0 < len(data) <= FILE_MAX:
        raise InputError(f"{name} 有 {len(data)} 字节，应在 1 到 {FILE_MAX >> 20} MB 之间。")
    with writing(root), _folder(root) as folder, _alone(folder):
        former = _read(name, folder)
        if former == data:
            return Outcome.SAME
        if former is not None and not replace:
            return Outcome.TAKEN
        _check_room(root, name, len(data))
        _mark(root)
        _write(folder, name, data)
    return Outcome.ADDED if former is None else Outcome.REPLACED


def remove(root: Path, name: str) -> None:
    """Take a file out again; the next build forgets it.

    Raises:
        InputError: there is none of that name. StoreError: it cannot be deleted.
    """
    if name not in {upload.name for upload in listed(root)}:
        raise InputError(f"没有上传过 {name[:60]!r}。")
    with writing(root), _folder(root) as folder, _alone(folder):
        _mark(root)
        os.unlink(name, dir_fd=folder)
        os.fsync(folder)


def changed_at(root: Path) -> float | None:
    """When files last came or went that no build has seen yet (Unix time); None: it saw them all."""
    try:
        return (root / CHANGED).stat().st_mtime
    except OSError:
        return None


def mark(root: Path) -> bytes | None:
    """What a build is to ask for before it looks for files; None where nothing has changed."""
    if changed_at(root) is None:
        return None
    with writing(root), _folder(root) as folder, _alone(folder):
        return _marked(root)  # not between a mark and its file


def saw(root: Path, seen: bytes | None) -> None:
    """A build has ended that began at the mark ``seen``; what came later is for the next one.

    Raises ``StoreError`` where the system refuses.
    """
    if seen is None:
        return
    with writing(root), _folder(root) as folder, _alone(folder):
        if _marked(root) == seen:
            (root / CHANGED).unlink()


def listed(root: Path) -> tuple[Upload, ...]:
    """The files given so far, by name."""
    try:
        entries = sorted(os.scandir(source(root) / _INSIDE), key=lambda entry: entry.name)
    except OSError:
        return ()
    return tuple(
        Upload(entry.name, entry.stat(follow_symlinks=False).st_size)
        for entry in entries
        if entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
    )


@contextmanager
def _folder(root: Path) -> Iterator[int]:
    """The folder of the files, made where it is missing and held open."""
    (source(root) / _INSIDE).mkdir(parents=True, exist_ok=True)
    with (
        opened(os.fspath(root), os.O_DIRECTORY) as top,
        opened(_SOURCE, FOLDER, top) as outer,
        opened(_INSIDE, FOLDER, outer) as inner,
    ):
        yield inner


@contextmanager
def _alone(folder: int) -> Iterator[None]:
    """One thread of one process at a time: of two files of a name, the second sees the first."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    with opened(_LOCK, flags, folder) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            for name in os.listdir(folder):  # what a killed process had begun
                if _UNFINISHED.fullmatch(name):
                    os.unlink(name, dir_fd=folder)
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


def _mark(root: Path) -> None:
    """Before the change itself: a kill in between costs a build, and loses nothing."""
    with opened(os.fspath(root), os.O_DIRECTORY) as top:
        replace_synced(top, CHANGED, secrets.token_hex(8).encode())


def _marked(root: Path) -> bytes | None:
    with suppress(OSError), opened_plain(root, (CHANGED,)) as file:
        return os.read(file, _MARK_MAX)
    return None


def _check_room(root: Path, name: str, size: int) -> None:
    others = [upload for upload in listed(root) if upload.name != name]
    total = sum(upload.size for upload in others) + size
    if len(others) >= COUNT_MAX or total > TOTAL_MAX:
        raise InputError(
            f"{name} 放不下：已上传 {len(others)} 个文件，连它共 {total >> 20} MB，"
            f"上限是 {COUNT_MAX} 个、{TOTAL_MAX >> 20} MB。请先移除一些，或把文件放进文件夹，"
            "在命令行建立：youju index 文件夹"
        )


def _write(folder: int, name: str, data: bytes) -> None:
    """Write the file whole or not at all."""
    unfinished = f".{secrets.token_hex(8)}"
    try:
        write_synced(folder, unfinished, data)
        os.replace(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(unfinished, dir_fd=folder)
        raise
    os.fsync(folder)


def _read(name: str, folder: int) -> bytes | None:
    try:
        with (
            opened(name, os.O_RDONLY | os.O_NOFOLLOW, folder) as file,
            os.fdopen(file, "rb", closefd=False) as stream,
        ):
            return stream.read(FILE_MAX + 1)
    except FileNotFoundError:
        return None
