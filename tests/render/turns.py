"""Turns made by hand, and the HTML that they became as a browser would see it."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from index.types import Document, Passage, Span
from rag import Why
from rag.types import Answer, Citation, Hit
from ui import views

HOSTILE = "<img src=x onerror=alert(1)>[1](javascript:alert(2))\"'&<script>alert(3)</script>"
FIRST = "村主职“一肩挑”比例实现率达96.56%。"
SECOND = "见附表[1]，共投入5.68亿元[2]。"
TEXT = f"标题\n\n开头一句。{FIRST}中间一句。{SECOND}结尾一句。\n"


class Page(HTMLParser):
    """What a browser would make of some HTML: its elements, and the text by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"br", "progress", "img"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.texts.append(("/".join(self._open), data))

    def text(self, inside: str = "") -> str:
        return "".join(data for path, data in self.texts if inside in path.split("/") or not inside)

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [a for _, a in self.elements if name in (a.get("class") or "").split()]


def document(text: str = TEXT, **changes: object) -> Document:
    metadata = {"author": "李传荣", "publisher": "红网", "date": "2021-11-05"}
    base = Document("a.txt", "一篇文章", text, "seeds/a.txt", metadata)
    return replace(base, **changes)  # type: ignore[arg-type]


def passage(of: Document, section: str = "一节") -> Passage:
    start = of.text.index("\n\n") + 2
    return Passage("a.txt#1", of.id, section, of.text[start:-1], start, len(of.text) - 1)


def citation(of: Document, quote: str, marker: int) -> Citation:
    start = of.text.index(quote)
    return Citation(marker, of.id, "一节", start, start + len(quote), quote)


def answered(*quotes: str, short: str = "", of: Document | None = None) -> views.Turn:
    source = of or document()
    citations = tuple(citation(source, quote, n) for n, quote in enumerate(quotes, 1))
    hit = Hit(passage(source), 1.0, 1, (), ("dense",))
    text = "\n".join(f"{c.quote}[{c.marker}]" for c in citations)
    answer = Answer("问题？", "answered", text, short, 0.93, citations, (hit,))
    card = views.Card(passage(source), source, citations, Why(("一肩挑",), 1, None, 4.2))
    return views.Turn(7, answer, "strong", 0.31, (card,), ())


def refused(of: Document | None = None) -> views.Turn:
    source = of or document()
    hit = Hit(passage(source), 1.0, 1, (Span(4, 9),), ("dense",))
    answer = Answer("问题？", "no_evidence", "文中没有找到依据。", "", 0.1, (), (hit,))
    return views.Turn(2, answer, "none", 0.2, (), (views.Other(hit, source),))
