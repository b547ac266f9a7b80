"""Fit the calibration of the model in use: ``python -m benchmarks.calibrate EVAL_FOLDER``.

Fitted on every second question of sets that have real near-misses: citizens' questions on notices
whose document is absent (policy_covid), and search queries on pages that do not answer
(dureader_checklist); both with questions on quite other things as well. Writes
``rag/calibration.json`` and prints how well the two regressions do on a held-out fifth.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import Library
from rag.beir import BeirSet, Query, read_beir
from rag.calibration import (
    CONFIDENCE_FEATURES,
    Calibration,
    Logistic,
    confidence_features,
    fails,
    sigmoid,
)
from rag.evidence import Candidate, Reading
from rag.features import FEATURES

SETS, FOREIGN = ("policy_covid", "dureader_checklist"), "security_news_train"
SEED = 7
FOREIGN_REFUSED = 0.9  # share of the questions on other things that the threshold refuses
STRONG_PRECISION = 0.8  # share of right answers to count as strong, were half answerable
# Judged apart: a sentence that fails one is no evidence, and must not lose its place to another.
_REQUIREMENTS = ("missing_weight", "missing_specifics", "missing_entities", "asked_missing")
# They weigh otherwise in one long article than in the corpora of one-paragraph articles here.
_OF_THE_CORPUS = ("passage_rank", "passage_words", "nearby_words", "sentence_words")
_WORDS = ("sentence_words", "sentence_bigrams", "nearby_words", "passage_words")
_COSINES = ("sentence_cosine", "cosine_lead")
_PART_MIN = 8  # characters of a sentence that counts as a part of a long answer
_TARGET = Path("rag/calibration.json")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question read; per candidate whether it holds a gold answer; ``foreign``: of another set."""

    reading: Reading
    right: tuple[bool, ...]
    foreign: bool


def main() -> None:
    """Collect, fit, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder that holds the evaluation sets")
    parser.add_argument("--count", type=int, default=60, help="questions of each kind and set")
    parser.add_argument("--data", type=Path, default=Path("data/calibration"))
    options = parser.parse_args()
    foreign = _sample(_answerable(read_beir(options.folder / FOREIGN)), options.count)
    examples: list[Example] = []
    fingerprint = ""
    for name in SETS:
        library = Library.build(options.folder / name / "corpus.jsonl", options.data / name)
        fingerprint = library.fingerprint
        examples += _read(library, read_beir(options.folder / name), foreign, options.count)
        print(f"{name}: {len(examples)} questions so far", flush=True)
    entries = [
        _fit(fingerprint, examples, FEATURES),
        _fit("any", examples, [name for name in FEATURES if name not in _COSINES]),
    ]
    about = {
        "made_by": "python -m benchmarks.calibrate",
        "data": f"{', '.join(SETS)}, {FOREIGN}; at most {options.count} questions a kind, of every "
        f"second one; seed {SEED}",
        "versions": {part: version(part) for part in ("youju", "scikit-learn")},
    }
    stored = json.dumps({**about, "calibrations": entries}, indent=1) + "\n"
    _TARGET.write_text(stored, "utf-8")


def _answerable(data: BeirSet) -> list[Query]:
    return [q for q in data.queries if q.text and q.answers and not q.unanswerable]


def _sample(queries: Sequence[Query], count: int) -> list[Query]:
    """A random sample of every second question; the others are left to measure on."""
    half = list(queries[::2])
    return random.Random(SEED).sample(half, min(count, len(half)))


def _read(
    library: Library, data: BeirSet, foreign: Sequence[Query], count: int
) -> Iterator[Example]:
    """Answerable questions, near-misses of the set, and questions on other things."""
    near = [q for q in data.queries if q.unanswerable] + list(data.out_of_corpus)
    for query in _sample(_answerable(data), count):
        gold = frozenset(data.relevant.get(query.id, {}))
        reading = library.read(query.text)
        right = tuple(_is_right(library, c, gold, query.answers) for c in reading.candidates)
        yield Example(reading, right, foreign=False)
    for is_foreign, queries in (
        (False, _sample([q for q in near if q.text], count)),
        (True, foreign),
    ):
        for query in queries:
            reading = library.read(query.text)
            yield Example(reading, (False,) * len(reading.candidates), is_foreign)


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


def _fit(fingerprint: str, examples: Sequence[Example], used: Sequence[str]) -> dict[str, object]:
    """Fit both regressions on four fifths, measure on the last, return the stored entry."""
    chance = np.random.default_rng(SEED)
    held_out = chance.random(len(examples)) < 0.2
    train = [e for e, out in zip(examples, held_out, strict=True) if not out]
    test = [e for e, out in zip(examples, held_out, strict=True) if out]
    answerable = [e for e in train if any(e.right)]
    rows = [c.features for e in answerable for c in e.reading.candidates]
    right = [right for e in answerable for right in e.right]
    sentence = _regression(
        # Once more as a free paraphrase would look, which these sets hardly have.
        rows + [_without_words(row) for row in rows],
        right + right,
        FEATURES,
        [name for name in used if name not in (*_REQUIREMENTS, *_OF_THE_CORPUS)],
    )
    judged = _judged(train, sentence)
    confidence = _regression(
        [j.features for j in judged if not j.fails],
        [j.right for j in judged if not j.fails],
        CONFIDENCE_FEATURES,
        used,
        balanced=True,
    )
    failing = float(np.mean([j.right for j in judged if j.fails]))
    threshold, strong = _borders(confidence, judged)
    judge = Calibration(fingerprint, sentence, confidence, threshold, strong, failing)
    _print_figures(judge, _judged(test, sentence))
    return {
        "fingerprint": fingerprint,
        "sentence": _stored(sentence, FEATURES),
        "confidence": _stored(confidence, CONFIDENCE_FEATURES),
        "threshold": round(threshold, 4),
        "strong": round(strong, 4),
        "failing": round(failing, 4),
    }


def _without_words(row: Sequence[float]) -> tuple[float, ...]:
    """Features of a sentence had the question been asked in other words."""
    return tuple(0.0 if name in _WORDS else v for name, v in zip(FEATURES, row, strict=True))


def _regression(
    rows: Sequence[Sequence[float]],
    labels: Sequence[bool],
    names: Sequence[str],
    used: Sequence[str],
    *,
    balanced: bool = False,
) -> Logistic:
    """Ridge logistic regression on standardised features, given back in the features' units."""
    matrix: Floats = np.asarray(rows)
    columns = [i for i, name in enumerate(names) if name in used]
    spread = np.maximum(matrix.std(axis=0), 1e-6)
    model = LogisticRegression(max_iter=5000, class_weight="balanced" if balanced else None)
    model.fit((matrix / spread)[:, columns], np.asarray(labels))
    weights = np.zeros(len(names))
    weights[columns] = model.coef_[0] / spread[columns]
    return Logistic(tuple(float(w) for w in weights), float(model.intercept_[0]))


@dataclass(frozen=True, slots=True)
class Judged:
    """The best sentence of an example; ``answerable``: some candidate was right."""

    features: tuple[float, ...]
    right: bool
    fails: bool
    answerable: bool
    foreign: bool


def _judged(examples: Sequence[Example], sentence: Logistic) -> list[Judged]:
    judged = []
    for example in examples:
        candidates = example.reading.candidates
        if candidates:
            logits = [sentence.logit(c.features) for c in candidates]
            judged.append(
                Judged(
                    features=confidence_features(logits, candidates),
                    right=example.right[int(np.argmax(logits))],
                    fails=fails(logits, candidates),
                    answerable=any(example.right),
                    foreign=example.foreign,
                )
            )
    return judged


def _borders(confidence: Logistic, judged: Sequence[Judged]) -> tuple[float, float]:
    """Where questions on other things are refused, and where answers are right often enough.

    Near-misses are left to the requirements: a threshold that refused more of them would refuse
    most free paraphrases, and a wrong refusal hides what the reader could check.
    """
    sure = np.asarray([0.0 if j.fails else sigmoid(confidence.logit(j.features)) for j in judged])
    right = np.asarray([j.right for j in judged])
    threshold = float(np.quantile(sure[[j.foreign for j in judged]], FOREIGN_REFUSED))
    # As if half of all questions had an answer.
    yes = np.asarray([j.answerable for j in judged])
    weights = np.where(yes, 0.5 / yes.mean(), 0.5 / (1 - yes.mean()))
    steps = [t for t in np.linspace(0.02, 0.98, 97) if t >= threshold and (sure >= t).any()]
    enough = (
        t
        for t in steps
        if np.average(right[sure >= t], weights=weights[sure >= t]) >= STRONG_PRECISION
    )
    return threshold, float(next(enough, 0.98))


def _print_figures(judge: Calibration, judged: Sequence[Judged]) -> None:
    sure = np.asarray(
        [
            sigmoid(judge.confidence.logit(j.features)) * (judge.failing if j.fails else 1.0)
            for j in judged
        ]
    )
    given = np.asarray(
        [s >= judge.threshold and not j.fails for s, j in zip(sure, judged, strict=True)]
    )
    yes = np.asarray([j.answerable for j in judged])
    right = np.asarray([j.right for j in judged])
    print(
        f"{judge.fingerprint[:12]}, held out {len(judged)}: best sentence right "
        f"{right[yes].mean():.3f} of answerable; AUROC {roc_auc_score(yes, sure):.3f}; "
        f"answered {given[yes].mean():.3f}, refused {(~given[~yes]).mean():.3f}; "
        f"a requirement failed: {np.mean([j.fails for j in judged if j.right]):.3f} of the right, "
        f"{np.mean([j.fails for j in judged if not j.answerable]):.3f} of the unanswerable"
    )


def _stored(logistic: Logistic, names: Sequence[str]) -> dict[str, object]:
    weights = {name: round(w, 5) for name, w in zip(names, logistic.weights, strict=True)}
    return {"weights": weights, "bias": round(logistic.bias, 5)}


if __name__ == "__main__":
    main()
