"""Any sentence-transformers model as an encoder: the reference, and the way for other models."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from index.embedding import Done, Prompts, Vector, encodable
from index.errors import ModelError
from index.manifest import ModelInfo
from index.shared import Shared, files_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

T = TypeVar("T")

_BATCH = 16  # texts of similar length in one forward pass


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model in memory, which encoders with whatever prompts share; ``_fingerprint`` of it."""

    model: SentenceTransformer
    fingerprint: str

    @cached_property
    def counter(self) -> Any:
        """A tokenizer that never cuts: told to, the model's own would stop other threads' work."""
        return copy.deepcopy(self.model.tokenizer)


_models: Shared[tuple[object, ...], Loaded] = Shared()


class SentenceEncoder:
    """An ``Encoder`` over a loaded sentence-transformers model."""

    def __init__(self, name: str, loaded: Loaded, prompts: Prompts) -> None:
        self._loaded, self._model = loaded, loaded.model
        model = loaded.model
        query, passage = prompts.resolved(name, model.prompts)
        self.info = ModelInfo(
            name=name,
            fingerprint=loaded.fingerprint,
            dimension=int(model.get_embedding_dimension() or 0),
            max_tokens=int(model.max_seq_length or 512),
            query_prompt=query,
            passage_prompt=passage,
        )

    @classmethod
    def load(cls, name_or_path: str, prompts: Prompts) -> SentenceEncoder:
        """Load a folder, or a name from the hub's cache or the hub; once for all who use it.

        Raises:
            ModelError: there is no such model, or it is no sentence-transformers model.
        """
        key = (name_or_path, *files_of(Path(name_or_path)))
        return cls(name_or_path, _models.get(key, lambda: load(name_or_path)), prompts)

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
        texts = [encodable(self.info.passage_prompt + passage) for passage in passages]
        ids = self._loaded.counter(texts, truncation=False, verbose=False)["input_ids"]
        return [len(row) <= self.info.max_tokens for row in ids]

    def _encode(self, texts: list[str], done: Done | None) -> Vector:
        vectors = np.zeros((len(texts), self.info.dimension), np.float32)
        # Neighbours in length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            vectors[rows] = self._model.encode(
                [encodable(texts[i]) for i in rows],
                prompt="",
                batch_size=_BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            if done:
                done(at + len(rows))
        return vectors


def load(name_or_path: str) -> Loaded:
    """Read a model, whoever has it already; raises as ``SentenceEncoder.load``."""
    from sentence_transformers import SentenceTransformer

    remedy = "请检查名称或路径（应为 sentence-transformers 模型）；用自带模型：--model bundled"
    model = open_quietly(SentenceTransformer, name_or_path, "模型", remedy)
    # Sets how texts are cut: once, and not amid the work of threads.
    model.encode(["预热"], show_progress_bar=False)
    return Loaded(model, _fingerprint(model))


def open_quietly(kind: Callable[..., T], name_or_path: str, called: str, remedy: str) -> T:
    """A model of a class of sentence-transformers; no bars, and no code that it brings is run.

    Raises:
        ModelError: it cannot be loaded; the ``remedy`` is told.
    """
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    is_folder = Path(name_or_path).is_dir()
    try:
        return kind(name_or_path, local_files_only=is_folder, trust_remote_code=False)
    except Exception as error:  # a foreign file breaks a loader in any way it likes
        first_line = str(error).strip().split("\n")[0]
        raise ModelError(f"载入不了{called} {name_or_path}：{first_line}。{remedy}") from error


def _fingerprint(model: SentenceTransformer) -> str:
    """SHA-256 over the names, shapes and bytes of all weights in use."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        # BERT's own pooler is never used here, and is random where the checkpoint has none.
        if ".pooler." in name:
            continue
        values = tensor.detach().cpu().float().contiguous().numpy()
        digest.update(f"{name}{values.shape}".encode())
        digest.update(memoryview(values).cast("B"))
    return digest.hexdigest()
