"""Folders that cannot be evaluated, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from index.errors import InputError
from index.types import Document
from rag import Library, Turn
from rag.evaluation import evaluate
from rag.types import Answer
from tests.evaluation.scripted import QRELS, RIVER, Scripted, library


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("queries.jsonl", '{"_id": "q1", "text": "好？"}\n{"_id"', "queries.jsonl 第 2 行.*JSON"),
        ("queries.jsonl", '\n["q1"]', "第 2 行.*JSON 对象"),
        ("queries.jsonl", '{"_id": "q1"}', "第 1 行：text"),
        ("queries.jsonl", '{"_id": 7, "text": "好？"}', "第 1 行：_id.*7"),
        ("queries.jsonl", '{"_id": "q", "text": "好", "answers": "甲"}', "第 1 行：answers"),
        ("queries.jsonl", '{"_id": "q", "text": "好", "answers": [" "]}', "第 1 行：answers"),
        ("queries.jsonl", '{"_id": "q", "text": "好", "unanswerable": 1}', "unanswerable.*true"),
        ("queries.jsonl", '{"_id": "q", "text": "好"}\n' * 2, "第 2 行.*'q'.*出现过"),
        ("queries.jsonl", "\n", "没有问题"),
        ("queries.jsonl", "\udcff", "不是 UTF-8"),
        ("corpus.jsonl", '{"_id": "river"}', r"corpus\.jsonl.*1"),
        ("qrels/test.tsv", "q1\triver\t1\n", "第 1 行：表头"),
        ("qrels/test.tsv", "", "第 1 行：表头"),
        ("qrels/test.tsv", QRELS + "q1\tlake\t1\n", "第 6 行：corpus.jsonl 里没有文档 'lake'"),
        ("qrels/test.tsv", QRELS + "q9\triver\t1\n", "第 6 行：queries.jsonl 里没有问题 'q9'"),
        ("qrels/test.tsv", QRELS + "q1 river 1\n", "第 6 行.*三列"),
        ("qrels/test.tsv", QRELS + "q1\triver\t0.5\n", "第 6 行.*整数"),
        ("out_of_corpus.jsonl", '{"_id": "o"}', "out_of_corpus.jsonl 第 1 行：text"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(
    folder: Path, file: str, content: str, message: str
) -> None:
    (folder / file).write_bytes(content.encode("utf-8", "surrogateescape"))
    scripted = library()
    with pytest.raises(InputError, match=message):
        evaluate(scripted, folder)
    assert cast(Scripted, scripted).asked == []


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"里没有 {name}"):
        evaluate(library(), folder)


def test_an_index_of_another_corpus_is_refused(folder: Path) -> None:
    river = {"river": Document("river", "水库", RIVER, "river.txt")}
    with pytest.raises(InputError, match=r"'school'.*youju eval"):
        evaluate(library(documents=river), folder)


def test_a_question_that_cannot_be_asked_is_named(folder: Path) -> None:
    class Strict(Scripted):
        def ask(
            self, question: str, history: Sequence[Turn] = (), llm: str | None = None
        ) -> Answer:
            raise InputError("问题有 999 个字")

    with pytest.raises(InputError, match="'q1'：问题有 999 个字"):
        evaluate(cast(Library, Strict({}, cast(Any, library()).rankings)), folder)


def test_windows_lines_and_grade_zero(folder: Path) -> None:
    rows = QRELS.replace("q1\triver\t1", "q1\triver\t0").replace("\n", "\r\n")
    (folder / "qrels" / "test.tsv").write_bytes(rows.encode("utf-8-sig"))
    found = evaluate(library(), folder).retrieval
    assert found is not None
    assert found.queries == 2
