"""The English view: remarks and errors are told in English, and their Chinese words stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from rag import Library
from tests.page.browsing import Reader
from tests.test_disputes import NEW, OLD, WATER
from ui.shelves import Shelves

pytestmark = pytest.mark.browser

LONG = "水" * 401


@pytest.fixture
def reader(visit: Callable[..., Reader], served: Callable[..., str], tmp_path: Path) -> Reader:
    """A library whose two articles differ, and a third file that cannot be read, in English."""
    source = tmp_path / "源"
    source.mkdir()
    for name, text in (("a.txt", OLD), ("b.txt", NEW), ("坏.docx", "不是 docx")):
        (source / name).write_text(text, "utf-8")
    shelves = Shelves.at(tmp_path / "data", source, None)
    shelves.shelf().hold(Library.build(source, tmp_path / "data"))
    reader = visit(served(shelves))
    reader.page.get_by_role("button", name="English").click()
    return reader


def told(where: Locator, english: str, chinese: str) -> None:
    """Both are seen, the English first."""
    seen = where.inner_text()
    assert -1 < seen.find(english) < seen.find(chinese), seen


def test_remarks_and_errors_are_told_beside_their_chinese_words(reader: Reader) -> None:
    page = reader.page
    turn = reader.ask(f"{WATER}总投资多少？")
    told(turn.locator(".sentence").last, "The documents differ", "是“3200万元”")
    told(reader.ask(LONG).locator(".failure"), "The question has 401 characters", "最多 400 个")
    page.locator(".limit").click()
    page.locator("form.scope input[name=since]").fill("前年夏天")
    page.keyboard.press("Enter")
    expect(page.locator(".scope-error")).to_contain_text("看不懂日期“前年夏天”")
    told(page.locator(".scope-error"), "This date cannot be read", "看不懂日期“前年夏天”")
    unreadable = {"name": "a.exe", "mimeType": "text/plain", "buffer": b"x"}
    page.locator("input.files").set_input_files([unreadable])
    expect(page.locator(".uploading li")).to_contain_text(".docx")
    told(page.locator(".uploading li"), "Files of this kind cannot be read", "'a.exe' 的类型读不了")
    page.get_by_role("button", name="Rebuild").click()
    expect(page.locator(".banner")).to_contain_text("坏.docx")
    told(page.locator(".banner"), "The file is damaged", "坏.docx：")
    page.get_by_role("button", name="中文").click()
    assert page.locator(".gloss").count() >= 5
    expect(page.locator(".gloss:visible")).to_have_count(0)
