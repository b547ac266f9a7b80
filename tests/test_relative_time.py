"""去年 and 今年 in a question: passages of that year are preferred, and it is said which year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag import Library, when

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


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("去年投资多少？", (2025,)),
        ("今年和去年分别是多少", (2026, 2025)),
        ("最近有什么进展", (2026,)),
        ("上月收入多少", (2026,)),
        ("2021年投资多少？", ()),
        ("投资多少？", ()),
    ],
)
def test_years_that_are_meant(question: str, years: tuple[int, ...]) -> None:
    assert when.years(question, date(2026, 11, 24)) == years
