"""``python -m training``: train the reader from the folders of questions."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def main() -> None:
    """Parse the command line and train; started again, go on from the last checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with drcd_dev, drcd_test, cmrc2018_trial")
    parser.add_argument("out", type=Path, help="folder for checkpoint and log")
    parser.add_argument("--steps", type=int, default=1200)
    arguments = parser.parse_args()

    from index import bundled_model
    from training.corpus import read_questions
    from training.train import Recipe, train

    def report(line: Mapping[str, Any]) -> None:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    questions = read_questions(arguments.data)
    train(questions, bundled_model.prepare(), arguments.out, Recipe(arguments.steps), report)


if __name__ == "__main__":
    main()
