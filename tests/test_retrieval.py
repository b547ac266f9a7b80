"""Fusion as pure functions, and the legs over a real index."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import search_tokens
from index.types import Span
from rag import Library, fusion, ranking, retrieval
from rag.ranking import RankedPassage, ReadWindow
from rag.reader import Logits
from rag.retrieval import WEIGHTS, Pool

SCORES = st.lists(st.integers(-3, 3), max_size=12).map(lambda xs: np.array(xs, np.float32))
QUESTION = "村主职“一肩挑”的比例是多少？"


def row(*values: float) -> fusion.Scores:
    return np.array(values, np.float32)


# --- fusion -------------------------------------------------------------------------------------


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


# --- ranking ------------------------------------------------------------------------------------


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


# --- over the real index ------------------------------------------------------------------------


def found_in(library: Library, question: str, passages: int = 5) -> Pool:
    vector = library._encoder.encode_queries([question])[0]
    return retrieval.find(library._index, vector, search_tokens(question), passages)


def test_a_small_index_is_in_the_pool_whole_with_the_exact_scores(seed_library: Library) -> None:
    index, found = seed_library._index, found_in(seed_library, QUESTION)
    vector = seed_library._encoder.encode_queries([QUESTION])[0]
    assert found.windows.tolist() == list(range(len(index.window_chunk)))
    assert found.chunks.tolist() == index.window_chunk.tolist()
    np.testing.assert_allclose(found.dense, index.vectors.matrix() @ vector, atol=2e-3)
    words = index.window_words.scores(search_tokens(QUESTION))
    np.testing.assert_array_equal(found.said, words > 0)
    legs = (found.dense, words, np.zeros_like(words))  # one document: its words tell nothing apart
    np.testing.assert_allclose(found.fused, fusion.weighted_sum(legs, WEIGHTS), atol=1e-5)


def test_the_pool_has_the_best_of_each_leg(
    seed_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, whole = seed_library._index, found_in(seed_library, QUESTION)
    monkeypatch.setattr(retrieval, "POOL_WINDOWS", 3)
    found = found_in(seed_library, QUESTION, 1)
    words = index.window_words.scores(search_tokens(QUESTION))
    expected = set(fusion.best(whole.dense, 3)) | set(fusion.best(words, 3))
    assert set(found.windows) == expected
    assert len(expected) < len(whole.windows)


def test_windows_are_where_the_index_says(seed_library: Library) -> None:
    index = seed_library._index
    spans = [retrieval.window_span(index, at) for at in range(len(index.window_chunk))]
    assert spans == [window for chunk in index.chunks for window in chunk.windows]


def test_as_many_passages_as_asked_for(seed_library: Library) -> None:
    hits = seed_library.search(QUESTION, 100)
    assert {hit.passage for hit in hits} == set(seed_library.passages)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


def test_hits_carry_what_was_found_and_read(
    seed_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "SURE_LEAD", np.inf)
    question = "老乡跑一趟，能在同一个窗口办妥多少样手续？"
    found = found_in(seed_library, question)
    read = ranking.read(seed_library._index, question, found, seed_library._search.reader)
    assert len(read) == ranking.WINDOWS
    ranked = ranking.passages(found, read, 3)
    hits = seed_library.search(question, 3)
    assert [hit.passage for hit in hits] == [seed_library.passages[one.row] for one in ranked]
    assert [hit.found_by for hit in hits] == [one.found_by(3) for one in ranked]
    assert [hit.score for hit in hits] == pytest.approx([o.score for o in ranked], abs=1e-5)
    for hit, one in zip(hits, ranked, strict=True):
        why = seed_library.why(question, hit)
        assert (why.dense_rank, why.lexical_rank) == (one.dense_rank, one.lexical_rank)
        assert why.odds == pytest.approx(one.odds)


def test_a_likely_answer_ends_the_reading(seed_library: Library) -> None:
    index, reader = seed_library._index, seed_library._search.reader
    found = found_in(seed_library, QUESTION)
    few, whole = (ranking.read(index, QUESTION, found, reader, count) for count in (4, 8))
    assert max(window.odds for window in few) > 4  # the sentence that says it
    assert [window.window for window in whole] == [window.window for window in few]
    absent = "月球背面的探测器叫什么名字？"
    read = ranking.read(index, absent, found_in(seed_library, absent), reader)
    assert len(read) == ranking.WINDOWS


def test_a_plain_question_is_searched_without_the_reader(
    seed_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "SURE_LEAD", 0.0)
    monkeypatch.setattr(ranking, "read", None)  # a call would fail
    found = found_in(seed_library, QUESTION)
    hits = seed_library.search(QUESTION, 2)
    assert [hit.score for hit in hits] == pytest.approx(
        [one.score for one in ranking.passages(found, (), 2)], abs=1e-5
    )


def test_documents_have_the_score_of_their_best_window(seed_library: Library) -> None:
    rankings, found = seed_library.rank_documents(QUESTION), found_in(seed_library, QUESTION)
    (document,) = seed_library.documents
    for ranked, scores in (
        (rankings.dense, found.dense),
        (rankings.lexical, found.lexical),
        (rankings.fused, found.fused),
    ):
        assert [(d.document_id, d.score) for d in ranked] == [
            (document, pytest.approx(float(scores.max()), abs=1e-5))
        ]
    assert [d.document_id for d in rankings.ranked] == [document]
