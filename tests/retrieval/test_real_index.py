"""The legs, the reader and the ranking over a real index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.tokens import search_tokens
from rag import Library, fusion, ranking, retrieval
from rag.retrieval import WEIGHTS, Pool
from tests.evaluation.scripted import write_rows

QUESTION = "村主职“一肩挑”的比例是多少？"


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


def test_a_title_as_long_as_a_page_leaves_room_for_the_text(tmp_path: Path) -> None:
    title = "关于进一步加强水库管理工作的通知，" * 60
    write_rows(
        tmp_path / "corpus.jsonl",
        [{"_id": "d1", "title": title, "text": "青石水库的库容是三千万立方米。"}],
    )
    library = Library.build(tmp_path / "corpus.jsonl", tmp_path / "data")
    question = "青石水库的库容是多少？"
    found = found_in(library, question)
    (read,) = ranking.read(library._index, question, found, library._search.reader)
    assert read.odds > 4
    assert library.ask(question).short == "三千万立方米"


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
