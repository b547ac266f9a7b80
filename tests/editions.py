"""Articles of one edition, a cheap model to index them with, and which edition an index is of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index import build, searchable, vectors
from index.embedding import Done, Vector
from index.errors import IndexMissing
from index.manifest import ModelInfo

build._SLICE = 2  # a record in the journal after every second text

PARAGRAPHS = 3


class SmallEncoder:
    """Unit vectors that follow from the text's hash: a fault of the store cannot hide in them."""

    info = ModelInfo("small", "small-1", 16, 512, "", "")

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        return self.encode_passages(queries)

    def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
        rows = [np.frombuffer(hashlib.sha512(t.encode()).digest(), "<i4") for t in texts]
        matrix = np.asarray(rows, np.float32).reshape(len(texts), 16)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def fits(self, texts: Sequence[str]) -> list[bool]:
        return [True] * len(texts)


def write_edition(folder: Path, number: int) -> None:
    """Two articles whose every paragraph names the edition, and one that never changes."""
    folder.mkdir(exist_ok=True)
    for name in "ab":
        lines = [f"第{number}版的第{i}段，讲的是水库和渠道。" for i in range(PARAGRAPHS)]
        (folder / f"{name}.txt").write_text("\n\n".join([f"第{number}版{name}", *lines]), "utf-8")
    (folder / "same.txt").write_text("不变的文章\n\n这一段在每一版里都是一样的。\n", "utf-8")


def build_edition(root: Path, folder: Path) -> None:
    """Index ``folder`` into ``root``."""
    build.build([folder], root, SmallEncoder())


def edition(root: Path) -> int:
    """The one edition that the index in ``root`` is of, whole to the last vector; 0 for none."""
    try:
        _, index = searchable.read(root)
    except IndexMissing:
        return 0
    assert [document.id for document in index.documents] == ["a.txt", "b.txt", "same.txt"]
    (number,) = {int(d.text.partition("版")[0][1:]) for d in index.documents[:2]}
    texts = index.window_texts()
    assert sum(f"第{number}版的" in text for text in texts) == 2 * PARAGRAPHS
    expected = vectors.Vectors.build(SmallEncoder().encode_passages(texts))
    assert bytes(index.vectors.to_bytes()) == bytes(expected.to_bytes())
    assert (index.window_words.scores(["不变"]) > 0).sum() == 2
    return number
