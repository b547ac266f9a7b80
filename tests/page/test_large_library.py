"""A library of more documents than its list shows, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from rag import Library
from tests.page.browsing import Reader, holding
from ui import article, scopes

pytestmark = pytest.mark.browser

COUNT = 260
LAST = f"青山镇第{COUNT - 1}号公告"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Short notices, each tenth of another publisher."""
    folder = tmp_path_factory.mktemp("large")
    source = folder / "源"
    source.mkdir()
    for n in range(COUNT):
        text = f"青山镇第{n}号公告\n\n2021-09-01　{n // 10}号村日报\n\n第{n}号公告说水渠长{n + 1000}米。\n"
        (source / f"{n:03}.txt").write_text(text, "utf-8")
    return Library.build(source, folder / "data")


@pytest.fixture
def reader(visit: Callable[..., Reader], served: Callable[..., str], library: Library) -> Reader:
    reader = visit(served(holding(library)))
    expect(reader.page.locator(".limit")).to_be_visible()
    return reader


def test_how_many_are_not_listed_is_told(reader: Reader) -> None:
    expect(reader.page.locator(".documents .open")).to_have_count(article.LISTED)
    expect(reader.page.locator(".holdings .hint")).to_contain_text(
        f"另有 {COUNT - article.LISTED} 篇没有列出"
    )


def test_every_publisher_is_offered(reader: Reader) -> None:
    page = reader.page
    page.locator(".limit").click()
    offered = page.locator("#youju-publishers option")
    expect(offered).to_have_count(COUNT // 10)
    page.get_by_role("combobox", name="来源").fill("25號村")  # in either script
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "25号村日报")


def test_any_document_is_found_by_a_part_of_its_title_and_asked(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scopes, "OFFERED", 100)
    page = reader.page
    page.locator(".limit").click()
    offered = page.locator("#youju-titles option")
    expect(offered).to_have_count(100)
    field = page.get_by_role("combobox", name="文章", exact=True)
    field.fill(f"第{COUNT - 1}号")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", LAST)
    field.fill(LAST)
    page.get_by_role("button", name="应用").click()
    expect(page.locator(".limit")).to_contain_text("1 篇")
    turn = reader.ask("水渠长多少米？")
    expect(turn.locator(".evidence")).to_contain_text(f"{COUNT + 999}米")
