"""Every row of the questions and passages that were written for the training is sound."""

from __future__ import annotations

import json
import re
from typing import Any

from training import corpus

ARTICLE = re.compile(rf"({'|'.join((*corpus.SOURCES, corpus.WRITTEN.name))})/([\w-]+)")


def rows() -> list[tuple[str, dict[str, Any]]]:
    """Every row with the file and line that it stands in."""
    return [
        (f"{path.name}:{number}", json.loads(line))
        for path in sorted(corpus.WRITTEN.glob("*.jsonl"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    ]


def said(text: object) -> bool:
    return isinstance(text, str) and bool(text) and text == text.strip()


def sound_answer(answer: object, text: str | None) -> bool:
    """Null, or a range of something said; of an article elsewhere the text is not known."""
    match answer:
        case None:
            return True
        case [int(start), int(end)] if 0 <= start < end:
            return text is None or (end <= len(text) and said(text[start:end]))
    return False


def sound(row: dict[str, Any], passages: dict[str, str]) -> bool:
    if "text" in row:
        return said(row["id"]) and said(row["title"]) and said(row["text"])
    named = ARTICLE.fullmatch(row["article"])
    if not (named and said(row["question"])):
        return False
    folder, name = named.groups()
    if folder != corpus.WRITTEN.name:
        return sound_answer(row["answer"], None)
    return name in passages and sound_answer(row["answer"], passages[name])


def test_every_row_is_sound() -> None:
    everything = rows()
    passages = {row["id"]: row["text"] for _, row in everything if "text" in row}
    assert len(passages) == sum("text" in row for _, row in everything)  # no id twice
    assert [where for where, row in everything if not sound(row, passages)] == []
    assert len(everything) > len(passages) > 0


def test_what_is_unsound_is_seen() -> None:
    passages = {"0-1": "甲。 乙丙。"}
    good = {"article": "written/0-1", "question": "乙是谁？", "answer": [3, 5]}
    assert sound(good, passages)
    assert sound({**good, "answer": None}, passages)
    for fault in (
        *({"answer": answer} for answer in ([3, 3], [-1, 2], [2, 4], [4, 8], [1], [], "甲")),
        *({"article": article} for article in ("written/0-2", "0-1", "other/0-1", "written/")),
        *({"question": question} for question in ("", " 乙是谁？")),
    ):
        assert not sound({**good, **fault}, passages), fault
