"""What is costly to make and the same for all: made once, and let go with its last holder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Shared(Generic[_Key, _Value]):
    """Values by key, for all threads; nothing is kept that nobody else holds."""

    def __init__(self) -> None:
        self._making = Lock()
        self._held: WeakValueDictionary[_Key, _Value] = WeakValueDictionary()

    def get(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """The value of ``key``, made by ``make`` where nobody holds it."""
        with self._making:  # else two that come at once would both make it
            value = self._held.get(key)
            if value is None:
                value = self._held[key] = make()
            return value


def files_of(folder: Path) -> Iterator[tuple[str, int, int]]:
    """What tells a folder's model from one that is put in its place; nothing of a mere name."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        stat = path.stat()
        yield str(path.resolve()), stat.st_mtime_ns, stat.st_size
