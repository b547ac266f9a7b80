"""Which documents a question is put to: named ones, those of a publisher, those of a time."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from index.errors import InputError
from index.simplified import simplified
from index.types import Document
from rag import periods
from rag.periods import Period

Rows = npt.NDArray[np.int64]

_OFFERED = 3  # names that a message offers in place of one that fits nothing
_SHOWN = 40  # characters of a name in a message
_DATES = "请写成 2021、2021-09、2021-09-15 或 2021年9月15日 这样的年、月、日"


@dataclass(frozen=True, slots=True)
class Scope:
    """Documents to search; a field that is left empty leaves all of them in.

    ``documents`` are ids or titles (a part is enough where none is called just that),
    ``publishers`` are names or parts of them; several mean any of these. ``since`` and
    ``until`` are years, months or days, both included: 2021, 2021-09, 2021年9月15日. A document
    that gives only a year or month fits where any day of it does.
    """

    documents: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Rows (n,) of the documents in a scope, ascending and not empty.

    ``undated`` more would fit, but have no date that a limit of time could be held to.
    """

    rows: Rows
    undated: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a document is known by; ``keys`` as they are compared."""

    id: str
    title: str
    publisher: str
    key: str
    title_key: str
    publisher_key: str
    period: Period | None


class Catalogue:
    """What the documents of an index are known by. Making it looks at each of them."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._entries = [_entry(document) for document in documents]

    def select(self, scope: Scope) -> Selection:
        """The documents in ``scope``.

        Raises:
            InputError: there is none, or a date cannot be read; the message says what there is.
        """
        limits = _limits(scope)
        named = self._any(scope.documents, self._called, "题目或编号", lambda e: e.title or e.id)
        published = self._any(scope.publishers, self._by, "来源", lambda e: e.publisher)
        rows = sorted(named & published)
        if limits is None:
            kept, undated = rows, 0
        else:
            kept = [row for row in rows if _falls(self._entries[row].period, limits)]
            undated = sum(self._entries[row].period is None for row in rows)
        if not kept:
            raise self._nothing(scope, rows)
        return Selection(np.asarray(kept, np.int64), undated)

    def offered(self, field: str, part: str) -> list[str]:
        """Names that ``part`` is in, for a field of `Scope`: "publishers", or titles."""
        key = _key(part)
        if field == "publishers":
            found = (e.publisher for e in self._entries if key in e.publisher_key)
        else:
            found = (e.title or e.id for e in self._entries if key in e.title_key or key in e.key)
        return [name for name in dict.fromkeys(found) if name]

    def _any(
        self,
        wanted: Sequence[str],
        find: Callable[[str], set[int]],
        label: str,
        name: Callable[[_Entry], str],
    ) -> set[int]:
        """Rows that any of ``wanted`` finds; all, where nothing is wanted."""
        if not wanted:
            return set(range(len(self._entries)))
        found: set[int] = set()
        for words in wanted:
            rows = find(words)
            if not rows:
                offered = _nearest(words, [name(e) for e in self._entries if name(e)])
                raise InputError(f"没有{label}含“{_short(words)}”的文档。{offered}")
            found |= rows
        return found

    def _called(self, words: str) -> set[int]:
        key = _key(words)
        exact = {i for i, e in enumerate(self._entries) if words == e.id or key == e.title_key}
        return exact or {
            i for i, e in enumerate(self._entries) if key and (key in e.title_key or key in e.key)
        }

    def _by(self, words: str) -> set[int]:
        key = _key(words)
        return {i for i, e in enumerate(self._entries) if key and key in e.publisher_key}

    def _nothing(self, scope: Scope, rows: Sequence[int]) -> InputError:
        """Why the rows that fit otherwise hold none of the right time."""
        if not rows:
            return InputError("没有一篇文档同时合这些题目和来源。请去掉其中一样。")
        dated = [p for row in rows if (p := self._entries[row].period)]
        asked = "".join(
            (f"{scope.since}起" if scope.since else "", f"{scope.until}止" if scope.until else "")
        )
        there = f"{len(rows)} 篇文档都没有日期"
        if dated:
            first, last = min(p.first for p in dated), max(p.last for p in dated)
            there = f"{len(dated)} 篇文档的日期在 {first} 到 {last} 之间，{len(rows) - len(dated)} 篇没有日期"
        return InputError(f"没有日期合“{_short(asked)}”的文档：{there}。")


def _entry(document: Document) -> _Entry:
    title, publisher = document.title, document.metadata.get("publisher", "")
    day = document.metadata.get("date", "")
    keys = _key(document.id), _key(title), _key(publisher)
    return _Entry(document.id, title, publisher, *keys, periods.read(day, whole=False))


def _limits(scope: Scope) -> Period | None:
    if not (scope.since or scope.until):
        return None
    since, until = (_day(written) for written in (scope.since, scope.until))
    limits = Period(since.first if since else date.min, until.last if until else date.max)
    if limits.first > limits.last:
        raise InputError(f"起始日期 {scope.since} 晚于截止日期 {scope.until}。请对调。")
    return limits


def _day(written: str) -> Period | None:
    if not written:
        return None
    found = periods.read(written)
    if found is None:
        raise InputError(f"看不懂日期“{_short(written)}”。{_DATES}。")
    return found


def _falls(period: Period | None, limits: Period) -> bool:
    return period is not None and period.meets(limits)


def _key(name: str) -> str:
    """A name as it is compared: script, width, case and spaces do not count."""
    plain = simplified(unicodedata.normalize("NFKC", name)).casefold()
    return "".join(plain.split())


def _nearest(wanted: str, names: Sequence[str]) -> str:
    """The names with most characters in common, the most frequent first among equals."""
    if not names:
        return "文库里的文档都没有写这一项。"
    asked, counts = set(_key(wanted)), Counter(names)
    order = sorted(counts, key=lambda name: (-len(asked & set(_key(name))), -counts[name]))
    return f"有：{'、'.join(_short(name) for name in order[:_OFFERED])}{_rest(len(order))}。"


def _rest(count: int) -> str:
    return f" 等 {count} 个" if count > _OFFERED else ""


def _short(name: str) -> str:
    return name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"
