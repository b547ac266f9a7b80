"""Which rows may be among the best, found in a quarter of the bytes: 4 bits a number.

Product quantisation with a part for each number: 16 values a part, found by k-means over some of
the rows, and looked up in the processor's registers (André, Kermarrec, Le Scouarnec: Cache
locality is not enough, VLDB 2015; FAISS calls it fast scan). What it finds is compared in 16 bits;
docs/decisions/0010 has what it misses.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamaged
from index.faiss_threads import threads
from index.manifest import Buffer

LEAST = 50_000  # rows from which on it is worth its file and the time that building takes
_LEAST_LISTED, _LISTED_FOR_ONE = 1_000, 10  # rows, at the least, and for each that is asked for
_TRAINED = 4_096  # rows; for 16 values FAISS would not take more
_AT_ONCE = 65_536  # rows in 32 bits that are in memory at once
_BITS = 4
_REMEDY = "请重新建立索引：youju index 源文件夹"


class Shortlist:
    """The rows of an index in 4 bits a number, searched by inner product; never changed."""

    __slots__ = ("_coarse", "_refined")

    def __init__(self, coarse: Any, exact: Any) -> None:
        import faiss

        self._coarse = coarse  # a faiss.IndexPQFastScan
        self._refined = faiss.IndexRefine(coarse, exact)  # keeps both

    @classmethod
    def build(cls, rows: npt.NDArray[np.float16], exact: Any) -> Shortlist:
        """For ``rows`` (n, d) with n > 0, which FAISS's index ``exact`` holds in this order."""
        coarse = _empty(rows.shape[1])
        every = -(-len(rows) // _TRAINED)
        with threads(1):  # a second one made 5 s of 100 s on a machine in use
            coarse.train(rows[::every].astype(np.float32))
        for first in range(0, len(rows), _AT_ONCE):
            coarse.add(rows[first : first + _AT_ONCE].astype(np.float32))
        return cls(coarse, exact)

    @classmethod
    def from_bytes(cls, data: Buffer, exact: Any) -> Shortlist:
        """Open what ``to_bytes`` gave of the rows of ``exact``; the codes are copied.

        ``data`` must have been verified: FAISS does not defend itself against hostile bytes.
        Raises ``IndexDamaged`` where it is not that.
        """
        import faiss

        n, d = exact.ntotal, exact.d
        # By length first: FAISS allocates whatever a header asks for.
        expected = len(faiss.serialize_index(_empty(d))) + _code_bytes(n, d)
        if len(data) != expected:
            raise IndexDamaged(
                f"向量粗选文件应有 {expected} 字节，实有 {len(data)} 字节。{_REMEDY}"
            )
        try:
            coarse: Any = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        except (RuntimeError, MemoryError) as error:
            raise IndexDamaged(f"向量粗选文件无法解析：{error}。{_REMEDY}") from error
        if _kind(coarse) != _kind(_empty(d)) or coarse.ntotal != n:
            raise IndexDamaged(
                f"向量粗选文件应为 {_BITS} 位内积索引 {n} 条 {d} 维，"
                f"实为 {type(coarse).__name__} {coarse.ntotal} 条 {coarse.d} 维。{_REMEDY}"
            )
        return cls(coarse, exact)

    def to_bytes(self) -> Buffer:
        """All of it as bytes, the same for the same rows."""
        import faiss

        return memoryview(faiss.serialize_index(self._coarse))  # type: ignore[arg-type]  # an array

    def search(
        self, queries: npt.NDArray[np.float32], k: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Rows that may be the ``k`` best for each of ``queries`` (q, d), in no special order.

        The scores (q, m) that the exact index gives them, and their ids (q, m); m >= k where there
        are so many rows. Of more rows with equal codes than are listed, any may be left out.
        """
        listed = min(self._coarse.ntotal, max(_LEAST_LISTED, _LISTED_FOR_ONE * k))
        scores, ids = self._refined.search(np.ascontiguousarray(queries), listed)
        return scores, ids


def _empty(d: int) -> Any:
    import faiss

    return faiss.IndexPQFastScan(d, d, _BITS, faiss.METRIC_INNER_PRODUCT)


def _kind(index: Any) -> tuple[object, ...]:
    name = type(index).__name__
    parts = (index.pq.M, index.pq.nbits, index.bbs) if name == "IndexPQFastScan" else ()
    return name, index.metric_type, index.d, *parts


def _code_bytes(n: int, d: int) -> int:
    """Rows are stored in blocks of 32, numbers in pairs."""
    return -(-n // 32) * 32 * -(-d // 2)
