"""How far `confidence` can be trusted, over the answers that were given: pure functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

_STEPS = 50  # points of the curve, one each 2% of coverage
_BINS = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """A share (or 1.0 and 0.0) by three readings of the labels; false answers are 0 in each.

    A cited sentence ``holds`` a gold string; is ``gold`` evidence as `rag.citation_evaluation.gold`
    has it, which takes a part of a long gold string as well (the confidence is fitted to this);
    is of a gold ``document``.
    """

    holds: float
    gold: float
    document: float


@dataclass(frozen=True, slots=True)
class Trusted:
    """An answer that was given; ``answerable``: whether the corpus should answer the question."""

    confidence: float
    answerable: bool
    evidence: Evidence


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


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers with a confidence from ``low`` to below ``high`` (1 is in the last bin).

    ``confidence`` is their mean, ``right`` the shares whose evidence is; None without answers.
    """

    low: float
    high: float
    answers: int
    confidence: float | None
    right: Evidence | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """Whether of answers with a confidence of p a share of p is right, by each reading.

    ``brier``: the mean squared difference. ``ece``: the mean difference of a bin's confidence and
    its share, by the answers in it (Guo et al. 2017).
    """

    bins: tuple[ReliabilityBin, ...]
    brier: Evidence
    ece: Evidence


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
            wrong=fmean(1 - one.evidence.gold for one in kept),
        )

    return tuple(point(bound) for bound in sorted(bounds, reverse=True))


def reliability(answers: Sequence[Trusted]) -> Reliability | None:
    """Confidence against the labels in bins of one width; None without answers."""
    if not answers:
        return None
    binned = [[one for one in answers if _bin(one) == number] for number in range(_BINS)]
    return Reliability(
        bins=tuple(_reliability_bin(number, kept) for number, kept in enumerate(binned)),
        brier=_by_reading(
            lambda right: fmean((one.confidence - right(one.evidence)) ** 2 for one in answers)
        ),
        ece=_by_reading(
            lambda right: (
                sum(abs(sum(one.confidence - right(one.evidence) for one in b)) for b in binned)
                / len(answers)
            )
        ),
    )


def _bin(answer: Trusted) -> int:
    return min(int(answer.confidence * _BINS), _BINS - 1)


def _reliability_bin(number: int, kept: Sequence[Trusted]) -> ReliabilityBin:
    return ReliabilityBin(
        low=number / _BINS,
        high=(number + 1) / _BINS,
        answers=len(kept),
        confidence=fmean(one.confidence for one in kept) if kept else None,
        right=_by_reading(lambda right: fmean(right(a.evidence) for a in kept)) if kept else None,
    )


def _by_reading(figure: Callable[[Callable[[Evidence], float]], float]) -> Evidence:
    return Evidence(
        holds=figure(lambda evidence: evidence.holds),
        gold=figure(lambda evidence: evidence.gold),
        document=figure(lambda evidence: evidence.document),
    )
