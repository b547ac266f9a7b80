"""A person at the page, in a real browser: what is asked, and where to look."""

from __future__ import annotations

import os
import socket
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page

from ui.shelf import Shelf

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PATIENCE = 90_000  # milliseconds; other work may share the machine

# What the seed article answers.
ONE_POST = "村主职“一肩挑”的比例是多少？"
ONE_POST_SENTENCE = "村(社区)主职“一肩挑”比例实现率达96.56%。"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Reader:
    """A person at the page. Every request the browser makes is remembered."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.requests: list[str] = []
        self.faults: list[str] = []
        context.on("request", lambda request: self.requests.append(request.url))
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(address)

    def ask(self, question: str) -> Locator:
        """Ask and wait for the turn to end; gives the turn."""
        before = self.page.locator(".turn").count()
        self.page.get_by_label("问题").or_(self.page.get_by_label("Question")).fill(question)
        self.page.keyboard.press("Enter")
        turn = self.page.locator(".turn").nth(before)
        turn.locator(".foot, .failure").wait_for()
        return turn

    def foreign(self) -> set[str]:
        """Requests that went anywhere but to the page's own server."""
        own = (self.address, "data:", "blob:", "about:")
        return {url for url in self.requests if not url.startswith(own)}


def evidence_of(turn: Locator) -> Locator:
    return turn.locator(".evidence")


def holding(library: Any) -> Shelf:
    shelf = Shelf(lambda: library, lambda progress: library)
    shelf.hold(library)
    return shelf
