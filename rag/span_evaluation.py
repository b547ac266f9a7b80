"""Measuring a library on questions labelled with the exact sentences that answer them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from index.errors import InputError
from index.types import Document, Progress, Span
from rag import citation_evaluation, metrics
from rag.beir import Row, read_rows
from rag.citation_evaluation import Judged
from rag.reports import STEP, GeneratorReport, SpanReport, SpanRow, TextScores

if TYPE_CHECKING:
    from rag import Library
    from rag.types import Answer, Citation

LIST = "list"  # questions whose answer is several sentences, all of them wanted


@dataclass(frozen=True, slots=True)
class _Labelled:
    id: str
    text: str
    type: str
    answers: tuple[str, ...]
    unanswerable: bool
    document_id: str
    evidence: tuple[Span, ...]

    def is_gold(self, cited: Citation) -> bool:
        """Whether a citation is one of the labelled sentences."""
        span = Span(cited.start, cited.end)
        same = cited.document_id == self.document_id
        return same and any(overlaps(span, gold) for gold in self.evidence)


def evaluate_spans(
    library: Library,
    questions_file: str | Path,
    *,
    progress: Callable[[Progress], None] | None = None,
    limit: int | None = None,
    llms: Sequence[str] = (),
) -> SpanReport:
    """Measure ``library`` on a JSON-lines file of questions with gold offsets.

    A line has ``_id``, ``text``, ``type``, ``answers`` (strings) and ``evidence`` (pairs of
    offsets of sentences in the document's text), or ``unanswerable: true``. Of type "list",
    all answers and sentences are wanted; of any other type, one of them. ``document_id`` may
    be left out where the library holds one document. ``limit`` takes only the first so many
    questions. ``llms`` answer the same questions, for ``generators`` of the report; all else is
    without a language model.

    Raises:
        InputError: a line is malformed or does not fit the library's documents, or ``limit`` is
            below 1.
    """
    if limit is not None and limit < 1:
        raise InputError(f"题数上限应至少为 1，现在是 {limit}")
    path = Path(questions_file)
    questions = _read(path, library.documents)[:limit]
    tell = progress or (lambda _: None)
    extracts = list(_asked(library, questions, "", STEP, tell))
    rows = [_row(*pair) for pair in zip(questions, extracts, strict=True)]
    generators = [_generator("", questions, extracts)]
    for llm in llms:
        written = list(_asked(library, questions, llm, f"{STEP} {Path(llm).name}", tell))
        generators.append(_generator(llm, questions, written))
    return replace(_report(path.name, library.info.model, rows, generators), limit=limit)


def _asked(
    library: Library,
    questions: Sequence[_Labelled],
    llm: str,
    step: str,
    progress: Callable[[Progress], None],
) -> Iterator[Answer]:
    for done, question in enumerate(questions, 1):
        yield library.ask(question.text, (), llm)
        progress(Progress(step, done, len(questions)))


def _generator(
    name: str, questions: Sequence[_Labelled], answers: Sequence[Answer]
) -> GeneratorReport:
    judged = [
        Judged(answer, question.is_gold, question.answers, not question.unanswerable)
        for question, answer in zip(questions, answers, strict=True)
    ]
    return citation_evaluation.report(name, judged)


def overlaps(cited: Span, gold: Span) -> bool:
    """Whether they share at least half of ``cited`` or half of ``gold``."""
    shared = min(cited.end, gold.end) - max(cited.start, gold.start)
    return shared > 0 and 2 * shared >= min(cited.end - cited.start, gold.end - gold.start)


def _report(
    name: str, model: str, rows: Sequence[SpanRow], generators: Sequence[GeneratorReport]
) -> SpanReport:
    yes = [row for row in rows if not row.unanswerable]
    no = [row for row in rows if row.unanswerable]
    return SpanReport(
        name=name,
        model=model,
        answerable=len(yes),
        unanswerable=len(no),
        evidence_right=metrics.mean([row.right for row in yes]),
        list_recall=metrics.mean([r.evidence_recall for r in yes if r.evidence_recall is not None]),
        false_refusals=metrics.mean([not row.answered for row in yes]),
        refusals_right=metrics.mean([row.right for row in no]),
        short=_short_scores(yes),
        rows=tuple(rows),
        generators=tuple(generators),
    )


def _short_scores(rows: Sequence[SpanRow]) -> TextScores | None:
    scored = [row for row in rows if row.short_f1 is not None]
    if not scored:
        return None
    return TextScores(
        given=sum(bool(row.short) for row in scored),
        em=fmean(bool(row.short_em) for row in scored),
        f1=fmean(row.short_f1 or 0.0 for row in scored),
    )


def _row(question: _Labelled, answer: Answer) -> SpanRow:
    cited = [
        Span(citation.start, citation.end)
        for citation in answer.citations
        if citation.document_id == question.document_id
    ]
    found = [any(overlaps(span, gold) for span in cited) for gold in question.evidence]
    one_answer = bool(question.answers) and question.type != LIST and not question.unanswerable
    return SpanRow(
        id=question.id,
        type=question.type,
        text=question.text,
        unanswerable=question.unanswerable,
        answered=answer.status != "no_evidence",
        confidence=answer.confidence,
        evidence_right=None if question.unanswerable else any(found),
        evidence_recall=fmean(found) if found and question.type == LIST else None,
        short=answer.short,
        short_em=metrics.exact_match(answer.short, question.answers) if one_answer else None,
        short_f1=metrics.f1(answer.short, question.answers) if one_answer else None,
    )


def _read(path: Path, documents: Mapping[str, Document]) -> tuple[_Labelled, ...]:
    questions: dict[str, _Labelled] = {}
    for row in read_rows(path):
        question = _labelled(row, documents)
        if question.id in questions:
            raise InputError(f"{row.where}：_id {question.id!r} 在前面出现过。每题的 _id 应唯一")
        questions[question.id] = question
    if not questions:
        raise InputError(f"{path}：没有问题")
    return tuple(questions.values())


def _labelled(row: Row, documents: Mapping[str, Document]) -> _Labelled:
    unanswerable = row.flag("unanswerable")
    document_id = "" if unanswerable else _document_id(row, documents)
    return _Labelled(
        id=row.text("_id"),
        text=row.text("text"),
        type=row.text("type"),
        answers=row.texts("answers"),
        unanswerable=unanswerable,
        document_id=document_id,
        evidence=() if unanswerable else _evidence(row, documents[document_id]),
    )


def _document_id(row: Row, documents: Mapping[str, Document]) -> str:
    if "document_id" not in row.fields and len(documents) == 1:
        return next(iter(documents))
    if "document_id" not in row.fields:
        raise InputError(
            f"{row.where}：索引里有 {len(documents)} 篇文档，请用 document_id 写明是哪一篇"
        )
    document_id = row.text("document_id")
    if document_id not in documents:
        raise InputError(
            f"{row.where}：索引里没有文档 {document_id!r}。请改正编号，或用 youju index 重建索引"
        )
    return document_id


def _evidence(row: Row, document: Document) -> tuple[Span, ...]:
    value = row.fields.get("evidence")
    length = len(document.text)
    spans: list[Span] = []
    for pair in value if isinstance(value, list) else []:
        match pair:
            case [int(start), int(end)] if 0 <= start < end <= length:
                spans.append(Span(start, end))
            case _:
                raise InputError(
                    f"{row.where}：evidence 里的 {pair!r} 不是 0 到 {length} 之间的 [起, 止]"
                    f"（文档 {document.id!r}）。请改正这一行"
                )
    if not spans:
        raise InputError(
            f"{row.where}：可回答的问题要有 evidence，如 [[12, 40]]；不能回答的请写"
            ' "unanswerable": true'
        )
    return tuple(spans)
