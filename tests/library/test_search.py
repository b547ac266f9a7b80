"""Search: so many hits, in order, each with the reason why it was found."""

from __future__ import annotations

import pytest

from rag import Library, ranking
from rag.questions import content_words
from tests.library.asking import FACT, check_hits
from ui import views


@pytest.mark.parametrize("k", [1, 3, 7, 100])
def test_search_gives_k_hits_or_all(seed_library: Library, k: int) -> None:
    hits = seed_library.search(FACT, k)
    assert len(hits) == min(k, len(seed_library.passages))
    check_hits(seed_library, hits)
    assert "96.56%" in hits[0].passage.text


def test_sentences_of_a_hit_are_those_that_match_best_first(seed_library: Library) -> None:
    hit = seed_library.search(FACT, 1)[0]
    text = seed_library.document(hit.passage.document_id).text
    assert hit.sentences[0].of(text) == "村(社区)主职“一肩挑”比例实现率达96.56%。"
    assert len(hit.sentences) <= 3


def test_why_names_words_and_ranks(seed_library: Library) -> None:
    hit = seed_library.search(FACT, 1)[0]
    why = seed_library.why(FACT, hit)
    assert "比例" in why.words
    assert all(word in f"{hit.passage.section}{hit.passage.text}".lower() for word in why.words)
    assert why.dense_rank is not None
    assert why.lexical_rank == 1


def test_outer_white_space_of_a_question_does_not_matter(seed_library: Library) -> None:
    assert seed_library.search(f" \u3000{FACT}\n") == seed_library.search(FACT)


def test_why_is_told_of_what_was_looked_up_and_nothing_is_read_again(
    seed_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question with two parts: each passage is explained by the part that found it."""
    parts = ["“澧兰党建”云平台投资多少？", "村主职“一肩挑”的比例是多少？"]
    answer = seed_library.ask("".join(parts))
    assert {hit.query.rstrip("？") for hit in answer.hits} == {part.rstrip("？") for part in parts}
    monkeypatch.setattr(ranking, "read", None)  # a call would fail
    shown = views.turn(seed_library, answer, 1, 0.1)
    assert len(shown.cards) == 2
    for card in shown.cards:
        assert card.why is not None
        hit = next(hit for hit in answer.hits if hit.passage == card.passage)
        assert set(card.why.words) <= set(content_words(hit.query))
        assert card.why.odds is not None
