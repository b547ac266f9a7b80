"""From features to probabilities: weights fitted on labelled questions, per embedding model.

Two logistic regressions: which sentence holds the answer, and whether the best evidence
answers at all. ``calibration.json`` holds their weights with the fingerprint of the model
that they were fitted for, the data and the figures; ``benchmarks/calibrate.py`` makes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rag.evidence import Candidate
from rag.features import FEATURES, fails_question

# Of the best sentence, and the words of its passage. Those of the sentence are left out: they
# choose it, but do not tell a near-miss, which shares them, from a paraphrase, which does not.
CONFIDENCE_FEATURES = ("reader_odds", "sentence_cosine", "cosine_lead", "passage_words")
_NO = -8.0  # the reader's log-odds below which it says no more than no

_FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Logistic:
    """``P = 1 / (1 + exp(-(bias + weights · features)))``."""

    weights: tuple[float, ...]
    bias: float

    def logit(self, features: Sequence[float]) -> float:
        """The log-odds."""
        terms = (w * f for w, f in zip(self.weights, features, strict=True))
        return self.bias + math.fsum(terms)


@dataclass(frozen=True, slots=True)
class Threshold:
    """The log-odds that evidence needs: ``one + growth · ln(windows searched)``.

    The more is searched, the nearer comes something that does not answer.
    """

    one: float
    growth: float

    def confidence(self, searched: int) -> float:
        """The lowest confidence with which a question is answered, for so many windows."""
        return sigmoid(self.one + self.growth * math.log(max(searched, 1)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """How to judge evidence found with one embedding model.

    ``threshold``: where the answer is "no evidence". ``strong``: from this confidence on the
    answer counts as well supported. ``failing``: share of the evidence that failed a requirement
    of the question and was right all the same.
    """

    fingerprint: str
    sentence: Logistic
    confidence: Logistic
    threshold: Threshold
    strong: float
    failing: float


def load(fingerprint: str) -> Calibration:
    """The calibration of a model; for an unknown model, the one without cosines."""
    entries = _entries()
    return entries.get(fingerprint) or entries["any"]


def sentence_logits(calibration: Calibration, candidates: Sequence[Candidate]) -> list[float]:
    """Log-odds that each candidate holds the answer."""
    return [calibration.sentence.logit(candidate.features) for candidate in candidates]


def best_of(logits: Sequence[float], candidates: Sequence[Candidate]) -> Candidate:
    """The candidate with the highest log-odds."""
    return candidates[max(range(len(logits)), key=lambda i: logits[i])]


def confidence_features(
    logits: Sequence[float], candidates: Sequence[Candidate]
) -> tuple[float, ...]:
    """``CONFIDENCE_FEATURES`` of the best candidate."""
    values = dict(zip(FEATURES, best_of(logits, candidates).features, strict=True))
    values["reader_odds"] = max(values["reader_odds"], _NO)
    return tuple(values[name] for name in CONFIDENCE_FEATURES)


def fails(logits: Sequence[float], candidates: Sequence[Candidate]) -> bool:
    """Whether the best candidate fails a requirement of the question: then it is no evidence."""
    return bool(candidates) and fails_question(best_of(logits, candidates).features)


def confidence(
    calibration: Calibration, logits: Sequence[float], candidates: Sequence[Candidate]
) -> float:
    """Probability that the best evidence answers the question; 0.0 without candidates.

    Where it fails a requirement, the share of such evidence that was right all the same counts.
    """
    if not candidates:
        return 0.0
    sure = sigmoid(calibration.confidence.logit(confidence_features(logits, candidates)))
    return sure * calibration.failing if fails(logits, candidates) else sure


def sigmoid(logit: float) -> float:
    """``1 / (1 + exp(-logit))`` without overflow."""
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else 1 - 1 / (1 + math.exp(logit))


@cache
def _entries() -> dict[str, Calibration]:
    stored = json.loads(files("rag").joinpath(_FILE).read_text("utf-8"))
    return {entry["fingerprint"]: _entry(entry) for entry in stored["calibrations"]}


def _entry(entry: dict[str, object]) -> Calibration:
    return Calibration(
        fingerprint=str(entry["fingerprint"]),
        sentence=_logistic(entry["sentence"], FEATURES),
        confidence=_logistic(entry["confidence"], CONFIDENCE_FEATURES),
        threshold=_threshold(entry["threshold"]),
        strong=float(str(entry["strong"])),
        failing=float(str(entry["failing"])),
    )


def _logistic(stored: object, names: Sequence[str]) -> Logistic:
    """Weights by feature name, so that a feature without a stored weight is an error."""
    assert isinstance(stored, dict)
    return Logistic(tuple(float(stored["weights"][name]) for name in names), float(stored["bias"]))


def _threshold(stored: object) -> Threshold:
    assert isinstance(stored, dict)
    return Threshold(float(stored["one"]), float(stored["growth"]))
