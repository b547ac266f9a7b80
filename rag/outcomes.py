"""What became of each question of an evaluation, and the figures that this comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from rag import citation_evaluation, metrics, trust
from rag.beir import Query
from rag.metrics import RankingScores
from rag.reports import AnswerReport, RefusalReport, RetrievalReport, TextScores
from rag.trust import Evidence, Trusted

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


def answers(
    outcomes: Sequence[Outcome], relevant: Mapping[str, Mapping[str, int]]
) -> AnswerReport | None:
    """The answers against the gold strings; None where there are none."""
    asked = [
        (o.given, o.query.answers) for o in outcomes if o.given and o.answerable and o.query.answers
    ]
    if not asked:
        return None
    golds = [gold for _, gold in asked]
    supported = [_holds(given, gold) for given, gold in asked if given.answered]
    judged = [o for o in outcomes if o.query.answers or not o.answerable]
    return AnswerReport(
        queries=len(asked),
        answered=len(supported),
        short=_text_scores([given.answer.short for given, _ in asked], golds),
        evidence=_text_scores(["".join(given.quotes) for given, _ in asked], golds),
        evidence_recall=metrics.mean(supported),
        reliability=trust.reliability(_trusted(judged, relevant)),
    )


def _holds(given: Given, golds: Sequence[str]) -> bool:
    return any(metrics.contains_any(quote, golds) for quote in given.quotes)


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
    return [
        Trusted(o.given.answer.confidence, o.answerable, _evidence(o, o.given, relevant))
        for o in outcomes
        if o.given and o.given.answered
    ]


def _evidence(o: Outcome, given: Given, relevant: Mapping[str, Mapping[str, int]]) -> Evidence:
    if not o.answerable:
        return Evidence(0.0, 0.0, 0.0)
    documents, golds, cited = relevant.get(o.query.id, {}), o.query.answers, given.answer.citations
    return Evidence(
        holds=float(_holds(given, golds)),
        gold=float(any(map(citation_evaluation.gold(documents, golds), cited))),
        document=float(any(citation.document_id in documents for citation in cited)),
    )
