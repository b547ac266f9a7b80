"""Reading a folder of questions in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/test.tsv.

Two additions to BEIR: a query has ``answers`` (gold strings) or ``unanswerable: true``, and
``out_of_corpus.jsonl`` may hold more questions that the corpus should not answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.documents import read_documents
from index.errors import InputError
from rag import conversation
from rag.conversation import Turn

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
QRELS = "qrels/test.tsv"
OUT_OF_CORPUS = "out_of_corpus.jsonl"
_HEADER = ["query-id", "corpus-id", "score"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line's JSON object; ``where`` is its file and line number, for messages."""

    where: str
    fields: Mapping[str, object]

    def text(self, name: str, *, blank: bool = False) -> str:
        """The string in field ``name``, which may be blank only with ``blank``.

        Raises:
            InputError: it is missing, blank or no string.
        """
        value = self.fields.get(name)
        if not isinstance(value, str) or not (blank or value.strip()):
            raise InputError(f"{self.where}：{name} 应是非空字符串，现在是 {value!r}。请改正这一行")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """The list of non-blank strings in field ``name``, () where there is no such field.

        Raises:
            InputError: it is no list of non-blank strings.
        """
        value = self.fields.get(name, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise InputError(
                f"{self.where}：{name} 应是非空字符串的列表，现在是 {value!r}。请改正这一行"
            )
        return tuple(value)

    def flag(self, name: str) -> bool:
        """The truth value in field ``name``, False where there is no such field.

        Raises:
            InputError: it is neither true nor false.
        """
        value = self.fields.get(name, False)
        if not isinstance(value, bool):
            raise InputError(
                f"{self.where}：{name} 应是 true 或 false，现在是 {value!r}。请改正这一行"
            )
        return value


@dataclass(frozen=True, slots=True)
class Query:
    """A question with its gold answers, and the earlier turns (oldest first) that belong to it.

    ``text`` may be '': published sets have such rows (CMRC 2018's trial data), and nobody
    who measures on one can mend it.
    """

    id: str
    text: str
    answers: tuple[str, ...]
    unanswerable: bool
    history: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class BeirSet:
    """A folder's questions; ``relevant[query id][document id]`` is a grade above 0.

    ``out_of_corpus`` holds questions that are unanswerable by a weak label only: their
    document is absent, but another one may answer by chance.
    """

    name: str
    queries: tuple[Query, ...]
    relevant: Mapping[str, Mapping[str, int]]
    out_of_corpus: tuple[Query, ...]


def read_beir(folder: Path) -> BeirSet:
    """Read and check a BEIR folder (see the module's head).

    Raises:
        InputError: a file is missing, a line is malformed, an id occurs twice, or qrels name
            an unknown query or document; the message gives file and line.
    """
    for name in (CORPUS, QUERIES, QRELS):
        if not (folder / name).is_file():
            raise InputError(
                f"{folder} 里没有 {name}。评测文件夹需要 {CORPUS}、{QUERIES} 和 {QRELS}"
            )
    queries = _read_queries(folder / QUERIES)
    known = {document.id for document in read_documents([folder / CORPUS])}
    relevant = _read_qrels(folder / QRELS, {query.id for query in queries}, known)
    extra = folder / OUT_OF_CORPUS
    return BeirSet(
        name=folder.resolve().name,
        queries=queries,
        relevant=relevant,
        out_of_corpus=_read_queries(extra) if extra.is_file() else (),
    )


def read_rows(path: Path) -> Iterator[Row]:
    """The objects of a JSON-lines file (UTF-8), blank lines left out.

    Raises:
        InputError: the file cannot be read or a line is no JSON object.
    """
    for number, line in _lines(path):
        where = f"{path} 第 {number} 行"
        try:
            value = json.loads(line)
        except ValueError as error:
            raise InputError(f"{where}：不是 JSON（{error}）。请改正这一行") from error
        if not isinstance(value, dict):
            raise InputError(f"{where}：应是一个 JSON 对象，现在是 {line[:40]!r}。请改正这一行")
        yield Row(where, value)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Non-blank lines with their numbers; only a line feed ends one, as U+2028 may be text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}：读不了（{error.strerror}）。请检查路径和权限") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}：不是 UTF-8 文本（{error}）。请转换成 UTF-8") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line.rstrip("\r")


def _read_queries(path: Path) -> tuple[Query, ...]:
    queries: dict[str, Query] = {}
    for row in read_rows(path):
        query = _query(row)
        if query.id in queries:
            raise InputError(f"{row.where}：_id {query.id!r} 在前面出现过。每个问题的 _id 应唯一")
        queries[query.id] = query
    if not queries:
        raise InputError(f'{path}：没有问题。请写入至少一行，如 {{"_id": "q1", "text": "……？"}}')
    return tuple(queries.values())


def _query(row: Row) -> Query:
    return Query(
        id=row.text("_id"),
        text=row.text("text", blank=True).strip(),
        answers=row.texts("answers"),
        unanswerable=row.flag("unanswerable"),
        history=_history(row),
    )


def _history(row: Row) -> tuple[Turn, ...]:
    try:
        return conversation.turns(row.fields.get("history") or [])
    except InputError as error:
        raise InputError(f"{row.where}：{error}请改正这一行") from error


def _read_qrels(path: Path, queries: set[str], documents: set[str]) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = {}
    lines = _lines(path)
    number, header = next(lines, (1, ""))
    if header.split("\t") != _HEADER:
        raise InputError(
            f"{path} 第 {number} 行：表头应是 {'<Tab>'.join(_HEADER)}，现在是 {header[:60]!r}"
        )
    for number, line in lines:
        where = f"{path} 第 {number} 行"
        query, document, grade = _judgement(line, where)
        if query not in queries:
            raise InputError(f"{where}：{QUERIES} 里没有问题 {query!r}。请改正编号或删去这一行")
        if document not in documents:
            raise InputError(f"{where}：{CORPUS} 里没有文档 {document!r}。请改正编号或删去这一行")
        if grade > 0:
            relevant.setdefault(query, {})[document] = grade
    return relevant


def _judgement(line: str, where: str) -> tuple[str, str, int]:
    match line.split("\t"):
        case [query, document, grade] if re.fullmatch("-?[0-9]+", grade.strip()):
            return query, document, int(grade)
        case _:
            raise InputError(
                f"{where}：应是 问题、文档、整数分 三列，用 Tab 隔开，现在是 {line[:60]!r}"
            )
