"""The order of passages: what the legs found, and what the reader says of the best of it.

The reader looks at a fixed number of windows, so that a question has a bounded cost; where the
first of the legs is far ahead, searching does not ask it. docs/decisions/0013 says what was
measured. A reranker of the user's choosing orders a fixed number of windows in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.searchable import SearchIndex
from index.simplified import simplified
from index.types import Span
from rag import fusion, retrieval
from rag.fusion import Rows, Scores
from rag.reader import Logits, Reader, Text
from rag.reranker import Reranker
from rag.retrieval import Pool
from rag.types import Leg

WINDOWS = 8  # that the reader looks at, at the most
RERANKED = 20  # that a reranker looks at
_AT_ONCE = 4
_TITLE_MAX = 100  # characters of a title that the reader is shown: a longer one leaves no text
_ENOUGH = 4.0  # log-odds of an answer in those read so far with which the others are left
# Standard deviations of the pool between the best passage and the next: then it is surely right.
SURE_LEAD = 1.0
# What a unit of the reader's log-odds adds to the fused score, and the odds that add nothing.
ODDS_WEIGHT, ODDS_FLOOR, ODDS_CEILING = 0.1, -10.0, 12.0


@dataclass(frozen=True, slots=True, eq=False)
class ReadWindow:
    """A window that the reader looked at: its row, its passage, its place in the document."""

    window: int
    chunk: int
    span: Span
    logits: Logits

    @property
    def odds(self) -> float:
        """Log-odds of the best answer in it against "no answer here"."""
        found = self.logits.best(Span(0, self.span.end - self.span.start))
        return found.odds if found else ODDS_FLOOR


@dataclass(frozen=True, slots=True, eq=False)
class Reranked:
    """What a reranker said of windows: their ``places`` in the pool, and a score each."""

    places: Rows
    scores: Scores


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage by its best window; a higher ``score`` is better, ``rank`` starts at 1.

    ``dense_rank`` and ``lexical_rank`` (None: no word in common) are its places in each leg;
    ``odds`` are the reader's log-odds (None: not read), ``relevance`` the score of a reranker.
    """

    row: int
    rank: int
    score: float
    dense_rank: int
    lexical_rank: int | None
    odds: float | None
    relevance: float | None = None

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


def read(
    index: SearchIndex,
    question: str,
    pool: Pool,
    reader: Reader,
    count: int = WINDOWS,
    reranked: Reranked | None = None,
) -> tuple[ReadWindow, ...]:
    """Let the reader look at the best windows of the pool, best first.

    ``count`` at the most: where the first hold a likely answer, the others are not read.
    """
    places = fusion.best(scores(pool, (), reranked), count)
    found: tuple[ReadWindow, ...] = ()
    for first in range(0, len(places), _AT_ONCE):
        found += _read(index, simplified(question), pool, reader, places[first : first + _AT_ONCE])
        if max(window.odds for window in found) >= _ENOUGH:
            break
    return found


def rerank(index: SearchIndex, question: str, pool: Pool, reranker: Reranker) -> Reranked:
    """Let a reranker score the best windows of the pool."""
    places = fusion.best(pool.fused, RERANKED)
    _, _, texts = _texts(index, pool, places)
    return Reranked(places, reranker.scores(simplified(question), texts))


def _texts(
    index: SearchIndex, pool: Pool, places: Rows
) -> tuple[list[int], list[Span], list[Text]]:
    """The passages, the spans and the texts of windows."""
    owners = [int(pool.chunks[at]) for at in places]
    spans = [retrieval.window_span(index, int(pool.windows[at])) for at in places]
    texts = [_shown(index, chunk, span) for chunk, span in zip(owners, spans, strict=True)]
    return owners, spans, texts


def _read(
    index: SearchIndex, question: str, pool: Pool, reader: Reader, places: Rows
) -> tuple[ReadWindow, ...]:
    owners, spans, texts = _texts(index, pool, places)
    return tuple(
        ReadWindow(int(pool.windows[at]), chunk, span, logits)
        for at, chunk, span, logits in zip(
            places, owners, spans, reader.read(question, texts), strict=True
        )
    )


def is_sure(pool: Pool) -> bool:
    """Whether the best passage of the legs is so far ahead that reading would not change it."""
    first = retrieval.best_of_each(pool.chunks, pool.fused)[:2]
    return len(first) < 2 or bool(pool.fused[first[0]] - pool.fused[first[1]] >= SURE_LEAD)


def scores(
    pool: Pool, read_windows: Sequence[ReadWindow], reranked: Reranked | None = None
) -> Scores:
    """Scores ``(windows,)`` of the pool, by the reader, or by a reranker where there was one.

    The reader's odds are added to the fused score. A reranker's scores are on a scale of their own:
    they are shifted above those of all windows that it has not seen.
    """
    if reranked is not None:
        total = pool.fused.copy()
        if len(reranked.places):
            lowest = reranked.scores.min()
            total[reranked.places] = reranked.scores - lowest + pool.fused.max()
        return total
    odds = {window.window: window.odds for window in read_windows}
    said = [odds.get(window, ODDS_FLOOR) for window in pool.windows.tolist()]
    clipped = np.clip(np.asarray(said, np.float32), ODDS_FLOOR, ODDS_CEILING)
    gained: Scores = np.float32(ODDS_WEIGHT) * (clipped - np.float32(ODDS_FLOOR))
    return pool.fused + gained


def passages(
    pool: Pool,
    read_windows: Sequence[ReadWindow],
    count: int,
    reranked: Reranked | None = None,
) -> tuple[RankedPassage, ...]:
    """The ``count`` best passages, best first."""
    total = scores(pool, read_windows, reranked)
    dense, lexical = (_ranks(pool.chunks, leg) for leg in (pool.dense, pool.lexical))
    said = set(pool.chunks[pool.said].tolist())
    odds = _highest((window.chunk, window.odds) for window in read_windows)
    relevance = _relevance(pool, reranked) if reranked else {}
    return tuple(
        RankedPassage(
            row=(row := int(pool.chunks[at])),
            rank=rank,
            score=float(total[at]),
            dense_rank=dense[row],
            lexical_rank=lexical[row] if row in said else None,
            odds=odds.get(row),
            relevance=relevance.get(row),
        )
        for rank, at in enumerate(retrieval.best_of_each(pool.chunks, total)[:count], 1)
    )


def _relevance(pool: Pool, reranked: Reranked) -> Mapping[int, float]:
    chunks = pool.chunks[reranked.places].tolist()
    return _highest(zip(chunks, reranked.scores.tolist(), strict=True))


def _highest(values: Iterable[tuple[int, float]]) -> Mapping[int, float]:
    """The highest value of each key."""
    highest: dict[int, float] = {}
    for key, value in values:
        highest[key] = max(value, highest.get(key, value))
    return highest


def _ranks(chunks: Rows, scores: Scores) -> Mapping[int, int]:
    order = retrieval.best_of_each(chunks, scores)
    return {int(chunks[at]): rank for rank, at in enumerate(order, 1)}


def _shown(index: SearchIndex, chunk: int, span: Span) -> Text:
    document = index.documents[int(index.chunk_document[chunk])]
    # As it was trained: offsets hold.
    return Text(simplified(document.title[:_TITLE_MAX]), simplified(span.of(document.text)))
