"""Citations of answers measured by gold evidence, per generator, by the definitions of ALCE.

ALCE (Gao et al., EMNLP 2023, arXiv:2305.14627) asks a model whether the passages cited by a
statement entail it. Here labels judge instead: a set of citations bears a statement out if one of
them is gold evidence. Recall: the share of statements whose citations do. Precision: the share of
citations that bear out alone, or without which the others do not; by labels, those that are gold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from statistics import fmean

from rag import metrics, quoting, support, together, undated
from rag.claims import Source
from rag.reports import GeneratorReport
from rag.types import Answer, Citation

IsGold = Callable[[Citation], bool]
_TRAILING = re.compile(r"(?:\[\d+\])+$")


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer with what its labels say: which citations are gold, the gold strings."""

    answer: Answer
    is_gold: IsGold
    golds: tuple[str, ...]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer and what it cites."""

    text: str
    cited: tuple[Citation, ...]


def gold(documents: Collection[str], strings: Sequence[str]) -> IsGold:
    """Of a relevant document, and with a gold string in it, or a part of one, where there are any."""

    def is_gold(cited: Citation) -> bool:
        if cited.document_id not in documents:
            return False
        part = metrics.contains_any("\n".join(strings), [cited.quote])
        return not strings or part or metrics.contains_any(cited.quote, strings)

    return is_gold


def report(generator: str, judged: Sequence[Judged]) -> GeneratorReport:
    """What the answers of one generator come to; '' names the extractive one."""
    given = [one for one in judged if one.answer.status != "no_evidence"]
    right = [one for one in given if one.answerable]
    strings = [one for one in judged if one.answerable and one.golds]
    return GeneratorReport(
        generator=generator,
        questions=len(judged),
        answerable=sum(one.answerable for one in judged),
        answered=len(right),
        false_answers=len(given) - len(right),
        unfinished=sum(bool(one.answer.notice) for one in judged),
        citation_recall=metrics.mean([_recall(one) for one in right]),
        citation_precision=metrics.mean([_precision(one) for one in right if one.answer.citations]),
        unsupported_written=_share([_written(one.answer) for one in given]),
        unsupported_shown=_share([_shown(one.answer) for one in given]),
        characters=metrics.mean(
            [sum(len(s.text) for s in statements(one.answer)) for one in given]
        ),
        short_em=metrics.mean(
            [metrics.exact_match(one.answer.short, one.golds) for one in strings]
        ),
        short_f1=metrics.mean([metrics.f1(one.answer.short, one.golds) for one in strings]),
        text_f1=metrics.mean([metrics.f1(_told(one.answer), one.golds) for one in strings]),
    )


def statements(answer: Answer) -> tuple[Statement, ...]:
    """The sentences of an answer that say something of the world, in no fixed order."""
    quoted = [
        Statement(cited.quote, (cited,))
        for cited in answer.citations
        if f"{cited.quote}[{cited.marker}]" in answer.text
    ]
    said = [_statement(line, answer) for line in together.remarks(answer)]
    open_ = together.told(answer.unanswered)
    claims = (s for s in said if s.text not in open_ and not undated.is_caveat(s.text))
    return (*quoted, *claims)


def _statement(line: str, answer: Answer) -> Statement:
    match = _TRAILING.search(line)
    markers = {int(n) for n in re.findall(r"\d+", match[0])} if match else set()
    text = line[: match.start()] if match else line
    return Statement(text, tuple(c for c in answer.citations if c.marker in markers))


def _recall(one: Judged) -> float:
    said = statements(one.answer)
    return fmean(any(map(one.is_gold, s.cited)) for s in said) if said else 0.0


def _precision(one: Judged) -> float:
    cited = [citation for statement in statements(one.answer) for citation in statement.cited]
    return fmean(map(one.is_gold, cited)) if cited else 0.0


Counted = tuple[int, int]  # unsupported statements, all statements


def _written(answer: Answer) -> Counted:
    """Of what the generator wrote, how much was struck."""
    wrong, all_ = _shown(answer)
    offered = {one.line for one in answer.struck if _is_quote(answer, one.line)}
    if answer.status == "unsupported":
        return len(answer.struck), len(answer.struck)
    return wrong + len(answer.struck), all_ - len(offered) + len(answer.struck)


def _is_quote(answer: Answer, line: int) -> bool:
    """Whether a line is the text's own sentence: what stands for one that was struck."""
    lines = answer.text.split("\n")
    return line < len(lines) and lines[line] in {f"{c.quote}[{c.marker}]" for c in answer.citations}


def _shown(answer: Answer) -> Counted:
    """Of what the reader sees, how much its own citations do not bear out."""
    said = statements(answer)
    return sum(not _holds(one, answer) for one in said), len(said)


def _holds(one: Statement, answer: Answer) -> bool:
    if any(one.text == cited.quote for cited in one.cited):
        return True
    sources = [source for cited in one.cited for source in _sources(cited, answer)]
    return bool(sources) and support.best(one.text, sources).holds


def _sources(cited: Citation, answer: Answer) -> list[Source]:
    """A cited sentence as evidence, as far as the passages of the answer have it."""
    found = [
        evidence
        for hit in answer.hits
        if hit.passage.document_id == cited.document_id
        for evidence in quoting.of_passage(hit.passage).evidence()
    ]
    return [one.source for one in found if one.span.start == cited.start] or [Source(cited.quote)]


def _told(answer: Answer) -> str:
    return "".join(one.text for one in statements(answer))


def _share(counts: Sequence[Counted]) -> float | None:
    every = sum(all_ for _, all_ in counts)
    return sum(wrong for wrong, _ in counts) / every if every else None
