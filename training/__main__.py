"""``python -m training DATA OUT``: train the reader; started again, it goes on where it was."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import YoujuError

READER, CARD = "reader.safetensors", "reader.json"


def main() -> None:
    """Parse the command line, train and write what ships."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with drcd_dev, drcd_test, cmrc2018_trial")
    parser.add_argument("out", type=Path, help="folder for checkpoint, log and the trained reader")
    parser.add_argument("--steps", type=int, default=900, help="16 examples each")
    parser.add_argument("--rate", type=float, default=2e-4, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="a trained reader (.safetensors) to go on from")
    try:
        _run(parser.parse_args())
    except YoujuError as error:
        sys.exit(str(error))


def _run(arguments: argparse.Namespace) -> None:
    from index import bundled_model
    from training.corpus import read_questions
    from training.train import Recipe, train

    recipe = Recipe(arguments.steps, rate=arguments.rate, seed=arguments.seed)
    questions = read_questions(arguments.data)
    model, start = bundled_model.prepare(), arguments.start
    reader = train(questions, model, arguments.out, recipe, _report, start)
    before = hashlib.sha256(start.read_bytes()).hexdigest() if start else None
    write_reader(reader, arguments.out, {"recipe": asdict(recipe), "start_sha256": before})


def write_reader(reader: Any, out: Path, made: Mapping[str, Any]) -> None:
    """Write the changed tensors and a JSON file that says what they are and fit onto."""
    from index import bundled_model
    from training.corpus import SOURCES, WRITTEN
    from training.export import save_changes
    from training.train import LOG

    log = [json.loads(line) for line in (out / LOG).read_text("utf-8").splitlines()]
    about = {
        "base": bundled_model.NAME,
        "base_sha256": bundled_model.SOURCE_SHA256,
        "data": [*SOURCES, WRITTEN.name],
        **made,
        "validation": next(line for line in reversed(log) if "auroc" in line),
    }
    save_changes(reader, out / READER, about)
    checksum = hashlib.sha256((out / READER).read_bytes()).hexdigest()
    card = json.dumps({**about, "sha256": checksum}, ensure_ascii=False, indent=1)
    (out / CARD).write_text(card + "\n", "utf-8")


def _report(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
