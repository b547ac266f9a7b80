"""From a question to scored passages: by meaning, by words, and both fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.searchable import SearchIndex
from rag import fusion
from rag.fusion import Rows, Scores
from rag.types import Leg

# Candidates that each leg puts into the pool over which scores are standardised.
POOL_DEPTH = 100
# Dense, words of the window, words of the whole document. docs/decisions/0003 says how chosen.
WEIGHTS = (0.2, 0.4, 0.4)


@dataclass(frozen=True, slots=True)
class LegScores:
    """Scores of every chunk ``(chunks,)``; a chunk has the score of its best window."""

    dense: Scores
    window_words: Scores
    document_words: Scores


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A chunk's row in the index, its fused score, and its rank in each leg (None: not found)."""

    row: int
    score: float
    dense_rank: int
    lexical_rank: int | None

    def found_by(self, depth: int) -> tuple[Leg, ...]:
        """Legs that have it among their first ``depth``; failing that, the leg that is nearest."""
        legs: list[Leg] = []
        if self.dense_rank <= depth:
            legs.append("dense")
        if self.lexical_rank is not None and self.lexical_rank <= depth:
            legs.append("lexical")
        if legs:
            return tuple(legs)
        lexical = self.lexical_rank is not None and self.lexical_rank < self.dense_rank
        return ("lexical",) if lexical else ("dense",)


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """A document with the score of its best passage; higher is better."""

    document_id: str
    score: float


@dataclass(frozen=True, slots=True)
class LegRankings:
    """The ranking of documents by each leg and by their fusion, best first."""

    dense: tuple[DocumentScore, ...]
    lexical: tuple[DocumentScore, ...]
    fused: tuple[DocumentScore, ...]


def leg_scores(
    index: SearchIndex, query: npt.NDArray[np.float32], tokens: Sequence[str]
) -> LegScores:
    """Score every chunk for a query vector ``(d,)`` and the question's search tokens."""
    return LegScores(
        dense=_best_window(index, index.vectors.scores(query)),
        window_words=_best_window(index, index.window_words.scores(tokens)),
        document_words=index.document_words.scores(tokens)[index.chunk_document],
    )


def retrieve(scores: LegScores, count: int) -> list[ScoredPassage]:
    """The ``count`` best chunks of the fused ranking, best first."""
    rows, fused = _fused(scores)
    lexical = _lexical(scores)
    dense_ranks, lexical_ranks = fusion.ranks(scores.dense), fusion.ranks(lexical)
    return [
        ScoredPassage(
            row=(row := int(rows[at])),
            score=float(fused[at]),
            dense_rank=int(dense_ranks[row]),
            lexical_rank=int(lexical_ranks[row]) if scores.window_words[row] > 0 else None,
        )
        for at in fusion.best(fused, count)
    ]


def rank_documents(index: SearchIndex, scores: LegScores, count: int) -> LegRankings:
    """Rank documents by each leg alone and fused."""
    rows, fused = _fused(scores)
    every = np.arange(len(scores.dense))
    return LegRankings(
        dense=_documents(index, every, scores.dense, count),
        lexical=_documents(index, every, _lexical(scores), count),
        fused=_documents(index, rows, fused, count),
    )


def _fused(scores: LegScores) -> tuple[Rows, Scores]:
    legs = (scores.dense, scores.window_words, scores.document_words)
    rows = fusion.pool(legs, POOL_DEPTH)
    return rows, fusion.weighted_sum([leg[rows] for leg in legs], WEIGHTS)


def _lexical(scores: LegScores) -> Scores:
    """The lexical leg by itself: words of the window and of the document alike."""
    return fusion.weighted_sum((scores.window_words, scores.document_words), (1.0, 1.0))


def _best_window(index: SearchIndex, scores: Scores) -> Scores:
    best = np.full(len(index.chunks), -np.inf, np.float32)
    np.maximum.at(best, index.window_chunk, scores)
    return best


def _documents(
    index: SearchIndex, rows: Rows, scores: Scores, count: int
) -> tuple[DocumentScore, ...]:
    best = np.full(len(index.documents), -np.inf, np.float32)
    np.maximum.at(best, index.chunk_document[rows], scores)
    return tuple(
        DocumentScore(index.documents[i].id, float(best[i]))
        for i in fusion.best(best, count)
        if np.isfinite(best[i])
    )
