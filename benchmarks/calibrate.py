"""Fit the calibration of the model in use: ``python -m benchmarks.calibrate EVAL_FOLDER``.

Fitted on samples of cmrc2018_trial and security_news_train (see benchmarks/near_misses.py for how
questions are made unanswerable); every other set stays unseen for ``youju eval``. Writes
``rag/calibration.json`` and prints how well the two regressions do on a held-out fifth.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks import near_misses
from benchmarks.near_misses import Labelled
from rag import Library
from rag.calibration import CONFIDENCE_FEATURES, Calibration, Logistic, confidence_features
from rag.evidence import Candidate, Reading
from rag.features import FEATURES

SETS = ("cmrc2018_trial", "security_news_train")
SEED = 7
STRONG_PRECISION = 0.9  # share of right answers from which an answer counts as well supported
_KINDS: dict[str, Callable[[Path, int, int], Labelled]] = {
    "answerable": near_misses.answerable,
    "deleted": near_misses.deleted,
    "altered": near_misses.altered,
}
_COSINES = ("sentence_cosine", "cosine_lead")
_TARGET = Path("rag/calibration.json")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question read: per candidate whether it holds a gold answer; and whether any could."""

    reading: Reading
    right: tuple[bool, ...]


def main() -> None:
    """Collect, fit, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder that holds the evaluation sets")
    parser.add_argument("--count", type=int, default=300, help="questions of each kind and set")
    parser.add_argument("--data", type=Path, default=Path("data/calibration"))
    options = parser.parse_args()
    examples: list[Example] = []
    fingerprint = ""
    for name in SETS:
        for kind, make in _KINDS.items():
            labelled = make(options.folder / name, options.count, SEED)
            # Two kinds ask about the same documents: their index is built once.
            corpus = "cut" if kind == "deleted" else "whole"
            library = _library(labelled, options.data / f"{name}-{corpus}")
            fingerprint = library.fingerprint
            examples += _read(library, labelled)
            print(f"{name} {kind}: {len(labelled.queries)} questions", flush=True)
    entries = [
        _fit(fingerprint, examples, FEATURES),
        _fit("any", examples, [name for name in FEATURES if name not in _COSINES]),
    ]
    about = {
        "made_by": "python -m benchmarks.calibrate",
        "data": f"{', '.join(SETS)}; {options.count} questions a kind; seed {SEED}",
        "versions": {part: version(part) for part in ("youju", "scikit-learn")},
    }
    stored = json.dumps({**about, "calibrations": entries}, indent=1) + "\n"
    _TARGET.write_text(stored, "utf-8")


def _library(labelled: Labelled, folder: Path) -> Library:
    """An index of the labelled documents; as a corpus file, since that is what is indexed."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / "corpus.jsonl"
    rows = ({"_id": d.id, "title": d.title, "text": d.text} for d in labelled.documents)
    corpus.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return Library.build(corpus, folder / "data")


def _read(library: Library, labelled: Labelled) -> Iterator[Example]:
    for query in labelled.queries:
        reading = library.read(query.text)
        gold = labelled.gold.get(query.id, frozenset())
        yield Example(
            reading,
            tuple(_is_right(library, c, gold, query.answers) for c in reading.candidates),
        )


def _is_right(
    library: Library, candidate: Candidate, gold: frozenset[str], answers: Sequence[str]
) -> bool:
    passage = library.passages[candidate.row]
    sentence = candidate.span.of(library.document(passage.document_id).text)
    return passage.document_id in gold and any(answer in sentence for answer in answers)


def _fit(fingerprint: str, examples: Sequence[Example], used: Sequence[str]) -> dict[str, object]:
    """Fit both regressions on four fifths, measure on the last, return the stored entry."""
    chance = np.random.default_rng(SEED)
    held_out = chance.random(len(examples)) < 0.2
    train = [e for e, out in zip(examples, held_out, strict=True) if not out]
    test = [e for e, out in zip(examples, held_out, strict=True) if out]
    sentence = _regression(
        [c.features for e in train if any(e.right) for c in e.reading.candidates],
        [right for e in train if any(e.right) for right in e.right],
        FEATURES,
        used,
    )
    allowed = [name for name in CONFIDENCE_FEATURES if name in used]
    rows, labels = _judged(train, sentence)
    confidence = _regression(rows, labels, CONFIDENCE_FEATURES, allowed, balanced=True)
    judge = Calibration(fingerprint, sentence, confidence, 0.5, 1.0)
    threshold, strong = _borders(judge, train)
    _print_figures(judge, test, threshold)
    return {
        "fingerprint": fingerprint,
        "sentence": _stored(sentence, FEATURES),
        "confidence": _stored(confidence, CONFIDENCE_FEATURES),
        "threshold": round(threshold, 4),
        "strong": round(strong, 4),
    }


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


def _judged(
    examples: Sequence[Example], sentence: Logistic
) -> tuple[list[tuple[float, ...]], list[bool]]:
    """Confidence features of each example, and whether its best sentence is right."""
    rows, labels = [], []
    for example in examples:
        if example.reading.candidates:
            logits = [sentence.logit(c.features) for c in example.reading.candidates]
            rows.append(confidence_features(logits, example.reading.candidates))
            labels.append(example.right[int(np.argmax(logits))])
    return rows, labels


def _borders(judge: Calibration, examples: Sequence[Example]) -> tuple[float, float]:
    """The threshold with the best balanced accuracy, and where answers are right often enough."""
    rows, labels = _judged(examples, judge.sentence)
    answerable = np.asarray([any(e.right) for e in examples if e.reading.candidates])
    sure = np.asarray([_probability(judge, row) for row in rows])
    steps = np.linspace(0.02, 0.98, 97)
    balance = [(sure[answerable] >= t).mean() + (sure[~answerable] < t).mean() for t in steps]
    threshold = float(steps[int(np.argmax(balance))])
    right = np.asarray(labels)
    strong = next(
        (t for t in steps if t >= threshold and right[sure >= t].mean() >= STRONG_PRECISION), 0.98
    )
    return threshold, float(strong)


def _probability(judge: Calibration, row: Sequence[float]) -> float:
    return float(1 / (1 + np.exp(-judge.confidence.logit(row))))


def _print_figures(judge: Calibration, examples: Sequence[Example], threshold: float) -> None:
    rows, labels = _judged(examples, judge.sentence)
    answerable = np.asarray([any(e.right) for e in examples if e.reading.candidates])
    sure = np.asarray([_probability(judge, row) for row in rows])
    print(
        f"{judge.fingerprint[:12]}, held out {len(rows)}: best sentence right "
        f"{np.asarray(labels)[answerable].mean():.3f} of answerable; "
        f"AUROC {roc_auc_score(answerable, sure):.3f}; at {threshold:.2f} answered "
        f"{(sure[answerable] >= threshold).mean():.3f}, refused "
        f"{(sure[~answerable] < threshold).mean():.3f}"
    )


def _stored(logistic: Logistic, names: Sequence[str]) -> dict[str, object]:
    weights = {name: round(w, 5) for name, w in zip(names, logistic.weights, strict=True)}
    return {"weights": weights, "bias": round(logistic.bias, 5)}


if __name__ == "__main__":
    sys.exit(main())
