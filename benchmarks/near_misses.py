"""Labelled questions for calibration: answerable ones, and three kinds made unanswerable.

From BEIR folders with gold answer strings:
- ``deleted``: the sentences that hold the answers are cut out of the corpus, so that the
  right article is there and does not answer (a near-miss by construction);
- ``altered``: a year, number, name or quoted title in the question is replaced by one of the
  same kind from another question that the gold article does not mention;
- ``foreign``: the questions of another set, on things that this corpus is not about.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.documents import read_documents
from index.sentences import sentence_spans
from index.tokens import tagged_words
from index.types import Document
from rag.beir import BeirSet, Query, read_beir

_SLOTS = (
    re.compile(r"(?:19|20)\d{2}(?=年)"),
    re.compile(r"(?<!\d)\d{1,2}(?=[月日岁个])"),
    re.compile(r"(?<=[《“「])[^》”」]+(?=[》”」])"),
)
_ENTITIES = ("nr", "ns", "nt", "nz")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A corpus with questions on it; ``gold`` gives the documents that answer each (none: no)."""

    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    gold: Mapping[str, frozenset[str]]


def answerable(folder: Path, count: int, seed: int) -> Labelled:
    """A random sample of the folder's questions that have gold answers."""
    data = read_beir(folder)
    queries = _sample(
        [q for q in data.queries if q.text and q.answers and not q.unanswerable], count, seed
    )
    return Labelled(read_documents([folder / "corpus.jsonl"]), queries, _gold(data))


def deleted(folder: Path, count: int, seed: int) -> Labelled:
    """Questions whose answer sentences are gone from the corpus."""
    data, whole = read_beir(folder), answerable(folder, count, seed)
    answers: dict[str, set[str]] = {}
    for query in data.queries:
        for document_id in whole.gold.get(query.id, ()):
            answers.setdefault(document_id, set()).update(filter(None, query.answers))
    cut = (_without(d, answers.get(d.id, set())) for d in whole.documents)
    return Labelled(tuple(d for d in cut if d.text.strip()), whole.queries, {})


def altered(folder: Path, count: int, seed: int) -> Labelled:
    """Questions one detail of which was swapped for another that their article lacks."""
    data = read_beir(folder)
    documents = read_documents([folder / "corpus.jsonl"])
    changed = _sample(list(_alter(data, documents, random.Random(seed))), count, seed)
    return Labelled(documents, changed, {})


def foreign(folder: Path, other: Path, count: int, seed: int) -> Labelled:
    """Questions of the set in ``other`` on the corpus in ``folder``."""
    asked = answerable(other, count, seed)
    return Labelled(read_documents([folder / "corpus.jsonl"]), asked.queries, {})


def _alter(data: BeirSet, documents: Sequence[Document], chance: random.Random) -> Iterator[Query]:
    texts, gold = {d.id: d.text for d in documents}, _gold(data)
    pool: dict[str, set[str]] = {}
    for query in data.queries:
        for kind, value in _details(query.text):
            pool.setdefault(kind, set()).add(value)
    for query in data.queries:
        details = list(_details(query.text))
        article = "".join(texts[i] for i in sorted(gold.get(query.id, ())))
        if not details or not article:
            continue
        kind, value = chance.choice(details)
        others = sorted(other for other in pool[kind] if other not in article)
        if value in article and others:
            yield replace(query, text=query.text.replace(value, chance.choice(others)), answers=())


def _details(text: str) -> Iterator[tuple[str, str]]:
    """(kind, string) of what can be swapped in a question."""
    for number, slot in enumerate(_SLOTS):
        yield from ((str(number), match[0]) for match in slot.finditer(text))
    yield from ((t, word) for word, t in tagged_words(text) if t in _ENTITIES and len(word) > 1)


def _without(document: Document, answers: set[str]) -> Document:
    spans = sentence_spans(document.text)
    kept = [
        s.of(document.text) for s in spans if not any(a in s.of(document.text) for a in answers)
    ]
    return replace(document, text="".join(kept))


def _gold(data: BeirSet) -> dict[str, frozenset[str]]:
    return {query: frozenset(documents) for query, documents in data.relevant.items()}


def _sample(queries: Sequence[Query], count: int, seed: int) -> tuple[Query, ...]:
    shuffled = sorted(queries, key=lambda query: query.id)
    random.Random(seed).shuffle(shuffled)
    return tuple(shuffled[:count])
