"""From a question to scored windows: by meaning, by words, and both fused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.searchable import SearchIndex
from index.types import Span
from rag import fusion
from rag.fusion import Rows, Scores

# Candidates that each leg puts into the pool over which scores are standardised.
POOL_WINDOWS, POOL_DOCUMENTS = 100, 50
_WINDOWS_A_PASSAGE = 3  # at the most, on the average
# Dense, words of the window, words of the whole document. docs/decisions/0003 says how chosen.
WEIGHTS = (0.3, 0.35, 0.35)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The candidate windows of a question, a row each; all arrays are ``(windows,)``.

    ``windows`` are rows of the index, ``chunks`` the passages that they are of. ``lexical`` is
    the leg of words by itself (of window and document alike), ``fused`` all legs together.
    ``said`` tells whether a window has any word of the question. ``searched`` counts the windows
    that they were chosen from.
    """

    windows: Rows
    chunks: Rows
    dense: Scores
    lexical: Scores
    fused: Scores
    said: npt.NDArray[np.bool_]
    searched: int


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """A document with the score of its best passage; higher is better."""

    document_id: str
    score: float


@dataclass(frozen=True, slots=True)
class LegRankings:
    """The ranking of documents by each leg, by their fusion, and after reading, best first."""

    dense: tuple[DocumentScore, ...]
    lexical: tuple[DocumentScore, ...]
    fused: tuple[DocumentScore, ...]
    ranked: tuple[DocumentScore, ...]


def find(
    index: SearchIndex,
    query: npt.NDArray[np.float32],
    tokens: Sequence[str],
    passages: int,
    within: Rows | None = None,
) -> Pool:
    """The windows that any leg has among its best, for a query vector ``(d,)`` and tokens.

    The pool is large enough for that many ``passages``, where the index has them. With
    ``within``, rising rows of documents, no leg looks at the windows of any other.
    """
    among = None if within is None else _windows_of(index, within)
    depth = max(POOL_WINDOWS, passages * _WINDOWS_A_PASSAGE)
    words = index.window_words.scores(tokens)
    in_documents = index.document_words.top(tokens, POOL_DOCUMENTS, within).rows
    legs = (
        index.vectors.search(query[np.newaxis], depth, among).ids[0],
        _best_of(words, depth, among),
        np.fromiter(_best_windows(index, words, in_documents), np.int64),
    )
    searched = len(words) if among is None else len(among)
    return _pool(index, query, tokens, words, np.unique(np.concatenate(legs)), searched)


def _pool(
    index: SearchIndex,
    query: npt.NDArray[np.float32],
    tokens: Sequence[str],
    words: Scores,
    windows: Rows,
    searched: int,
) -> Pool:
    """``windows`` with their scores; ``words`` are the scores of all windows of the index."""
    chunks = index.window_chunk[windows]
    dense = index.vectors.scores_at(query, windows)
    window = words[windows]
    document = index.document_words.scores_at(tokens, index.chunk_document[chunks])
    return Pool(
        windows=windows,
        chunks=chunks,
        dense=dense,
        lexical=fusion.weighted_sum((window, document), (1.0, 1.0)),
        fused=fusion.weighted_sum((dense, window, document), WEIGHTS),
        said=window > 0,
        searched=searched,
    )


def best_of_each(keys: Rows, scores: Scores) -> Rows:
    """Places of the best-scored row of each key, best first; ties in row order."""
    order = np.argsort(-scores, kind="stable")
    _, first = np.unique(keys[order], return_index=True)
    return order[np.sort(first)]


def documents(
    index: SearchIndex, pool: Pool, scores: Scores, count: int
) -> tuple[DocumentScore, ...]:
    """The ``count`` best documents of a pool by ``scores`` (windows,) of it."""
    owners = index.chunk_document[pool.chunks]
    return tuple(
        DocumentScore(index.documents[int(owners[at])].id, float(scores[at]))
        for at in best_of_each(owners, scores)[:count]
    )


def window_span(index: SearchIndex, window: int) -> Span:
    """Where a window stands in its document."""
    chunk = int(index.window_chunk[window])
    first = int(np.searchsorted(index.window_chunk, chunk))
    return index.chunks[chunk].windows[window - first]


def _windows_of(index: SearchIndex, documents: Rows) -> Rows:
    chosen = np.zeros(len(index.documents), np.bool_)
    chosen[documents] = True
    return np.flatnonzero(chosen[index.chunk_document[index.window_chunk]])


def _best_of(scores: Scores, count: int, among: Rows | None) -> Rows:
    if among is None:
        return fusion.best(scores, count)
    return among[fusion.best(scores[among], count)]


def _best_windows(index: SearchIndex, words: Scores, documents: Rows) -> Iterator[int]:
    """The window of each document with the most of the words."""
    for number in documents:
        # Windows stand in the order of their passages, and those in that of their documents.
        chunks = np.searchsorted(index.chunk_document, (number, number + 1))
        first, last = np.searchsorted(index.window_chunk, chunks)
        if last > first:
            yield int(first + np.argmax(words[first:last]))
