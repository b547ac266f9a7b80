"""Search: so many hits, in order, each with the reason why it was found."""

from __future__ import annotations

import pytest

from rag import Library
from tests.library.asking import FACT, check_hits


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
