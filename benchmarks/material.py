"""Real passages and questions of a BEIR folder, the same for all that are compared."""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from pathlib import Path

LONGEST = 400  # characters, so that no model cuts a passage


def passages(folder: Path, count: int) -> list[str]:
    """``count`` paragraphs, chosen by chance but always the same."""
    found = [
        paragraph.strip()[:LONGEST]
        for line in corpus_lines(folder)
        for paragraph in json.loads(line)["text"].split("\n")
        if len(paragraph.strip()) >= 40
    ]
    return random.Random(7).sample(found, min(count, len(found)))


def pieces(folder: Path, count: int, longest: int) -> list[str]:
    """``count`` texts of ``longest`` characters or, where an article ends, at least half as many.

    In an order by chance, always the same: fewer are the beginning of more.

    Raises:
        ValueError: there are fewer.
    """
    found = [
        text[at : at + longest]
        for line in corpus_lines(folder)
        for text in [json.loads(line)["text"].replace("\n", "")]
        for at in range(0, len(text) - longest // 2, longest)
    ]
    found = [text for text in random.Random(7).sample(found, len(found)) if text.strip()]
    if len(found) < count:
        raise ValueError(f"{folder} has {len(found)} pieces, not {count}")
    return found[:count]


def questions(folder: Path, count: int) -> list[str]:
    """The first ``count`` questions."""
    lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:count]]


def corpus_lines(folder: Path) -> Iterator[str]:
    """Lines of ``corpus.jsonl``, which may be compressed (.xz)."""
    path = folder / "corpus.jsonl"
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from lines
    else:
        with lzma.open(f"{path}.xz", "rt", encoding="utf-8") as lines:
            yield from lines
