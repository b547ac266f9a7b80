"""The bare answer of the sentence that answers: a string in it, a table's cell, yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from index import layout
from rag import lists, spans
from rag.evidence import Candidate
from rag.pages import is_lead
from rag.questions import Kind, Question
from rag.verdict import choice, verdict

_SAID = -5.0  # the reader's log-odds below which a string in the sentence is but a guess
_READ = 0.0  # ... and from which on the reader says that it answers


def string(
    question: Question, best: Candidate, texts: Sequence[str], cited: Sequence[str], unsure: bool
) -> str:
    """The bare answer in the ``best`` sentence; '' for several together, and where none is likely.

    ``texts`` are the sentences of its passage, ``cited`` those that are cited.
    """
    sentence = texts[best.number]
    if lists.are_several(question, sentence, cited):
        return ""
    if len(layout.cells(sentence)) > 1:
        return _cell(question, texts, sentence)
    read = best.answer.shifted(-best.span.start)
    clause = spans.clause(sentence, read).of(sentence)
    if (chosen := choice(question.text, clause)) is not None:
        return chosen
    if question.kind is Kind.YES_NO:
        return verdict(question.text, clause)
    if question.kind is Kind.OTHER and is_lead(sentence):
        return ""  # it announces what is asked for
    # A number or date of the kind asked for is found by rules as well.
    is_guess = unsure and question.kind not in (Kind.NUMBER, Kind.DATE)
    if best.feature("reader_odds") < (_READ if is_guess else _SAID):
        return ""
    return spans.best(question, sentence, read).of(sentence)


def _cell(question: Question, texts: Sequence[str], row: str) -> str:
    """The cell of a table's row whose column is asked for; ''."""
    header = next(text for text in texts if len(layout.cells(text)) > 1)
    cell = spans.best_cell(question, header, row)
    return cell.of(row).strip() if cell else ""
