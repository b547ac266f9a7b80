"""A model of the user's as ``index/export.py`` left it in the cache: 8 bits, without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embedding import Prompts
from index.manifest import ModelInfo
from index.onnx_runtime import Model
from index.unigram import Ids
from index.word_table import HalfTable

# .998 for the bundled model, .999 for all-MiniLM-L6-v2; at .99 the error is a seventh of the spread.
_LEAST_AGREEMENT = 0.99

ABOUT, GRAPH, WORDS, TOKENIZER = "model.json", "encoder.onnx", "words.npy", "tokenizer.json"


@dataclass(frozen=True)
class About:
    """``model.json``: the model without loading it.

    ``agreement``: of similarities in 8 bits with those in 32; 0 where there is no export.
    """

    agreement: float
    fingerprint: str
    dimension: int
    max_tokens: int
    prompts: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path) -> About:
        """The one in ``folder``."""
        return cls(**json.loads((folder / ABOUT).read_text("utf-8")))

    @property
    def agrees(self) -> bool:
        """Whether the export may stand for the model."""
        return self.agreement >= _LEAST_AGREEMENT

    def info(self, name: str, prompts: Prompts) -> ModelInfo:
        """The model as an index stores it."""
        query, passage = prompts.resolved(name, self.prompts)
        return ModelInfo(name, self.fingerprint, self.dimension, self.max_tokens, query, passage)


class Tokenizer:
    """Texts to token ids by a ``tokenizer.json``; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        import tokenizers

        self._tokenizer = tokenizers.Tokenizer.from_file(str(path))

    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """The ids of each text, with the marks of start and end."""
        return [np.array(e.ids, np.int64) for e in self._tokenizer.encode_batch_fast(list(texts))]


@dataclass(frozen=True, eq=False)
class Export:
    """An export in memory, which encoders with whatever prompts share."""

    about: About
    model: Model
    tokenizer: Tokenizer

    @classmethod
    def open(cls, folder: Path, about: About) -> Export:
        """The one in ``folder``."""
        model = Model(folder / GRAPH, HalfTable(folder / WORDS))
        return cls(about, model, Tokenizer(folder / TOKENIZER))
