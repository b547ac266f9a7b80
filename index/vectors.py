"""Search over unit vectors in 16 bits, by FAISS, which only this and ``index/shortlist.py`` search with.

Memory is what limits the search, so half the bytes of 32 bits is half the time. Of many rows, only
those on a shortlist are compared in 16 bits (docs/decisions/0010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamaged, InputError, ModelError
from index.faiss_threads import threads
from index.manifest import Buffer
from index.shortlist import LEAST, Shortlist

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_NORM_TOLERANCE = 1e-3
_REMEDY = "请重新建立索引：youju index 源文件夹"


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Rows nearest to each query, best first: ``ids`` (q, k), inner products ``scores`` (q, k).

    Rows with the same score come in the order of their ids.
    """

    ids: Ids
    scores: Floats


class Vectors:
    """The rows (n, d) of an index, searched by inner product; never changed once built."""

    __slots__ = ("_data", "_index", "_shortlist")

    def __init__(self, index: Any, data: Buffer, shortlist: Shortlist | None = None) -> None:
        self._index = index  # a faiss.IndexScalarQuantizer, on the memory of ``data``
        self._data = data
        self._shortlist = shortlist

    @classmethod
    def build(cls, matrix: Floats) -> Vectors:
        """Index ``matrix`` (n, d), float32 unit rows; ``ModelError`` where it is not that."""
        if matrix.ndim != 2 or matrix.shape[1] < 1:
            raise ModelError(f"向量应为 (条数, 维数) 的矩阵，实为 {matrix.shape}。请检查嵌入模型。")
        _check_units(matrix, matrix.shape[1])
        data = _written(matrix)
        index = _opened(data)
        many = len(matrix) >= LEAST
        return cls(index, data, Shortlist.build(_rows(data, index), index) if many else None)

    @classmethod
    def from_bytes(cls, data: Buffer, n: int, d: int, shortlist: Buffer | None = None) -> Vectors:
        """Open what ``to_bytes`` gave for ``n`` rows of ``d`` numbers, without copying it.

        Without the bytes of its ``shortlist``, all rows are compared.

        ``data`` must have been verified: FAISS does not defend itself against hostile bytes.
        Raises ``IndexDamaged`` where it is not that index.
        """
        import faiss

        # By length first: FAISS allocates whatever a header asks for.
        expected = len(faiss.serialize_index(_empty(1))) + 2 * n * d
        if len(data) != expected:
            raise IndexDamaged(f"向量文件应有 {expected} 字节，实有 {len(data)} 字节。{_REMEDY}")
        try:
            index = _opened(data)
        except (RuntimeError, MemoryError) as error:
            raise IndexDamaged(f"向量文件无法解析：{error}。{_REMEDY}") from error
        found = (type(index).__name__, index.metric_type, index.ntotal, index.d)
        wanted = ("IndexScalarQuantizer", faiss.METRIC_INNER_PRODUCT, n, d)
        if found != wanted or index.sq.qtype != faiss.ScalarQuantizer.QT_fp16:
            raise IndexDamaged(
                f"向量文件应为 16 位内积索引 {n} 条 {d} 维，"
                f"实为 {found[0]} {found[2]} 条 {found[3]} 维。{_REMEDY}"
            )
        listed = None if shortlist is None else Shortlist.from_bytes(shortlist, index)
        return cls(index, data, listed)

    def to_bytes(self) -> Buffer:
        """All rows as bytes, the same for the same rows."""
        return self._data

    @property
    def shortlist(self) -> Shortlist | None:
        """What a search compares first; None where there are too few rows."""
        return self._shortlist

    @property
    def dimension(self) -> int:
        """Numbers in a row (d)."""
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, queries: Floats, k: int, among: Ids | None = None) -> Neighbours:
        """The ``min(k, n)`` best rows for each of ``queries`` (q, d), float32 unit rows.

        With ``among`` (m,), rows in any order without repeats, only these are compared, all of
        them. Without, a shortlist of many rows may miss one in some ten thousand.

        Raises ``ModelError`` for vectors that are not that, ``InputError`` for ``k`` < 1.
        """
        if k < 1:
            raise InputError(f"结果条数应至少为 1，实为 {k}。")
        _check_units(queries, self.dimension)
        # FAISS would fill up with id -1, which is also the last row.
        k = min(k, len(self) if among is None else len(among))
        if k == 0 or len(queries) == 0:
            shape = (len(queries), k)
            return Neighbours(np.empty(shape, np.int64), np.empty(shape, np.float32))
        with threads(1 if len(queries) == 1 else None):
            scores, ids = self._compared(np.ascontiguousarray(queries), k, among)
        order = np.lexsort((ids, -scores), axis=1)[:, :k]
        return Neighbours(
            np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1)
        )

    def scores_at(self, query: Floats, rows: Ids) -> Floats:
        """Inner product of ``query`` (d,), a float32 unit vector, with each of ``rows``."""
        _check_units(query[np.newaxis], self.dimension)
        scores: Floats = _rows(self._data, self._index)[rows].astype(np.float32) @ query
        return scores

    def matrix(self) -> Floats:
        """A copy of all rows (n, d)."""
        return _rows(self._data, self._index).astype(np.float32)

    def _compared(self, queries: Floats, k: int, among: Ids | None) -> tuple[Floats, Ids]:
        """Scores and ids (q, k or more) of the best rows, in no special order."""
        if self._shortlist is not None and among is None:
            return self._shortlist.search(queries, k)
        scores, ids = self._index.search(queries, k, params=self._only(among))
        return scores, ids

    def _only(self, rows: Ids | None) -> Any:
        """FAISS's parameters for comparing only ``rows``, one bit for each row of all."""
        import faiss

        if rows is None:
            return None
        chosen = np.zeros(len(self), np.bool_)
        chosen[rows] = True
        bits = np.packbits(chosen, bitorder="little")
        # Its stubs do not know what its Python side adds: arrays, and parameters by name.
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
        return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]


def _empty(d: int) -> Any:
    import faiss

    return faiss.IndexScalarQuantizer(d, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _written(matrix: Floats) -> bytes:
    """FAISS's index of ``matrix`` (n, d)."""
    import faiss

    index = _empty(matrix.shape[1])
    if len(matrix):
        index.add(np.ascontiguousarray(matrix))
    return faiss.serialize_index(index).tobytes()


def _opened(data: Buffer) -> Any:
    """FAISS's index on ``data``, which must outlive it."""
    import faiss

    array = np.frombuffer(data, np.uint8)
    reader = faiss.ZeroCopyIOReader  # type: ignore[attr-defined]  # missing in its stubs
    return faiss.read_index(reader(faiss.swig_ptr(array), array.size))


def _rows(data: Buffer, index: Any) -> npt.NDArray[np.float16]:
    """The rows (n, d) of FAISS's ``index`` on ``data``: its end."""
    n, d = index.ntotal, index.d
    return np.frombuffer(data, "<f2", n * d, len(data) - 2 * n * d).reshape(n, d)


def _check_units(matrix: Floats, d: int) -> None:
    """``ModelError`` unless ``matrix`` is (any, d) float32, finite, of rows with norm 1."""
    if matrix.ndim != 2 or matrix.shape[1] != d:
        raise ModelError(f"向量应为 {d} 维，实为 {matrix.shape}。请检查嵌入模型，或{_REMEDY}")
    if matrix.dtype != np.float32:
        raise ModelError(f"向量类型应为 float32，实为 {matrix.dtype}。请检查嵌入模型。")
    # In double precision, so that no square of a float32 overflows.
    squares = np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64)
    wrong = np.flatnonzero(~(np.abs(np.sqrt(squares) - 1) <= _NORM_TOLERANCE))
    if wrong.size:
        row = int(wrong[0])
        raise ModelError(
            f"共 {wrong.size} 个向量长度不是 1，第一个是第 {row} 个，长度 "
            f"{np.sqrt(squares[row]):.6g}。嵌入模型的输出有误，请检查模型文件。"
        )
