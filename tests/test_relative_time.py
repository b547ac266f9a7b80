"""去年 and 今年 in a question: passages of that year are preferred, and it is said which year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag import Library, citation_evaluation, when

YEAR = date.today().year
VISITORS = {1: "312.5万", 2: "287.1万", 3: "243.9万", 4: "198.6万"}  # by years ago


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder: Path = tmp_path_factory.mktemp("years")
    for ago, visitors in VISITORS.items():
        year = YEAR - ago
        text = (
            f"栖河县旅游公报\n\n{year}年12月31日 栖河日报\n\n"
            f"{year}年，栖河县共接待游客{visitors}人次，旅游业保持平稳发展的态势，"
            "全县新增民宿和农家乐，乡村旅游成为群众增收的重要渠道。\n"
        )
        (folder / f"{ago}.txt").write_text(text, encoding="utf-8")
    return Library.build(folder, folder / "data")


@pytest.mark.parametrize(("word", "ago"), [("去年", 1), ("前年", 2)])
def test_the_year_that_is_meant_is_found_and_said(library: Library, word: str, ago: int) -> None:
    before = date.today()
    answer = library.ask(f"{word}栖河县共接待游客多少人次？")
    year = YEAR - ago
    assert answer.citations[0].quote.startswith(f"{year}年")
    assert answer.short == f"{VISITORS[ago]}人次"
    assert answer.understood in {  # midnight may have passed
        f"{word}（{year}年，按今天{day.isoformat()}）栖河县共接待游客多少人次？"
        for day in (before, date.today())
    }


def test_where_nothing_is_of_that_year_the_document_says_which(second_library: Library) -> None:
    answer = second_library.ask("管水员去年办了多少期培训班？")
    assert answer.understood == "管水员去年（2022年，按文章日期2023-04-12）办了多少期培训班？"
    line = f"没有找到{YEAR - 1}年的内容，“去年”按文章日期2023-04-12理解为2022年，请核对。[1]"
    assert answer.text.split("\n")[-1] == line
    assert answer.confidence <= 0.5
    assert second_library.confidence_words(answer) == "weak"
    assert not citation_evaluation.statements(answer)[len(answer.citations) :]


def test_a_document_without_a_date_does_not_say_which_year_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("云雾茶园\n\n云雾茶园去年买了六台采茶机。\n", "utf-8")
    answer = Library.build(tmp_path / "a.txt", tmp_path / "data").ask(
        "云雾茶园去年买了几台采茶机？"
    )
    line = f"文章没有日期，“去年”是不是{YEAR - 1}年无法确定，请核对。[1]"
    assert answer.text.split("\n")[-1] == line
    assert (answer.short, answer.understood) == ("六台", "")


def test_a_time_to_compare_with_is_not_the_one_that_is_asked_for(second_library: Library) -> None:
    compared = second_library.ask("管水员培训班比去年多办了几期？")
    assert compared.understood == ""
    assert "请核对" not in compared.text


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("去年投资多少？", (2025,)),
        ("今年和去年分别是多少", (2026, 2025)),
        ("最近有什么进展", (2026,)),
        ("上月收入多少", (2026,)),
        ("2021年投资多少？", ()),
        ("投资较去年增长多少？", ()),
        ("货运量与去年同期相比增长多少？", ()),
        ("申请人数相比去年同期下降了多少", ()),
        ("今年比去年多多少？", (2026,)),
        ("世界上最近一次大型活动在哪里？", ()),
        ("《近期若干举措》有多少条？", ()),
        ("投资多少？", ()),
    ],
)
def test_years_that_are_meant(question: str, years: tuple[int, ...]) -> None:
    assert when.years(question, date(2026, 11, 24)) == years
