"""Which sentences of the found passages speak to the question, and how strongly.

Every candidate sentence gets a few features; the calibration (fitted on labelled
questions, never guessed) turns them into one probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import Encoder
from index.passages import ABOUT
from index.searchable import SearchIndex
from index.simplified import simplified
from index.tokens import bigrams, words
from index.types import Chunk, Span
from rag import features, questions
from rag.pages import Page, look, said
from rag.questions import Question
from rag.ranking import RankedPassage, ReadWindow
from rag.reader import Finding
from rag.search import Looked

CANDIDATES = 12  # sentences that are embedded for a question
_ODDS_PER_SHARE = 10.0  # log-odds that choose a candidate like all words in common do
_MATCHES = 3  # sentences named for a hit


Place = tuple[int, int]  # rank of the passage, number of the sentence in it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence: its chunk's row, the place of the chunk in the ranking, its number there.

    ``answer`` is the reader's best answer in it, in the document's offsets.
    """

    row: int
    rank: int
    number: int
    span: Span
    answer: Span
    features: tuple[float, ...]

    def feature(self, name: str) -> float:
        """One of the features, by its name in ``FEATURES``."""
        return self.features[features.FEATURES.index(name)]


@dataclass(frozen=True, slots=True)
class Reading:
    """The question understood, and the candidates in the order of the passages.

    ``searched``: windows that were searched for them; something near is found in many of them.
    """

    question: Question
    candidates: tuple[Candidate, ...]
    searched: int


def read(
    text: str,
    index: SearchIndex,
    ranked: Sequence[RankedPassage],
    looked: Looked,
    encoder: Encoder,
) -> Reading:
    """Describe the sentences of the windows that the reader saw in the ``ranked`` passages."""
    question = questions.parse(text)
    pages = [look(question, index, passage) for passage in ranked]
    found = _found_by_reader(pages, looked.windows)
    places = _prefilter(question, pages, found)
    if not places or not question.words:  # ？？？ asks for nothing
        return Reading(question, (), looked.pool.searched)
    owns = [pages[rank].own(number) for rank, number in places]
    cosines = (
        encoder.encode_passages([simplified(own) for own in owns]) @ looked.query
    )  # (candidates,)
    candidates = tuple(
        _candidate(question, pages, place, float(cosine), float(cosines.mean()), found[place])
        for place, cosine in zip(places, cosines, strict=True)
    )
    return Reading(question, candidates, looked.pool.searched)


def _found_by_reader(pages: Sequence[Page], windows: Sequence[ReadWindow]) -> dict[Place, Finding]:
    """The reader's best answer in each sentence that lies in a window."""
    ranks = {page.found.row: rank for rank, page in enumerate(pages)}
    found = {}
    for window in windows:
        rank = ranks.get(window.chunk)
        if rank is None:
            continue
        start = window.span.start
        for number, sentence in enumerate(pages[rank].chunk.sentences):
            inside = sentence.start < window.span.end and sentence.end > window.span.start
            if inside and (finding := window.logits.best(sentence.shifted(-start))):
                found[rank, number] = Finding(finding.span.shifted(start), finding.odds)
    return found


def matching_sentences(text: str, index: SearchIndex, chunk: Chunk) -> tuple[Span, ...]:
    """The sentences of a chunk with the most of the question's words, best first."""
    asked = questions.content_words(text)
    document = index.texts[chunk.passage.document_id]
    shares = [
        (features.share(asked, said(asked, span.of(document))), span) for span in chunk.sentences
    ]
    matching = sorted((item for item in shares if item[0] > 0), key=lambda item: -item[0])
    return tuple(span for _, span in matching[:_MATCHES])


def _asks(sentence: str) -> bool:
    return sentence.rstrip("”’」』）) \n").endswith(("？", "?"))


def _prefilter(
    question: Question, pages: Sequence[Page], found: Mapping[Place, Finding]
) -> list[Place]:
    """The candidates in reading order: those with the best odds and the most words in common."""
    scored = []
    for rank, number in found:
        page = pages[rank]
        if _asks(page.sentences[number]):
            continue  # an interviewer's question has the words of ours, and answers nothing
        if number not in page.barred:
            own = features.share(question.words, page.words(number))
            beside = features.share(question.words, page.nearby(number))
            odds = found[rank, number].odds / _ODDS_PER_SHARE
            scored.append((own + beside / 2 + odds, rank, number))
    best = sorted(scored, key=lambda item: (-item[0], item[1], item[2]))[:CANDIDATES]
    return sorted((rank, number) for _, rank, number in best)


def _candidate(
    question: Question,
    pages: Sequence[Page],
    place: Place,
    cosine: float,
    mean_cosine: float,
    finding: Finding,
) -> Candidate:
    rank, number = place
    page = pages[rank]
    span, sentence, own = page.chunk.sentences[number], page.sentences[number], page.own(number)
    values = (
        cosine,
        cosine - mean_cosine,
        finding.odds,
        features.share(question.words, words(own)),
        features.overlap(bigrams(question.text), bigrams(own)),
        features.share(question.words, page.nearby(number)),
        features.share(question.words, page.inside),
        features.missing_weight(question.words, page.inside),
        page.missing_specifics,
        float(rank),
        features.kind_found(question, own),
        float(np.log1p(len(sentence))),
        features.other_year(question.text, sentence),
        page.missing_entities,
        features.asked_missing(question, own + page.beside(number)),
        float(page.chunk.passage.section == ABOUT),
    )
    return Candidate(page.found.row, rank, number, span, finding.span, values)
