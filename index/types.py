"""The values that cross module borders. All offsets are code points in ``Document.text``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


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


class Kind(Enum):
    """The role of a line."""

    FRONT = "front"  # title, date, author and publisher lines, repeated headline, byline
    HEADING = "heading"
    BODY = "body"
    TURN = "turn"  # one speaker's turn of a dialogue
    ITEM = "item"  # one line of a list whose items stand on lines of their own
    ROW = "row"  # a table's row
    RECORD = "record"  # a row with the names of its columns, which stands for itself
    DEBRIS = "debris"  # what a web page or a printed page puts around an article


@dataclass(frozen=True, slots=True)
class Role:
    """What the file itself says of the line that begins at ``start``, as Word's styles do."""

    start: int
    kind: Kind
    level: int = 0  # of a heading


@dataclass(frozen=True, slots=True)
class Place:
    """A page, slide or sheet of the file that begins at ``start``, as it is cited: 第 3 页."""

    start: int
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """One source article: a text file's own text exactly, or what was extracted from another.

    ``metadata`` holds what is known of ``subtitle``, ``author``, ``editor``, ``date`` and
    ``publisher``; ``source`` names the file (and line) that it came from. ``roles`` and
    ``places`` are in the order of the text; a plain text has none.
    """

    id: str
    title: str
    text: str
    source: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph: ``document.text[start:end] == text``.

    ``section`` names its page and headings, outermost first, or is ''.
    """

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
