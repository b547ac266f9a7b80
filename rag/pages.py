"""A ranked passage as the search for evidence sees it, looked at once for a question.

A passage may be a table of thousands of rows: only sentences that have words of the question are
cut into words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from index.layout import cells
from index.numerals import digits
from index.searchable import SearchIndex
from index.tokens import normalise, words
from index.types import Chunk, Document
from rag import features, spans, undated
from rag.questions import Question
from rag.ranking import RankedPassage

_LEAD_MAX = 40  # characters of a sentence that only announces what follows


@dataclass(frozen=True, slots=True)
class Page:
    """A ranked passage and what a question finds in it.

    ``words`` gives the question's words in a sentence, ``inside`` has those of them all.
    ``barred``: rows that cannot answer.
    """

    found: RankedPassage
    chunk: Chunk
    sentences: tuple[str, ...]
    words: Callable[[int], frozenset[str]]
    inside: frozenset[str]
    barred: frozenset[int]
    missing_specifics: float
    missing_entities: float

    def own(self, number: int) -> str:
        """A sentence with the lead or the table header that it cannot be read without."""
        text = self.sentences[number]
        if len(cells(text)) > 1:
            header = next(row for row in self.sentences if len(cells(row)) > 1)
            return f"{header}\n{text}"
        before = self.sentences[number - 1] if number else ""
        return before + text if before and is_lead(before) else text

    def beside(self, number: int) -> str:
        """The sentences beside one."""
        return "".join(self.sentences[max(0, number - 1) : number + 2])

    def nearby(self, number: int) -> frozenset[str]:
        """The question's words in a sentence and in those beside it."""
        last = min(number + 2, len(self.sentences))
        return frozenset().union(*map(self.words, range(max(0, number - 1), last)))


def look(question: Question, index: SearchIndex, found: RankedPassage) -> Page:
    """A ``found`` passage for a question."""
    chunk = index.chunks[found.row]
    document = index.documents[int(index.chunk_document[found.row])]
    sentences = tuple(span.of(document.text) for span in chunk.sentences)
    asked = frozenset(question.words)
    own = cache(lambda number: asked.intersection(words(sentences[number])))
    whole = _whole(question, document, chunk)
    return Page(
        found=found,
        chunk=chunk,
        sentences=sentences,
        words=own,
        inside=_inside(asked, sentences, own, chunk.passage.section),
        barred=_beyond_the_question(question.text, sentences),
        missing_specifics=features.missing_specifics(question.text, whole),
        missing_entities=features.missing_entities(question.text, whole),
    )


def _whole(question: Question, document: Document, chunk: Chunk) -> str:
    """A passage with title and heading, and the year of the document.

    What happens in the year of its date, an article tells without the year; one that tells no
    year at all may be of the one that is asked for.
    """
    around = (document.title, chunk.passage.section, chunk.passage.text)
    date = document.metadata.get("date", "")[:4]
    return "\n".join((*around, date, *undated.years(question.text, document)))


def _inside(
    asked: frozenset[str],
    sentences: Sequence[str],
    own: Callable[[int], frozenset[str]],
    section: str,
) -> frozenset[str]:
    """The asked words in a passage or its heading; only sentences that may add one are cut."""
    have = asked.intersection(words(section))
    for number, sentence in enumerate(sentences):
        if have == asked:
            break
        if said(tuple(asked - have), sentence):
            have |= own(number)
    return have


def _beyond_the_question(question: str, sentences: Sequence[str]) -> frozenset[int]:
    """Rows of a table that cannot answer: its header, and rows that others are asked for."""
    rows = [(i, found) for i, text in enumerate(sentences) if len(found := cells(text)) > 1]
    asked = frozenset(i for i, found in rows[1:] if found[0] in question)
    return frozenset(i for i, _ in (rows if asked else rows[:1])) - asked


def said(asked: Sequence[str], sentence: str) -> frozenset[str]:
    """The words that stand in a sentence; cutting it into words would take ten times as long."""
    folded = normalise(sentence)
    whole = " ".join((folded, *digits(folded)))
    return frozenset(word for word in asked if word in whole)


def is_lead(sentence: str) -> bool:
    """Whether a sentence only announces the next ones (二是做实城市社区“三联四建”。)."""
    return len(sentence) <= _LEAD_MAX and bool(spans.ENUMERATOR.match(sentence))
