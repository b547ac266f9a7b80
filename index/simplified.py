"""Traditional characters to simplified ones, one for one, on a copy that serves for finding."""

from __future__ import annotations

from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_suffix(".txt")  # traditional characters, and below them the others


def simplified(text: str) -> str:
    """``text`` with traditional characters simplified; as long as ``text``, so offsets hold."""
    return text.translate(_table())


def traditional_pairs() -> tuple[tuple[str, str], ...]:
    """Each traditional character with its simplified one."""
    _, old, new = TABLE.read_text("utf-8").splitlines()
    return tuple(zip(old, new, strict=True))


@cache
def _table() -> dict[int, str]:
    return {ord(old): new for old, new in traditional_pairs()}
