"""Measuring a library on questions with known answers: retrieval, answers, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from index.errors import InputError
from index.types import Progress
from rag import metrics
from rag.beir import BeirSet, Query, read_beir
from rag.metrics import RankingScores
from rag.reports import AnswerReport, RefusalReport, Report, RetrievalReport, TextScores, as_json
from rag.span_evaluation import evaluate_spans

if TYPE_CHECKING:
    from rag import Library
    from rag.retrieval import DocumentScore, LegRankings
    from rag.types import Answer

__all__ = ["Report", "as_json", "evaluate", "evaluate_spans"]

STEP = "评测"
FALSE_ANSWER_LIMIT = 0.05  # share of unanswerable questions, for ``coverage_at_limit``


@dataclass(frozen=True, slots=True)
class _Outcome:
    query: Query
    weak: bool
    answered: bool
    confidence: float
    short: str
    quotes: tuple[str, ...]
    rankings: LegRankings | None


def evaluate(
    library: Library,
    folder: str | Path,
    *,
    progress: Callable[[Progress], None] | None = None,
    limit: int | None = None,
) -> Report:
    """Measure ``library``, built from ``folder``'s corpus, on the questions of the folder.

    ``limit`` takes only the first so many questions of each file. Every question is asked
    by itself, without earlier turns.

    Raises:
        InputError: the folder is malformed (file and line are named), ``limit`` is below 1,
            or the index was not built from this corpus.
    """
    if limit is not None and limit < 1:
        raise InputError(f"题数上限应至少为 1，现在是 {limit}")
    data = read_beir(Path(folder))
    _check_index(library, data, Path(folder))
    taken = [(query, False) for query in data.queries[:limit]]
    taken += [(query, True) for query in data.out_of_corpus[:limit]]
    todo = [(query, weak) for query, weak in taken if query.text]
    outcomes: list[_Outcome] = []
    for done, (query, weak) in enumerate(todo, 1):
        judged = not weak and not query.unanswerable and query.id in data.relevant
        outcomes.append(_outcome(library, query, weak=weak, judged=judged))
        if progress:
            progress(Progress(STEP, done, len(todo)))
    return Report(
        name=data.name,
        model=library.info.model,
        documents=len(library.documents),
        passages=len(library.passages),
        questions=len(todo),
        blank=len(taken) - len(todo),
        follow_ups=sum(query.follow_up for query, _ in todo),
        limit=limit,
        retrieval=_retrieval(outcomes, data.relevant),
        answers=_answers(outcomes),
        refusal=_refusal(outcomes),
    )


def _check_index(library: Library, data: BeirSet, folder: Path) -> None:
    named = {document for grades in data.relevant.values() for document in grades}
    missing = sorted(named - set(library.documents))
    if missing:
        raise InputError(
            f"索引里没有标注的 {len(missing)} 篇文档（如 {missing[0]!r}）：它不是由 {folder} 的"
            f"语料建成的。请运行 youju eval {folder}"
        )


def _outcome(library: Library, query: Query, *, weak: bool, judged: bool) -> _Outcome:
    try:
        rankings = library.rank_documents(query.text) if judged else None
        answer: Answer = library.ask(query.text)
    except InputError as error:
        raise InputError(f"问题 {query.id!r}：{error}") from error
    return _Outcome(
        query=query,
        weak=weak,
        answered=answer.status != "no_evidence",
        confidence=answer.confidence,
        short=answer.short,
        quotes=tuple(citation.quote for citation in answer.citations),
        rankings=rankings,
    )


def _retrieval(
    outcomes: Sequence[_Outcome], relevant: Mapping[str, Mapping[str, int]]
) -> RetrievalReport | None:
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
    )


def _answers(outcomes: Sequence[_Outcome]) -> AnswerReport | None:
    asked = [o for o in outcomes if _answerable(o) and o.query.answers]
    if not asked:
        return None
    golds = [o.query.answers for o in asked]
    supported = [
        any(metrics.contains_any(quote, o.query.answers) for quote in o.quotes)
        for o in asked
        if o.answered
    ]
    return AnswerReport(
        queries=len(asked),
        answered=len(supported),
        short=_text_scores([o.short for o in asked], golds),
        evidence=_text_scores(["".join(o.quotes) for o in asked], golds),
        evidence_recall=_share(supported),
    )


def _text_scores(given: Sequence[str], golds: Sequence[tuple[str, ...]]) -> TextScores:
    pairs = list(zip(given, golds, strict=True))
    return TextScores(
        given=sum(bool(text) for text in given),
        em=fmean(metrics.exact_match(text, gold) for text, gold in pairs),
        f1=fmean(metrics.f1(text, gold) for text, gold in pairs),
    )


def _refusal(outcomes: Sequence[_Outcome]) -> RefusalReport:
    yes = [o for o in outcomes if _answerable(o)]
    no = [o for o in outcomes if not _answerable(o)]
    sure, unsure = [o.confidence for o in yes], [o.confidence for o in no]
    return RefusalReport(
        answerable=len(yes),
        unanswerable=len(no),
        weak=sum(o.weak for o in no),
        auroc=metrics.auroc(sure, unsure),
        coverage=_share([o.answered for o in yes]),
        false_refusals=_share([not o.answered for o in yes]),
        false_answers=_share([o.answered for o in no]),
        coverage_at_limit=metrics.coverage_at(sure, unsure, FALSE_ANSWER_LIMIT),
    )


def _answerable(outcome: _Outcome) -> bool:
    return not outcome.weak and not outcome.query.unanswerable


def _share(flags: Sequence[bool]) -> float | None:
    return fmean(flags) if flags else None
