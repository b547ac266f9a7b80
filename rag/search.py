"""A question looked up in an index: the windows found for it, and what the reader says of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from index import tokens
from index.embedding import Encoder, Vector
from index.searchable import SearchIndex
from index.simplified import simplified
from rag import ranking, retrieval
from rag.ranking import RankedPassage, ReadWindow, Reranked
from rag.reader import Reader
from rag.reranker import Reranker
from rag.retrieval import LegRankings, Pool
from rag.scope import EVERYTHING, Catalogue, Scope, Selection
from rag.types import Covered


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A question with its vector (d,), the windows found, and those of them that were read.

    ``reranked`` is what a reranker said of them, where there is one.
    """

    question: str
    query: Vector
    pool: Pool
    windows: tuple[ReadWindow, ...]
    within: Scope
    reranked: Reranked | None = None

    def passages(self, count: int) -> tuple[RankedPassage, ...]:
        """The ``count`` best passages, best first."""
        return ranking.passages(self.pool, self.windows, count, self.reranked)


class Search:
    """Looks questions up in one index; safe to share between threads."""

    def __init__(
        self, index: SearchIndex, encoder: Encoder, reranker: Reranker | None = None
    ) -> None:
        self._index, self._encoder, self._reranker = index, encoder, reranker
        # Whoever asks why passages were found asks of what was just looked up, part by part.
        self.read = lru_cache(8)(self._look)
        self.selected = lru_cache(8)(self._select)  # a turn of the page asks for it many times

    def found(self, question: str, passages: int, within: Scope = EVERYTHING) -> Looked:
        """So many passages, where the scope has them; read unless the first is plain."""
        query, pool = self._find(question, passages, within)
        reranked = self._rerank(question, pool)
        settled = reranked is not None or ranking.is_sure(pool)
        windows = () if settled else self._read(question, pool)
        return Looked(question, query, pool, windows, within, reranked)

    def _look(self, question: str, passages: int, within: Scope = EVERYTHING) -> Looked:
        """As ``found``, read in any case."""
        query, pool = self._find(question, passages, within)
        reranked = self._rerank(question, pool)
        windows = self._read(question, pool, reranked)
        return Looked(question, query, pool, windows, within, reranked)

    def rank_documents(self, question: str, count: int) -> LegRankings:
        """The ``count`` best documents by each leg, by their fusion, and as ``found``."""
        looked = self.found(question, count)
        pool = looked.pool
        ranked = ranking.scores(pool, looked.windows, looked.reranked)
        legs = (pool.dense, pool.lexical, pool.fused, ranked)
        return LegRankings(*(retrieval.documents(self._index, pool, leg, count) for leg in legs))

    def covered(self, within: Scope) -> Covered:
        """How many documents are in the scope, and how many have no date to be judged by."""
        selection = self.selected(within)
        if selection is None:
            return Covered(len(self._index.documents), 0)
        return Covered(len(selection.rows), selection.undated)

    def offered(self, field: str, part: str) -> list[str]:
        """What a field of a scope may be given that ``part`` is in; see `Catalogue.offered`."""
        return self._catalogue.offered(field, part)

    def _select(self, within: Scope) -> Selection | None:
        """The documents in ``within``; None for all of them.

        Raises:
            InputError: there is none, or a date cannot be read.
        """
        return None if within == EVERYTHING else self._catalogue.select(within)

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self._index.documents)

    def _find(self, question: str, passages: int, within: Scope) -> tuple[Vector, Pool]:
        selection = self.selected(within)
        query = self._encoder.encode_queries([simplified(question)])[0]
        words = tokens.search_tokens(question)
        rows = None if selection is None else selection.rows
        return query, retrieval.find(self._index, query, words, passages, rows)

    def _rerank(self, question: str, pool: Pool) -> Reranked | None:
        if self._reranker is None:
            return None
        return ranking.rerank(self._index, question, pool, self._reranker)

    def _read(
        self, question: str, pool: Pool, reranked: Reranked | None = None
    ) -> tuple[ReadWindow, ...]:
        return ranking.read(self._index, question, pool, self.reader, reranked=reranked)

    @cached_property
    def reader(self) -> Reader:
        """Opened by the first question that needs it."""
        return Reader.load()
