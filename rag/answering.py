"""From scored sentences to an Answer: evidence in reading order, short answer, refusal."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import replace

from index.searchable import SearchIndex
from rag import calibration, disputes, known, lists, shorts, undated
from rag.calibration import Calibration
from rag.disputes import Saying
from rag.evidence import Candidate, Reading
from rag.features import fails_question
from rag.known import Cited, Known
from rag.questions import Kind, Question
from rag.types import Answer, Citation, Hit

PASSAGES = 5  # that are read for an answer
NO_EVIDENCE = "文中没有找到依据。"

_SURELY = 5.0  # the reader's log-odds from which on it takes the place of what fails the question
_READ = 0.0  # ... and from which on, where they are lower for what fails
_UNSURE = 2.0  # times the confidence that is enough: below it must, for a bare answer
_WHOLLY = 0.95  # share of the question's words in a sentence that speaks of all of it
_MOST = 0.5  # share of the question's words with which a lead is what was asked about
_SENTENCES_MAX = 3  # cited for a question that asks for one thing
_ITEMS_MAX = 12  # cited for a list
# A further sentence is cited when its odds are at least this share of the best one's.
_ODDS_SHARE, _ODDS_SHARE_LIST = 0.5, 0.2


def compose(
    text: str,
    index: SearchIndex,
    reading: Reading,
    hits: Sequence[Hit],
    judge: Calibration,
    article: str = "",
) -> Answer:
    """Put the answer together; deterministic for the same index and question.

    ``article`` is the id of the one that the conversation was about, if it was about any.
    """
    read_off = known.answer(reading.question, index, hits, article)
    logits = calibration.sentence_logits(judge, reading.candidates)
    reading, logits = _requited(reading, logits)
    sure = _sure(index, reading, logits, judge)
    if read_off:
        # Read off the layout, not guessed at: as sure as the surest of the other answers.
        return _read_off(text, index, read_off, max(sure, judge.strong), hits)
    enough = judge.threshold.confidence(reading.searched)
    if sure < enough or calibration.fails(logits, reading.candidates):
        return _refused(text, sure, hits)
    evidence = _evidence(index, reading, logits)
    if sayings := disputes.found(index, reading, logits):
        return _disputed(text, index, evidence, sayings, sure, hits)
    short = _short(index, reading, logits, evidence, sure < _UNSURE * enough)
    return undated.marked(_answer(text, index, evidence, short, sure, hits), index)


def _short(
    index: SearchIndex,
    reading: Reading,
    logits: Sequence[float],
    evidence: Sequence[Cited],
    unsure: bool,
) -> str:
    best = calibration.best_of(logits, reading.candidates)
    cited = [one.span.of(index.texts[one.document_id]) for one in evidence]
    return shorts.string(reading.question, best, _texts(index, best.row), cited, unsure)


def _read_off(
    text: str, index: SearchIndex, found: Known, sure: float, hits: Sequence[Hit]
) -> Answer:
    """The answer on the article itself or of a table's cell; refused where it has no such part."""
    if not found.evidence:
        return _refused(text, 0.0, hits)
    told = found.told or text
    return _answer(told, index, found.evidence, found.short, sure, found.hits or hits)


def _disputed(
    text: str,
    index: SearchIndex,
    evidence: Sequence[Cited],
    sayings: Sequence[Saying],
    sure: float,
    hits: Sequence[Hit],
) -> Answer:
    """The answer of documents that differ: what each says first, and that they do."""
    said = [_sentence(index, s.candidate.row, s.candidate.number) for s in sayings]
    cited = [*said, *(one for one in evidence if one not in said)]
    answer = _answer(text, index, cited, sayings[0].short, sure, hits)
    return replace(answer, text=f"{answer.text}\n{disputes.told(sayings, answer.citations)}")


def _refused(text: str, sure: float, hits: Sequence[Hit]) -> Answer:
    return Answer(text, "no_evidence", NO_EVIDENCE, "", round(sure, 4), (), tuple(hits))


def _requited(reading: Reading, logits: list[float]) -> tuple[Reading, list[float]]:
    """Without what fails the question, where that is first and what does not is about as likely."""
    meets = [i for i, c in enumerate(reading.candidates) if not fails_question(c.features)]
    first = max(meets, key=lambda i: logits[i], default=None)
    if first is None or logits[first] == max(logits):
        return reading, logits
    near = logits[first] >= max(logits) + math.log(_ODDS_SHARE)
    failing = calibration.best_of(logits, reading.candidates)
    if not near or not _stands_in(reading.candidates[first], failing):
        return reading, logits
    kept = tuple(reading.candidates[i] for i in meets)
    return replace(reading, candidates=kept), [logits[i] for i in meets]


def _stands_in(candidate: Candidate, failing: Candidate) -> bool:
    """Whether the reader is sure of a sentence, or of it alone, or all that was asked is in it."""
    odds = candidate.feature("reader_odds")
    is_read = odds >= _SURELY or odds >= _READ > failing.feature("reader_odds")
    return is_read or candidate.feature("sentence_words") >= _WHOLLY


def _sure(
    index: SearchIndex, reading: Reading, logits: Sequence[float], judge: Calibration
) -> float:
    """The confidence in the best evidence; less where the year asked for is in none of its text."""
    sure = calibration.confidence(judge, logits, reading.candidates)
    if not reading.candidates:
        return sure
    best = calibration.best_of(logits, reading.candidates)
    document = index.documents[int(index.chunk_document[best.row])]
    return sure * undated.HALF if undated.years(reading.question.text, document) else sure


def _answer(
    text: str,
    index: SearchIndex,
    evidence: Sequence[Cited],
    short: str,
    sure: float,
    hits: Sequence[Hit],
) -> Answer:
    citations = _citations(index, evidence)
    return Answer(
        question=text,
        status="answered",
        text="\n".join(f"{citation.quote}[{citation.marker}]" for citation in citations),
        short=short,
        confidence=round(sure, 4),
        citations=citations,
        hits=tuple(hits),
    )


def _evidence(index: SearchIndex, reading: Reading, logits: Sequence[float]) -> list[Cited]:
    order = sorted(range(len(logits)), key=lambda i: -logits[i])
    best = reading.candidates[order[0]]
    wants_list = reading.question.kind is Kind.LIST
    share, limit = (_ODDS_SHARE_LIST, _ITEMS_MAX) if wants_list else (_ODDS_SHARE, _SENTENCES_MAX)
    close = [
        reading.candidates[i]
        for i in order[:limit]
        if logits[i] >= logits[order[0]] + math.log(share)
    ]
    numbers = {(c.row, c.number) for c in close if not wants_list or c.row == best.row}
    named = [c for c in reading.candidates if wants_list and _named(c)]
    asked = {(c.row, c.number) for c in (*close, *named)}
    numbers |= _whole(index, reading.question, best, asked)
    numbers |= _steps(index, reading.question, numbers)
    ordered = sorted(numbers, key=lambda place: (_rank(reading, place[0]), place[1]))
    return [_sentence(index, row, number) for row, number in ordered[:_ITEMS_MAX]]


def _named(candidate: Candidate) -> bool:
    """Whether most of the question's words are in a sentence."""
    return candidate.feature("sentence_words") >= _MOST


def _whole(
    index: SearchIndex, question: Question, best: Candidate, asked: Set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """What must stand beside the best sentence: a lead's content, a list's other items.

    ``asked``: rows and numbers of sentences that the question may be about.
    """
    own = {number for row, number in asked if row == best.row}
    numbers = lists.whole(question, _texts(index, best.row), best.number, own)
    return {(best.row, number) for number in numbers}


def _steps(
    index: SearchIndex, question: Question, cited: Set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """The numbered steps after those that are cited, where steps are asked for."""
    if not lists.wants_steps(question):
        return set()
    return {
        (row, further)
        for row, number in cited
        for further in lists.counted_on(_texts(index, row), number)
    }


def _texts(index: SearchIndex, row: int) -> list[str]:
    chunk = index.chunks[row]
    return [span.of(index.texts[chunk.passage.document_id]) for span in chunk.sentences]


def _sentence(index: SearchIndex, row: int, number: int) -> Cited:
    chunk = index.chunks[row]
    return Cited(chunk, chunk.passage.document_id, chunk.sentences[number])


def _rank(reading: Reading, row: int) -> int:
    return next(c.rank for c in reading.candidates if c.row == row)


def _citations(index: SearchIndex, chosen: Sequence[Cited]) -> tuple[Citation, ...]:
    return tuple(
        Citation(
            marker=marker,
            document_id=one.document_id,
            section=one.chunk.passage.section if one.chunk else quote,
            start=one.span.start,
            end=one.span.end,
            quote=quote,
        )
        for marker, one in enumerate(chosen, 1)
        for quote in [one.span.of(index.texts[one.document_id])]
    )
