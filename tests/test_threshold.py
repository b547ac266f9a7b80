"""The threshold of an answer against the size of what was searched."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.calibration_fit import Example, Material, fit
from index.types import Span
from rag import Library
from rag.calibration import CONFIDENCE_FEATURES, Logistic, Threshold, load
from rag.evidence import Candidate, Reading
from rag.features import FEATURES
from rag.questions import parse


def test_the_threshold_rises_with_what_is_searched() -> None:
    threshold = Threshold(one=-3.0, growth=0.5)
    assert threshold.confidence(1) == pytest.approx(1 / (1 + math.exp(3.0)))
    assert threshold.confidence(100) == pytest.approx(1 / (1 + math.exp(3.0 - 0.5 * math.log(100))))
    assert threshold.confidence(0) == threshold.confidence(1)


def test_shipped_thresholds_rise(seed_library: Library) -> None:
    for name in (seed_library.fingerprint, "any"):
        calibration = load(name)
        assert calibration.threshold.growth > 0
        assert calibration.threshold.confidence(100_000) < calibration.strong


@pytest.mark.parametrize("question", ["？？？", "……", "🙂"])
def test_marks_without_a_word_are_no_question(seed_library: Library, question: str) -> None:
    assert seed_library.ask(question).status == "no_evidence"


def test_the_fit_refuses_the_same_share_at_each_size() -> None:
    chance = np.random.default_rng(5)
    foreign = [
        _example(float(chance.normal(-6 + math.log(size), 1)), size, right=False)
        for size in (10, 100, 1000, 10000)
        for _ in range(300)
    ]
    answered = [_example(float(chance.normal(8, 2)), 1000, right=True) for _ in range(200)]
    stored = fit("x", Material(tuple(answered + foreign[::5]), tuple(foreign)), FEATURES)
    threshold = Threshold(**stored["threshold"])
    weights = stored["confidence"]
    judge = Logistic(
        tuple(weights["weights"][name] for name in CONFIDENCE_FEATURES), weights["bias"]
    )
    at = CONFIDENCE_FEATURES.index("reader_odds")
    for size in (10, 10000):
        values = [_odds(e) for e in foreign if e.reading.searched == size]
        names = range(len(CONFIDENCE_FEATURES))
        logits = [judge.logit([v if i == at else 0.0 for i in names]) for v in values]
        cut = threshold.one + threshold.growth * math.log(size)
        assert np.mean([logit < cut for logit in logits]) == pytest.approx(0.9, abs=0.06)


def _example(odds: float, searched: int, *, right: bool) -> Example:
    values = tuple(odds if name == "reader_odds" else 0.0 for name in FEATURES)
    other = tuple(odds - 5 if name == "reader_odds" else 0.0 for name in FEATURES)
    candidates = tuple(
        Candidate(0, 0, number, Span(0, 1), Span(0, 1), features)
        for number, features in enumerate((values, other))
    )
    return Example(Reading(parse("问什么？"), candidates, searched), (right, False))


def _odds(example: Example) -> float:
    return example.reading.candidates[0].features[FEATURES.index("reader_odds")]
