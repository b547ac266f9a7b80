"""What a question gives back. Offsets are code points in the stored document's text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from index.types import Passage, Span

Leg = Literal["dense", "lexical"]
Status = Literal["answered", "unsupported", "no_evidence"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; a higher ``score`` is better, ``rank`` starts at 1.

    ``sentences`` are the spans that made it match, best first; ``found_by`` names the legs
    whose candidates held it. ``query`` is what was looked up: the question, or what it was taken
    for (a part of it, completed, with the year in it); '' where nothing was.
    """

    passage: Passage
    score: float
    rank: int
    sentences: tuple[Span, ...]
    found_by: tuple[Leg, ...]
    query: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where ``[marker]`` points: ``document.text[start:end] == quote``."""

    marker: int
    document_id: str
    section: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Struck:
    """A sentence that a model wrote and the text does not bear out.

    ``flaws`` are the spans of ``text`` (numbers, names) that the evidence does not have, or has of
    something else; ``line`` is the line of the answer's text before which it stood.
    """

    text: str
    flaws: tuple[Span, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, every sentence of which carries the marker of its citation.

    ``short`` is the bare answer string where the question asks for one thing, else ''.
    ``confidence`` is the calibrated probability (0 to 1) that the evidence answers the
    question. With status ``no_evidence`` there are no citations, and ``hits`` are the
    nearest passages. ``understood`` is the question as it was answered, where that is not as it
    was asked: completed from earlier turns, relative times explained; else ''.

    Where a language model wrote: ``text`` has only the sentences that hold, and sentences of the
    documents in place of the ``struck`` ones; status is ``unsupported`` if none of the model's
    held. ``notice`` says why the model did not write or finish.

    ``undated``: documents without a date, which a question limited in time left out.

    Of a question with several parts: ``short`` joins their bare answers with ；, ``confidence`` is
    the lowest of the parts that are answered, and ``unanswered`` are the parts for which nothing
    was found. Their lines in ``text``, like others that no sentence of the documents says, carry
    no marker.
    """

    question: str
    status: Status
    text: str
    short: str
    confidence: float
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    understood: str = ""
    struck: tuple[Struck, ...] = ()
    notice: str = ""
    undated: int = 0
    unanswered: tuple[str, ...] = ()


def answer_json(answer: Answer) -> dict[str, Any]:
    """The fields of an answer as JSON values; the later ones only where there is something in them."""
    fields = asdict(answer)
    return {name: value for name, value in fields.items() if value or name not in _OPTIONAL}


_OPTIONAL = frozenset({"understood", "struck", "notice", "undated", "unanswered"})
Certainty = Literal["strong", "weak", "none"]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was found: words in common, its rank in each leg (None: not found).

    ``odds`` are the reader's log-odds that its best window answers (None: it was not read),
    ``relevance`` is the score of a reranker, on its own scale (None: there is none, or it did not
    see the passage).
    """

    words: tuple[str, ...]
    dense_rank: int | None
    lexical_rank: int | None
    odds: float | None
    relevance: float | None = None


@dataclass(frozen=True, slots=True)
class Covered:
    """Documents that a scope holds; ``undated`` more have no date that it could be held to."""

    documents: int
    undated: int


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an opened index is: for people, from the manifest."""

    generation: str
    built_at: str
    model: str
    documents: int
    passages: int
