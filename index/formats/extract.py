"""What a file format gives: its text with what the file says of lines and pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.errors import SourceError
from index.types import Kind, Place, Role

_SPACES = re.compile(r"[ \t\r\f\v\xa0]*\n[ \t\r\f\v\xa0]*|[\t\r\f\v]+")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SENTENCE_ENDS = "。！？"
_WHOLE_TABLE = 12  # rows that are read as one table; of a longer one each row is told apart
_HEADER_SCAN = 10  # rows among which a sheet's column names are looked for


@dataclass(frozen=True, slots=True)
class Extract:
    """A file's text, title ('' where it names none), metadata, and its own structure."""

    text: str
    title: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    places: tuple[Place, ...] = ()

    def with_title_in_text(self) -> Extract:
        """Without a title that the text does not have, such as a template's or a program's."""
        return self if self.title in self.text else replace(self, title="")


class Writer:
    """Writes a text line by line, and remembers what the file says of the lines."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._roles: list[Role] = []
        self._places: list[Place] = []
        self._next_place = ""
        self._last_line = 0

    @property
    def written(self) -> bool:
        """Whether there is any text yet."""
        return bool(self._parts)

    def place(self, name: str) -> None:
        """Name the page, slide or sheet that what is written next stands on."""
        self._next_place = name

    def line(self, text: str, kind: Kind | None = None, level: int = 0, gap: str = "\n\n") -> None:
        """Write one line after ``gap``; without a ``kind`` the rules of ``layout`` tell it."""
        if shown := one_line(text):
            self._line(shown, kind, level, gap)

    def items(self, texts: Sequence[str]) -> None:
        """A list, its items on lines of their own below the line that announces it."""
        for text in texts:
            self.line(text, Kind.ITEM, gap="\n")

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A table below the line that announces it; its first row names the columns."""
        kept = [list(row) for row in rows if any(map(one_line, row))]
        if len(kept) > _WHOLE_TABLE:
            self.records(kept)
            return
        for row in kept:
            self.row(row)

    def row(self, cells: Sequence[str]) -> None:
        """One row of a table; an empty cell is written as ``-``, so that columns stay apart.

        A line above that is a whole sentence is no caption, and stays apart.
        """
        if not any(map(one_line, cells)):
            return
        shown = [one_line(cell) or "-" for cell in cells]
        below_row = self._roles and self._roles[-1].start == self._last_line
        apart = not below_row and self.written and self._parts[-1][-1] in _SENTENCE_ENDS
        self._line(
            "\t".join(shown), Kind.ROW if len(shown) > 1 else None, 0, "\n\n" if apart else "\n"
        )

    def records(self, rows: Sequence[Sequence[str]]) -> None:
        """A sheet: each row with the names of its columns, as a passage of its own.

        The names are the first row with as many cells as any near it; what stands above is
        its title and notes.
        """
        kept = [[one_line(cell) for cell in row] for row in rows]
        kept = [row for row in kept if any(row)]
        widths = [sum(map(bool, row)) for row in kept]
        header = widths.index(max(widths[:_HEADER_SCAN])) if kept else 0
        for row in kept[:header]:
            self.line("，".join(filter(None, row)), Kind.BODY)
        for row in kept[header + 1 :] or kept[header:]:
            self.line(_record(kept[header], row), Kind.RECORD, gap="\n")

    def extract(self, title: str = "", metadata: Mapping[str, str] | None = None) -> Extract:
        """All that was written."""
        known = {key: one_line(value) for key, value in (metadata or {}).items()}
        return Extract(
            text="".join(self._parts),
            title=one_line(title),
            metadata={key: value for key, value in known.items() if value},
            roles=tuple(self._roles),
            places=tuple(self._places),
        )

    def _line(self, shown: str, kind: Kind | None, level: int, gap: str) -> None:
        if self.written:
            self._write(gap)
        if self._next_place:
            self._places.append(Place(self._length, self._next_place))
            self._next_place = ""
        self._last_line = self._length
        if kind:
            self._roles.append(Role(self._length, kind, level))
        self._write(shown)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def damaged(source: str, error: Exception) -> SourceError:
    """What is said of a file on which a format's library raised ``error``."""
    return SourceError(
        f"{source}：文件损坏或内容不合规（{type(error).__name__}：{str(error)[:80]}）。"
        "请用原来的程序打开，另存一份"
    )


def one_line(text: str) -> str:
    """``text`` without line ends, tabs, and characters that show nothing."""
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()


def _record(names: Sequence[str], row: Sequence[str]) -> str:
    """乡镇：石桥镇，改造面积：18600; a column without a name gives its value alone."""
    if row is names:
        return "，".join(filter(None, row))
    named = [*names, *[""] * (len(row) - len(names))]
    pairs = zip(named, row, strict=False)
    return "，".join(f"{name}：{cell}" if name else cell for name, cell in pairs if cell)
