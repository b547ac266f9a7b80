"""Which sentences of the found passages speak to the question, and how strongly.

Every candidate sentence gets a few features; the calibration (fitted on labelled
questions, never guessed) turns them into one probability.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import Encoder, Vector
from index.layout import cells
from index.passages import ABOUT
from index.searchable import SearchIndex
from index.tokens import bigrams, normalise, tagged_words, words
from index.types import Chunk, Span
from rag import questions, spans
from rag.questions import Kind, Question
from rag.retrieval import ScoredPassage

CANDIDATES = 32  # sentences that are embedded for a question
_MATCHES = 3  # sentences named for a hit
_LEAD_MAX = 40  # characters of a sentence that only announces what follows
_SPECIFIC = re.compile(r"\d+(?:\.\d+)?|[a-z][a-z0-9\-]+|[“《「]([^”》」]+)[”》」]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
# Shortest word of each part of speech that is taken for an entity: jieba tags many pairs of
# characters as people's names that are none.
_ENTITY_LENGTH = {"nr": 3, "nrt": 3, "nrfg": 3, "ns": 2, "nt": 2, "nz": 2}

FEATURES = (
    "sentence_cosine",  # question and sentence, by the embedding model
    "cosine_lead",  # ... above the mean of all candidates
    "sentence_words",  # share of the question's words in the sentence and its lead, by weight
    "sentence_bigrams",  # share of the question's character bigrams in the sentence and its lead
    "nearby_words",  # ... or in the sentences beside it
    "passage_words",  # ... or in the passage, its heading and title
    "missing_weight",  # the weightiest word of the question that the passage lacks (0 to 1)
    "missing_specifics",  # numbers, Latin words and quoted names of the question not in the passage
    "passage_score",  # fused score of the passage
    "passage_lead",  # ... above that of the next passage
    "kind_found",  # a string of the kind that the question asks for
    "length",  # log of the sentence's characters
    "other_year",  # the question names a year, and the sentence only others
    "missing_entities",  # people, places and organisations of the question not in the passage
    "about",  # a line on the article itself (title, credits), not of its content
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence: its chunk's row, the place of the chunk in the ranking, its number there."""

    row: int
    rank: int
    number: int
    span: Span
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The question understood, and the candidates in the order of the passages."""

    question: Question
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """A ranked passage, cut up once: its sentences, their words, and all that is around them."""

    found: ScoredPassage
    chunk: Chunk
    sentences: tuple[str, ...]
    words: tuple[frozenset[str], ...]
    whole: str  # with title and heading
    lead: float  # fused score above that of the next passage

    def own(self, number: int) -> str:
        """A sentence with the lead or the table header that it cannot be read without."""
        text = self.sentences[number]
        if len(cells(text)) > 1:
            header = next(row for row in self.sentences if len(cells(row)) > 1)
            return f"{header}\n{text}"
        before = self.sentences[number - 1] if number else ""
        return before + text if before and is_lead(before) else text

    def nearby(self, number: int) -> frozenset[str]:
        """The words of a sentence and of those beside it."""
        return frozenset().union(*self.words[max(0, number - 1) : number + 2])


def read(
    text: str, index: SearchIndex, ranked: Sequence[ScoredPassage], encoder: Encoder
) -> Reading:
    """Describe the candidate sentences of the ``ranked`` passages by ``FEATURES``."""
    question = questions.parse(text)
    pages = [_page(index, ranked, rank) for rank in range(len(ranked))]
    query = encoder.encode_queries([text])[0]
    places = _prefilter(question, index, pages, query)
    if not places:
        return Reading(question, ())
    owns = [pages[rank].own(number) for rank, number in places]
    cosines = encoder.encode_passages(owns) @ query  # (candidates,)
    mean = float(cosines.mean())
    candidates = tuple(
        _candidate(question, pages[rank], rank, number, float(cosine), mean)
        for (rank, number), cosine in zip(places, cosines, strict=True)
    )
    return Reading(question, candidates)


def matching_sentences(text: str, index: SearchIndex, chunk: Chunk) -> tuple[Span, ...]:
    """The sentences of a chunk with the most of the question's words, best first."""
    asked = questions.content_words(text)
    document = index.texts[chunk.passage.document_id]
    shares = [(_share(asked, words(span.of(document))), span) for span in chunk.sentences]
    matching = sorted((item for item in shares if item[0] > 0), key=lambda item: -item[0])
    return tuple(span for _, span in matching[:_MATCHES])


def is_lead(sentence: str) -> bool:
    """Whether a sentence only announces the next ones (二是做实城市社区“三联四建”。)."""
    return len(sentence) <= _LEAD_MAX and bool(spans.ENUMERATOR.match(sentence))


def _page(index: SearchIndex, ranked: Sequence[ScoredPassage], rank: int) -> _Page:
    found = ranked[rank]
    chunk = index.chunks[found.row]
    document = index.documents[int(index.chunk_document[found.row])]
    sentences = tuple(span.of(document.text) for span in chunk.sentences)
    return _Page(
        found=found,
        chunk=chunk,
        sentences=sentences,
        words=tuple(frozenset(words(sentence)) for sentence in sentences),
        whole=f"{document.title}\n{chunk.passage.section}\n{chunk.passage.text}",
        lead=found.score - (ranked[rank + 1].score if rank + 1 < len(ranked) else 0.0),
    )


def _prefilter(
    question: Question, index: SearchIndex, pages: Sequence[_Page], query: Vector
) -> list[tuple[int, int]]:
    """(rank, sentence number) of the candidates, by words in common and their window's cosine."""
    cosines = index.vectors.scores(query)
    mean, spread = float(cosines.mean()), float(cosines.std()) or 1.0
    scored = []
    for rank, page in enumerate(pages):
        first_window = int(np.searchsorted(index.window_chunk, page.found.row))
        for number, span in enumerate(page.chunk.sentences):
            window = next(i for i, w in enumerate(page.chunk.windows) if span.start < w.end)
            meaning = (float(cosines[first_window + window]) - mean) / spread
            own = _share(question.words, page.words[number])
            beside = _share(question.words, page.nearby(number))
            scored.append((own + beside / 2 + meaning / 4, rank, number))
    best = sorted(scored, key=lambda item: (-item[0], item[1], item[2]))[:CANDIDATES]
    return sorted((rank, number) for _, rank, number in best)


def _candidate(
    question: Question, page: _Page, rank: int, number: int, cosine: float, mean_cosine: float
) -> Candidate:
    span, sentence, own = page.chunk.sentences[number], page.sentences[number], page.own(number)
    inside = frozenset().union(*page.words, words(page.chunk.passage.section))
    features = (
        cosine,
        cosine - mean_cosine,
        _share(question.words, words(own)),
        _overlap(bigrams(question.text), bigrams(own)),
        _share(question.words, page.nearby(number)),
        _share(question.words, inside),
        _missing(question.words, inside),
        _missing_specifics(question.text, page.whole),
        page.found.score,
        page.lead,
        _kind_found(question, own),
        float(np.log1p(len(sentence))),
        _other_year(question.text, sentence),
        _missing_entities(question.text, page.whole),
        float(page.chunk.passage.section == ABOUT),
    )
    return Candidate(page.found.row, rank, number, span, features)


def _share(asked: Sequence[str], found: Iterable[str]) -> float:
    """Share of the asked words, weighted by how much each says, that were found."""
    have = found if isinstance(found, frozenset) else frozenset(found)
    total = sum(questions.weight(word) for word in asked)
    return sum(questions.weight(word) for word in asked if word in have) / total if total else 0.0


def _overlap(asked: Sequence[str], found: Sequence[str]) -> float:
    wanted = set(asked)
    return len(wanted.intersection(found)) / len(wanted) if wanted else 0.0


def _missing(asked: Sequence[str], have: frozenset[str]) -> float:
    heaviest = max((questions.weight(word) for word in asked if word not in have), default=0.0)
    return heaviest / questions.MAX_WEIGHT


def _missing_specifics(question: str, whole: str) -> float:
    asked = [m[1] or m[0] for m in _SPECIFIC.finditer(normalise(question))]
    inside = normalise(whole)
    inside += _digits(whole)
    return float(sum(item not in inside for item in asked))


def _other_year(question: str, sentence: str) -> float:
    asked, said = set(_YEAR.findall(_digits(question))), set(_YEAR.findall(_digits(sentence)))
    return float(bool(asked and said) and not asked & said)


def _digits(text: str) -> str:
    """Years in Han numerals as digits: 二〇二一年 to 2021年."""
    return normalise(text).translate(_HAN_DIGITS)


def _missing_entities(question: str, whole: str) -> float:
    inside = normalise(whole)
    named = {w for w, tag in tagged_words(question) if len(w) >= _ENTITY_LENGTH.get(tag, 99)}
    return float(sum(normalise(word) not in inside for word in named))


def _kind_found(question: Question, sentence: str) -> float:
    if question.kind in (Kind.OTHER, Kind.YES_NO, Kind.LIST):
        return 0.0
    if len(cells(sentence)) > 1:  # a table's cells do not carry the units that its header names
        return 1.0 if any(character.isdigit() for character in sentence) else -1.0
    return 1.0 if spans.candidates(question, sentence) else -1.0
