"""Documents that give different values for what is asked: shown newest first, and seldom cried."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Library, together
from rag.drafts import Draft
from rag.judging import Judge
from rag.quoting import quoted
from rag.types import Answer
from rag.writing import compose

WATER = "青石水库除险加固工程"
NEW = f"""青石水库的前世今生

2023年6月2日 栖河文史 记者 陈明

{WATER}总投资3860万元，是建库以来规模最大的一次维修。工程完工以后，防洪标准提高到百年一遇。

水库大坝高42米，坝顶长310米，受益群众4.3万人。青石水库2022年蓄水2900万立方米。
"""
OLD = f"""青石水库加固工程通过验收

2021年3月10日 栖河日报 记者 周敏

{WATER}日前通过省水利厅验收。该工程总投资3200万元，历时两年建成，主要内容包括大坝防渗、溢洪道改造。

水库大坝高42米。{WATER}于2019年2月开工，受益群众4.3万人。青石水库2020年蓄水3100万立方米。
"""
OTHER = """白沙水库加固工程开工

2022年9月1日 栖河日报 记者 周敏

白沙水库除险加固工程总投资1500万元，计划两年建成。
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("disputes")
    for name, text in (("a", OLD), ("b", NEW), ("c", OTHER)):
        Path(folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Library.build(folder, folder / "data")


REMARK = (
    "两处说法不同：《青石水库的前世今生》（2023-06-02）是“3860万元”；"
    "《青石水库加固工程通过验收》（2021-03-10）是“3200万元”。[1][2]"
)


def test_both_are_shown_the_newest_first(library: Library) -> None:
    answer = library.ask(f"{WATER}总投资多少？")
    assert answer.short == "3860万元"
    assert [cited.quote[:20] for cited in answer.citations[:2]] == [
        f"{WATER}总投资3860万元，"[:20],
        "该工程总投资3200万元，历时两年建成，"[:20],
    ]
    assert answer.text.split("\n")[-1] == REMARK


@pytest.mark.parametrize(
    ("told", "other", "differ"),
    [
        ("全区共有589名青年志愿者参与防汛。", "全区共有389名青年志愿者参与防汛。", True),
        ("全区共有589名青年志愿者参与防汛。", "全区共有五百八十九名青年志愿者参与防汛。", False),
        ("全区共有589名青年志愿者参与防汛。", "全县共有389名退伍军人参与防汛。", False),
    ],
)
def test_sentences_that_are_the_same_but_for_their_numbers(
    tmp_path: Path, told: str, other: str, differ: bool
) -> None:
    """The question says too little to be held against just any sentence."""
    for number, sentence in enumerate((told, other), 1):
        text = f"防汛快讯\n\n2023年8月{number}日 栖河日报\n\n{sentence}堤防安然无恙。"
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
    answer = Library.build(tmp_path, tmp_path / "data").ask("多少名青年志愿者参与了防汛？")
    assert ("两处说法不同" in answer.text) == differ


def test_it_is_said_of_a_part_too(library: Library) -> None:
    answer = library.ask(f"{WATER}什么时候开工，总投资多少？")
    assert together.remarks(answer) == [REMARK.replace("[1][2]", "[2][3]")]


@pytest.mark.parametrize(
    "question",
    [
        f"{WATER}受益群众有多少人？",  # both say the same
        "白沙水库除险加固工程总投资多少？",  # the others are on another reservoir
        "青石水库大坝高多少米？",
        "青石水库蓄水多少立方米？",  # of two years
    ],
)
def test_what_is_no_contradiction(library: Library, question: str) -> None:
    assert "说法不同" not in library.ask(question).text


def test_a_model_does_not_hide_it(library: Library) -> None:
    extract = library.ask(f"{WATER}总投资多少？")
    passages = quoted(library._index, extract.hits)
    judge = Judge(extract.question, passages, library._search.reader)
    verdict = judge.verdict(Draft(f"{WATER}总投资3860万元。", ()))
    written: Answer = compose(extract, [verdict])
    assert written.text.split("\n") == [f"{WATER}总投资3860万元。[1]", REMARK]
    assert [cited.marker for cited in written.citations] == [1, 2]
    for cited in written.citations:
        assert library.document(cited.document_id).text[cited.start : cited.end] == cited.quote
