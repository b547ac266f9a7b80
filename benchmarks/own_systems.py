"""Youju as one of the systems, as `search` is and without its reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.compared import BEST, Ask, System
from index.simplified import simplified

if TYPE_CHECKING:
    from index.embedding import Done, Encoder, Vector

NAME = "youju"


class Youju(System):
    """The library, its model in 8 bits; each passage is a document. Asks the reader where unsure."""

    def prepare(self) -> None:
        """The encoder is shared with whoever opens it later."""
        from index.embedding import load_encoder

        self._encoder = load_encoder()
        self._encoder.encode_passages(["。", "？"])

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        """From a BEIR file without titles."""
        from rag import Library

        corpus = folder / "corpus.jsonl"
        rows = ({"_id": str(i), "title": "", "text": text} for i, text in enumerate(texts))
        corpus.write_text("\n".join(map(json.dumps, rows)), "utf-8")
        if vectors is None:
            Library.build(corpus, folder / "data")
        else:
            from index import build

            build.build([corpus], folder / "data", _Given(self._encoder, texts, vectors))

    def open(self, folder: Path) -> Ask:
        """What ``Library.search`` gives."""
        from rag import Library

        library = Library.open(folder / "data")
        return lambda question: [hit.passage.text for hit in library.search(question, k=BEST)]


class YoujuFinding(System):
    """What ``Youju`` built, without the reader: meaning and words, fused."""

    builds = "nothing"

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        """There is nothing to do."""

    def open(self, folder: Path) -> Ask:
        """What ``Library.search`` would give the reader."""
        from rag import Library, ranking
        from rag.scope import EVERYTHING

        library = Library.open(folder.with_name(NAME) / "data")
        search, chunks = library._search, library._index.chunks

        def ask(question: str) -> list[str]:
            _, pool = search._find(question, BEST, EVERYTHING)
            return [chunks[p.row].passage.text for p in ranking.passages(pool, (), BEST)]

        return ask


class _Given:
    """An ``Encoder`` that knows the vectors of ``texts`` (n, d); others it embeds."""

    def __init__(self, encoder: Encoder, texts: Sequence[str], vectors: Vector) -> None:
        self.info, self._encoder, self._vectors = encoder.info, encoder, vectors
        self._rows = {simplified(text).strip(): row for row, text in enumerate(texts)}

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        """See ``Encoder``."""
        return self._encoder.encode_queries(queries)

    def encode_passages(self, passages: Sequence[str], done: Done | None = None) -> Vector:
        """See ``Encoder``; before a window's text stands its title, where that is another text."""
        rows = [self._rows.get(passage.rpartition("\n")[2]) for passage in passages]
        vectors = self._vectors[[row or 0 for row in rows]]
        others = [i for i, row in enumerate(rows) if row is None]
        if others:
            vectors[others] = self._encoder.encode_passages([passages[i] for i in others])
        return vectors

    def fits(self, passages: Sequence[str]) -> list[bool]:
        """See ``Encoder``."""
        return self._encoder.fits(passages)
