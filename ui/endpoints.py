"""What the page and other programs can call, as plain functions that return JSON values."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InputError, YoujuError
from index.types import Span
from rag import generators
from rag.conversation import turns
from rag.types import answer_json
from ui import article, frames, pulse, render, states
from ui.examples import examples
from ui.scopes import label_html, offers_html, scope_of
from ui.shelves import Shelves
from ui.texts import TEXTS
from ui.uploading import uploaded_html

if TYPE_CHECKING:
    from rag.generators import Choice

log = logging.getLogger(__name__)

SEARCH_MAX = 100  # hits that one search call may ask for
_QUIET = 30.0  # seconds after an upload, in which other files of the same page may follow


class Endpoints:
    """The endpoints over the shelves. Gradio runs them in threads, several at a time.

    ``collection`` is the name of one, '' the first; ``within`` has the fields of `rag.Scope`.
    """

    def __init__(self, shelves: Shelves, llm: Choice = None) -> None:
        self._shelves, self._llm = shelves, llm

    def chat(
        self,
        question: str,
        history: list[dict[str, str]] | None = None,
        within: dict[str, Any] | None = None,
        collection: str = "",
    ) -> dict[str, Any]:
        """Answer a question about the documents. Returns the fields of Answer as JSON.

        ``history`` holds the turns before, oldest first, as {"q": question, "a": answer};
        ``within`` may limit it: {"documents": [title], "publishers": [], "since": "2021"}.
        """
        with _told_to_callers():
            library, earlier = self._shelves.shelf(collection).library(), turns(history or [])
            answer = library.ask(question, earlier, self._llm, within=scope_of(within))
            return answer_json(answer)

    def search(
        self,
        question: str,
        k: int = 5,
        within: dict[str, Any] | None = None,
        collection: str = "",
    ) -> list[dict[str, Any]]:
        """Find the k best passages for a question. Returns the fields of each Hit as JSON."""
        with _told_to_callers():
            if not 1 <= k <= SEARCH_MAX:
                raise InputError(f"k 是 {k}，应在 1 到 {SEARCH_MAX} 之间。")
            library = self._shelves.shelf(collection).library()
            hits = library.search(question, k=k, within=scope_of(within))
            return [dataclasses.asdict(hit) for hit in hits]

    def page_ask(
        self,
        collection: str,
        question: str,
        turn: int,
        history: list[dict[str, str]],
        within: dict[str, Any],
        by_model: bool,
    ) -> Iterator[dict[str, Any] | None]:
        """Answer one turn of the page: what is found, then the answer with its evidence.

        None where there is nothing new (see `pulse.beating`): a page that has stopped or gone
        ends the model that writes.

        The page chooses only whether the configured model writes: an address or key that it
        could name would let anyone who reaches the page have this machine call another.
        """
        stop = threading.Event()
        try:
            library = self._shelves.shelf(collection).library()
            llm = generators.stoppable(self._llm, stop) if by_model else ""
            asked = (question, turn, turns(history), scope_of(within), llm)
            with closing(pulse.beating(frames.frames(library, *asked), stop)) as found:
                for frame in found:
                    yield dataclasses.asdict(frame) if frame else None
        except YoujuError as error:
            yield dataclasses.asdict(frames.failed(states.message_html(error)))
        except Exception as error:
            log.exception("question failed")
            yield dataclasses.asdict(frames.failed(states.message_html(error)))

    def page_state(self, collection: str) -> dict[str, Any]:
        """What the page shows around the conversation."""
        try:
            shelf = self._shelves.shelf(collection)
        except InputError as error:
            return {"ready": False, "generation": "", "main": states.unknown_html(error)}
        shelf.follow()
        shelf.catch_up(_QUIET)
        state = shelf.state
        library = state.library
        building = state.build is not None and not state.build.ended
        questions = examples(library.documents, library.passages) if library else ()
        shown = list(islice(library.documents.values(), article.LISTED)) if library else []
        return {
            "ready": library is not None,
            "opening": library is None and state.phase == "opening",
            "building": building,
            "generation": library.info.generation if library else "",
            "main": states.main_html(state, questions),
            "banner": states.banner_html(state),
            "holdings": article.library_html(shown, library.info) if library else "",
            "documents": library.info.documents if library else 0,
            "model": Path(generators.name(self._llm)).name,
            "collections": self._shelves.names(),
            "collection": collection or self._shelves.first,
            "uploads": shelf.takes_uploads,
            "uploaded": uploaded_html(shelf.uploads, shelf.left_out),
        }

    def page_scope(self, collection: str, within: dict[str, Any]) -> dict[str, str]:
        """A scope as it is shown, or what is wrong with it."""
        try:
            scope = scope_of(within)
            covered = self._shelves.shelf(collection).library().covered(scope)
            return {"label": label_html(scope, covered), "error": ""}
        except YoujuError as error:
            return {"label": "", "error": states.message_html(error)}

    def page_offers(self, collection: str, field: str, part: str) -> str:
        """What a field of the scope may be given that ``part`` is in; '' while nothing is open."""
        try:
            return offers_html(self._shelves.shelf(collection).library().offered(field, part))
        except YoujuError:
            return ""

    def page_build(self, collection: str, again: bool) -> bool:
        """Start a rebuild, unless one runs; ``again``: then another one after it."""
        self._shelves.shelf(collection).build(again)
        return True

    def page_open(self, collection: str) -> bool:
        """Try again to open the stored index."""
        self._shelves.shelf(collection).open()
        return True

    def page_remove(self, collection: str, name: str) -> str:
        """Take an uploaded file out; '' or what is wrong. The page then rebuilds."""
        try:
            self._shelves.shelf(collection).remove(name)
        except YoujuError as error:
            return states.message_html(error)
        return ""

    def page_article(
        self,
        collection: str,
        document_id: str,
        passage: list[int],
        marks: list[list[int]],
        short: str,
    ) -> dict[str, Any]:
        """A whole article, with a passage and the cited ranges in it marked."""
        try:
            document = self._shelves.shelf(collection).library().document(document_id)
            place = Span(passage[0], passage[1]) if len(passage) == 2 else None
            spans = [Span(mark[0], mark[1]) for mark in marks if len(mark) == 2]
            html = article.article_html(document, place, spans, short)
            return {"title": document.title or document.id, "html": html}
        except Exception as error:
            if not isinstance(error, YoujuError):
                log.exception("article failed")
            return {"title": "", "html": render.error_html(states.message_html(error), retry=False)}


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
