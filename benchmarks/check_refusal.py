"""How often questions on other things, and what asks nothing, are refused.

``python -m benchmarks.check_refusal EVAL_FOLDER --data DIR...``: questions on police news, questions
typed into a search engine and nonsense (`benchmarks.nonsense`) are put to each index, which must not
hold their answers. Printed: the share that is refused, the share of those answered that is marked
strong, and where the confidences lie. The questions are among those that ``benchmarks.calibrate``
leaves to measure on.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from benchmarks.nonsense import nonsense
from rag import Library
from rag.beir import read_beir

SETS = ("security_news_train", "dureader_checklist")
SEED = 3
QUANTILES = (0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Refusals:
    """``refused``: the share of questions, 0 to 1; ``confidences``: one a question, 0 to 1.

    ``strong``: the share of those answered that is marked as strong; None where none was.
    """

    refused: float
    strong: float | None
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
    said = [library.confidence_words(answer) for answer in answers]
    strong = [one == "strong" for one in said if one != "none"]
    return Refusals(
        refused=said.count("none") / len(said),
        strong=fmean(strong) if strong else None,
        confidences=tuple(answer.confidence for answer in answers),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a Markdown row for each index and set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help=f"the folder that holds {' and '.join(SETS)}")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="indexes to ask")
    parser.add_argument("--count", type=int, default=50, help="questions of each set")
    options = parser.parse_args(arguments)
    asked = {name: foreign(options.folder / name, options.count) for name in SETS}
    real = [question for questions in asked.values() for question in questions]
    asked["nonsense"] = nonsense(real, options.count)
    heads = " | ".join(f"confidence at {quantile:.0%}" for quantile in QUANTILES)
    print(f"| index | set | questions | refused | answered: strong | {heads} |")
    print("|---" * (5 + len(QUANTILES)) + "|")
    for data in options.data:
        library = Library.open(data)
        for name, questions in asked.items():
            found = measure(library, questions)
            places = np.quantile(found.confidences, QUANTILES)
            shown = " | ".join(f"{place:.3f}" for place in places)
            strong = "-" if found.strong is None else f"{found.strong:.2f}"
            row = f"{data} | {name} | {len(questions)} | {found.refused:.2f} | {strong} | {shown}"
            print(f"| {row} |", flush=True)


if __name__ == "__main__":
    main()
