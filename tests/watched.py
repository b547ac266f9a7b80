"""The real encoder, watched."""

from __future__ import annotations

from collections.abc import Sequence

from index.embedding import Done, Encoder, Vector
from index.errors import ModelError
from index.manifest import ModelInfo


class Watched:
    """The real encoder, noting what it embeds and fits; it dies at text ``dies_at``."""

    def __init__(self, encoder: Encoder, dies_at: int | None = None) -> None:
        self._encoder, self._dies_at = encoder, dies_at
        self.info: ModelInfo = encoder.info
        self.embedded: list[str] = []
        self.cut: list[str] = []

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        return self._encoder.encode_queries(queries)

    def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
        if self._dies_at is not None and len(self.embedded) + len(texts) > self._dies_at:
            raise ModelError("模型坏了")
        self.embedded += texts
        return self._encoder.encode_passages(texts, done)

    def fits(self, texts: Sequence[str]) -> list[bool]:
        self.cut += texts
        return self._encoder.fits(texts)
