"""Where the likeliest sentence fails the question, another that does not may stand in for it."""

from __future__ import annotations

import pytest

from index.types import Span
from rag import answering
from rag.evidence import Candidate, Reading
from rag.features import FEATURES
from rag.questions import parse

FAILING = {"other_year": 1.0, "reader_odds": -3.0}


def candidate(number: int, values: dict[str, float]) -> Candidate:
    features = tuple(values.get(name, 0.0) for name in FEATURES)
    return Candidate(0, 0, number, Span(0, 9), Span(0, 2), features)


@pytest.mark.parametrize(
    ("failing", "meeting", "logit", "stands_in"),
    [
        (FAILING, {"reader_odds": 6.0}, -0.5, True),
        (FAILING, {"reader_odds": 6.0}, -1.5, False),  # not likely enough
        (FAILING, {"reader_odds": 0.5}, -0.5, True),  # the only one that is read as the answer
        (FAILING, {"reader_odds": -0.5}, -0.5, False),
        (FAILING | {"reader_odds": 1.0}, {"reader_odds": 2.0}, -0.5, False),
        (FAILING, {"reader_odds": -0.5, "sentence_words": 1.0}, -0.5, True),
        (FAILING, {"reader_odds": -0.5, "sentence_words": 0.8}, -0.5, False),
        (FAILING, {"reader_odds": 6.0, "kind_found": -1.0}, -0.5, False),  # it fails as well
    ],
)
def test_what_stands_in_for_a_sentence_that_fails(
    failing: dict[str, float], meeting: dict[str, float], logit: float, stands_in: bool
) -> None:
    both = (candidate(0, failing), candidate(1, meeting))
    reading = Reading(parse("2021年投资多少？"), both, searched=10)
    kept, logits = answering._requited(reading, [0.0, logit])
    assert [c.number for c in kept.candidates] == ([1] if stands_in else [0, 1])
    assert logits == ([logit] if stands_in else [0.0, logit])
