"""The word embeddings: numbers that are only ever looked up, mapped from a file.

A process reads only the pages of the words that it meets. Those of the bundled model, 96 million,
keep the four bits in which the package's file has them (54 MB, exact); encoder and reader share
them. Those of other models are stored in 16 bits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index import e5_file
from index.unigram import Ids

Floats = npt.NDArray[np.float32]


class Words(Protocol):
    """What a model asks of its word embeddings."""

    def lookup(self, ids: Ids) -> Floats:
        """The embeddings of ``ids``: float32 (len(ids), hidden)."""


class WordTable:
    """The bundled model's: rows of ``hidden`` numbers by token id."""

    def __init__(self, path: Path, hidden: int) -> None:
        blocks = np.memmap(path, e5_file.Q4_BLOCK, mode="r")
        self._rows = blocks.reshape(-1, hidden // e5_file.Q4_WEIGHTS)

    def lookup(self, ids: Ids) -> Floats:
        """See ``Words``."""
        blocks = self._rows[ids]  # (ids, blocks of a row)
        return e5_file.dequantise(blocks).reshape(len(ids), -1)


class HalfTable:
    """Any model's: float16 (words, hidden) in a ``.npy`` file."""

    def __init__(self, path: Path) -> None:
        self._rows: npt.NDArray[np.float16] = np.load(path, mmap_mode="r", allow_pickle=False)

    def lookup(self, ids: Ids) -> Floats:
        """See ``Words``."""
        return self._rows[ids].astype(np.float32)
