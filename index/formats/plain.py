"""Plain text and Markdown: the file's own text, exactly."""

from __future__ import annotations

from index.encodings import decode
from index.formats.extract import Extract


def read(data: bytes, source: str) -> Extract:
    """Read a ``.txt`` or ``.md``.

    Raises:
        SourceError: undecodable.
    """
    return Extract(decode(data, source))
