"""What the page says where files are too many, or the last one is to go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index import uploads
from rag import Library
from tests.page.browsing import Reader
from tests.page.test_upload import TEA, add, kept, payload
from ui.shelves import Shelves

pytestmark = pytest.mark.browser


def test_too_many_and_the_last_one(
    visit: Callable[..., Reader], served: Callable[..., str], tmp_path: Path
) -> None:
    uploads.add(tmp_path, "茶.txt", TEA.encode(), replace=False)
    shelves = Shelves.at(tmp_path, None, None)
    shelves.shelf().hold(Library.build([], tmp_path))
    page = visit(served(shelves)).page
    expect(page.locator(".uploaded li")).to_have_count(1)
    assert page.locator("input.files").get_attribute("data-count") == "100"
    page.locator("input.files").evaluate("node => (node.dataset.count = 2)")
    add(page, *[payload(f"{number}.txt") for number in range(3)])
    told = page.locator(".uploading li")
    expect(told).to_contain_text("请分批上传")
    told.get_by_role("button", name="知道了").click()
    page.get_by_role("button", name="移除 茶.txt").click()
    expect(told).to_contain_text("最后一个文件")
    assert kept(shelves) == ["茶.txt"]
