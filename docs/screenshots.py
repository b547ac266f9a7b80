"""Make the pictures of README: a real page over a real index, in Chromium.

Run it from anywhere: ``python docs/screenshots.py [FOLDER]`` (default: docs/images).
``CHROMIUM`` names the browser where it is not /usr/bin/chromium.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from rag import Library
from ui import app
from ui.shelf import Shelf
from ui.shelves import Shelves

HERE = Path(__file__).parent
SEEDS = HERE.parent / "seeds"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
DESK: ViewportSize = {"width": 1360, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 120_000  # milliseconds

NUMBER = "城市社区“三联四建”投入了多少资金？"
RATIO = "村主职“一肩挑”的比例是多少？"
LIST = "抓组织规范提升有哪些做法？"
UNANSWERED = "明天北京会下雨吗？"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is done on the page before its picture is taken, and on what."""

    play: Callable[[Page], None]
    phone: bool = False
    dark: bool = False


def main() -> None:
    """Serve the seed article's index and take every picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        shelf = Shelf.at(Path(data), SEEDS, None)
        shelf.hold(Library.build(SEEDS, data))
        page = app.build_page(Shelves(shelf))
        address = app.launch(page, Shelves(shelf), "127.0.0.1", free_port())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, scene in SCENES.items():
            take(browser, address, scene, folder / f"{name}.png")
        browser.close()
        page.close(verbose=False)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def take(browser: Browser, address: str, scene: Scene, file: Path) -> None:
    """Play one scene in a fresh visit and save what it looks like."""
    context = browser.new_context(
        viewport=PHONE if scene.phone else DESK,
        device_scale_factor=2 if scene.phone else 1.5,
        is_mobile=scene.phone,
        has_touch=scene.phone,
        color_scheme="dark" if scene.dark else "light",
        reduced_motion="reduce",
        locale="zh-CN",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator(".example").first.wait_for()
    scene.play(page)
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    page.screenshot(path=file)
    context.close()
    # A palette is plenty for text on paper, and a third of the bytes.
    Image.open(file).convert("P", palette=Image.Palette.ADAPTIVE).save(file, optimize=True)
    sys.stdout.write(f"{file}\n")


def ask(page: Page, question: str) -> None:
    """Ask and wait for the answer."""
    before = page.locator(".turn").count()
    page.locator("textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".turn").nth(before).locator(".foot, .failure").wait_for()
    page.locator("textarea").blur()


def welcome(page: Page) -> None:
    """The first visit."""
    page.locator("textarea").blur()


def answer(page: Page) -> None:
    """An answer with its evidence."""
    ask(page, RATIO)


def listing(page: Page) -> None:
    """A list, its second sentence lit on both sides."""
    ask(page, RATIO)
    ask(page, LIST)
    page.locator("#t2 .answer .ref").nth(1).focus()


def article(page: Page) -> None:
    """The article with the passage marked in place."""
    ask(page, NUMBER)
    page.locator("#t1 .evidence .open").first.click()
    page.locator(".reader mark").first.wait_for()


def refusal(page: Page) -> None:
    """A question that the article does not answer."""
    ask(page, RATIO)
    ask(page, UNANSWERED)
    page.locator("#t2 .show").click()


def phone_evidence(page: Page) -> None:
    """Evidence under its answer on a phone."""
    ask(page, RATIO)
    page.locator("#t1 .answer .ref").first.tap()


def english(page: Page) -> None:
    """The English page."""
    page.locator(".language").click()
    answer(page)


SCENES = {
    "welcome": Scene(welcome),
    "answer": Scene(answer),
    "list": Scene(listing),
    "article": Scene(article),
    "refusal": Scene(refusal),
    "dark": Scene(listing, dark=True),
    "english": Scene(english),
    "phone": Scene(phone_evidence, phone=True),
}


if __name__ == "__main__":
    main()
