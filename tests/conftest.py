"""Shared fixtures: the real model and the seed article's index, made once a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag import Library
from rag.generators import Choice

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browsing import Reader
    from ui.shelf import Shelf
    from ui.shelves import Shelves

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def seed_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index of ``seeds/``; tests must not change it."""
    folder = tmp_path_factory.mktemp("seed") / "data"
    Library.build(SEEDS, folder)
    return folder


@pytest.fixture(scope="session")
def seed_library(seed_data: Path) -> Library:
    """The opened index of ``seeds/``."""
    return Library.open(seed_data)


@pytest.fixture(scope="session")
def second_library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The index of the second article, in another style than the seed."""
    folder = tmp_path_factory.mktemp("second") / "data"
    return Library.build(DATA / "second_article.txt", folder)


@pytest.fixture
def served() -> Iterator[Callable[..., str]]:
    """Serve a shelf on a free port; gives the page's address."""
    from tests.browsing import free_port
    from ui import app
    from ui.shelf import Shelf
    from ui.shelves import Shelves

    pages: list[Any] = []

    def start(shelf: Shelf | Shelves, llm: Choice = None) -> str:
        shelves = Shelves(shelf) if isinstance(shelf, Shelf) else shelf
        page = app.build_page(shelves, llm)
        pages.append(page)
        return app.launch(page, shelves, "127.0.0.1", free_port())

    yield start
    for page in pages:
        page.close(verbose=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    from tests.browsing import CHROMIUM, PATIENCE, QUIET

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Reader]]:
    """Open the page; afterwards nothing may have left the machine or thrown."""
    from tests.browsing import Reader

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
