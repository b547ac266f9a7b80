"""The collections that the page answers from: a shelf for each, opened when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from index import collections
from index.collections import DEFAULT
from index.errors import InputError
from ui.shelf import Shelf


class Shelves:
    """Shelves by the names of their collections; '' is the ``first``, which is always there."""

    def __init__(
        self,
        first: Shelf,
        name: str = DEFAULT,
        names: Callable[[], Sequence[str]] = lambda: (),
        other: Callable[[str], Shelf] | None = None,
    ) -> None:
        """Take the way to the names of all collections, and to the shelf of another one."""
        self.first = name
        self._names, self._other = names, other
        self._shelves = {name: first}
        self._opening = threading.Lock()

    @classmethod
    def at(
        cls,
        data: Path,
        seeds: Path | None,
        model: str | None,
        first: str = DEFAULT,
        reranker: str | None = None,
    ) -> Shelves:
        """Those in the folder ``data``; ``seeds`` are the sources of the first one (see `Shelf.at`).

        Raises:
            InputError: a collection cannot be called ``first``.
        """

        def other(name: str) -> Shelf:
            return Shelf.at(collections.root(data, name), None, model, reranker)

        shelf = Shelf.at(collections.root(data, first), seeds, model, reranker)
        return cls(shelf, first, lambda: collections.names(data), other)

    def names(self) -> list[str]:
        """The collections that can be asked."""
        found = self._names()
        return [*found] if self.first in found else [self.first, *found]

    def shelf(self, name: str = "") -> Shelf:
        """The shelf of a collection, open or being opened.

        Raises:
            InputError: there is none of that name.
        """
        name = name or self.first
        with self._opening:
            if name not in self._shelves:
                # Only what is there already: no name from a page makes a folder.
                if self._other is None or name not in self._names():
                    raise InputError(
                        f"没有名为“{name[:40]}”的文库（有：{'、'.join(self.names())}）。"
                    )
                self._shelves[name] = self._other(name)
                self._shelves[name].open()
            return self._shelves[name]
