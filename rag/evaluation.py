"""Measuring a library on questions with known answers: retrieval, answers, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InputError
from index.types import Progress
from rag import citation_evaluation, conversation, outcomes
from rag.beir import BeirSet, Query, read_beir
from rag.citation_evaluation import Judged
from rag.outcomes import Given, Outcome
from rag.reports import STEP, GeneratorReport, Report, as_json
from rag.span_evaluation import evaluate_spans

if TYPE_CHECKING:
    from rag import Library
    from rag.types import Answer

__all__ = ["Report", "as_json", "evaluate", "evaluate_spans"]


@dataclass(frozen=True, slots=True)
class _Task:
    query: Query
    weak: bool
    answer: bool


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
    tasks = _tasks(data, limit, answers)
    asked = _ask(library, [task for task in tasks if task.query.text], data.relevant, progress)
    generators = _generators(library, asked, data.relevant, llms)
    blank = len(tasks) - len(asked)
    return _report(library, data, asked, generators, blank, limit, answers)


def _report(
    library: Library,
    data: BeirSet,
    asked: Sequence[Outcome],
    generators: tuple[GeneratorReport, ...],
    blank: int,
    limit: int | None,
    answered_first: int | None,
) -> Report:
    return Report(
        name=data.name,
        model=library.info.model,
        documents=len(library.documents),
        passages=len(library.passages),
        questions=len(asked),
        blank=blank,
        follow_ups=sum(bool(o.query.history) for o in asked),
        limit=limit,
        answered_first=answered_first,
        retrieval=outcomes.retrieval(asked, data.relevant),
        answers=outcomes.answers(asked, data.relevant),
        refusal=outcomes.refusal(asked, data.relevant),
        generators=generators,
    )


def _tasks(data: BeirSet, limit: int | None, answers: int | None) -> list[_Task]:
    """The first so many questions of each file; the first so many of those are answered."""
    files = ((data.queries, False), (data.out_of_corpus, True))
    return [
        _Task(query, weak, answers is None or number < answers)
        for queries, weak in files
        for number, query in enumerate(queries[:limit])
    ]


def _check_index(library: Library, data: BeirSet, folder: Path) -> None:
    named = {document for grades in data.relevant.values() for document in grades}
    missing = sorted(named - set(library.documents))
    if missing:
        raise InputError(
            f"索引里没有标注的 {len(missing)} 篇文档（如 {missing[0]!r}）：它不是由 {folder} 的"
            f"语料建成的。请运行 youju eval {folder}"
        )


def _ask(
    library: Library,
    tasks: Sequence[_Task],
    relevant: Mapping[str, Mapping[str, int]],
    progress: Callable[[Progress], None] | None,
) -> list[Outcome]:
    asked: list[Outcome] = []
    for done, task in enumerate(tasks, 1):
        asked.append(_outcome(library, task, relevant))
        if progress:
            progress(Progress(STEP, done, len(tasks)))
    return asked


def _outcome(library: Library, task: _Task, relevant: Mapping[str, Mapping[str, int]]) -> Outcome:
    query = task.query
    judged = not task.weak and not query.unanswerable and query.id in relevant
    try:
        standalone = conversation.complete(query.text, query.history)
        rankings = library.rank_documents(standalone) if judged else None
        answer = library.ask(query.text, query.history, "") if task.answer else None
    except InputError as error:
        raise InputError(f"问题 {query.id!r}：{error}") from error
    return Outcome(query, task.weak, rankings, Given(answer) if answer else None)


def _generators(
    library: Library,
    asked: Sequence[Outcome],
    relevant: Mapping[str, Mapping[str, int]],
    llms: Sequence[str],
) -> tuple[GeneratorReport, ...]:
    extracts = [(o, o.given.answer) for o in asked if o.given]
    reports = [citation_evaluation.report("", [_judged(*pair, relevant) for pair in extracts])]
    for llm in llms:
        written = [(o, library.ask(o.query.text, o.query.history, llm)) for o, _ in extracts]
        judged = [_judged(*pair, relevant) for pair in written]
        reports.append(citation_evaluation.report(llm, judged))
    return tuple(reports)


def _judged(o: Outcome, answer: Answer, relevant: Mapping[str, Mapping[str, int]]) -> Judged:
    golds = o.query.answers
    is_gold = citation_evaluation.gold(relevant.get(o.query.id, {}), golds)
    return Judged(answer, is_gold, golds, o.answerable)
