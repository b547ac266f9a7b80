"""BM25 over given token lists, built once and stored (no pickle)."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamaged

K1, B = 1.2, 0.75
_ARRAYS = ("data", "indices", "indptr")

Scores = npt.NDArray[np.float32]


class LexicalIndex:
    """BM25 (Lucene's variant, Robertson et al. 1994) scores of ``size`` texts.

    A compressed sparse column matrix: column = token, row = text, value = the token's score
    contribution, so that a query's score is a sum over its tokens' columns.
    """

    def __init__(
        self, arrays: Mapping[str, npt.NDArray[np.generic]], vocabulary: dict[str, int], size: int
    ) -> None:
        self._arrays = {name: arrays[name] for name in _ARRAYS}
        self._vocabulary = vocabulary
        self.size = size

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]]) -> LexicalIndex:
        """Index token lists (one a text)."""
        import bm25s

        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(t, len(vocabulary)) for t in tokens] for tokens in texts]
        if not vocabulary:
            empty = {"data": np.zeros(0, np.float32), "indices": np.zeros(0, np.int32)}
            return cls({**empty, "indptr": np.zeros(1, np.int64)}, {}, len(texts))
        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        bm25.index((ids, vocabulary), create_empty_token=False, show_progress=False)
        return cls(bm25.scores, vocabulary, len(texts))

    def scores(self, tokens: Sequence[str]) -> Scores:
        """Scores of all texts for a query's tokens: float32 ``(size,)``, 0 where none occurs."""
        totals = np.zeros(self.size, np.float32)
        starts = self._arrays["indptr"]
        for token in tokens:
            column = self._vocabulary.get(token)
            if column is not None:
                rows = slice(int(starts[column]), int(starts[column + 1]))
                # A token has each text once, so that += on indices loses nothing.
                totals[self._arrays["indices"][rows]] += self._arrays["data"][rows]
        return totals

    def rarity(self, token: str) -> float:
        """Inverse document frequency, ``ln(1 + (N - n + 0.5) / (n + 0.5))``."""
        column = self._vocabulary.get(token)
        starts = self._arrays["indptr"]
        n = 0 if column is None else int(starts[column + 1] - starts[column])
        return float(np.log1p((self.size - n + 0.5) / (n + 0.5)))

    def __contains__(self, token: str) -> bool:
        return token in self._vocabulary

    def to_files(self, name: str) -> dict[str, bytes]:
        """The stored files, named after ``name``."""
        files = {f"{name}.{part}.npy": _npy(array) for part, array in self._arrays.items()}
        header = {"k1": K1, "b": B, "size": self.size, "vocabulary": list(self._vocabulary)}
        return {**files, f"{name}.json": json.dumps(header, ensure_ascii=False).encode()}

    @classmethod
    def from_files(cls, name: str, files: Mapping[str, bytes]) -> LexicalIndex:
        """Read back what ``to_files`` gave.

        Raises:
            IndexDamaged: a file is missing or inconsistent with the others.
        """
        try:
            header = json.loads(files[f"{name}.json"])
            vocabulary = {token: i for i, token in enumerate(header["vocabulary"])}
            arrays = {part: _from_npy(files[f"{name}.{part}.npy"]) for part in _ARRAYS}
            index = cls(arrays, vocabulary, int(header["size"]))
        except (KeyError, ValueError, TypeError, EOFError) as error:
            raise IndexDamaged(f"词索引 {name} 读不出来（{error!r}）。{_REMEDY}") from error
        index._check(name)
        return index

    def _check(self, name: str) -> None:
        data, indices, indptr = (self._arrays[part] for part in _ARRAYS)
        whole = (
            (data.dtype.kind, indices.dtype.kind, indptr.dtype.kind) == ("f", "i", "i")
            and len(indptr) == len(self._vocabulary) + 1
            and len(data) == len(indices) == int(indptr[-1])
            and (len(indices) == 0 or 0 <= int(indices.min()) <= int(indices.max()) < self.size)
        )
        if not whole:
            raise IndexDamaged(f"词索引 {name} 的各部分大小对不上。{_REMEDY}")


_REMEDY = "请重建：youju index 源文件夹 --data 数据目录"


def _npy(array: npt.NDArray[np.generic]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _from_npy(data: bytes) -> npt.NDArray[np.generic]:
    array: npt.NDArray[np.generic] = np.load(io.BytesIO(data), allow_pickle=False)
    return array
