"""One builder at a time in a data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from index.errors import BuildBusy
from index.safe_files import opened, writing


@contextmanager
def build_lock(root: Path) -> Iterator[None]:
    """Hold ``root`` for one builder; the lock dies with its process, however that ends.

    Raises ``BuildBusy`` where another builder holds it, ``StoreError`` where it cannot be made.
    """
    with ExitStack() as stack:
        with writing(root):
            root.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
            lock = stack.enter_context(opened(os.fspath(root / ".build.lock"), flags))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BuildBusy(
                    f"另一个进程正在为 {root} 建立索引，请等它完成后再试；旧索引仍可使用。"
                ) from None
            # Unlocked by name: a forked child may keep the same open file longer.
            stack.callback(fcntl.flock, lock, fcntl.LOCK_UN)
        yield
