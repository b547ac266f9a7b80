"""What the index asks of an embedding model, and which model it gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.manifest import ModelInfo

Vector = npt.NDArray[np.float32]
Done = Callable[[int], None]

BUNDLED = "bundled"


class Encoder(Protocol):
    """What the index and retrieval ask of an embedding model."""

    @property
    def info(self) -> ModelInfo:
        """Name, fingerprint, dimension, limit and prompts, as stored in the manifest."""

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        """Unit vectors, float32 ``(len(queries), dimension)``."""

    def encode_passages(self, passages: Sequence[str], done: Done | None = None) -> Vector:
        """Unit vectors, float32 ``(len(passages), dimension)``; ``done`` counts finished ones."""

    def fits(self, passages: Sequence[str]) -> list[bool]:
        """Whether each passage, prompt included, is within the model's token limit."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """What is put before a query and before a passage; None asks the model's own files."""

    query: str | None = None
    passage: str | None = None


def encodable(text: str) -> str:
    """``text`` with "?" for each lone surrogate (of a file name, say), which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def load_encoder(model: str | None = None, prompts: Prompts | None = None) -> Encoder:
    """The bundled model (``None`` or "bundled"), or a sentence-transformers name or path.

    The bundled model is read from the cache folder and never asks a model hub; only a name
    that the user gives, and that is no folder, may.

    Raises:
        ModelError: the model cannot be loaded.
    """
    prompts = prompts or Prompts()
    if model in (None, BUNDLED):
        from index.int8_encoder import Int8Encoder

        return Int8Encoder.load(prompts)
    from index.sentence_encoder import SentenceEncoder

    return SentenceEncoder.load(str(model), prompts)
