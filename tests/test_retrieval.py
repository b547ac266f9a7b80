"""Fusion as pure functions, and the legs over a real index."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import search_tokens
from rag import Library, fusion, retrieval
from rag.retrieval import WEIGHTS, LegScores, ScoredPassage

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


def legs(dense: list[float], words: list[float], document: list[float]) -> LegScores:
    return LegScores(row(*dense), row(*words), row(*document))


def test_retrieve_is_the_weighted_sum_best_first() -> None:
    scores = legs([0.9, 0.8, 0.7, 0.6], [0, 3, 0, 1], [5, 5, 0, 0])
    fused = fusion.weighted_sum((scores.dense, scores.window_words, scores.document_words), WEIGHTS)
    ranked = retrieval.retrieve(scores, 4)
    assert [one.row for one in ranked] == np.argsort(-fused, kind="stable").tolist()
    assert [one.score for one in ranked] == pytest.approx(sorted(fused, reverse=True))
    assert [one.score for one in ranked] == sorted((o.score for o in ranked), reverse=True)


def test_ranks_in_each_leg_and_none_without_a_word_in_common() -> None:
    ranked = retrieval.retrieve(legs([0.9, 0.8, 0.7], [0, 3, 1], [0, 0, 0]), 3)
    by_row = {one.row: one for one in ranked}
    assert {r: one.dense_rank for r, one in by_row.items()} == {0: 1, 1: 2, 2: 3}
    assert {r: one.lexical_rank for r, one in by_row.items()} == {0: None, 1: 1, 2: 2}


def test_fewer_passages_than_asked_for() -> None:
    scores = legs([0.9, 0.8], [0, 0], [0, 0])
    assert [one.row for one in retrieval.retrieve(scores, 10)] == [0, 1]
    assert retrieval.retrieve(legs([], [], []), 3) == []


def test_question_without_a_known_word_is_ranked_by_meaning_alone() -> None:
    ranked = retrieval.retrieve(legs([0.7, 0.9, 0.8], [0, 0, 0], [0, 0, 0]), 3)
    assert [one.row for one in ranked] == [1, 2, 0]
    assert all(one.found_by(3) == ("dense",) for one in ranked)


def test_passages_outside_every_legs_best_are_not_candidates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retrieval, "POOL_DEPTH", 1)
    ranked = retrieval.retrieve(legs([0.9, 0.8, 0.7], [0, 0.5, 3], [1, 0, 0]), 3)
    assert sorted(one.row for one in ranked) == [0, 2]


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
    assert ScoredPassage(0, 0.0, dense, lexical).found_by(depth) == expected


# --- over the real index ------------------------------------------------------------------------


def scores_of(library: Library, question: str) -> LegScores:
    vector = library._encoder.encode_queries([question])[0]
    return retrieval.leg_scores(library._index, vector, search_tokens(question))


def test_a_passage_has_the_score_of_its_best_window(seed_library: Library) -> None:
    index = seed_library._index
    vector = seed_library._encoder.encode_queries([QUESTION])[0]
    cosines = index.vectors.matrix() @ vector
    words = index.window_words.scores(search_tokens(QUESTION))
    scores = scores_of(seed_library, QUESTION)
    assert scores.dense.shape == (len(index.chunks),)
    for number in range(len(index.chunks)):
        windows = index.window_chunk == number
        assert scores.dense[number] == pytest.approx(cosines[windows].max(), abs=1e-5)
        assert scores.window_words[number] == words[windows].max()


def test_words_of_a_document_count_for_each_of_its_passages(seed_library: Library) -> None:
    scores = scores_of(seed_library, QUESTION)
    assert len(set(scores.document_words.tolist())) == 1
    assert scores.document_words[0] > 0


def test_documents_have_the_score_of_their_best_passage(seed_library: Library) -> None:
    rankings = seed_library.rank_documents(QUESTION)
    scores = scores_of(seed_library, QUESTION)
    (document,) = seed_library.documents
    assert [(d.document_id, d.score) for d in rankings.dense] == [
        (document, pytest.approx(float(scores.dense.max()), abs=1e-5))
    ]
    assert [d.document_id for d in rankings.fused] == [document]
    assert rankings.fused[0].score == pytest.approx(retrieval.retrieve(scores, 1)[0].score)


def test_hits_carry_what_retrieval_found(seed_library: Library) -> None:
    ranked = retrieval.retrieve(scores_of(seed_library, QUESTION), 3)
    hits = seed_library.search(QUESTION, 3)
    passages = [seed_library.passages[one.row] for one in ranked]
    assert [hit.passage for hit in hits] == passages
    assert [hit.found_by for hit in hits] == [one.found_by(3) for one in ranked]
    assert [hit.score for hit in hits] == pytest.approx([o.score for o in ranked], abs=1e-5)
    for hit, one in zip(hits, ranked, strict=True):
        why = seed_library.why(QUESTION, hit)
        assert (why.dense_rank, why.lexical_rank) == (one.dense_rank, one.lexical_rank)
