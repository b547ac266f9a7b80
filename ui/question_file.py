"""A file of questions: one JSON object a line, with ``_id`` and ``text``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import InputError


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as its file has it."""

    id: str
    text: str


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
                yield Asked(identity, text)
            case _:
                raise InputError(f"{path}:{number}: 每行需要字符串字段 _id 和 text。")
