"""How often a contradiction is told: ``python -m benchmarks.check_disputes EVAL_FOLDER --data DIR``.

Questions for a number or a date are put to an index of the set's own documents. Where a set's
documents do not contradict each other, each that is told is a false alarm; all are printed, to
be judged by reading.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag import Answer, Library, disputes
from rag.beir import read_beir
from rag.questions import Kind, parse

SEED = 7


@dataclass(frozen=True, slots=True)
class Told:
    """``asked`` questions, and the answers among them that tell of a contradiction."""

    asked: int
    answers: tuple[Answer, ...]


def exact_questions(folder: Path, count: int) -> list[str]:
    """At most ``count`` questions of a set for a number or a date, the same each time.

    Raises:
        InputError: ``folder`` is no evaluation set.
    """
    texts = [q.text for q in read_beir(folder).queries if q.text and not q.unanswerable]
    exact = [text for text in texts if parse(text).kind in (Kind.NUMBER, Kind.DATE)]
    return random.Random(SEED).sample(exact, min(count, len(exact)))


def measure(library: Library, questions: Sequence[str]) -> Told:
    """Ask each of the questions."""
    answers = [library.ask(question, llm="") for question in questions]
    return Told(len(answers), tuple(a for a in answers if disputes.TOLD in a.text))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how many contradictions are told, then each of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="an evaluation set")
    parser.add_argument("--data", type=Path, required=True, help="an index of its documents")
    parser.add_argument("--count", type=int, default=60, help="questions to ask")
    options = parser.parse_args(arguments)
    questions = exact_questions(options.folder, options.count)
    found = measure(Library.open(options.data), questions)
    print(f"{options.folder.name}: {len(found.answers)} of {found.asked} tell a contradiction")
    for answer in found.answers:
        print(f"\n{answer.question}\n{answer.text}")


if __name__ == "__main__":
    main()
