"""Collections whose items are made when they are asked for: opening 100,000 takes no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, TypeVar, overload

import numpy as np

from index.manifest import Buffer

S = TypeVar("S")
T = TypeVar("T")

_KEPT = 512  # items made last; a question's passages and their documents are asked for again


class Lines(Sequence[bytes]):
    """The lines of a buffer, each ended by a newline."""

    def __init__(self, data: Buffer) -> None:
        self._data = data
        self._ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        i = range(len(self))[at]
        start = int(self._ends[i - 1]) + 1 if i else 0
        return bytes(self._data[start : int(self._ends[i])])


class Lazy(Sequence[T], Generic[S, T]):
    """``make(item)`` for each of ``items``."""

    def __init__(self, items: Sequence[S], make: Callable[[S], T]) -> None:
        self._items = items
        self._get = lru_cache(_KEPT)(lambda i: make(items[i]))

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        return self._get(range(len(self))[at])


class ByName(Mapping[str, T]):
    """``items`` by their ``names``, in their order."""

    def __init__(self, names: Sequence[str], items: Sequence[T]) -> None:
        self._places = {name: i for i, name in enumerate(names)}
        self._items = items

    def __getitem__(self, name: str) -> T:
        return self._items[self._places[name]]

    def place(self, name: str) -> int:
        """Where the item of ``name`` stands among ``items``."""
        return self._places[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
