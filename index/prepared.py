"""Files that are made once from others, in a cache that all processes share.

A file counts where a record beside it holds its SHA-256. One process at a time makes any.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKSUMS = "checksums.json"

Write = Callable[[Path, Path], None]  # from a folder, the file to write

_WORK, _LOCK = ".preparing-", "preparing.lock"


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


def superseding(write: Write, names: str) -> Write:
    """``write``, which then deletes the former files whose names fit the pattern.

    A process that has one open keeps it; one that wants it later makes it again.
    """

    def instead(folder: Path, target: Path) -> None:
        write(folder, target)
        for path in folder.glob(names):
            if path.name != target.name:
                (folder / record(path.name)).unlink(missing_ok=True)  # without it, it is unused
                path.unlink(missing_ok=True)

    return instead


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
