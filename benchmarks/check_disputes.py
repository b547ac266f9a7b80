"""How often a contradiction is told: ``python -m benchmarks.check_disputes EVAL_FOLDER --data DIR``.

Printed are false alarms and recall. Questions for a number or a date are put to an index of the
set's own documents: where these do not contradict each other, each that is told is a false alarm;
all are printed, to be judged by reading. Then copies of gold documents with another number in the
answer stand beside the originals (`benchmarks.planted`, in a copy of the index), and it is counted
how often both values are cited, and how often the contradiction is told as well.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import planted
from benchmarks.planted import SEED, Planted
from rag import Answer, Library, disputes
from rag.beir import CORPUS


@dataclass(frozen=True, slots=True)
class Told:
    """``asked`` questions, and the answers among them that tell of a contradiction."""

    asked: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A planted contradiction: whether it was answered, both values cited, and that was told."""

    planted: Planted
    answered: bool
    both: bool
    told: bool


def exact_questions(folder: Path, count: int) -> list[str]:
    """At most ``count`` questions of a set for a number or a date, the same each time.

    Raises:
        InputError: ``folder`` is no evaluation set.
    """
    exact = [query.text for query in planted.exact(folder)]
    return random.Random(SEED).sample(exact, min(count, len(exact)))


def measure(library: Library, questions: Sequence[str]) -> Told:
    """Ask each of the questions."""
    answers = [library.ask(question, llm="") for question in questions]
    return Told(len(answers), tuple(a for a in answers if disputes.TOLD in a.text))


def recall(folder: Path, data: Path, count: int) -> list[Found]:
    """Plant contradictions in a copy of the index ``data``, and ask for each of them."""
    copies = planted.planted(folder, count)
    with tempfile.TemporaryDirectory() as work:
        corpus, index = Path(work, "planted", CORPUS), Path(work, "data")
        corpus.parent.mkdir()
        planted.write(copies, corpus)
        shutil.copytree(data, index)  # so that only the copies are embedded
        library = Library.build([folder / CORPUS, corpus], index)
        return [_found(one, library.ask(one.question, llm="")) for one in copies]


def _found(one: Planted, answer: Answer) -> Found:
    def cited(document: str, value: str) -> bool:
        return any(c.document_id == document and value in c.quote for c in answer.citations)

    return Found(
        planted=one,
        answered=answer.status != "no_evidence",
        both=cited(one.document.id, one.written) and cited(one.copy_id, one.changed),
        told=disputes.TOLD in answer.text,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the false alarms, then what became of the planted contradictions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="an evaluation set")
    parser.add_argument("--data", type=Path, required=True, help="an index of its documents")
    parser.add_argument("--count", type=int, default=60, help="questions to ask")
    parser.add_argument("--planted", type=int, default=40, help="contradictions to plant")
    options = parser.parse_args(arguments)
    name = options.folder.name
    alarms = measure(Library.open(options.data), exact_questions(options.folder, options.count))
    print(f"{name}: {len(alarms.answers)} of {alarms.asked} tell a contradiction", flush=True)
    found = recall(options.folder, options.data, options.planted)
    both, told = [one for one in found if one.both], [one for one in found if one.told]
    answered = sum(one.answered for one in found)
    print(
        f"{name}: {len(found)} planted, {answered} answered, {len(both)} cite both values,"
        f" {len(told)} tell the contradiction"
    )
    for answer in alarms.answers:
        print(f"\nalarm  {answer.question}\n{answer.text}")
    for one in (one for one in found if not one.told):
        said = f"{one.planted.written} / {one.planted.changed}"
        print(f"missed  {one.planted.question}  {said}{'  both cited' if one.both else ''}")


if __name__ == "__main__":
    main()
