"""Fusing legs whose scores are on different scales: pure functions over arrays.

Rank fusion throws the distances between scores away and lost to BM25 alone on official
texts. Here each leg's scores are standardised over the pooled candidates and added with
weights (Fox & Shaw 1994, CombSUM; z-score normalisation as in Montague & Aslam 2001).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def pool(legs: Sequence[Scores], depth: int) -> Rows:
    """Rows (ascending) that are among the ``depth`` best of any leg, each leg ``(n,)``."""
    return np.unique(np.concatenate([best(leg, depth) for leg in legs]))


def best(scores: Scores, count: int) -> Rows:
    """Rows of the ``count`` highest scores, best first; ties in row order."""
    if count < len(scores):
        cut = np.partition(scores, -count)[-count]
        rows = np.flatnonzero(scores >= cut)
    else:
        rows = np.arange(len(scores))
    return rows[np.argsort(-scores[rows], kind="stable")][:count]


def weighted_sum(legs: Sequence[Scores], weights: Sequence[float]) -> Scores:
    """Sum of the standardised legs ``(n,)``; a leg without differences adds nothing."""
    total = np.zeros(len(legs[0]), np.float32)
    for leg, weight in zip(legs, weights, strict=True):
        total += np.float32(weight) * standardised(leg)
    return total


def standardised(scores: Scores) -> Scores:
    """Scores with mean 0 and deviation 1; all 0 where they do not differ."""
    spread = float(scores.std()) if len(scores) else 0.0
    if spread < 1e-6:
        return np.zeros(len(scores), np.float32)
    centred: Scores = scores - scores.mean()
    return centred / np.float32(spread)


def ranks(scores: Scores) -> Rows:
    """Each row's rank from 1, highest score first; ties in row order."""
    order = np.argsort(-scores, kind="stable")
    places = np.empty(len(scores), np.int64)
    places[order] = np.arange(1, len(scores) + 1)
    return places
