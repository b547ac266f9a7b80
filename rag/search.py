"""A question looked up in an index: the windows found for it, and what the reader says of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from index import tokens
from index.embedding import Encoder, Vector
from index.searchable import SearchIndex
from index.simplified import simplified
from rag import ranking, retrieval
from rag.ranking import ReadWindow
from rag.reader import Reader
from rag.retrieval import Pool


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A question with its vector (d,), the windows found, and those of them that were read."""

    question: str
    query: Vector
    pool: Pool
    windows: tuple[ReadWindow, ...]


class Search:
    """Looks questions up in one index; safe to share between threads."""

    def __init__(self, index: SearchIndex, encoder: Encoder) -> None:
        self._index, self._encoder = index, encoder
        self._last: Looked | None = None

    def found(self, question: str, passages: int) -> Looked:
        """So many passages, where the index has them; read unless the first is plain."""
        query, pool = self._find(question, passages)
        windows = () if ranking.is_sure(pool) else self._read(question, pool)
        return Looked(question, query, pool, windows)

    def read(self, question: str, passages: int) -> Looked:
        """The same, read in any case."""
        # Whoever asks why passages were found asks of the question that was just answered.
        looked = self._last  # another thread may change it meanwhile
        if looked is None or looked.question != question:
            query, pool = self._find(question, passages)
            looked = Looked(question, query, pool, self._read(question, pool))
            self._last = looked
        return looked

    def _find(self, question: str, passages: int) -> tuple[Vector, Pool]:
        query = self._encoder.encode_queries([simplified(question)])[0]
        words = tokens.search_tokens(question)
        return query, retrieval.find(self._index, query, words, passages)

    def _read(self, question: str, pool: Pool) -> tuple[ReadWindow, ...]:
        return ranking.read(self._index, question, pool, self.reader)

    @cached_property
    def reader(self) -> Reader:
        """Opened by the first question that needs it."""
        return Reader.load()
