"""Risk, coverage and reliability against their definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import trust
from rag.trust import Evidence, Trusted

RIGHT, WRONG = Evidence(1.0, 1.0, 1.0), Evidence(0.0, 0.0, 0.0)
CONFIDENCES = st.sampled_from([0.0, 0.05, 0.2, 0.4, 0.41, 0.6, 1.0])
ANSWERS = st.lists(
    st.builds(Trusted, CONFIDENCES, st.just(True), st.sampled_from([RIGHT, WRONG]))
    | st.builds(Trusted, CONFIDENCES, st.just(False), st.just(WRONG)),
    min_size=1,
    max_size=120,
)


@given(ANSWERS, st.integers(0, 9))
def test_the_curve_is_what_each_threshold_leaves(answers: list[Trusted], refused: int) -> None:
    answerable = refused + sum(one.answerable for one in answers)
    curve = trust.risk_coverage(answers, answerable, 5)
    assert [p.confidence for p in curve] == sorted({p.confidence for p in curve}, reverse=True)
    for point in curve:
        kept = [one for one in answers if one.confidence >= point.confidence]
        right = sum(one.answerable for one in kept)
        assert point.coverage == pytest.approx(right / answerable if answerable else 0)
        assert point.risk == pytest.approx(1 - right / len(kept))
        assert point.wrong == pytest.approx(sum(one.evidence == WRONG for one in kept) / len(kept))
    assert curve[-1].confidence == min(one.confidence for one in answers)


def test_of_many_answers_there_is_a_point_each_two_in_a_hundred() -> None:
    answers = [Trusted(n / 1000, True, RIGHT) for n in range(1000)]
    curve = trust.risk_coverage(answers, 1000, 1)
    assert [round(point.coverage, 2) for point in curve] == [n / 50 for n in range(1, 51)]


def test_no_answer_has_no_curve() -> None:
    assert trust.risk_coverage([], 3, 4) == ()


@given(ANSWERS)
def test_reliability_is_by_bins_that_hold_every_answer(answers: list[Trusted]) -> None:
    found = trust.reliability(answers)
    assert found is not None
    assert sum(one.answers for one in found.bins) == len(answers)
    gaps = [
        one.answers * abs(one.confidence - one.right.gold)
        for one in found.bins
        if one.confidence is not None and one.right is not None
    ]
    assert found.ece.gold == pytest.approx(sum(gaps) / len(answers))
    assert all(b.confidence is None or b.low <= b.confidence <= b.high + 1e-9 for b in found.bins)
    assert 0 <= found.ece.holds <= found.brier.holds**0.5 + 1e-9  # Jensen, bin by bin


def test_the_edges_of_bins() -> None:
    found = trust.reliability([Trusted(c, True, RIGHT) for c in (0.0, 0.2, 0.6, 0.999, 1.0)])
    assert found is not None
    assert [one.answers for one in found.bins] == [1, 1, 0, 1, 2]
    assert trust.reliability([]) is None
