"""How often questions on other things are refused.

``python -m benchmarks.check_refusal EVAL_FOLDER --data DIR...``: questions on police news and
questions typed into a search engine are put to each index, which must not hold their answers.
Printed: the share that is refused, and where the confidences lie. The questions are among those
that ``benchmarks.calibrate`` leaves to measure on.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag import Library
from rag.beir import read_beir

SETS = ("security_news_train", "dureader_checklist")
SEED = 3
QUANTILES = (0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Refusals:
    """``refused``: the share of questions, 0 to 1; ``confidences``: one a question, 0 to 1."""

    refused: float
    confidences: tuple[float, ...]


def foreign(folder: Path, count: int) -> list[str]:
    """At most ``count`` of every second question that a set answers, the same each time.

    Raises:
        InputError: ``folder`` is no evaluation set.
    """
    texts = [q.text for q in read_beir(folder).queries if q.text and not q.unanswerable][1::2]
    return random.Random(SEED).sample(texts, min(count, len(texts)))


def measure(library: Library, questions: Sequence[str]) -> Refusals:
    """Ask each of the questions, of which there must be one at least."""
    answers = [library.ask(question, llm="") for question in questions]
    refused = sum(answer.status == "no_evidence" for answer in answers) / len(answers)
    return Refusals(refused, tuple(answer.confidence for answer in answers))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a Markdown row for each index and set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help=f"the folder that holds {' and '.join(SETS)}")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="indexes to ask")
    parser.add_argument("--count", type=int, default=50, help="questions of each set")
    options = parser.parse_args(arguments)
    asked = {name: foreign(options.folder / name, options.count) for name in SETS}
    heads = " | ".join(f"confidence at {quantile:.0%}" for quantile in QUANTILES)
    print(f"| index | set | questions | refused | {heads} |")
    print("|---" * (4 + len(QUANTILES)) + "|")
    for data in options.data:
        library = Library.open(data)
        for name, questions in asked.items():
            found = measure(library, questions)
            places = np.quantile(found.confidences, QUANTILES)
            shown = " | ".join(f"{place:.3f}" for place in places)
            print(
                f"| {data} | {name} | {len(questions)} | {found.refused:.2f} | {shown} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
