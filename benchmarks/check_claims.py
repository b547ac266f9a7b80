"""How well wrong numbers are caught: ``python -m benchmarks.check_claims EVAL_FOLDER...``

Each number of a gold answer is written wrongly (a digit changed, 万 for 亿) and rightly in
another way (百分之五 for 5%); the evidence is the gold document's sentences that hold the
answer, or the three nearest ones to a reference answer in free words.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
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


def measure(found: Sequence[Case], chance: random.Random) -> tuple[Counter[str], list[str]]:
    """Counts, and examples of what went wrong."""
    counts: Counter[str] = Counter()
    shown: list[str] = []
    for case in found:
        said = claims.read(case.claim)
        numbers = [*said.dates, *said.values]
        numbers = [n for n in numbers if case.within.start <= n.span.start < case.within.end]
        flagged = {flaw.span for flaw in claims.flaws(case.claim, case.sources)}
        for number in numbers:
            written = number.span.of(case.claim)
            counts["numbers"] += 1
            if number.span in flagged:
                counts["not in the evidence"] += 1
                shown.append(f"gold?   {written}  {case.claim[:150]}")
                continue
            for other in writings.wrong(written, chance):
                counts["wrong"] += 1
                if _flagged(case, number.span, other):
                    counts["caught"] += 1
                else:
                    shown.append(f"missed  {written} -> {other}  {case.claim[:150]}")
            for other in writings.equal(written):
                counts["equal"] += 1
                if _flagged(case, number.span, other):
                    counts["false alarms"] += 1
                    shown.append(f"alarm   {written} -> {other}  {case.claim[:150]}")
    return counts, shown


def _flagged(case: Case, span: Span, other: str) -> bool:
    text = writings.replaced(case.claim, span, other)
    place = Span(span.start, span.start + len(other))
    return any(
        flaw.span.start < place.end and place.start < flaw.span.end
        for flaw in claims.flaws(text, case.sources)
        if flaw.kind == "value"
    )


def main(folders: Sequence[str]) -> None:
    """Print a Markdown row a folder, then examples."""
    print("| set | numbers | not in the evidence | wrong | caught | equal | false alarms |")
    print("|---|---|---|---|---|---|---|")
    examples: list[str] = []
    for folder in map(Path, folders):
        counts, shown = measure(list(cases(folder)), random.Random(0))
        share = counts["caught"] / max(1, counts["wrong"])
        alarms = counts["false alarms"] / max(1, counts["equal"])
        print(
            f"| {folder.name} | {counts['numbers']} | {counts['not in the evidence']} "
            f"| {counts['wrong']} | {share:.2%} | {counts['equal']} | {alarms:.2%} |",
            flush=True,
        )
        examples += random.Random(0).sample(shown, min(_SHOWN, len(shown)))
    print("\n" + "\n".join(examples))


if __name__ == "__main__":
    main(sys.argv[1:])
