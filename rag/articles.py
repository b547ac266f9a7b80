"""Which article a question on "this article" means: the one that it names, else the nearest."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.simplified import simplified
from index.tokens import words
from index.types import Document
from rag import features, outline, questions

_QUOTED = re.compile(r"《([^》]+)》")
_THIS = re.compile(
    rf"(?:这|那|该|本|上述)(?:一)?(?:篇|份|个|则)?{outline.ARTICLE}|这一?[篇份则]|全文|本文|文中"
)
_NAMED = 0.6  # share of a title's words, by weight, that a question says
_TITLE_SHOWN = 30  # characters


def is_meant_without_a_name(question: str) -> bool:
    """Whether a question speaks of an article (这篇文章) and not of one that it names."""
    return bool(_THIS.search(question)) and not _QUOTED.search(question)


def named(question: str, documents: Iterable[Document]) -> Document | None:
    """The first of ``documents`` whose title the question says, whole, or its 《》 or most of it."""
    said = simplified(question)
    quoted = _QUOTED.findall(said)
    spoken = words(said)
    for document in documents:
        title = simplified(document.title)
        if not title:
            continue
        if any(part in title for part in quoted) or title in said:
            return document
        if features.share(questions.content_words(title), spoken) >= _NAMED:
            return document
    return None


def told(question: str, document: Document) -> str:
    """``question`` with the article that was taken for it."""
    return f"{question}（取{in_marks(document.title or document.id)}）"


def in_marks(title: str) -> str:
    """A title in 《》, cut where it is long."""
    shown = title if len(title) <= _TITLE_SHOWN else title[: _TITLE_SHOWN - 1] + "…"
    return f"《{shown}》"
