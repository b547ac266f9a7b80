"""The word embeddings: 96 million numbers that are only ever looked up, mapped from a file.

They keep the four bits in which the package's file has them (54 MB): exact, and a process
reads only the pages of the words that it meets. Encoder and reader share them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import e5_file
from index.unigram import Ids

Floats = npt.NDArray[np.float32]


class WordTable:
    """Rows of ``hidden`` numbers by token id."""

    def __init__(self, path: Path, hidden: int) -> None:
        blocks = np.memmap(path, e5_file.Q4_BLOCK, mode="r")
        self._rows = blocks.reshape(-1, hidden // e5_file.Q4_WEIGHTS)

    def lookup(self, ids: Ids) -> Floats:
        """The embeddings of ``ids``: float32 (len(ids), hidden)."""
        blocks = self._rows[ids]  # (ids, blocks of a row)
        return e5_file.dequantise(blocks).reshape(len(ids), -1)
