"""What became of each question of an evaluation, and the figures that this comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from rag import citation_evaluation, metrics, trust
from rag.beir import Query
from rag.citation_evaluation import IsGold
from rag.metrics import RankingScores
from rag.reports import AnswerReport, RefusalReport, RetrievalReport, TextScores
from rag.trust import Trusted

if TYPE_CHECKING:
    from rag.retrieval import DocumentScore, LegRankings
    from rag.types import Answer

FALSE_ANSWER_LIMIT = 0.05  # share of unanswerable questions, for ``coverage_at_limit``


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and what is measured of it."""

    answer: Answer

    @property
    def answered(self) -> bool:
        """Whether it is no refusal."""
        return self.answer.status != "no_evidence"

    @property
    def quotes(self) -> tuple[str, ...]:
        """The cited sentences."""
        return tuple(citation.quote for citation in self.answer.citations)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question that was asked; ``weak``: unanswerable by a weak label only."""

    query: Query
    weak: bool
    rankings: LegRankings | None
    given: Given | None  # None: only retrieval was measured

    @property
    def answerable(self) -> bool:
        """Whether the corpus should answer it."""
        return not self.weak and not self.query.unanswerable


def retrieval(
    outcomes: Sequence[Outcome], relevant: Mapping[str, Mapping[str, int]]
) -> RetrievalReport | None:
    """The rankings of each leg against the graded documents; None where there are none."""
    rankings = {o.query.id: o.rankings for o in outcomes if o.rankings is not None}
    if not rankings:
        return None
    judged = {query: relevant[query] for query in rankings}

    def scores(leg: Callable[[LegRankings], tuple[DocumentScore, ...]]) -> RankingScores:
        ids = {query: [d.document_id for d in leg(found)] for query, found in rankings.items()}
        return metrics.ranking_scores(judged, ids)

    return RetrievalReport(
        queries=len(judged),
        several=sum(len(grades) > 1 for grades in judged.values()),
        dense=scores(lambda found: found.dense),
        lexical=scores(lambda found: found.lexical),
        fused=scores(lambda found: found.fused),
        ranked=scores(lambda found: found.ranked),
    )


def answers(outcomes: Sequence[Outcome]) -> AnswerReport | None:
    """The answers against the gold strings; None where there are none."""
    asked = [
        (o.given, o.query.answers) for o in outcomes if o.given and o.answerable and o.query.answers
    ]
    if not asked:
        return None
    golds = [gold for _, gold in asked]
    supported = [
        any(metrics.contains_any(quote, gold) for quote in given.quotes)
        for given, gold in asked
        if given.answered
    ]
    return AnswerReport(
        queries=len(asked),
        answered=len(supported),
        short=_text_scores([given.answer.short for given, _ in asked], golds),
        evidence=_text_scores(["".join(given.quotes) for given, _ in asked], golds),
        evidence_recall=metrics.mean(supported),
    )


def _text_scores(given: Sequence[str], golds: Sequence[tuple[str, ...]]) -> TextScores:
    pairs = list(zip(given, golds, strict=True))
    return TextScores(
        given=sum(bool(text) for text in given),
        em=fmean(metrics.exact_match(text, gold) for text, gold in pairs),
        f1=fmean(metrics.f1(text, gold) for text, gold in pairs),
    )


def refusal(
    outcomes: Sequence[Outcome], relevant: Mapping[str, Mapping[str, int]]
) -> RefusalReport:
    """Answered and refused, by whether the corpus should answer."""
    yes = [o.given for o in outcomes if o.given and o.answerable]
    no = [o.given for o in outcomes if o.given and not o.answerable]
    sure, unsure = [g.answer.confidence for g in yes], [g.answer.confidence for g in no]
    return RefusalReport(
        answerable=len(yes),
        unanswerable=len(no),
        weak=sum(o.weak for o in outcomes if o.given),
        auroc=metrics.auroc(sure, unsure),
        coverage=metrics.mean([g.answered for g in yes]),
        false_refusals=metrics.mean([not g.answered for g in yes]),
        false_answers=metrics.mean([g.answered for g in no]),
        coverage_at_limit=metrics.coverage_at(sure, unsure, FALSE_ANSWER_LIMIT),
        curve=trust.risk_coverage(_trusted(outcomes, relevant), len(yes), len(no)),
    )


def _trusted(
    outcomes: Sequence[Outcome], relevant: Mapping[str, Mapping[str, int]]
) -> list[Trusted]:
    """The answers that were given, judged."""
    given = [(o, o.given.answer) for o in outcomes if o.given and o.given.answered]
    return [
        Trusted(
            confidence=answer.confidence,
            answerable=o.answerable,
            gold=o.answerable and any(map(_is_gold(o.query, relevant), answer.citations)),
        )
        for o, answer in given
    ]


def _is_gold(query: Query, relevant: Mapping[str, Mapping[str, int]]) -> IsGold:
    return citation_evaluation.gold(relevant.get(query.id, {}), query.answers)
