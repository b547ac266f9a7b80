"""Fusion as pure functions: order, ranks, pools and the weighted sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import fusion
from tests.retrieval.scores import row

SCORES = st.lists(st.integers(-3, 3), max_size=12).map(lambda xs: np.array(xs, np.float32))


@given(SCORES, st.integers(1, 15))
def test_best_is_a_stable_sort(scores: fusion.Scores, count: int) -> None:
    expected = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:count]
    assert fusion.best(scores, count).tolist() == expected


def test_best_with_ties_at_the_cut_takes_the_first_rows() -> None:
    assert fusion.best(row(1, 2, 1, 1, 2), 3).tolist() == [1, 4, 0]


@given(SCORES)
def test_ranks_are_places_in_that_order(scores: fusion.Scores) -> None:
    order = fusion.best(scores, max(1, len(scores)))
    assert fusion.ranks(scores)[order].tolist() == list(range(1, len(scores) + 1))


def test_pool_is_what_any_leg_has_among_its_best() -> None:
    legs = [row(9, 0, 0, 1), row(0, 0, 8, 7)]
    assert fusion.pool(legs, 1).tolist() == [0, 2]
    assert fusion.pool(legs, 2).tolist() == [0, 2, 3]
    assert fusion.pool(legs, 100).tolist() == [0, 1, 2, 3]


def test_standardised() -> None:
    scores = fusion.standardised(row(1, 2, 3, 4))
    assert scores.dtype == np.float32
    assert scores.mean() == pytest.approx(0, abs=1e-6)
    assert scores.std() == pytest.approx(1, abs=1e-6)
    # Scale and offset of a leg do not matter, the distances between its scores do.
    np.testing.assert_allclose(fusion.standardised(row(10, 20, 30, 40) + 7), scores, atol=1e-6)
    assert (np.diff(fusion.standardised(row(0, 1, 9))) > 0).all()


@pytest.mark.parametrize("scores", [row(), row(5), row(2, 2, 2), row(0, 1e-9, 0)])
def test_leg_without_differences_adds_nothing(scores: fusion.Scores) -> None:
    assert fusion.standardised(scores).tolist() == [0] * len(scores)
    other = np.arange(len(scores), dtype=np.float32)
    np.testing.assert_array_equal(
        fusion.weighted_sum([scores, other], (0.7, 0.3)),
        np.float32(0.3) * fusion.standardised(other),
    )


def test_weighted_sum_is_the_formula() -> None:
    legs = [row(1, 2, 6), row(3, 3, 0)]
    expected = sum(
        w * (leg.astype(float) - leg.mean()) / leg.std()
        for w, leg in zip((0.2, 0.8), legs, strict=True)
    )
    np.testing.assert_allclose(fusion.weighted_sum(legs, (0.2, 0.8)), expected, rtol=1e-5)


def test_weights_and_legs_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="zip"):
        fusion.weighted_sum([row(1, 2)], (0.5, 0.5))


def test_empty() -> None:
    assert fusion.best(row(), 3).tolist() == []
    assert fusion.ranks(row()).tolist() == []
    assert fusion.pool([row(), row()], 3).tolist() == []
    assert fusion.weighted_sum([row(), row()], (1, 1)).tolist() == []
