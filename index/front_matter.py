"""Title, author, date and publisher from the lines that stand above and below an article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index import layout
from index.simplified import simplified
from index.types import Kind, Role

_CREDITS = {
    "author": r"(?:作者|记者|撰文|文)",
    "editor": r"(?:责任编辑|责编|编辑)",
    "publisher": r"(?:来源|稿源|发布单位|发布机构)",
}
_NAME_MAX = 20  # characters of a publisher's name


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The title ('' where no line is one) and the metadata fields found."""

    title: str
    metadata: dict[str, str]


def read(text: str, roles: Sequence[Role] = ()) -> FrontMatter:
    """What an article's own lines say of it."""
    lines = layout.lines(text, roles)
    front = [line.span.of(text) for line in lines if line.kind is Kind.FRONT]
    titles = [line for line in front if not layout.is_credit_line(line)]
    metadata = dict(_credits(front))
    plain = [line for line in titles[1:] if not layout.is_credit(line)]
    author = metadata.get("author", "")
    headline = [line for line in plain if not (author and line.endswith(author))]
    if headline:
        metadata["subtitle"] = " ".join(headline)
    return FrontMatter(titles[0].lstrip("# ") if titles else "", metadata)


def _credits(front: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Metadata fields from credit lines: date, author, editor, publisher."""
    for line in front:
        for field, label in _CREDITS.items():
            if match := re.search(rf"{label}\s*[:：\s]\s*([^\s:：|]+)", simplified(line)):
                yield field, line[slice(*match.span(1))].strip("（）()【】[]")
        if date := layout.date_in(line):
            yield "date", date
            rest = layout.without_dates(line).strip()
            if rest and not layout.is_credit(rest) and len(rest) <= _NAME_MAX:
                yield "publisher", rest
