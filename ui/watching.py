"""When the files in a folder have changed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from index import sources
from index.errors import SourceError

_PATIENCE = 10  # looks; a file that grows without end must not hold up the others for ever

Look = dict[Path, tuple[int, int, int]]


def changes(paths: Sequence[Path], root: Path, pause: float = 1.0) -> Iterator[None]:
    """Yield at once, and then each time that files in ``paths`` changed and came to rest.

    Those of the index in ``root`` do not count. It looks every ``pause`` seconds at names,
    sizes and times: that works on every file system, network shares included, where
    notifications do not. What changes while the caller is busy is seen at the next look.
    """
    seen = _look(paths, root)
    while True:
        yield
        while (now := _look(paths, root)) == seen:
            time.sleep(pause)
        seen = _settled(paths, root, now, pause)


def _settled(paths: Sequence[Path], root: Path, now: Look, pause: float) -> Look:
    """Wait until two looks agree: a file that is being written is not read half."""
    for _ in range(_PATIENCE):
        time.sleep(pause)
        before, now = now, _look(paths, root)
        if now == before:
            break
    return now


def _look(paths: Sequence[Path], root: Path) -> Look:
    found: Look = {}
    try:
        for file in sources.find(paths, root):
            stat = file.path.stat()
            found[file.path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except (OSError, SourceError):
        pass  # something is going at this moment: the next look differs, and is looked at again
    return found
