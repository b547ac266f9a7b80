"""Which sentences of the found passages speak to the question, and how strongly.

Every candidate sentence gets a few features; the calibration (fitted on labelled
questions, never guessed) turns them into one probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import Encoder, Vector
from index.layout import cells
from index.passages import ABOUT
from index.searchable import SearchIndex
from index.simplified import simplified
from index.tokens import bigrams, words
from index.types import Chunk, Span
from rag import features, questions, spans
from rag.questions import Question
from rag.reader import Finding, Reader, Text
from rag.retrieval import ScoredPassage

CANDIDATES = 24  # sentences that are embedded for a question
WINDOWS = 8  # windows that the reader looks at
_WINDOW_CHARACTERS = 260  # as in the reader's training
_UNREAD = -12.0  # odds of a sentence that the reader was not shown; below any that it was
_MATCHES = 3  # sentences named for a hit
_LEAD_MAX = 40  # characters of a sentence that only announces what follows


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
    answer: Span | None
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
    title: str
    whole: str  # with title and heading

    def own(self, number: int) -> str:
        """A sentence with the lead or the table header that it cannot be read without."""
        text = self.sentences[number]
        if len(cells(text)) > 1:
            header = next(row for row in self.sentences if len(cells(row)) > 1)
            return f"{header}\n{text}"
        before = self.sentences[number - 1] if number else ""
        return before + text if before and is_lead(before) else text

    def beyond_the_question(self, question: str) -> frozenset[int]:
        """Rows of a table that cannot answer: its header, and rows that others are asked for."""
        rows = [i for i, text in enumerate(self.sentences) if len(cells(text)) > 1]
        asked = [i for i in rows[1:] if cells(self.sentences[i])[0] in question]
        return frozenset(rows) - frozenset(asked) if asked else frozenset(rows[:1])

    def beside(self, number: int) -> str:
        """The sentences beside one."""
        return "".join(self.sentences[max(0, number - 1) : number + 2])

    def nearby(self, number: int) -> frozenset[str]:
        """The words of a sentence and of those beside it."""
        return frozenset().union(*self.words[max(0, number - 1) : number + 2])


def read(
    text: str,
    index: SearchIndex,
    ranked: Sequence[ScoredPassage],
    encoder: Encoder,
    reader: Reader,
) -> Reading:
    """Describe the candidate sentences of the ``ranked`` passages by ``FEATURES``."""
    question = questions.parse(text)
    pages = [_page(index, ranked, rank) for rank in range(len(ranked))]
    query = encoder.encode_queries([question.text])[0]
    places = _prefilter(question, index, pages, query)
    if not places:
        return Reading(question, ())
    owns = [pages[rank].own(number) for rank, number in places]
    cosines = encoder.encode_passages([simplified(own) for own in owns]) @ query  # (candidates,)
    found = _found_by_reader(text, pages, places, reader)
    candidates = tuple(
        _candidate(question, pages, place, float(cosine), float(cosines.mean()), found.get(place))
        for place, cosine in zip(places, cosines, strict=True)
    )
    # The features need the passages' order; the best-first order was the prefilter's.
    return Reading(question, tuple(sorted(candidates, key=lambda c: (c.rank, c.number))))


def _found_by_reader(
    text: str, pages: Sequence[_Page], places: Sequence[Place], reader: Reader
) -> dict[Place, Finding]:
    """The reader's best answer in each sentence of the windows around the best candidates."""
    windows: dict[Place, list[int]] = {}  # (rank, first sentence) to its sentences
    for rank, number in places:
        if len(windows) == WINDOWS:
            break
        window = next(w for w in _packed(pages[rank].chunk.sentences) if number in w)
        windows[rank, window[0]] = window
    logits = reader.read(simplified(text), [_shown(pages[r], w) for (r, _), w in windows.items()])
    found = {}
    for ((rank, _), window), read_window in zip(windows.items(), logits, strict=True):
        sentences = pages[rank].chunk.sentences
        start = sentences[window[0]].start
        for number in window:
            inside = sentences[number].shifted(-start)
            if finding := read_window.best(inside):
                found[rank, number] = Finding(finding.span.shifted(start), finding.odds)
    return found


def _packed(sentences: Sequence[Span]) -> list[list[int]]:
    """Numbers of the sentences of each reading window."""
    windows: list[list[int]] = []
    for number, span in enumerate(sentences):
        if windows and span.end - sentences[windows[-1][0]].start <= _WINDOW_CHARACTERS:
            windows[-1].append(number)
        else:
            windows.append([number])
    return windows


def _shown(page: _Page, window: Sequence[int]) -> Text:
    passage = page.chunk.passage
    first, last = page.chunk.sentences[window[0]], page.chunk.sentences[window[-1]]
    shown = passage.text[first.start - passage.start : last.end - passage.start]
    return Text(simplified(page.title), simplified(shown))  # as it was trained


def matching_sentences(text: str, index: SearchIndex, chunk: Chunk) -> tuple[Span, ...]:
    """The sentences of a chunk with the most of the question's words, best first."""
    asked = questions.content_words(text)
    document = index.texts[chunk.passage.document_id]
    shares = [(features.share(asked, words(span.of(document))), span) for span in chunk.sentences]
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
        title=document.title,
        whole=f"{document.title}\n{chunk.passage.section}\n{chunk.passage.text}",
    )


def _prefilter(
    question: Question, index: SearchIndex, pages: Sequence[_Page], query: Vector
) -> list[Place]:
    """The candidates, best first by words in common and their window's cosine."""
    cosines = index.vectors.scores(query)
    mean, spread = float(cosines.mean()), float(cosines.std()) or 1.0
    scored = []
    for rank, page in enumerate(pages):
        first_window = int(np.searchsorted(index.window_chunk, page.found.row))
        left_out = page.beyond_the_question(question.text)
        for number, span in enumerate(page.chunk.sentences):
            if number in left_out:
                continue
            window = next(i for i, w in enumerate(page.chunk.windows) if span.start < w.end)
            meaning = (float(cosines[first_window + window]) - mean) / spread
            own = features.share(question.words, page.words[number])
            beside = features.share(question.words, page.nearby(number))
            scored.append((own + beside / 2 + meaning / 4, rank, number))
    best = sorted(scored, key=lambda item: (-item[0], item[1], item[2]))[:CANDIDATES]
    return [(rank, number) for _, rank, number in best]


def _candidate(
    question: Question,
    pages: Sequence[_Page],
    place: Place,
    cosine: float,
    mean_cosine: float,
    finding: Finding | None,
) -> Candidate:
    rank, number = place
    page = pages[rank]
    span, sentence, own = page.chunk.sentences[number], page.sentences[number], page.own(number)
    inside = frozenset().union(*page.words, words(page.chunk.passage.section))
    values = (
        cosine,
        cosine - mean_cosine,
        finding.odds if finding else _UNREAD,
        features.share(question.words, words(own)),
        features.overlap(bigrams(question.text), bigrams(own)),
        features.share(question.words, page.nearby(number)),
        features.share(question.words, inside),
        features.missing_weight(question.words, inside),
        features.missing_specifics(question.text, page.whole),
        float(rank),
        features.kind_found(question, own),
        float(np.log1p(len(sentence))),
        features.other_year(question.text, sentence),
        features.missing_entities(question.text, page.whole),
        features.asked_missing(question, own + page.beside(number)),
        float(page.chunk.passage.section == ABOUT),
    )
    answer = finding.span if finding else None
    return Candidate(page.found.row, rank, number, span, answer, values)
