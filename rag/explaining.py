"""Why a passage was found."""

from __future__ import annotations

from index import tokens
from index.errors import InputError
from index.searchable import SearchIndex
from rag import questions
from rag.search import Looked
from rag.types import Hit, Why

_WORDS = 8


def why(index: SearchIndex, looked: Looked, hit: Hit) -> Why:
    """The words that the passage of ``hit`` shares with the question, and its rank in each leg.

    Raises:
        InputError: the index has no such passage.
    """
    ranked = looked.passages(len(looked.pool.windows))
    chunks, wanted = index.chunks, hit.passage.id
    passage = next((p for p in ranked if chunks[p.row].passage.id == wanted), None)
    if passage is None and all(chunk.passage.id != wanted for chunk in chunks):
        raise InputError(f"文库里没有编号为 {wanted!r} 的段落。")
    inside = set(tokens.words(f"{hit.passage.section}\n{hit.passage.text}"))
    shared = [w for w in dict.fromkeys(questions.content_words(looked.question)) if w in inside]
    return Why(
        words=tuple(shared[:_WORDS]),
        dense_rank=passage.dense_rank if passage else None,
        lexical_rank=passage.lexical_rank if passage else None,
        odds=passage.odds if passage else None,
        relevance=passage.relevance if passage else None,
    )
