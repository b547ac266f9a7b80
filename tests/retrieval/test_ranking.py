"""Ranking as pure functions: from scored and read windows to passages in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from rag import ranking, retrieval
from rag.ranking import RankedPassage, ReadWindow
from rag.reader import Logits
from rag.retrieval import Pool
from tests.retrieval.scores import row


def pool(
    dense: list[float], lexical: list[float], chunks: list[int], said: list[bool] | None = None
) -> Pool:
    """A pool whose windows are rows 0, 1, 2 ... of the index."""
    rows = np.arange(len(chunks))
    fused = row(*dense) + row(*lexical)
    owners = np.array(chunks, np.int64)
    words = np.array(said if said is not None else [x > 0 for x in lexical], bool)
    return Pool(rows, owners, row(*dense), row(*lexical), fused, words, len(rows))


def window(at: int, chunk: int, odds: float) -> ReadWindow:
    """A window of one character whose best answer has these odds."""
    logits = Logits((Span(0, 1),), row(odds), row(0.0))
    return ReadWindow(at, chunk, Span(0, 1), logits)


def test_an_answer_ends_where_its_sentence_does_though_a_token_reaches_further() -> None:
    # 张三。” as one sentence and its closing mark as the next; 。” is one token.
    logits = Logits((Span(0, 1), Span(1, 4)), row(1, 0), row(0, 2))
    found = logits.best(Span(0, 3))
    assert found is not None
    assert found.span == Span(0, 3)


def test_a_passage_stands_where_its_best_window_does() -> None:
    found = pool([0, 3, 1, 2], [0, 0, 0, 0], [7, 7, 8, 9])
    ranked = ranking.passages(found, (), 10)
    assert [one.row for one in ranked] == [7, 9, 8]
    assert [one.rank for one in ranked] == [1, 2, 3]
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert ranking.passages(found, (), 2) == ranked[:2]


def test_ranks_in_each_leg_and_none_without_a_word_in_common() -> None:
    ranked = ranking.passages(pool([0.9, 0.8, 0.7], [0, 3, 1], [0, 1, 2]), (), 3)
    by_row = {one.row: one for one in ranked}
    assert {r: one.dense_rank for r, one in by_row.items()} == {0: 1, 1: 2, 2: 3}
    assert {r: one.lexical_rank for r, one in by_row.items()} == {0: None, 1: 1, 2: 2}


def test_reading_changes_the_order_and_what_was_read_stays_above_the_rest() -> None:
    found = pool([4, 3, 2, 1], [0, 0, 0, 0], [0, 1, 2, 3])
    read = (window(0, 0, -20.0), window(1, 1, 40.0), window(2, 2, ranking.ODDS_FLOOR))
    ranked = ranking.passages(found, read, 4)
    assert [one.row for one in ranked] == [1, 0, 2, 3]
    assert [one.odds for one in ranked] == [40.0, -20.0, ranking.ODDS_FLOOR, None]
    gained = ranking.ODDS_WEIGHT * (ranking.ODDS_CEILING - ranking.ODDS_FLOOR)
    assert ranked[0].score == pytest.approx(3 + gained)
    assert [one.score for one in ranked[1:]] == [4, 2, 1]


def test_sure_is_a_lead_over_the_next_passage_not_over_the_same_ones_windows() -> None:
    far = ranking.SURE_LEAD
    assert ranking.is_sure(pool([far, far, 0], [0, 0, 0], [5, 5, 6]))
    assert not ranking.is_sure(pool([far - 0.01, 0], [0, 0], [5, 6]))
    assert ranking.is_sure(pool([1], [0], [5]))
    assert ranking.is_sure(pool([], [], []))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-3, 3)), max_size=12))
def test_best_of_each_is_the_first_of_its_key_in_a_stable_sort(
    rows: list[tuple[int, int]],
) -> None:
    keys = np.array([key for key, _ in rows], np.int64)
    scores = np.array([score for _, score in rows], np.float32)
    expected: dict[int, int] = {}
    for at in sorted(range(len(rows)), key=lambda i: (-rows[i][1], i)):
        expected.setdefault(rows[at][0], at)
    assert retrieval.best_of_each(keys, scores).tolist() == list(expected.values())


@pytest.mark.parametrize(
    ("dense", "lexical", "depth", "expected"),
    [
        (1, 1, 5, ("dense", "lexical")),
        (5, 6, 5, ("dense",)),
        (6, 5, 5, ("lexical",)),
        (1, None, 5, ("dense",)),
        # Beyond both depths, the leg that comes nearest is named: none is never the answer.
        (9, 8, 5, ("lexical",)),
        (8, 9, 5, ("dense",)),
        (8, 8, 5, ("dense",)),
        (9, None, 5, ("dense",)),
    ],
)
def test_found_by(dense: int, lexical: int | None, depth: int, expected: tuple[str, ...]) -> None:
    assert RankedPassage(0, 1, 0.0, dense, lexical, None).found_by(depth) == expected
