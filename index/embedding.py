"""What the index asks of an embedding model, and which model it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.manifest import ModelInfo

Vector = npt.NDArray[np.float32]
Done = Callable[[int], None]

BUNDLED = "bundled"

# Models that need an instruction but saved none; matched against the end of the name or path.
_BGE = "为这个句子生成表示以用于检索相关文章："
_KNOWN_QUERY_PROMPTS = {f"bge-{size}-zh-v1.5": _BGE for size in ("small", "base", "large")}


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

    def resolved(self, name: str, saved: Mapping[str, str | None]) -> tuple[str, str]:
        """Query's and passage's: as given, else as the model saved, else as it is known to need."""
        end = name.rstrip("/").rpartition("/")[2]
        query = saved.get("query") or _KNOWN_QUERY_PROMPTS.get(end, "")
        passage = saved.get("document") or saved.get("passage") or ""
        return (
            query if self.query is None else self.query,
            passage if self.passage is None else self.passage,
        )


def encodable(text: str) -> str:
    """``text`` with "?" for each lone surrogate (of a file name, say), which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def load_encoder(
    model: str | None = None, prompts: Prompts | None = None, stored: str | None = None
) -> Encoder:
    """The bundled model (``None`` or "bundled"), or a sentence-transformers name or path.

    ``stored`` is the fingerprint of an index to open: one that was built in 32 bits is asked in 32.
    The bundled model is read from the cache folder and never asks a model hub; only a name
    that the user gives, and that is no folder, may.

    Raises:
        ModelError: the model cannot be loaded.
    """
    prompts = prompts or Prompts()
    if model in (None, BUNDLED):
        from index.int8_encoder import Int8Encoder

        return Int8Encoder.load(prompts)
    from index import export, sentence_encoder

    # Behind a colon stands the recipe of 8 bits.
    exact = stored is not None and ":" not in stored
    return (sentence_encoder.SentenceEncoder if exact else export).load(str(model), prompts)
