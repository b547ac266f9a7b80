"""How well wrong numbers are caught: ``python -m benchmarks.check_claims EVAL_FOLDER...``

Each number of a gold answer is written wrongly (a digit changed, 万 for 亿) and rightly in
another way (百分之五 for 5%); the evidence is the gold document's sentences that hold the
answer, or the three nearest ones to a reference answer in free words.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import writings
from index.documents import read_documents
from index.sentences import sentence_spans
from index.tokens import bigrams
from index.types import Document, Span
from rag import beir, claims, dates
from rag.claims import Source

_NEAREST = 3
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Case:
    """A text with the sentences that bear it out; only values inside ``within`` are changed."""

    claim: str
    within: Span
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """Another writing of a number, and whether it was flagged."""

    writing: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A number as it stands in a claim; ``absent``: the evidence has not even that."""

    written: str
    claim: str
    absent: bool
    wrong: tuple[Tried, ...] = ()
    equal: tuple[Tried, ...] = ()

    def faults(self) -> Iterator[str]:
        """What went wrong, a line each."""
        claim = self.claim[:150]
        if self.absent:
            yield f"gold?   {self.written}  {claim}"
        for tried in self.wrong:
            if not tried.flagged:
                yield f"missed  {self.written} -> {tried.writing}  {claim}"
        for tried in self.equal:
            if tried.flagged:
                yield f"alarm   {self.written} -> {tried.writing}  {claim}"


def cases(folder: Path) -> Iterator[Case]:
    """The gold answers of an eval folder that hold a number."""
    data = beir.read_beir(folder)
    documents = {d.id: d for d in read_documents([folder / beir.CORPUS])}
    for row in beir.read_rows(folder / beir.QUERIES):
        relevant = data.relevant.get(row.text("_id"), {})
        reference = row.fields.get("reference_answer")
        for document in (documents[i] for i in relevant):
            if isinstance(reference, str) and len(relevant) == 1:
                yield _nearest(reference, document)
            for answer in row.texts("answers"):
                if answer in document.text:
                    yield from _around(answer, document)


def _around(answer: str, document: Document) -> Iterator[Case]:
    """A case for each sentence that the answer touches."""
    text, at = document.text, document.text.index(answer)
    for whole in sentence_spans(text):
        inside = Span(max(at, whole.start), min(at + len(answer), whole.end))
        if inside.start < inside.end:
            within = inside.shifted(-whole.start)
            yield Case(whole.of(text), within, sources(document, [whole]))


def _nearest(reference: str, document: Document) -> Case:
    asked = set(bigrams(reference))
    order = sorted(
        sentence_spans(document.text),
        key=lambda span: -len(asked.intersection(bigrams(span.of(document.text)))),
    )
    return Case(reference, Span(0, len(reference)), sources(document, order[:_NEAREST]))


def sources(document: Document, held: Sequence[Span]) -> tuple[Source, ...]:
    """The sentences of a document that stand at ``held``, to hold claims against."""
    day = dates.parse(document.metadata.get("date", ""))
    return tuple(Source(span.of(document.text), document.title, day) for span in held)


def measure(case: Case, chance: random.Random) -> Iterator[Measured]:
    """The numbers of a case, each written wrongly and rightly in other ways."""
    said = claims.read(case.claim)
    numbers = [date.span for date in said.dates] + [value.span for value in said.values]
    flagged = {flaw.span for flaw in claims.flaws(case.claim, case.sources)}
    for span in numbers:
        if not case.within.start <= span.start < case.within.end:
            continue
        written = span.of(case.claim)
        if span in flagged:
            yield Measured(written, case.claim, absent=True)
        else:
            wrong = tuple(_tried(case, span, other) for other in writings.wrong(written, chance))
            equal = tuple(_tried(case, span, other) for other in writings.equal(written))
            yield Measured(written, case.claim, False, wrong, equal)


def _tried(case: Case, span: Span, other: str) -> Tried:
    return Tried(other, _flagged(case, span, other))


def _flagged(case: Case, span: Span, other: str) -> bool:
    text = writings.replaced(case.claim, span, other)
    place = Span(span.start, span.start + len(other))
    return any(
        flaw.span.start < place.end and place.start < flaw.span.end
        for flaw in claims.flaws(text, case.sources)
        if flaw.kind == "value"
    )


def _row(name: str, measured: Sequence[Measured]) -> str:
    absent = sum(one.absent for one in measured)
    wrong = [tried.flagged for one in measured for tried in one.wrong]
    equal = [tried.flagged for one in measured for tried in one.equal]
    caught, alarms = (sum(flags) / max(1, len(flags)) for flags in (wrong, equal))
    return (
        f"| {name} | {len(measured)} | {absent} "
        f"| {len(wrong)} | {caught:.2%} | {len(equal)} | {alarms:.2%} |"
    )


def main(folders: Sequence[str]) -> None:
    """Print a Markdown row a folder, then examples of what went wrong."""
    print("| set | numbers | not in the evidence | wrong | caught | equal | false alarms |")
    print("|---|---|---|---|---|---|---|")
    examples: list[str] = []
    for folder in map(Path, folders):
        chance = random.Random(0)
        measured = [one for case in cases(folder) for one in measure(case, chance)]
        print(_row(folder.name, measured), flush=True)
        faults = [fault for one in measured for fault in one.faults()]
        examples += random.Random(0).sample(faults, min(_SHOWN, len(faults)))
    print("\n" + "\n".join(examples))


if __name__ == "__main__":
    main(sys.argv[1:])
