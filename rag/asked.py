"""A question on its way in: checked, completed from earlier turns, its times explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from index.errors import InputError
from index.types import Document
from rag import articles, conversation, courtesy, dates, undated, when
from rag.conversation import Turn
from rag.types import Answer

QUESTION_MAX = 400  # characters; the embedding model reads 430 to 530 of Chinese


def checked(question: str) -> str:
    """``question`` without outer white space.

    Raises:
        InputError: it is empty or too long.
    """
    text = question.strip()
    if not text:
        raise InputError("问题是空的。请写出要问的内容。")
    if len(text) > QUESTION_MAX:
        raise InputError(
            f"问题有 {len(text)} 个字，最多 {QUESTION_MAX} 个。请只写要问的那一句，材料放进文库再问。"
        )
    return text


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it would be asked without ``history``.

    Raises:
        InputError: the question is empty or too long, or ``history`` holds no turns.
    """
    asked = checked(question)
    completed = conversation.complete(asked, conversation.turns(history))
    return completed if len(completed) <= QUESTION_MAX else asked


def before(question: str, history: Sequence[Turn]) -> str:
    """What was asked just before, completed, where ``question`` speaks of "this article"; else ''."""
    if not articles.is_meant_without_a_name(question):
        return ""
    asked = [turn for turn in conversation.turns(history) if not courtesy.reply(turn.question)]
    if not asked:
        return ""
    return conversation.complete(asked[-1].question.strip(), asked[:-1])[:QUESTION_MAX]


def in_its_time(
    one: Callable[[str], Answer], documents: Mapping[str, Document], question: str
) -> Answer:
    """The answer from the year that 去年 means today, if the documents tell of it; else as asked.

    The year is then a guess: half the confidence is left, and the answer says how it was read.
    """
    dated = when.dated(question, date.today())
    if not dated:
        return one(question)
    found = one(dated)
    if is_of_its_time(question, found, documents):
        return replace(found, question=question)
    found = one(question)
    if found.status == "no_evidence" or is_of_its_time(question, found, documents):
        return found
    line = when.guessed(question, _day(found, documents), date.today())
    text = f"{found.text}\n{line}[{found.citations[0].marker}]"
    return replace(found, text=text, confidence=round(found.confidence * undated.HALF, 4))


def is_of_its_time(question: str, answer: Answer, documents: Mapping[str, Document]) -> bool:
    """Whether what is cited first is of a year that ``question`` (去年, 今年) means today."""
    if answer.status == "no_evidence":
        return False
    cited, day = answer.citations[0], _day(answer, documents)
    said = {one.year for one in dates.read(cited.quote, day) if one.year}
    meant = set(when.years(question, date.today()))
    return bool(meant & (said or ({day.year} if day else set())))


def understood(answer: Answer, asked: str, documents: Mapping[str, Document]) -> Answer:
    """``answer`` (to the completed question) as one to ``asked``, and what that was taken for."""
    text = answer.question
    if answer.status != "no_evidence":
        of_today, day = is_of_its_time(text, answer, documents), _day(answer, documents)
        if of_today or day:  # else nothing tells which time is meant
            text = when.explained(text, None if of_today else day, date.today())
    told = text if text != courtesy.without(asked) and len(text) <= QUESTION_MAX else ""
    return replace(answer, question=asked, understood=told)


def _day(answer: Answer, documents: Mapping[str, Document]) -> date | None:
    """The day of the document that answers first."""
    ids = [cited.document_id for cited in answer.citations]
    return dates.parse(documents[ids[0]].metadata.get("date", "")) if ids else None
