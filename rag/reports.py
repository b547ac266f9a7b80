"""What an evaluation reports: values only, and their JSON form."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from rag.metrics import RankingScores
from rag.trust import Reliability, RiskPoint

STEP = "评测"  # what progress is told as


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Each leg, their fusion, and the ranking after reading.

    Over the ``queries`` that are answerable and have judgements.
    ``several`` of these have more than one relevant document: there hit@k and R@k differ.
    """

    queries: int
    several: int
    dense: RankingScores
    lexical: RankingScores
    fused: RankingScores
    ranked: RankingScores


@dataclass(frozen=True, slots=True)
class TextScores:
    """Mean exact match and F1 as CMRC 2018 computes them, from 0 to 1; ``given``: not ''."""

    given: int
    em: float
    f1: float


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """Answers from the whole corpus to the ``queries`` that have gold strings.

    A refused or empty answer counts as 0 in ``short`` and ``evidence`` (the quotes joined).
    ``evidence_recall`` is the share of the ``answered`` whose citations include a quote that
    holds a gold string; None where nothing was answered. ``reliability`` is over the answered
    and the false answers to unanswerable questions.
    """

    queries: int
    answered: int
    short: TextScores
    evidence: TextScores
    evidence_recall: float | None
    reliability: Reliability | None


@dataclass(frozen=True, slots=True)
class RefusalReport:
    """Whether it answers what the corpus answers and nothing else; shares are None of none.

    ``weak`` of the ``unanswerable`` questions are so by a weak label. ``coverage`` is the
    share of answerable questions that are answered, ``false_refusals`` the rest,
    ``false_answers`` the share of unanswerable ones that are answered, all at the shipped
    threshold. ``auroc`` and ``coverage_at_limit`` (at most 5% false answers) go by
    ``confidence`` alone. ``curve``: risk against coverage at thresholds above the shipped one.
    """

    answerable: int
    unanswerable: int
    weak: int
    auroc: float | None
    coverage: float | None
    false_refusals: float | None
    false_answers: float | None
    coverage_at_limit: float | None
    curve: tuple[RiskPoint, ...]


@dataclass(frozen=True, slots=True)
class GeneratorReport:
    """The answers of one generator ('': the text's own sentences); shares are None of none.

    ``answered`` of the ``answerable`` questions, and ``false_answers`` others, were answered. Of
    ``unfinished`` answers the model failed or was stopped: they count as far as it came.
    ``citation_recall`` and ``citation_precision`` (see `rag.citation_evaluation`) are means over
    the former. ``unsupported_written``: the share of the sentences written that were struck or
    should have been, by their own citations; ``unsupported_shown``: of those the reader sees.
    ``characters``: of an answer, on the mean. EM and F1 are over the questions with gold strings,
    a refusal counting 0.
    """

    generator: str
    questions: int
    answerable: int
    answered: int
    false_answers: int
    unfinished: int
    citation_recall: float | None
    citation_precision: float | None
    unsupported_written: float | None
    unsupported_shown: float | None
    characters: float | None
    short_em: float | None
    short_f1: float | None
    text_f1: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What ``evaluate`` measured; a part is None where the folder has no question for it.

    ``follow_ups`` of the ``questions`` had earlier turns; ``blank``
    further ones have no text, were not asked and are in no figure. ``limit`` and
    ``answered_first`` say how many of each file were taken, and answered (None: all).
    ``generators``: the text's own sentences, then each language model that was asked for.
    """

    name: str
    model: str
    documents: int
    passages: int
    questions: int
    blank: int
    follow_ups: int
    limit: int | None
    answered_first: int | None
    retrieval: RetrievalReport | None
    answers: AnswerReport | None
    refusal: RefusalReport
    generators: tuple[GeneratorReport, ...]


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One labelled question and what came back; None where it does not apply.

    ``evidence_right``: some cited span overlaps a gold sentence by half of either.
    ``evidence_recall``: for a list, the share of gold sentences that a cited span overlaps so.
    """

    id: str
    type: str
    text: str
    unanswerable: bool
    answered: bool
    confidence: float
    evidence_right: bool | None
    evidence_recall: float | None
    short: str
    short_em: bool | None
    short_f1: float | None

    @property
    def right(self) -> bool:
        """Refused where there is no answer, else the right evidence cited."""
        return not self.answered if self.unanswerable else bool(self.evidence_right)


@dataclass(frozen=True, slots=True)
class SpanReport:
    """What ``evaluate_spans`` measured; shares are None of none.

    ``evidence_right`` and ``false_refusals`` are shares of the ``answerable`` questions,
    ``refusals_right`` of the ``unanswerable``; ``list_recall`` is the mean share of gold
    sentences cited for questions of type "list"; ``short`` is over the others that have
    gold strings. ``limit``: of the file's questions only the first so many (None: all).
    """

    name: str
    model: str
    answerable: int
    unanswerable: int
    evidence_right: float | None
    list_recall: float | None
    false_refusals: float | None
    refusals_right: float | None
    short: TextScores | None
    rows: tuple[SpanRow, ...]
    generators: tuple[GeneratorReport, ...]
    limit: int | None = None


def as_json(report: Report | SpanReport) -> dict[str, object]:
    """The report as JSON values, its field names as keys, shares to 4 decimal places."""
    return {name: _rounded(value) for name, value in asdict(report).items()}


def _rounded(value: object) -> object:
    match value:
        case float():
            return round(value, 4)
        case dict():
            return {name: _rounded(part) for name, part in value.items()}
        case list() | tuple():
            return [_rounded(part) for part in value]
        case _:
            return value
