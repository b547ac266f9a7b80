"""BM25 over given token lists, built once and stored as plain arrays."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamaged
from index.manifest import Buffer
from index.token_counts import TokenCounts, count

K1, B = 1.2, 0.75

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The best ``rows`` (k,) for a query, best first, with their ``scores`` (k,), all above 0."""

    rows: Rows
    scores: Scores


class Vocabulary:
    """Tokens in the order of their UTF-8 bytes, so that opening them takes no time."""

    def __init__(self, text: Buffer, ends: npt.NDArray[np.int64]) -> None:
        self.text, self.ends = text, ends  # token i is text[ends[i - 1]:ends[i]]

    @classmethod
    def of(cls, tokens: Iterable[bytes]) -> Vocabulary:
        """The vocabulary of sorted ``tokens``."""
        parts = list(tokens)
        return cls(b"".join(parts), np.cumsum([len(part) for part in parts], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def number(self, token: str) -> int | None:
        """The place of ``token``; None where it does not occur."""
        wanted = _encoded(token)
        at = bisect_left(range(len(self)), wanted, key=self._token)
        return at if at < len(self) and self._token(at) == wanted else None

    def names(self) -> list[str]:
        """All of them in order."""
        return [self._token(i).decode("utf-8", "surrogatepass") for i in range(len(self))]

    def _token(self, i: int) -> bytes:
        start = int(self.ends[i - 1]) if i else 0
        return bytes(self.text[start : int(self.ends[i])])


class LexicalIndex:
    """BM25 (Lucene's variant, Robertson et al. 1994) scores of ``size`` texts.

    A compressed sparse column matrix: column = token, row = text, value = the token's score
    contribution, so that a query's score is a sum over its tokens' columns. Rows of a column
    rise.
    """

    def __init__(self, vocabulary: Vocabulary, postings: _Postings, size: int) -> None:
        self._vocabulary, self._postings, self.size = vocabulary, postings, size

    @classmethod
    def build(
        cls, texts: Iterable[Sequence[str] | int], former: LexicalIndex | None = None
    ) -> LexicalIndex:
        """Index token lists (one a text), taken one by one; a number is that row of ``former``."""
        counted = count(texts, former._counted() if former else None)
        ranked = sorted((_encoded(token), i) for token, i in counted.numbers.items())
        places = np.empty(len(ranked), np.int64)
        places[[i for _, i in ranked]] = np.arange(len(ranked))
        vocabulary = Vocabulary.of(token for token, _ in ranked)
        return cls(vocabulary, _weigh(counted, places), len(counted.distinct))

    def scores(self, tokens: Sequence[str]) -> Scores:
        """Scores of all texts for a query's tokens: float32 ``(size,)``, 0 where none occurs."""
        totals = np.zeros(self.size, np.float32)
        for column in self._columns(tokens):
            np.add.at(totals, *self._postings.column(column))
        return totals

    def top(self, tokens: Sequence[str], k: int, among: Rows | None = None) -> Matches:
        """The ``k`` best texts, or fewer where fewer match; equal ones by rising row.

        With ``among``, rising rows, only of these; what is rare is still counted over all.
        """
        scores = self.scores(tokens)
        rows = np.flatnonzero(scores) if among is None else among[scores[among] > 0]
        if len(rows) > k:
            least = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
            rows = rows[scores[rows] >= least]
        order = np.lexsort((rows, -scores[rows]))[:k]
        return Matches(rows[order], scores[rows[order]])

    def scores_at(self, tokens: Sequence[str], rows: Rows) -> Scores:
        """Scores of the texts ``rows`` only: float32 ``(len(rows),)``."""
        totals = np.zeros(len(rows), np.float32)
        for column in self._columns(tokens):
            found, values = self._postings.column(column)
            at = np.minimum(np.searchsorted(found, rows), len(found) - 1)
            totals += np.where(found[at] == rows, values[at], np.float32(0))
        return totals

    def _columns(self, tokens: Sequence[str]) -> list[int]:
        numbers = (self._vocabulary.number(token) for token in tokens)
        return [number for number in numbers if number is not None]

    def _counted(self) -> TokenCounts:
        """What it was built from, text after text again."""
        postings, names = self._postings, self._vocabulary.names()
        columns = np.repeat(
            np.arange(len(names), dtype=np.int32), np.diff(postings.ends, prepend=0)
        )
        order = np.argsort(postings.rows, kind="stable")
        return TokenCounts(
            numbers={name: i for i, name in enumerate(names)},
            tokens=columns[order],
            counts=postings.counts[order].astype(np.int32),
            distinct=np.bincount(postings.rows, minlength=self.size).astype(np.int32),
        )

    def to_files(self, name: str) -> dict[str, Buffer]:
        """The stored files, named after ``name``."""
        header = {"k1": K1, "b": B, "size": self.size}
        return {
            f"{name}.json": json.dumps(header).encode(),
            f"{name}.tokens": self._vocabulary.text,
            f"{name}.token_ends": _raw(self._vocabulary.ends, "<i8"),
            f"{name}.column_ends": _raw(self._postings.ends, "<i8"),
            f"{name}.rows": _raw(self._postings.rows, "<i4"),
            f"{name}.values": _raw(self._postings.values, "<f4"),
            f"{name}.counts": _raw(self._postings.counts, "<u2"),
        }

    @classmethod
    def from_files(cls, name: str, files: Mapping[str, Buffer]) -> LexicalIndex:
        """Read back what ``to_files`` gave, without copying it.

        Raises:
            IndexDamaged: a file is missing or inconsistent with the others.
        """
        try:
            size = int(json.loads(bytes(files[f"{name}.json"]))["size"])
            token_ends = np.frombuffer(files[f"{name}.token_ends"], "<i8")
            postings = _Postings(
                np.frombuffer(files[f"{name}.column_ends"], "<i8"),
                np.frombuffer(files[f"{name}.rows"], "<i4"),
                np.frombuffer(files[f"{name}.values"], "<f4"),
                np.frombuffer(files[f"{name}.counts"], "<u2"),
            )
            index = cls(Vocabulary(files[f"{name}.tokens"], token_ends), postings, size)
        except (KeyError, ValueError, TypeError) as error:
            raise IndexDamaged(f"词索引 {name} 读不出来（{error!r}）。{_REMEDY}") from error
        index._check(name)
        return index

    def _check(self, name: str) -> None:
        vocabulary, postings = self._vocabulary, self._postings
        whole = (
            len(vocabulary) == len(postings.ends)
            and _last(vocabulary.ends) == len(vocabulary.text)
            and _last(postings.ends) == len(postings.rows)
            and len(postings.rows) == len(postings.values) == len(postings.counts)
            and _are_rows(postings.rows, self.size)
        )
        if not whole:
            raise IndexDamaged(f"词索引 {name} 的各部分大小对不上。{_REMEDY}")


@dataclass(frozen=True, slots=True, eq=False)
class _Postings:
    """Column i is ``rows`` and ``values`` from ``ends[i - 1]`` to ``ends[i]``."""

    ends: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    values: Scores
    counts: npt.NDArray[np.uint16]  # from which the values come; only a build needs them

    def column(self, i: int) -> tuple[npt.NDArray[np.int32], Scores]:
        part = slice(int(self.ends[i - 1]) if i else 0, int(self.ends[i]))
        return self.rows[part], self.values[part]


def _weigh(counted: TokenCounts, places: npt.NDArray[np.int64]) -> _Postings:
    """The postings, token numbers replaced by ``places`` (vocabulary,)."""
    lengths = counted.lengths()
    texts = len(lengths)
    columns = places[counted.tokens]
    rows = np.repeat(np.arange(texts, dtype=np.int32), counted.distinct)
    frequencies = np.bincount(columns, minlength=len(places))
    mean = lengths.mean() if lengths.any() else 1.0
    damping = K1 * (1 - B + B * lengths / mean)
    values = _rarity(texts, frequencies)[columns] * counted.counts
    values /= counted.counts + damping[rows]
    order = np.argsort(columns, kind="stable")  # stable: rows of a column keep rising
    counts = counted.counts[order].astype(np.uint16)
    return _Postings(np.cumsum(frequencies), rows[order], values[order].astype(np.float32), counts)


def _rarity(texts: int, n: npt.ArrayLike) -> npt.NDArray[np.float64]:
    n = np.asarray(n, np.float64)
    return np.log1p((texts - n + 0.5) / (n + 0.5))


def _encoded(token: str) -> bytes:
    return token.encode("utf-8", "surrogatepass")


def _are_rows(rows: npt.NDArray[np.int32], size: int) -> bool:
    return len(rows) == 0 or 0 <= int(rows.min()) <= int(rows.max()) < size


def _last(ends: npt.NDArray[np.int64]) -> int:
    return int(ends[-1]) if len(ends) else 0


def _raw(values: npt.NDArray[np.generic], dtype: str) -> Buffer:
    return values.astype(dtype, copy=False).data.cast("B") if len(values) else b""


_REMEDY = "请重建：youju index 源文件夹 --data 数据目录"
