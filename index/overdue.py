"""Files that a reader did not come back from: not read again until they or the reader change.

    root/overdue.json    the reader that gave up, and SHA-256 of each file with the seconds it had

A lost or damaged note costs another try, and no more.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from pathlib import Path

from index.safe_files import opened, opened_plain, replace_synced

NAME = "overdue.json"

_log = logging.getLogger(__name__)
_MAX = 1 << 20  # bytes; each entry took a minute to come by


class Overdue:
    """The notes of the index in ``root``; without one they last as long as this.

    ``reader`` names the code that read: another one may come back. Hold ``build_lock`` around it.
    """

    def __init__(self, reader: str, root: Path | None = None) -> None:
        self._reader, self._root = reader, root
        self._seconds = _recalled(root, reader) if root else {}

    @property
    def path(self) -> Path | None:
        """Where the notes are kept; without them everything is tried again."""
        return self._root / NAME if self._root else None

    def seconds(self, data: bytes) -> int:
        """How many seconds these bytes were once read for, in vain; 0 where they were not."""
        return self._seconds.get(_key(data), 0)

    def remember(self, data: bytes, seconds: int) -> None:
        """Note that ``seconds`` were not enough for these bytes."""
        self._seconds[_key(data)] = seconds
        if self._root is None:
            return
        note = json.dumps({"reader": self._reader, "seconds": self._seconds}, indent=1)
        try:
            with opened(os.fspath(self._root), os.O_DIRECTORY) as folder:
                replace_synced(folder, NAME, note.encode())
        except OSError as error:  # what the index needs may still find room
            _log.warning("无法写入 %s：%s；下次建立时会再读这个文件。", self.path, error)


def _recalled(root: Path, reader: str) -> dict[str, int]:
    try:
        with opened_plain(root, (NAME,)) as file:
            note = json.loads(os.read(file, _MAX))
        if note["reader"] != reader:
            return {}
        return {str(key): int(seconds) for key, seconds in note["seconds"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _key(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
