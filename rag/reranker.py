"""A reranker of the user's choosing: any sentence-transformers ``CrossEncoder``."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.embedding import encodable
from index.errors import ModelError
from index.sentence_encoder import open_quietly
from index.shared import Shared, files_of
from rag.fusion import Scores
from rag.reader import Text

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH = 8  # pairs in one forward pass


class Reranker(Protocol):
    """Something that scores texts by how well they answer a question."""

    @property
    def name(self) -> str:
        """What the model is called, for people."""

    def scores(self, question: str, texts: Sequence[Text]) -> Scores:
        """A score each, float32 (texts,), on the model's own scale; higher is better."""


@dataclass(frozen=True, eq=False)
class _Loaded:
    """A model in memory; its tokenizer can serve one thread at a time."""

    model: CrossEncoder
    turn: threading.Lock


_models: Shared[tuple[object, ...], _Loaded] = Shared()


class CrossEncoderReranker:
    """A ``Reranker`` over a sentence-transformers model with one output a pair."""

    def __init__(self, name: str, loaded: _Loaded) -> None:
        self.name, self._loaded = name, loaded

    @classmethod
    def load(cls, name_or_path: str) -> CrossEncoderReranker:
        """Load a folder, or a name from the hub's cache or the hub; once for all who use it.

        Raises:
            ModelError: there is no such model, or it gives more than one score a pair.
        """
        key = (name_or_path, *files_of(Path(name_or_path)))
        return cls(name_or_path, _models.get(key, lambda: _load(name_or_path)))

    def scores(self, question: str, texts: Sequence[Text]) -> Scores:
        """See ``Reranker``: the logits, without the sigmoid that some models put on them."""
        from torch.nn import Identity

        pairs = [
            (encodable(question), encodable(f"{t.context}\n{t.text}" if t.context else t.text))
            for t in texts
        ]
        with self._loaded.turn:
            logits = self._loaded.model.predict(
                pairs, batch_size=_BATCH, show_progress_bar=False, activation_fn=Identity()
            )
        return np.asarray(logits, np.float32)


def named(name_or_path: str | None) -> Reranker | None:
    """The reranker of a name or path; None for none.

    Raises:
        ModelError: as ``CrossEncoderReranker.load``.
    """
    return CrossEncoderReranker.load(name_or_path) if name_or_path else None


def _load(name_or_path: str) -> _Loaded:
    from sentence_transformers import CrossEncoder

    remedy = "请检查名称或路径（应为 sentence-transformers 的 CrossEncoder），或不加 --reranker。"
    model = open_quietly(CrossEncoder, name_or_path, "重排模型", remedy)
    if model.num_labels != 1:
        raise ModelError(
            f"重排模型 {name_or_path} 给每对文本打 {model.num_labels} 个分，应只打一个。"
            "请换一个给相关性打分的模型，例如 BAAI/bge-reranker-v2-m3，或不加 --reranker。"
        )
    return _Loaded(model, threading.Lock())
