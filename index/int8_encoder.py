"""A model in 8 bits on ONNX Runtime: several times faster than torch in 32 bits.

The bundled one is made once from the prepared sentence-transformers folder; its vectors agree with
the 32-bit ones to a cosine above 0.998, and tests hold both against each other. Others come from
``index/exported.py``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from index import bert_graph, bundled_model, smoothing, unigram
from index.bundled_runtime import open_runtime
from index.embedding import BUNDLED, Done, Prompts, Vector, encodable
from index.manifest import ModelInfo
from index.onnx_runtime import Model
from index.prepared import superseding
from index.unigram import Ids

# Raise this when vectors could no longer be compared with those of older indexes.
_RECIPE = "int8-v2"
# Raise this when the graph is another: its vectors may be nearer to those of 32 bits, as v4's are.
_FILE = "encoder.int8-v4.onnx"
_MAX_TOKENS = 512
# Texts tokenised at a time: what a tokenizer says of a text takes more memory than its vector.
_BLOCK = 256


class Tokenizer(Protocol):
    """Texts to token ids, never cut."""

    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """The ids of each text, with the marks of start and end."""


class Runtime(Protocol):
    """A model and the tokenizer of its input; held as one by who uses them."""

    @property
    def model(self) -> Model:
        """What gives ``vectors``."""

    @property
    def tokenizer(self) -> Tokenizer:
        """What cuts its texts."""


class Int8Encoder:
    """An ``Encoder`` that needs neither torch nor sentence-transformers."""

    def __init__(self, runtime: Runtime, info: ModelInfo) -> None:
        self._runtime, self._model, self.info = runtime, runtime.model, info

    @classmethod
    def load(cls, prompts: Prompts) -> Int8Encoder:
        """Open the prepared bundled model, preparing it the first time (some seconds).

        Raises:
            ModelError: the registry package's file is missing or damaged.
        """
        query, passage = prompts.resolved(BUNDLED, bundled_model.PROMPTS)
        info = ModelInfo(
            name=BUNDLED,
            fingerprint=f"{bundled_model.SOURCE_SHA256}:{_RECIPE}",
            dimension=bundled_model.DIMENSION,
            max_tokens=_MAX_TOKENS,
            query_prompt=query,
            passage_prompt=passage,
        )
        return cls(open_runtime(_FILE, superseding(_write, "encoder.*.onnx")), info)

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        """See ``Encoder``."""
        return self._encode([self.info.query_prompt + query for query in queries], None)

    def encode_passages(self, passages: Sequence[str], done: Done | None = None) -> Vector:
        """See ``Encoder``."""
        return self._encode([self.info.passage_prompt + passage for passage in passages], done)

    def fits(self, passages: Sequence[str]) -> list[bool]:
        """See ``Encoder``."""
        rows = self._ids([self.info.passage_prompt + passage for passage in passages])
        return [len(row) <= self.info.max_tokens for row in rows]

    def tokens(self, texts: Sequence[str]) -> list[Ids]:
        """The ids that the model is given, at most as many as its limit.

        Windows are made to fit, so the limit guards only odd callers.
        """
        return [_cut(ids, self.info.max_tokens) for ids in self._ids(texts)]

    def _ids(self, texts: Sequence[str]) -> list[Ids]:
        return self._runtime.tokenizer.encode([encodable(text) for text in texts])

    def _encode(self, texts: Sequence[str], done: Done | None) -> Vector:
        vectors = np.zeros((len(texts), self.info.dimension), np.float32)
        for start in range(0, len(texts), _BLOCK):
            rows = self.tokens(texts[start : start + _BLOCK])
            for i, (vector,) in enumerate(self._model.run(rows), start):
                vectors[i] = vector[0]
                if done:
                    done(i + 1)
        return vectors


def _write(folder: Path, target: Path) -> None:
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text("utf-8"))
    tensors = load_file(folder / "model.safetensors")
    evened = smoothing.evened(tensors, config, unigram.START, unigram.END)
    bert_graph.write(tensors, config, "mean", target, evened)


def _cut(ids: Ids, most: int) -> Ids:
    return ids if len(ids) <= most else np.append(ids[: most - 1], ids[-1])
