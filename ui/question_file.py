"""A file of questions: one JSON object a line, with ``_id``, ``text`` and perhaps ``history``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InputError

if TYPE_CHECKING:
    from rag import Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as its file has it."""

    id: str
    text: str
    history: tuple[Turn, ...] = ()


def read_questions(path: Path) -> Iterator[Asked]:
    """The questions of a file in order.

    Raises:
        InputError: the file cannot be read, or a line (named by its number) is no question.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"读不了问题文件 {path}：{error}。应为 UTF-8 的 JSONL。") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: 不是 JSON（{error}）。") from error
        match row:
            case {"_id": str(identity), "text": str(text)}:
                yield Asked(identity, text, _history(row, f"{path}:{number}"))
            case _:
                raise InputError(f"{path}:{number}: 每行需要字符串字段 _id 和 text。")


def _history(row: Mapping[str, object], where: str) -> tuple[Turn, ...]:
    from rag.conversation import turns

    try:
        return turns(row.get("history") or [])
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
