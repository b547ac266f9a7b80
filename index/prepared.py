"""Files that are made once from others, in a cache that all processes share.

A file counts where a record beside it holds its SHA-256. One process at a time makes any.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError

CHECKSUMS = "checksums.json"

Write = Callable[[Path, Path], None]  # from a folder, the file to write

_WORK, _LOCK = ".preparing-", "preparing.lock"
_UNUSED = 30 * 24 * 3600  # seconds since its last use after which a former file goes


@contextmanager
def refusals(root: Path) -> Iterator[None]:
    """Tell what the system refuses in the cache ``root`` as a ``ModelError``."""
    try:
        yield
    except OSError as error:
        # Libraries raise some with a text alone.
        raise ModelError(
            f"无法在缓存文件夹 {root} 里准备模型：{error.strerror or error}。"
            "请腾出磁盘空间或开放写权限，或者用环境变量 YOUJU_CACHE 指定另一个文件夹。"
        ) from error


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Wait until no other process prepares in ``root``; what a killed one had begun is deleted."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            for left in root.glob(f"{_WORK}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)  # a forked child may keep the same open file


@contextmanager
def workplace(root: Path) -> Iterator[Path]:
    """A folder to make files in, and move them from; it goes however that ends."""
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=root))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def make(folder: Path, write: Callable[[Path], None]) -> None:
    """Have ``write`` fill ``folder``, unless it is whole; hold `alone` around it."""
    if is_intact(folder, CHECKSUMS):
        return
    with workplace(folder.parent) as work:
        write(work)
        files = sorted(path for path in work.rglob("*") if path.is_file())
        record_all(work, [path.relative_to(work).as_posix() for path in files], CHECKSUMS)
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)


def derive(folder: Path, name: str, write: Write) -> None:
    """Make the file ``name`` from others in ``folder`` by ``write``; hold `alone` around it."""
    with workplace(folder.parent) as work:
        write(folder, work / name)
        record_all(work, [name], record(name))
        (work / name).replace(folder / name)
        (work / record(name)).replace(folder / record(name))
    if isinstance(write, _Superseding):
        write.clean(folder, name)


def use(path: Path) -> None:
    """Note that a file is in use, so that no other version deletes it soon."""
    with suppress(OSError):  # a cache may be read-only
        os.utime(path)


def superseding(write: Write, names: str) -> Write:
    """``write``; `derive` then deletes former files whose names fit the pattern.

    Only those that nobody has used for 30 days: of two versions in turn neither makes its file
    again. Who has one open keeps it; who only checked it may find it gone on opening.
    """
    return _Superseding(write, names)


@dataclass(frozen=True, slots=True)
class _Superseding:
    write: Write
    names: str

    def __call__(self, folder: Path, target: Path) -> None:
        self.write(folder, target)

    def clean(self, folder: Path, name: str) -> None:
        """Delete what ``name``, by now in place, has superseded; what cannot go stays."""
        for path in folder.glob(self.names):
            with suppress(OSError):
                if path.name != name and time.time() - path.stat().st_mtime > _UNUSED:
                    (folder / record(path.name)).unlink(missing_ok=True)  # without it, unused
                    path.unlink(missing_ok=True)


def record(name: str) -> str:
    """What the record of a derived file is called."""
    return f"{name}.{CHECKSUMS}"


def record_all(folder: Path, names: Iterable[str], where: str) -> None:
    """Write down the checksums of files in ``folder``."""
    checksums = {name: sha256(folder / name) for name in names}
    (folder / where).write_text(json.dumps(checksums, indent=1), "utf-8")


def is_intact(folder: Path, where: str) -> bool:
    """Whether everything in a record is there, as it was made."""
    try:
        recorded = json.loads((folder / where).read_text("utf-8"))
        if not (isinstance(recorded, dict) and recorded):
            return False
        return all(sha256(folder / name) == checksum for name, checksum in recorded.items())
    except (OSError, ValueError):
        return False


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
