"""Fit the calibration of the model in use: ``python -m benchmarks.calibrate EVAL_FOLDER``.

Fitted on every second question of sets that have real near-misses: citizens' questions on notices
whose document is absent (policy_covid), and search queries on pages that do not answer
(dureader_checklist); both with questions on quite other things as well. The threshold is fitted
on the latter, asked of libraries of four sizes. Writes ``rag/calibration.json`` and prints how
well the two regressions do on a held-out fifth.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.calibration_fit import COSINES, SEED, Example, Material, fit
from rag import Library
from rag.beir import BeirSet, Query, read_beir
from rag.evidence import Candidate
from rag.features import FEATURES
from rag.scope import EVERYTHING, Scope

SETS, FOREIGN = ("policy_covid", "dureader_checklist"), "security_news_train"
LIBRARIES = (*SETS, "crud_news")  # that questions on other things are put to
SIZES = (1, 8, 64)  # documents of them, drawn anew for each question; and all
_PART_MIN = 8  # characters of a sentence that counts as a part of a long answer
_TARGET = Path("rag/calibration.json")


def main() -> None:
    """Collect, fit, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder that holds the evaluation sets")
    parser.add_argument("--count", type=int, default=60, help="questions of each kind and set")
    parser.add_argument("--data", type=Path, default=Path("data/calibration"))
    options = parser.parse_args()
    material = _collect(options.folder, options.data, options.count)
    fingerprint = Library.open(options.data / LIBRARIES[0]).fingerprint  # one model built all
    entries = [
        fit(fingerprint, material, FEATURES),
        fit("any", material, [name for name in FEATURES if name not in COSINES]),
    ]
    about = {
        "made_by": "python -m benchmarks.calibrate",
        "data": f"{', '.join(LIBRARIES)}, {FOREIGN}; at most {options.count} questions a kind, of "
        f"every second one; seed {SEED}",
        "versions": {part: version(part) for part in ("youju", "scikit-learn")},
    }
    stored = json.dumps({**about, "calibrations": entries}, indent=1) + "\n"
    _TARGET.write_text(stored, "utf-8")


def _collect(folder: Path, data: Path, count: int) -> Material:
    """At most ``count`` questions of each kind and set, put to libraries that are built first."""
    chance = random.Random(SEED)
    asked = {name: read_beir(folder / name) for name in (*LIBRARIES, FOREIGN)}
    examples: list[Example] = []
    foreign: list[Example] = []
    for name in LIBRARIES:
        library = Library.build(folder / name / "corpus.jsonl", data / name)
        others = [query for other in _others(name) for query in _sample(asked[other], count)]
        # Each question is asked of the whole set first.
        sized = [[_unanswered(library, q, s) for s in _scopes(library, chance)] for q in others]
        foreign += [example for each in sized for example in each]
        if name in SETS:
            examples += [*_read(library, asked[name], count), *(each[0] for each in sized)]
        print(f"{name}: {len(examples)} and {len(foreign)} so far", flush=True)
    return Material(tuple(examples), tuple(foreign))


def _others(name: str) -> tuple[str, ...]:
    """Sets whose questions are on other things than this one's documents."""
    return (FOREIGN, *(other for other in SETS if other != name))


def _scopes(library: Library, chance: random.Random) -> list[Scope]:
    """All documents first, then so many of ``SIZES`` drawn at random."""
    ids = list(library.documents)
    drawn = (chance.sample(ids, min(size, len(ids))) for size in SIZES)
    return [EVERYTHING, *(Scope(documents=tuple(some)) for some in drawn)]


def _answerable(data: BeirSet) -> list[Query]:
    return [q for q in data.queries if q.text and q.answers and not q.unanswerable]


def _sample(data: BeirSet, count: int) -> list[Query]:
    """A random sample of every second answerable question; the others are left to measure on."""
    return _drawn(_answerable(data), count)


def _drawn(queries: Sequence[Query], count: int) -> list[Query]:
    half = list(queries[::2])
    return random.Random(SEED).sample(half, min(count, len(half)))


def _read(library: Library, data: BeirSet, count: int) -> Iterator[Example]:
    """Answerable questions of the set, and near-misses."""
    for query in _sample(data, count):
        gold = frozenset(data.relevant.get(query.id, {}))
        reading = library.read(query.text)
        right = tuple(_is_right(library, c, gold, query.answers) for c in reading.candidates)
        yield Example(reading, right)
    near = [q for q in data.queries if q.unanswerable] + list(data.out_of_corpus)
    for query in _drawn([q for q in near if q.text], count):
        yield _unanswered(library, query, EVERYTHING)


def _unanswered(library: Library, query: Query, within: Scope) -> Example:
    reading = library.read(query.text, within=within)
    return Example(reading, (False,) * len(reading.candidates))


def _is_right(
    library: Library, candidate: Candidate, gold: frozenset[str], answers: Sequence[str]
) -> bool:
    """Whether a sentence holds a gold answer, or is a whole part of a longer one."""
    passage = library.passages[candidate.row]
    sentence = candidate.span.of(library.document(passage.document_id).text).strip()
    part = len(sentence) >= _PART_MIN
    return passage.document_id in gold and any(
        answer in sentence or (part and sentence in answer) for answer in answers
    )


if __name__ == "__main__":
    main()
