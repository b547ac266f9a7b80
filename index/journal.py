"""Vectors that a build has computed so far, so that a killed build goes on from there.

    root/vectors.journal    a header, then records of one size, only ever appended

A record is the SHA-256 of a text, its vector, and a checksum over both. Records count up to the
first one that is not whole; what follows it was cut off by a kill, or is damage.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from index.embedding import Vector
from index.errors import StoreError
from index.manifest import ModelInfo
from index.safe_files import opened, writing

NAME = "vectors.journal"

_KEY, _CHECK = 32, 8  # bytes
_MAGIC = b"youju vectors 1\n"


class Journal:
    """The journal of one data folder and one model; hold ``build_lock`` around it."""

    def __init__(self, root: Path, file: int, info: ModelInfo) -> None:
        self._root, self._file, self._dimension = root, file, info.dimension
        self._header = _header(info)

    def read(self) -> dict[bytes, Vector]:
        """What is whole in it, by ``key`` of the text; the rest is cut off for good.

        Raises ``StoreError`` where the system refuses.
        """
        found: dict[bytes, Vector] = {}
        size = _KEY + 4 * self._dimension + _CHECK
        with writing(self._root), os.fdopen(self._file, "rb", closefd=False) as stream:
            if stream.read(len(self._header)) != self._header:  # new, or of another model
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, self._header, 0)
                return found
            whole = len(self._header)
            while _is_whole(record := stream.read(size), size):
                found[record[:_KEY]] = np.frombuffer(record[_KEY:-_CHECK], "<f4")
                whole += size
            os.ftruncate(self._file, whole)
        return found

    def append(self, keys: Sequence[bytes], vectors: Vector) -> None:
        """Add the ``vectors`` (n, d) of the texts with these keys and see them to the disk.

        Raises ``StoreError`` where the system refuses.
        """
        rows = zip(keys, vectors.astype("<f4"), strict=True)
        records = b"".join(_sealed(key_ + row.tobytes()) for key_, row in rows)
        with writing(self._root), os.fdopen(self._file, "ab", closefd=False) as stream:
            stream.write(records)
            stream.flush()
            os.fsync(self._file)


@contextmanager
def open_journal(root: Path, info: ModelInfo) -> Iterator[Journal]:
    """The journal in ``root``, made where there is none; ``StoreError`` where it cannot be."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    with ExitStack() as stack:
        with writing(root):
            file = stack.enter_context(opened(os.fspath(root / NAME), flags))
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise StoreError(f"{root / NAME} 不是普通文件。请删去它，再建立索引。")
        yield Journal(root, file, info)


def discard(root: Path) -> None:
    """Delete the journal: its vectors are in the index now."""
    with writing(root):
        (root / NAME).unlink(missing_ok=True)


def unfinished(root: Path) -> int:
    """Bytes of vectors that a build has left which did not end, or has not yet; 0 for none."""
    try:
        return max(0, (root / NAME).stat().st_size - len(_MAGIC) - _KEY)
    except OSError:
        return 0


def key(text: str) -> bytes:
    """What a text is known by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _header(info: ModelInfo) -> bytes:
    """Another model, prompt or dimension gives other vectors, so it needs another journal."""
    model = repr((info.fingerprint, info.passage_prompt, info.dimension))
    return _MAGIC + key(model)


def _sealed(record: bytes) -> bytes:
    return record + hashlib.blake2b(record, digest_size=_CHECK).digest()


def _is_whole(record: bytes, size: int) -> bool:
    return len(record) == size and _sealed(record[:-_CHECK]) == record
