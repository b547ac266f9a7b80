"""Measuring a library on questions with known answers: retrieval, answers, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from index.errors import InputError
from index.types import Progress
from rag import citation_evaluation, conversation, metrics
from rag.beir import BeirSet, Query, read_beir
from rag.citation_evaluation import Judged
from rag.metrics import RankingScores
from rag.reports import (
    STEP,
    AnswerReport,
    GeneratorReport,
    RefusalReport,
    Report,
    RetrievalReport,
    TextScores,
    as_json,
)
from rag.span_evaluation import evaluate_spans

if TYPE_CHECKING:
    from rag import Library
    from rag.retrieval import DocumentScore, LegRankings
    from rag.types import Answer

__all__ = ["Report", "as_json", "evaluate", "evaluate_spans"]

FALSE_ANSWER_LIMIT = 0.05  # share of unanswerable questions, for ``coverage_at_limit``


@dataclass(frozen=True, slots=True)
class _Task:
    query: Query
    weak: bool
    answer: bool


@dataclass(frozen=True, slots=True)
class _Given:
    answer: Answer

    @property
    def answered(self) -> bool:
        return self.answer.status != "no_evidence"

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(citation.quote for citation in self.answer.citations)


@dataclass(frozen=True, slots=True)
class _Outcome:
    query: Query
    weak: bool
    rankings: LegRankings | None
    given: _Given | None  # None: only retrieval was measured


def evaluate(
    library: Library,
    folder: str | Path,
    *,
    progress: Callable[[Progress], None] | None = None,
    limit: int | None = None,
    answers: int | None = None,
    llms: Sequence[str] = (),
) -> Report:
    """Measure ``library``, built from ``folder``'s corpus, on the questions of the folder.

    ``limit`` takes only the first so many questions of each file, and ``answers`` answers only
    so many of those (retrieval is measured on all). Follow-ups are asked with the turns before
    them. ``llms`` answer too, for ``generators`` of the report; all else is without a model.

    Raises:
        InputError: the folder is malformed (file and line are named), ``limit`` or ``answers``
            is below 1, or the index was not built from this corpus.
    """
    for bound in (limit, answers):
        if bound is not None and bound < 1:
            raise InputError(f"题数上限应至少为 1，现在是 {bound}")
    data = read_beir(Path(folder))
    _check_index(library, data, Path(folder))
    taken = [
        _Task(query, False, _first(i, answers)) for i, query in enumerate(data.queries[:limit])
    ]
    absent = data.out_of_corpus[:limit]
    taken += [_Task(query, True, _first(i, answers)) for i, query in enumerate(absent)]
    todo = [task for task in taken if task.query.text]
    outcomes: list[_Outcome] = []
    for done, task in enumerate(todo, 1):
        outcomes.append(_outcome(library, task, data.relevant))
        if progress:
            progress(Progress(STEP, done, len(todo)))
    return Report(
        name=data.name,
        model=library.info.model,
        documents=len(library.documents),
        passages=len(library.passages),
        questions=len(todo),
        blank=len(taken) - len(todo),
        follow_ups=sum(bool(task.query.history) for task in todo),
        limit=limit,
        answered_first=answers,
        retrieval=_retrieval(outcomes, data.relevant),
        answers=_answers(outcomes),
        refusal=_refusal(outcomes),
        generators=_generators(library, outcomes, data.relevant, llms),
    )


def _check_index(library: Library, data: BeirSet, folder: Path) -> None:
    named = {document for grades in data.relevant.values() for document in grades}
    missing = sorted(named - set(library.documents))
    if missing:
        raise InputError(
            f"索引里没有标注的 {len(missing)} 篇文档（如 {missing[0]!r}）：它不是由 {folder} 的"
            f"语料建成的。请运行 youju eval {folder}"
        )


def _first(number: int, bound: int | None) -> bool:
    return bound is None or number < bound


def _outcome(library: Library, task: _Task, relevant: Mapping[str, Mapping[str, int]]) -> _Outcome:
    query = task.query
    judged = not task.weak and not query.unanswerable and query.id in relevant
    try:
        standalone = conversation.complete(query.text, query.history)
        rankings = library.rank_documents(standalone) if judged else None
        answer = library.ask(query.text, query.history, "") if task.answer else None
    except InputError as error:
        raise InputError(f"问题 {query.id!r}：{error}") from error
    return _Outcome(query, task.weak, rankings, _Given(answer) if answer else None)


def _generators(
    library: Library,
    outcomes: Sequence[_Outcome],
    relevant: Mapping[str, Mapping[str, int]],
    llms: Sequence[str],
) -> tuple[GeneratorReport, ...]:
    asked = [(o, o.given.answer) for o in outcomes if o.given]
    reports = [citation_evaluation.report("", [_judged(*pair, relevant) for pair in asked])]
    for llm in llms:
        written = [(o, library.ask(o.query.text, o.query.history, llm)) for o, _ in asked]
        judged = [_judged(*pair, relevant) for pair in written]
        reports.append(citation_evaluation.report(llm, judged))
    return tuple(reports)


def _judged(o: _Outcome, answer: Answer, relevant: Mapping[str, Mapping[str, int]]) -> Judged:
    golds = o.query.answers
    is_gold = citation_evaluation.gold(relevant.get(o.query.id, {}), golds)
    return Judged(answer, is_gold, golds, _answerable(o))


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
        ranked=scores(lambda found: found.ranked),
    )


def _answers(outcomes: Sequence[_Outcome]) -> AnswerReport | None:
    asked = [
        (o.given, o.query.answers)
        for o in outcomes
        if o.given and _answerable(o) and o.query.answers
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


def _refusal(outcomes: Sequence[_Outcome]) -> RefusalReport:
    yes = [o.given for o in outcomes if o.given and _answerable(o)]
    no = [o.given for o in outcomes if o.given and not _answerable(o)]
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
    )


def _answerable(outcome: _Outcome) -> bool:
    return not outcome.weak and not outcome.query.unanswerable
