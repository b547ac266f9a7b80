"""From logits to spans and scores (NumPy only)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
SPAN_TOKENS_MAX = 40


@dataclass(frozen=True, slots=True)
class BestSpan:
    """Tokens ``first..last`` (inclusive); ``score`` is the span's logit minus the null logit."""

    first: int
    last: int
    score: float


def best_span(
    starts: Floats, ends: Floats, first: int, tokens_max: int = SPAN_TOKENS_MAX
) -> BestSpan:
    """The best valid span from position ``first`` on, against "no answer" at position 0.

    ``starts`` and ``ends`` are float32 ``(tokens,)`` logits of one window. The score is that
    of Devlin et al. (2019), section 4.3: max over i <= j of s_i + e_j, minus s_0 + e_0.
    """
    null = float(starts[0] + ends[0])
    if first >= len(starts):
        return BestSpan(0, 0, -np.inf)
    sums = starts[first:, None] + ends[None, first:]
    allowed = np.triu(np.ones(sums.shape, bool)) & ~np.triu(np.ones(sums.shape, bool), tokens_max)
    best = int(np.argmax(np.where(allowed, sums, -np.inf)))
    row, column = divmod(best, sums.shape[1])
    return BestSpan(first + row, first + column, float(sums[row, column]) - null)
