"""The two regressions of the calibration and its threshold, fitted on questions that were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression, QuantileRegressor
from sklearn.metrics import roc_auc_score

from rag.calibration import (
    CONFIDENCE_FEATURES,
    Calibration,
    Logistic,
    Threshold,
    confidence_features,
    fails,
    sigmoid,
)
from rag.evidence import Reading
from rag.features import FEATURES

SEED = 7
FOREIGN_REFUSED = 0.9  # share of the questions on other things that the threshold refuses
STRONG_PRECISION = 0.8  # share of right answers to count as strong, were half answerable
COSINES = ("sentence_cosine", "cosine_lead")
# Judged apart: a sentence that fails one is no evidence, and must not lose its place to another.
_REQUIREMENTS = ("missing_weight", "missing_specifics", "missing_entities", "asked_missing")
# They weigh otherwise in one long article than in the corpora of one-paragraph articles here.
_OF_THE_CORPUS = ("passage_rank", "passage_words", "nearby_words", "sentence_words")
_WORDS = ("sentence_words", "sentence_bigrams", "nearby_words", "passage_words")
_REFUSED = -9.0  # log-odds that stand for "a requirement failed"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question read, and per candidate whether it holds a gold answer."""

    reading: Reading
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """``examples``: of every kind, asked of a whole set; ``foreign``: on other things, by size."""

    examples: tuple[Example, ...]
    foreign: tuple[Example, ...]


def fit(fingerprint: str, material: Material, used: Sequence[str]) -> dict[str, object]:
    """Fit both regressions on four fifths, measure on the last, return the stored entry."""
    examples = material.examples
    chance = np.random.default_rng(SEED)
    held_out = chance.random(len(examples)) < 0.2
    train = [e for e, out in zip(examples, held_out, strict=True) if not out]
    test = [e for e, out in zip(examples, held_out, strict=True) if out]
    sentence = _sentence(train, used)
    judged = _judged(train, sentence)
    confidence = _regression(
        [j.features for j in judged if not j.fails],
        [j.right for j in judged if not j.fails],
        CONFIDENCE_FEATURES,
        used,
        balanced=True,
    )
    threshold = _threshold(confidence, _judged(material.foreign, sentence))
    judge = Calibration(
        fingerprint,
        sentence,
        confidence,
        threshold,
        strong=_strong(confidence, threshold, judged),
        failing=float(np.mean([j.right for j in judged if j.fails])),
    )
    _print_figures(judge, _judged(test, sentence))
    return _entry(judge)


def _sentence(examples: Sequence[Example], used: Sequence[str]) -> Logistic:
    answerable = [e for e in examples if any(e.right)]
    rows = [c.features for e in answerable for c in e.reading.candidates]
    right = [right for e in answerable for right in e.right]
    return _regression(
        # Once more as a free paraphrase would look, which these sets hardly have.
        rows + [_without_words(row) for row in rows],
        right + right,
        FEATURES,
        [name for name in used if name not in (*_REQUIREMENTS, *_OF_THE_CORPUS)],
    )


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
    searched: int


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
                    searched=example.reading.searched,
                )
            )
    return judged


def _threshold(confidence: Logistic, foreign: Sequence[Judged]) -> Threshold:
    """Where the share ``FOREIGN_REFUSED`` is refused at any size: a quantile regression.

    Near-misses are left to the requirements: a threshold that refused more of them would refuse
    most free paraphrases, and a wrong refusal hides what the reader could check.
    """
    logits = [_REFUSED if j.fails else confidence.logit(j.features) for j in foreign]
    sizes = np.log([[j.searched] for j in foreign])
    model = QuantileRegressor(quantile=FOREIGN_REFUSED, alpha=0.0, solver="highs")
    model.fit(sizes, logits)
    return Threshold(float(model.intercept_), float(model.coef_[0]))


def _strong(confidence: Logistic, threshold: Threshold, judged: Sequence[Judged]) -> float:
    """From which confidence on enough answers are right, were half of all questions answerable."""
    sure = np.asarray([0.0 if j.fails else sigmoid(confidence.logit(j.features)) for j in judged])
    right = np.asarray([j.right for j in judged])
    yes = np.asarray([j.answerable for j in judged])
    weights = np.where(yes, 0.5 / yes.mean(), 0.5 / (1 - yes.mean()))
    lowest = max(threshold.confidence(j.searched) for j in judged)
    steps = [t for t in np.linspace(0.02, 0.98, 97) if t >= lowest and (sure >= t).any()]
    enough = (
        t
        for t in steps
        if np.average(right[sure >= t], weights=weights[sure >= t]) >= STRONG_PRECISION
    )
    return float(next(enough, 0.98))


def _print_figures(judge: Calibration, judged: Sequence[Judged]) -> None:
    sure = np.asarray(
        [
            sigmoid(judge.confidence.logit(j.features)) * (judge.failing if j.fails else 1.0)
            for j in judged
        ]
    )
    given = np.asarray(
        [
            s >= judge.threshold.confidence(j.searched) and not j.fails
            for s, j in zip(sure, judged, strict=True)
        ]
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


def _entry(judge: Calibration) -> dict[str, object]:
    threshold = judge.threshold
    return {
        "fingerprint": judge.fingerprint,
        "sentence": _stored(judge.sentence, FEATURES),
        "confidence": _stored(judge.confidence, CONFIDENCE_FEATURES),
        "threshold": {"one": round(threshold.one, 4), "growth": round(threshold.growth, 4)},
        "strong": round(judge.strong, 4),
        "failing": round(judge.failing, 4),
    }


def _stored(logistic: Logistic, names: Sequence[str]) -> dict[str, object]:
    weights = {name: round(w, 5) for name, w in zip(names, logistic.weights, strict=True)}
    return {"weights": weights, "bias": round(logistic.bias, 5)}
