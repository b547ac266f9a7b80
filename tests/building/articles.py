"""A short article to build from, and an encoder that tells what it was given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from index.embedding import Done, Encoder, Vector
from index.errors import (
    ModelError,
)
from index.manifest import ModelInfo

QUESTION = "水库的水从哪里来？"
FIRST = "白石湾灌区建成于1974年，从青石水库引水，设计灌溉面积12.8万亩，有效灌溉面积9.6万亩。"
SECOND = (
    "试点区把187条漏水的土渠换成了地下管道，总投资1.08亿元，农户没有出一分钱设备费，大家都说好。"
)
THIRD = "县水利局提醒，试点目前不包括蔬菜大棚和果园，这两类用水户的水价办法将另行制定，请耐心等待。"


class Counting:
    """The real encoder, noting what it is given; after ``fails_after`` texts it fails."""

    def __init__(self, encoder: Encoder, fails_after: int | None = None) -> None:
        self._encoder, self.fails_after = encoder, fails_after
        self.given: list[str] = []

    @property
    def info(self) -> ModelInfo:
        return self._encoder.info

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        return self._encoder.encode_queries(queries)

    def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
        self.given += texts
        if self.fails_after is not None and len(texts) > self.fails_after:
            self._encoder.encode_passages(texts[: self.fails_after], done)
            raise ModelError("模型坏了")
        return self._encoder.encode_passages(texts, done)

    def fits(self, texts: Sequence[str]) -> list[bool]:
        return self._encoder.fits(texts)


def write(folder: Path, *paragraphs: str) -> None:
    (folder / "a.txt").write_text("节水试点\n\n" + "\n\n".join(paragraphs) + "\n", "utf-8")


def current(data: Path) -> Path:
    pointer = json.loads((data / "CURRENT").read_text("utf-8"))
    return data / "generations" / pointer["generation"]
