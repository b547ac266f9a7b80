"""Questions with their articles: BEIR folders that may train a shipped model, and our own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
# Questions written for this project (`written/README.md`), on articles of the folders and on
# passages of other genres made from them.
WRITTEN = Path(__file__).with_name("written")
PASSAGES, QUESTIONS = "passages.jsonl", "questions.jsonl"
HELD_OUT = "held_out.txt"  # ids of articles: named, so that they stay the same as the data grows
# They are more like what people ask, and there are fewer of them.
_REPEATS = {"cmrc2018_trial": 2, WRITTEN.name: 3}


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
class NearMiss:
    """A question on what an article speaks of, that no sentence of it answers."""

    id: str
    text: str
    article: Article


Question = Labelled | NearMiss


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions to train on and those to validate on; they share no article."""

    train: tuple[Question, ...]
    held_out: tuple[Question, ...]


def read_questions(
    root: Path, sources: Sequence[str] = SOURCES, written: Path = WRITTEN
) -> Questions:
    """Read the training folders under ``root`` and the questions ``written`` on their articles.

    Raises:
        InputError: a folder is not one that may be trained on, is missing or is malformed.
    """
    for name in sources:
        if name not in SOURCES:
            raise InputError(f"{name} 不可用于训练；可用的是 {'、'.join(SOURCES)}")
    articles = {name: _read_articles(root / name) for name in sources}
    articles[WRITTEN.name] = read_passages(written / PASSAGES)
    read: dict[str, Sequence[Question]] = {
        name: _read_folder(root / name, articles[name]) for name in sources
    }
    read[WRITTEN.name] = _read_written(written / QUESTIONS, articles)
    kept = frozenset((written / HELD_OUT).read_text("utf-8").split())
    train: list[Question] = []
    held_out: list[Question] = []
    for name, questions in read.items():
        train += _REPEATS.get(name, 1) * [q for q in questions if q.article.id not in kept]
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
    try:
        import opencc
    except ImportError as error:
        raise InputError(
            "训练数据的繁简转换需要 opencc，这里没有装。请运行：pip install -c constraints.txt -e '.[dev]'"
        ) from error
    return opencc.OpenCC(name)


def _script(folder: Path) -> Callable[[str], str]:
    return simplified if folder.name in TRADITIONAL else str


def _read_articles(folder: Path) -> dict[str, Article]:
    convert = _script(folder)
    articles = {}
    for document in read_documents([folder / CORPUS]):
        text = convert(document.text)
        spans = sentence_spans(text)
        articles[document.id] = Article(document.id, convert(document.title), text, spans)
    return articles


def _read_folder(folder: Path, articles: Mapping[str, Article]) -> list[Labelled]:
    convert, relevant = _script(folder), _relevant(folder / QRELS)
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


def read_passages(path: Path) -> dict[str, Article]:
    """Articles of rows ``{"id": ..., "title": ..., "text": ...}``, by id."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {
        row["id"]: Article(row["id"], row["title"], row["text"], sentence_spans(row["text"]))
        for row in rows
    }


def _read_written(path: Path, articles: Mapping[str, Mapping[str, Article]]) -> list[Question]:
    """Rows ``{"article": "FOLDER/ID", "question": ..., "answer": [start, end] or null}``."""
    questions: list[Question] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        row = json.loads(line)
        folder, name = row["article"].split("/")
        if name not in articles.get(folder, {}):
            continue
        asked = f"written-{number}", row["question"], articles[folder][name]
        answer = row["answer"]
        questions.append(Labelled(*asked, Span(*answer)) if answer else NearMiss(*asked))
    return questions


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
