"""What the page and other programs can call, as plain functions that return JSON values."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from index.errors import InputError, YoujuError
from index.types import Span
from rag.conversation import Turn, complete, turns
from rag.types import Answer, answer_json
from ui import article, evidence, render, states, views
from ui.examples import examples
from ui.shelf import Shelf
from ui.texts import TEXTS, both

if TYPE_CHECKING:
    from rag import Library
    from rag.generators import Choice

log = logging.getLogger(__name__)

SEARCH_MAX = 100  # hits that one search call may ask for


@dataclasses.dataclass(frozen=True, slots=True)
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


class Endpoints:
    """The endpoints over one shelf. Gradio runs them in threads, several at a time."""

    def __init__(self, shelf: Shelf, llm: Choice = None) -> None:
        self._shelf, self._llm = shelf, llm

    def chat(self, question: str, history: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Answer a question about the documents. Returns the fields of Answer as JSON.

        ``history`` holds the turns before, oldest first, as {"q": question, "a": answer}.
        """
        with _told_to_callers():
            answer = self._shelf.library().ask(question, turns(history or []), self._llm)
            return answer_json(answer)

    def search(self, question: str, k: int = 5) -> list[dict[str, Any]]:
        """Find the k best passages for a question. Returns the fields of each Hit as JSON."""
        with _told_to_callers():
            if not 1 <= k <= SEARCH_MAX:
                raise InputError(f"k 是 {k}，应在 1 到 {SEARCH_MAX} 之间。")
            hits = self._shelf.library().search(question, k=k)
            return [dataclasses.asdict(hit) for hit in hits]

    def page_ask(
        self, question: str, turn: int, history: list[dict[str, str]]
    ) -> Iterator[dict[str, Any]]:
        """Answer one turn of the page: what is found, then the answer with its evidence."""
        try:
            for frame in self._frames(question, turn, turns(history)):
                yield dataclasses.asdict(frame)
        except YoujuError as error:
            yield dataclasses.asdict(_failed(states.message_html(error)))
        except Exception as error:
            log.exception("question failed")
            yield dataclasses.asdict(_failed(states.message_html(error)))

    def page_state(self) -> dict[str, Any]:
        """What the page shows around the conversation."""
        state = self._shelf.state
        library = state.library
        building = state.build is not None and not state.build.ended
        questions = examples(library.documents, library.passages) if library else ()
        holdings = (
            article.library_html(list(library.documents.values()), library.info) if library else ""
        )
        return {
            "ready": library is not None,
            "opening": library is None and state.phase == "opening",
            "building": building,
            "generation": library.info.generation if library else "",
            "main": states.main_html(state, questions),
            "banner": states.banner_html(state),
            "holdings": holdings,
        }

    def page_build(self) -> bool:
        """Start a rebuild, unless one runs."""
        self._shelf.build()
        return True

    def page_open(self) -> bool:
        """Try again to open the stored index."""
        self._shelf.open()
        return True

    def page_article(
        self, document_id: str, passage: list[int], marks: list[list[int]], short: str
    ) -> dict[str, Any]:
        """A whole article, with a passage and the cited ranges in it marked."""
        try:
            document = self._shelf.library().document(document_id)
            place = Span(passage[0], passage[1]) if len(passage) == 2 else None
            spans = [Span(mark[0], mark[1]) for mark in marks if len(mark) == 2]
            html = article.article_html(document, place, spans, short)
            return {"title": document.title or document.id, "html": html}
        except Exception as error:
            if not isinstance(error, YoujuError):
                log.exception("article failed")
            return {"title": "", "html": render.error_html(states.message_html(error), retry=False)}

    def _frames(self, question: str, number: int, history: Sequence[Turn]) -> Iterator[Frame]:
        library = self._shelf.library()
        began = time.perf_counter()
        hits = library.search(complete(question, history))
        yield Frame(
            "found",
            answer=f'<p class="stage-note">{both("found", n=len(hits))}</p>',
            evidence=evidence.found_html(question, [hit.passage for hit in hits]),
        )
        frame = None
        for answer in library.stream(question, history, self._llm):
            frame = _frame(library, answer, number, began)
            yield frame
        assert frame is not None  # a stream has at least the whole answer
        yield dataclasses.replace(frame, stage="answered", spoken=answer.short or answer.text)


def _frame(library: Library, answer: Answer, number: int, began: float) -> Frame:
    turn = views.turn(library, answer, number, time.perf_counter() - began)
    return Frame(
        "writing",
        answer=render.answer_html(turn),
        evidence=evidence.evidence_html(turn),
        copy=render.plain_text(turn),
        understood=answer.understood,
    )


def _failed(message: str) -> Frame:
    return Frame("failed", render.error_html(message))


@contextmanager
def _told_to_callers() -> Iterator[None]:
    """Turn errors into Gradio's own, whose message reaches the calling program."""
    try:
        yield
    except YoujuError as error:
        raise _gradio_error(str(error)) from error
    except Exception as error:
        log.exception("endpoint failed")
        raise _gradio_error(TEXTS["unexpected"].zh) from error


def _gradio_error(message: str) -> Exception:
    import gradio as gr

    error: Exception = gr.Error(message, print_exception=False)
    return error
