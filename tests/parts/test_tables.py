"""A table's named cell, or the row where a column is greatest."""

from __future__ import annotations

import pytest

from rag import Library, tables
from rag.questions import parse


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("六个乡镇里，哪个的改造面积最大？", "石桥镇"),
        ("哪个乡镇的节水率最低？", "南坪乡"),
        ("最高的节水率是多少？", "29.6%"),
        ("石桥镇的水费收缴率是多少？", "98.2%"),
        ("河湾镇 节水率", "24.7%"),
        ("2022年南坪乡亩均用水多少立方米", "383"),
    ],
)
def test_a_table_is_read(second_library: Library, question: str, short: str) -> None:
    answer = second_library.ask(question)
    assert answer.short == short
    assert [len(cited.quote.split("\t")) for cited in answer.citations] == [5]


@pytest.mark.parametrize(
    "question",
    [
        "2018年石桥镇的节水率是多少？",
        "石桥镇有多少人？",
        "石桥镇和河湾镇的节水率怎么样",
        "节水率是多少",
    ],
)
def test_a_table_does_not_answer_what_it_does_not_say(
    second_library: Library, question: str
) -> None:
    (document,) = second_library.documents.values()
    found = [
        tables.answer(parse(question), document.text, chunk)
        for chunk in second_library._index.chunks_of(document.id)
    ]
    assert not any(found)
