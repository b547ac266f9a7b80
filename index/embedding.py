"""Sentence embeddings: the bundled model by default, any sentence-transformers model by name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from index import bundled_model
from index.errors import ModelError
from index.manifest import ModelInfo

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vector = npt.NDArray[np.float32]
Done = Callable[[int], None]

BUNDLED = "bundled"
# Models that need an instruction but saved none; matched against the end of the name or path.
_KNOWN_QUERY_PROMPTS = {
    "bge-small-zh-v1.5": "为这个句子生成表示以用于检索相关文章：",
    "bge-base-zh-v1.5": "为这个句子生成表示以用于检索相关文章：",
    "bge-large-zh-v1.5": "为这个句子生成表示以用于检索相关文章：",
}
_BATCH = 16  # texts of similar length in one forward pass


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


def load_encoder(model: str | None = None, prompts: Prompts | None = None) -> Encoder:
    """The bundled model (``None`` or "bundled"), or a sentence-transformers name or path.

    The bundled model is read from the cache folder and never asks a model hub; only a name
    that the user gives, and that is no folder, may.

    Raises:
        ModelError: the model cannot be loaded.
    """
    prompts = prompts or Prompts()
    if model in (None, BUNDLED):
        folder = bundled_model.prepare()
        return SentenceEncoder(BUNDLED, _load(str(folder), offline=True), prompts)
    return SentenceEncoder(
        str(model), _load(str(model), offline=Path(str(model)).is_dir()), prompts
    )


class SentenceEncoder:
    """An ``Encoder`` over a loaded sentence-transformers model."""

    def __init__(self, name: str, model: SentenceTransformer, prompts: Prompts) -> None:
        self._model = model
        query, passage = _prompts(name, model, prompts)
        self.info = ModelInfo(
            name=name,
            fingerprint=_fingerprint(model),
            dimension=int(model.get_embedding_dimension() or 0),
            max_tokens=int(model.max_seq_length or 512),
            query_prompt=query,
            passage_prompt=passage,
        )

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        """See ``Encoder``."""
        return self._encode([self.info.query_prompt + query for query in queries], None)

    def encode_passages(self, passages: Sequence[str], done: Done | None = None) -> Vector:
        """See ``Encoder``."""
        return self._encode([self.info.passage_prompt + passage for passage in passages], done)

    def fits(self, passages: Sequence[str]) -> list[bool]:
        """See ``Encoder``."""
        if not passages:
            return []
        texts = [self.info.passage_prompt + passage for passage in passages]
        ids = self._model.tokenizer(texts, truncation=False, verbose=False)["input_ids"]
        return [len(row) <= self.info.max_tokens for row in ids]

    def _encode(self, texts: list[str], done: Done | None) -> Vector:
        vectors = np.zeros((len(texts), self.info.dimension), np.float32)
        # Neighbours in length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            vectors[rows] = self._model.encode(
                [texts[i] for i in rows],
                prompt="",
                batch_size=_BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            if done:
                done(at + len(rows))
        return vectors


def _load(name_or_path: str, *, offline: bool) -> SentenceTransformer:
    # Set before the import: the hub client reads it once, and the bundled model needs no hub.
    if offline:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        return SentenceTransformer(
            name_or_path, device=None, local_files_only=offline, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        first_line = str(error).strip().split("\n")[0]
        raise ModelError(
            f"载入不了模型 {name_or_path}：{first_line}。"
            "请检查名称或路径（应为 sentence-transformers 模型），或不加 --model 用自带模型。"
        ) from error


def _prompts(name: str, model: SentenceTransformer, given: Prompts) -> tuple[str, str]:
    saved = {key: value for key, value in model.prompts.items() if value}
    known = next(
        (p for end, p in _KNOWN_QUERY_PROMPTS.items() if name.rstrip("/").endswith(end)), ""
    )
    query = given.query if given.query is not None else saved.get("query", known)
    saved_passage = saved.get("document") or saved.get("passage") or ""
    return query, given.passage if given.passage is not None else saved_passage


def _fingerprint(model: SentenceTransformer) -> str:
    """SHA-256 over the names, shapes and bytes of all weights."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        values = tensor.detach().cpu().float().contiguous().numpy()
        digest.update(f"{name}{values.shape}".encode())
        digest.update(memoryview(values).cast("B"))
    return digest.hexdigest()
