"""The page while its index is missing, damaged or being rebuilt."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from gradio_client import Client
from playwright.sync_api import expect

from index.build import EMBED, READ
from index.types import Progress
from tests import SEEDS
from tests.page.browsing import ONE_POST, PATIENCE, Reader
from ui.shelf import Shelf

pytestmark = pytest.mark.browser


def _held_at(
    step: str, release: threading.Event, advance: Callable[..., None]
) -> Callable[..., None]:
    """``advance`` that stays at ``step`` until released: a small build can pass unseen."""

    def held(shelf: Shelf, progress: Progress) -> None:
        advance(shelf, progress)
        if progress.step == step:
            release.wait(PATIENCE / 1000)

    return held


def test_a_rebuild_shows_progress_while_the_old_index_answers(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, seen = reader.page, threading.Event()
    monkeypatch.setattr(Shelf, "_advance", _held_at(READ, seen, Shelf._advance))
    generation = "document.querySelector('.facts').textContent"
    before = Client(reader.address, verbose=False).predict("", api_name="/page_state")["generation"]
    page.get_by_role("button", name="重建索引").click()
    banner = page.locator(".banner")
    expect(banner).to_contain_text("原来的索引照常回答")
    turn = reader.ask(ONE_POST)
    expect(turn.locator(".short")).to_have_text("96.56%")
    seen.set()
    expect(banner).to_contain_text("索引已经建好")
    after = Client(reader.address, verbose=False).predict("", api_name="/page_state")["generation"]
    assert after == before  # no file had changed
    assert page.evaluate(generation)
    banner.get_by_role("button", name="知道了").click()
    expect(banner).to_be_hidden()


@pytest.mark.parametrize(
    ("damage", "title", "button"),
    [(False, "还没有索引", "建立索引"), (True, "索引不能用了", "重新建立索引")],
)
def test_without_an_index_one_button_makes_it(
    visit: Callable[..., Reader],
    served: Callable[..., str],
    seed_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: bool,
    title: str,
    button: str,
) -> None:
    data, seen = tmp_path / "data", threading.Event()
    monkeypatch.setattr(Shelf, "_advance", _held_at(EMBED, seen, Shelf._advance))
    if damage:
        shutil.copytree(seed_data, data)
        largest = max(data.rglob("*.*"), key=lambda file: file.stat().st_size)
        largest.write_bytes(largest.read_bytes()[:-1])
    shelf = Shelf.at(data, SEEDS, None)
    shelf.open()
    reader = visit(served(shelf))
    page = reader.page
    expect(page.locator(".view h1")).to_have_text(title, use_inner_text=True)
    expect(page.get_by_label("问题")).to_be_disabled()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".view .steps")).to_contain_text(EMBED)
    seen.set()
    expect(page.locator(".example")).to_have_count(4)
    expect(reader.ask(ONE_POST).locator(".short")).to_have_text("96.56%")
