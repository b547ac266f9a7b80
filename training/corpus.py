"""Questions with their articles, read from BEIR folders that may train a shipped model."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.documents import read_documents
from index.errors import InputError
from index.sentences import sentence_spans
from index.tokens import bigrams
from index.types import Span
from rag.beir import CORPUS, QRELS, QUERIES, read_rows

# DRCD is in traditional script; it is read as simplified, and a share goes back later.
SOURCES = ("drcd_dev", "drcd_test", "cmrc2018_trial")
TRADITIONAL = ("drcd_dev", "drcd_test")
# Its questions are more like those that people ask, and its answers are longer.
_REPEATS = {"cmrc2018_trial": 2}
HELD_OUT_FROM, HELD_OUT_QUESTIONS = "drcd_dev", 200


@dataclass(frozen=True, slots=True)
class Article:
    """A document to cut windows from; ``sentences`` are spans in ``text``."""

    id: str
    title: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, its article and where its answer stands there."""

    id: str
    text: str
    article: Article
    answer: Span


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions to train on and those to validate on; they share no article."""

    train: tuple[Labelled, ...]
    held_out: tuple[Labelled, ...]


def read_questions(root: Path, sources: Sequence[str] = SOURCES) -> Questions:
    """Read the training folders under ``root``.

    Raises:
        InputError: a folder is not one that may be trained on, is missing or is malformed.
    """
    train: list[Labelled] = []
    held_out: list[Labelled] = []
    for name in sources:
        if name not in SOURCES:
            raise InputError(f"{name} 不可用于训练；可用的是 {'、'.join(SOURCES)}")
        questions = _read_folder(root / name)
        kept = _held_out_articles(questions) if name == HELD_OUT_FROM else frozenset()
        repeats = _REPEATS.get(name, 1)
        train += repeats * [q for q in questions if q.article.id not in kept]
        held_out += [q for q in questions if q.article.id in kept]
    return Questions(tuple(train), tuple(held_out))


def simplified(text: str) -> str:
    """Traditional to simplified script (OpenCC t2s)."""
    return str(_converter("t2s").convert(text))


def traditional(text: str) -> str:
    """Simplified to traditional script as written in Taiwan (OpenCC s2tw)."""
    return str(_converter("s2tw").convert(text))


@cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


def _read_folder(folder: Path) -> list[Labelled]:
    convert = simplified if folder.name in TRADITIONAL else str
    relevant = _relevant(folder / QRELS)
    articles = {}
    for document in read_documents([folder / CORPUS]):
        text = convert(document.text)
        spans = sentence_spans(text)
        articles[document.id] = Article(document.id, convert(document.title), text, spans)
    labelled = []
    for row in read_rows(folder / QUERIES):
        number, question = row.text("_id"), convert(str(row.fields["text"]))
        if not question.strip() or number not in relevant:  # CMRC has a blank question
            continue
        article = articles[relevant[number]]
        answer = _locate(article, question, [convert(a) for a in row.texts("answers")])
        if answer:
            labelled.append(Labelled(number, question, article, answer))
    return labelled


def _relevant(path: Path) -> dict[str, str]:
    """Document of each question (the training folders have one for each)."""
    lines = path.read_text("utf-8").splitlines()[1:]
    return {query: document for query, document, _ in (line.split("\t") for line in lines)}


def _locate(article: Article, question: str, answers: Sequence[str]) -> Span | None:
    """The occurrence of an answer whose surroundings share most with the question."""
    asked = Counter(bigrams(question))
    found = []
    for answer in answers:
        at = article.text.find(answer)
        while at >= 0:
            near = article.text[max(0, at - 60) : at + len(answer) + 60]
            shared = (asked & Counter(bigrams(near))).total()
            found.append((shared, -at, Span(at, at + len(answer))))
            at = article.text.find(answer, at + 1)
    return max(found)[2] if found else None


def _held_out_articles(questions: Sequence[Labelled]) -> frozenset[str]:
    counts = Counter(q.article.id for q in questions)
    order = sorted(counts)
    random.Random(0).shuffle(order)  # noqa: S311
    chosen: list[str] = []
    while order and sum(counts[i] for i in chosen) < HELD_OUT_QUESTIONS:
        chosen.append(order.pop())
    return frozenset(chosen)
