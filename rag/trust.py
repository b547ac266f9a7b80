"""How far `confidence` can be trusted, over the answers that were given: pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

_STEPS = 50  # points of the curve, one each 2% of coverage


@dataclass(frozen=True, slots=True)
class Trusted:
    """An answer that was given: its confidence, and what its labels say.

    ``answerable``: whether the corpus should answer it; ``gold``: whether it cites gold evidence,
    as `rag.citation_evaluation.gold` has it.
    """

    confidence: float
    answerable: bool
    gold: bool


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What comes of showing only answers with at least this ``confidence``.

    ``coverage``: the share of the answerable questions that are answered. ``risk``: the share of
    the answers that are false, their question unanswerable; None where a set has no such question.
    ``wrong``: the share of the answers that are false or cite no gold evidence.
    """

    confidence: float
    coverage: float
    risk: float | None
    wrong: float


def risk_coverage(
    answers: Sequence[Trusted], answerable: int, unanswerable: int
) -> tuple[RiskPoint, ...]:
    """The risk-coverage curve (El-Yaniv & Wiener, JMLR 2010), by rising coverage.

    The last point is what the system does without a stricter threshold; () of no answer.
    """
    if not answers:
        return ()
    sure = sorted((one.confidence for one in answers if one.answerable), reverse=True)
    needed = [math.ceil(step * answerable / _STEPS) for step in range(1, _STEPS + 1)]
    bounds = {sure[count - 1] for count in needed if 0 < count <= len(sure)}
    bounds.add(min(one.confidence for one in answers))

    def point(bound: float) -> RiskPoint:
        kept = [one for one in answers if one.confidence >= bound]
        return RiskPoint(
            confidence=bound,
            coverage=sum(one.answerable for one in kept) / answerable if answerable else 0.0,
            risk=fmean(not one.answerable for one in kept) if unanswerable else None,
            wrong=fmean(not one.gold for one in kept),
        )

    return tuple(point(bound) for bound in sorted(bounds, reverse=True))
