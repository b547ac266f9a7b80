"""Claims wrong in whom or what they say something of: ``python -m benchmarks.exchanged EVAL_FOLDER...``

The claims of `benchmarks.check_support`, with one value in the place of which another value of its
unit is put, or one name in the place of which another name of its kind is put, both from the very
document that bears the claim out: every value and name occurs in the evidence, and still it is not
said. Printed: the share of the true claims that hold, and of the exchanged ones that are caught.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.check_support import claims as claims_of
from benchmarks.writings import replaced
from index.documents import read_documents
from index.sentences import sentence_spans
from index.types import Document, Passage, Span
from rag import beir, claims, dates, names
from rag.claims import Claims
from rag.drafts import Draft
from rag.judging import Judge
from rag.quoting import Quoted
from rag.reader import Reader

SEED = 29
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Tried:
    """A claim with what was put into it ('' for nothing), and whether it was let through."""

    claim: str
    put: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A true claim, and the same with a value or a name of its document exchanged."""

    true: Tried
    values: tuple[Tried, ...]
    names: tuple[Tried, ...]


def measure(claim: str, document: Document, reader: Reader, chance: random.Random) -> Measured:
    """One exchange for each value and name of ``claim`` that has another in ``document``."""
    judge = Judge("", [_quoted(document)], reader)
    said, told = claims.read(claim), claims.read(document.text)

    def tried(span: Span, others: Sequence[str]) -> Iterator[Tried]:
        if others:
            put = chance.choice(others)
            text = replaced(claim, span, put)
            yield Tried(text, put, judge.verdict(Draft(text, ())).found.holds)

    return Measured(
        Tried(claim, "", judge.verdict(Draft(claim, ())).found.holds),
        tuple(t for span, others in _values(said, told) for t in tried(span, others)),
        tuple(t for span, others in _names(said, told) for t in tried(span, others)),
    )


def _quoted(document: Document) -> Quoted:
    """The whole document as one passage."""
    text = document.text
    passage = Passage(document.id, document.id, "", text, 0, len(text))
    day = dates.parse(document.metadata.get("date", ""))
    return Quoted(passage, document.title, day, sentence_spans(text))


def _values(said: Claims, told: Claims) -> Iterator[tuple[Span, list[str]]]:
    for value in said.values:
        yield (
            value.span,
            [
                other.span.of(told.text)
                for other in told.values
                if other.unit == value.unit and value.unit and other.amount != value.amount
            ],
        )
    for date in said.dates:
        yield (
            date.span,
            [
                other.span.of(told.text)
                for other in told.dates
                if not other.says(date)
                and not date.says(other)
                and (other.month is None, other.day is None)
                == (date.month is None, date.day is None)
            ],
        )


def _names(said: Claims, told: Claims) -> Iterator[tuple[Span, list[str]]]:
    known = {span.of(told.text) for span in told.names}
    for span in said.names:
        name = span.of(said.text)
        yield (
            span,
            sorted(
                other
                for other in known
                if names.kind(other) == names.kind(name)
                and other not in said.text
                and name not in other
            ),
        )


def measured(folder: Path, count: int, reader: Reader) -> Iterator[Measured]:
    """At most ``count`` claims of a set, drawn by seed."""
    documents = {document.id: document for document in read_documents([folder / beir.CORPUS])}
    found = list(claims_of(folder))
    chance = random.Random(SEED)
    for claim, gold in chance.sample(found, min(count, len(found))):
        yield measure(claim, documents[gold], reader, chance)


def _row(name: str, found: Sequence[Measured]) -> str:
    exchanged = ([t for one in found for t in one.values], [t for one in found for t in one.names])
    true = sum(one.true.holds for one in found) / max(1, len(found))
    caught = " | ".join(
        f"{len(all_)} | {sum(not t.holds for t in all_) / max(1, len(all_)):.1%}"
        for all_ in exchanged
    )
    return f"| {name} | {len(found)} | {true:.1%} | {caught} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a Markdown row a folder, and examples of what was let through."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="EVAL_FOLDER")
    parser.add_argument("--count", type=int, default=300, help="claims of each folder")
    options = parser.parse_args(arguments)
    print("| set | claims | hold | values exchanged | caught | names exchanged | caught |")
    print("|---|---|---|---|---|---|---|")
    passed: list[Tried] = []
    reader = Reader.load()
    for folder in options.folders:
        found = list(measured(folder, options.count, reader))
        print(_row(folder.name, found), flush=True)
        missed = [t for one in found for t in (*one.values, *one.names) if t.holds]
        passed += random.Random(SEED).sample(missed, min(_SHOWN, len(missed)))
    for tried in passed:
        print(f"  passed {tried.put}: {tried.claim}")


if __name__ == "__main__":
    main()
