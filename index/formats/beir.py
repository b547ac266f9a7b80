"""BEIR corpora: one document a line, with ``_id``, ``title`` and ``text``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from index.encodings import decode
from index.errors import SourceError
from index.types import Document


def read(data: bytes, source: str) -> tuple[Document, ...]:
    """Read a ``corpus.jsonl``.

    Raises:
        SourceError: undecodable, or a line is malformed; the message gives its number.
    """
    return tuple(_documents(decode(data, source), source))


_HEADLINE_MAX = 60  # characters
_HEADLINE_END = re.compile(r"[。！？\n\u3000]|\s{2,}")


def _documents(text: str, source: str) -> Iterator[Document]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{source}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{where}：不是 JSON（{error}）。请改正这一行或删去") from error
        match row:
            case {"_id": str(document_id), "text": str(body)} if body.strip() or _title(row):
                title = _title(row) or _headline(body)
                # Only what is text is found: a title that stands alone is its document's.
                shown = body if body.strip() else title
                yield Document(document_id, title, shown, where, _metadata(row))
            case _:
                raise SourceError(
                    f"{where}：需要字符串字段 _id 和 text，并且 title 或 text 不空。请补上"
                )


def _title(row: Mapping[str, object]) -> str:
    return str(row.get("title") or "").strip()


def _headline(text: str) -> str:
    """How a text without a title begins: a notice names its place and subject only there."""
    return _HEADLINE_END.split(text.strip(), maxsplit=1)[0][:_HEADLINE_MAX]


def _metadata(row: Mapping[str, object]) -> dict[str, str]:
    own = {"_id", "title", "text"}
    found = row.get("metadata")
    extra = {**row, **(found if isinstance(found, dict) else {})}
    return {k: v for k, v in extra.items() if k not in own and isinstance(v, str) and v}
