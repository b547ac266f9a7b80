"""A browser and a page to visit, each started once for this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from rag import Library
from rag.generators import Choice
from tests import SEEDS
from tests.page.browsing import CHROMIUM, PATIENCE, QUIET, Reader, free_port
from ui import app
from ui.shelf import Shelf
from ui.shelves import Shelves


@pytest.fixture
def served() -> Iterator[Callable[..., str]]:
    """Serve a shelf on a free port; gives the page's address."""
    pages: list[Any] = []

    def start(shelf: Shelf | Shelves, llm: Choice = None) -> str:
        shelves = Shelves(shelf) if isinstance(shelf, Shelf) else shelf
        page = app.build_page(shelves, llm)
        pages.append(page)
        return app.launch(page, shelves, "127.0.0.1", free_port())

    yield start
    for page in pages:
        page.close(verbose=False)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Reader]]:
    """Open the page; afterwards nothing may have left the machine or thrown."""
    readers: list[Reader] = []

    def open_page(address: str, **options: Any) -> Reader:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        reader = Reader(browser.new_context(**options), address)
        readers.append(reader)
        return reader

    yield open_page
    for reader in readers:
        reader.context.close()
        assert reader.foreign() == set()
        assert reader.requests
        assert reader.faults == []


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over an index of its own, built from the seeds, which tests may rebuild."""
    data = tmp_path_factory.mktemp("page") / "data"
    shelf = Shelf.at(data, SEEDS, None)
    shelf.hold(Library.build(SEEDS, data))
    page = app.build_page(Shelves(shelf))
    yield app.launch(page, Shelves(shelf), "127.0.0.1", free_port())
    page.close(verbose=False)


@pytest.fixture
def reader(visit: Callable[..., Reader], address: str) -> Reader:
    """A first visit on a desk."""
    opened = visit(address)
    expect(opened.page.locator(".example").first).to_be_visible(timeout=PATIENCE)
    return opened
