"""A turn of the page as it grows, frame by frame."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag import courtesy
from rag.conversation import Turn, complete
from rag.scope import Scope
from rag.types import Answer
from ui import evidence, render, views
from ui.texts import both

if TYPE_CHECKING:
    from rag import Library
    from rag.generators import Choice


@dataclass(frozen=True, slots=True)
class Frame:
    """All of a turn as it stands now; each later frame of the turn replaces it.

    ``stage`` is found, writing, answered or failed; ``answer`` and ``evidence`` are HTML, ``copy``
    the text for the clipboard, ``spoken`` the words for a screen reader, ``understood`` the
    question as it was answered (see `rag.Answer`).
    """

    stage: str
    answer: str
    evidence: str = ""
    copy: str = ""
    spoken: str = ""
    understood: str = ""


def frames(
    library: Library,
    question: str,
    number: int,
    history: Sequence[Turn],
    within: Scope,
    llm: Choice,
) -> Generator[Frame]:
    """The turn as it grows: what is found, then the answer with its evidence."""
    began = time.perf_counter()
    if not courtesy.reply(question):
        yield _found(library, question, history, within)
    frame = None
    for answer in library.stream(question, history, llm, within=within):
        frame = _frame(library, answer, number, began, within)
        yield frame
    assert frame is not None  # a stream has at least the whole answer
    yield replace(frame, stage="answered", spoken=answer.short or answer.text)


def _found(library: Library, question: str, history: Sequence[Turn], within: Scope) -> Frame:
    hits = library.search(complete(question, history), within=within)
    return Frame(
        "found",
        answer=f'<p class="stage-note">{both("found", n=len(hits))}</p>',
        evidence=evidence.found_html(question, [hit.passage for hit in hits]),
    )


def _frame(library: Library, answer: Answer, number: int, began: float, within: Scope) -> Frame:
    turn = views.turn(library, answer, number, time.perf_counter() - began, within)
    return Frame(
        "writing",
        answer=render.answer_html(turn),
        evidence=evidence.evidence_html(turn),
        copy=render.plain_text(turn),
        understood=answer.understood,
    )


def failed(message: str) -> Frame:
    """The turn has come to nothing; ``message`` is HTML."""
    return Frame("failed", render.error_html(message))
