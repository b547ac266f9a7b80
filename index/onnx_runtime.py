"""Running the models of ``index/bert_graph.py`` on the CPU, one text a pass.

One text alone has no padding and stays in cache; two texts on two threads are faster than one
on both. A single text gets all threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.bert_graph import INPUT
from index.unigram import Ids
from index.word_table import Words

if TYPE_CHECKING:
    import onnxruntime as ort

Outputs = list[npt.NDArray[np.float32]]


class Model:
    """An ONNX file and its word table; safe to share between threads."""

    def __init__(self, path: Path, words: Words) -> None:
        self._path, self._words = path, words
        self._threads = len(os.sched_getaffinity(0))

    def run(self, rows: Sequence[Ids]) -> Iterator[Outputs]:
        """The model's outputs for each row of token ids, in order."""
        if len(rows) == 1:
            yield self._pass(self._wide, rows[0])
            return
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(lambda row: self._pass(self._narrow, row), rows)

    def _pass(self, session: ort.InferenceSession, row: Ids) -> Outputs:
        outputs: Outputs = session.run(None, {INPUT: self._words.lookup(row)[np.newaxis]})
        return outputs

    @cached_property
    def _wide(self) -> ort.InferenceSession:
        return _open_session(self._path, self._threads)

    @cached_property
    def _narrow(self) -> ort.InferenceSession:
        return _open_session(self._path, 1)


def _open_session(path: Path, threads: int) -> ort.InferenceSession:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # The graph is written fused; the further fusions are slower (``bert_graph``).
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return ort.InferenceSession(str(path), options, ["CPUExecutionProvider"])
