"""Questions and documents cannot bring markup, and nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag import Library
from tests.page.browsing import Reader, evidence_of
from ui.shelf import Shelf

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=window.pwned=1>[1](javascript:window.pwned=2)"


def test_hostile_questions_and_documents_stay_text(
    visit: Callable[..., Reader], served: Callable[..., str], tmp_path: Path
) -> None:
    line = f"攻击测试的口令是{HOSTILE}，共写了三遍，登记在第二本册子的第四页上。"
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    text = f"标题{HOSTILE}\n\n作者：{HOSTILE}\n\n{line * 3}\n"
    (seeds / "hostile.txt").write_text(text, "utf-8")
    shelf = Shelf.at(tmp_path / "data", seeds, None)
    shelf.hold(Library.build(seeds, tmp_path / "data"))
    reader = visit(served(shelf))
    page = reader.page
    page.locator(".example").first.wait_for()
    for question in (f"攻击测试的口令是什么？{HOSTILE}", HOSTILE):
        turn = reader.ask(question)
        expect(turn.locator(".question")).to_have_text(question)
        for summary in evidence_of(turn).locator("summary").all():
            summary.click()
    page.get_by_role("button", name="文库").click()
    page.locator(".documents .open").first.click()
    expect(page.locator(".reader .body").first).to_contain_text(HOSTILE)
    assert page.locator(".youju img, .youju script, .youju a[href^='javascript']").count() == 0
    assert page.evaluate("window.pwned") is None


def test_the_browser_is_told_to_load_nothing_from_elsewhere(reader: Reader) -> None:
    response = reader.page.request.get(reader.address)
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
