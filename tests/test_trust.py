"""Risk, coverage and reliability against their definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import trust
from rag.trust import Trusted

ANSWERS = st.lists(
    st.builds(
        Trusted, st.sampled_from([0.05, 0.2, 0.4, 0.41, 0.6, 1.0]), st.just(True), st.booleans()
    )
    | st.builds(Trusted, st.sampled_from([0.05, 0.2, 0.4, 0.6]), st.just(False), st.just(False)),
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
        assert point.wrong == pytest.approx(sum(not one.gold for one in kept) / len(kept))
    assert curve[-1].confidence == min(one.confidence for one in answers)


def test_of_many_answers_there_is_a_point_each_two_in_a_hundred() -> None:
    answers = [Trusted(n / 1000, True, True) for n in range(1000)]
    curve = trust.risk_coverage(answers, 1000, 1)
    assert [round(point.coverage, 2) for point in curve] == [n / 50 for n in range(1, 51)]


def test_no_answer_has_no_curve() -> None:
    assert trust.risk_coverage([], 3, 4) == ()
