"""The values that cross module borders. All offsets are code points in ``Document.text``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``text[start:end]``."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of ``text`` in this range."""
        return text[self.start : self.end]

    def shifted(self, by: int) -> Span:
        """The same range with both ends moved by ``by``."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True)
class Document:
    """One source article, its text exactly as the file has it.

    ``metadata`` holds what is known of ``subtitle``, ``author``, ``editor``, ``date`` and
    ``publisher``; ``source`` names the file (and line) that it came from.
    """

    id: str
    title: str
    text: str
    source: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph: ``document.text[start:end] == text``; ``section`` is its heading or ''."""

    id: str
    document_id: str
    section: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage with what is searched inside it, all in document offsets.

    ``sentences`` cover the passage's text; each of ``windows`` is a run of whole sentences
    (or a part of an over-long one) that fits the embedding model.
    """

    passage: Passage
    sentences: tuple[Span, ...]
    windows: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a build: ``done`` of ``total`` units of ``step``."""

    step: str
    done: int
    total: int
