"""Running the models of ``index/bert_graph.py`` on the CPU, one text a pass.

One text alone has no padding and stays in cache; two texts on two threads are faster than one
on both. A single text gets all threads.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from index.bert_graph import INPUT
from index.unigram import Ids
from index.word_table import Words

if TYPE_CHECKING:
    import onnxruntime as ort

Outputs = list[npt.NDArray[np.float32]]


class Model:
    """An ONNX file and its word table; safe to share between threads.

    Sessions are made when they are first needed. The file is held open until then and after, as
    another version may delete it meanwhile.
    """

    def __init__(self, path: Path, words: Words) -> None:
        self._file, self._words = path.open("rb"), words
        weakref.finalize(self, self._file.close)
        self._threads = len(os.sched_getaffinity(0))

    def run(self, rows: Sequence[Ids]) -> Iterator[Outputs]:
        """The model's outputs for each row of token ids, in order."""
        if len(rows) == 1:
            yield self._pass(self._wide, rows[0])
            return
        with ThreadPoolExecutor(self._threads) as pool:
            session = self._narrow  # made here, else every thread would make one
            yield from pool.map(lambda row: self._pass(session, row), rows)

    def _pass(self, session: ort.InferenceSession, row: Ids) -> Outputs:
        outputs: Outputs = session.run(None, {INPUT: self._words.lookup(row)[np.newaxis]})
        return outputs

    @cached_property
    def _wide(self) -> ort.InferenceSession:
        return _open_session(self._file, self._threads)

    @cached_property
    def _narrow(self) -> ort.InferenceSession:
        return _open_session(self._file, 1)


def _open_session(file: BinaryIO, threads: int) -> ort.InferenceSession:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # The graph is written fused; the further fusions are slower (``bert_graph``).
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    content = os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)
    session = ort.InferenceSession(content, options, ["CPUExecutionProvider"])
    # Kept to make the session again elsewhere, which nobody asks for: it is as large as the file.
    session._model_bytes = None
    return session
