"""Documents cut without a model, and what holds of every cut."""

from __future__ import annotations

from collections.abc import Sequence

from index.passages import chunk
from index.types import Chunk, Document


def everything_fits(texts: Sequence[str]) -> list[bool]:
    return [True for _ in texts]


def cut(text: str, title: str = "") -> tuple[Chunk, ...]:
    return chunk(Document("d", title, text, "d.txt"), everything_fits)


def texts(text: str) -> list[str]:
    return [c.passage.text for c in cut(text)]


def sections(text: str) -> list[str]:
    return [c.passage.section for c in cut(text)]


def check(document: Document, chunks: Sequence[Chunk]) -> None:
    """What holds for every document whatever is in it."""
    end = 0
    for number, one in enumerate(chunks):
        passage = one.passage
        assert passage.id == f"{document.id}#{number}"
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert passage.start >= end
        end = passage.end
        for spans in (one.sentences, one.windows):
            # In order, apart, inside the passage, and together all of its characters.
            covered = [i for span in spans for i in range(span.start, span.end)]
            assert covered == sorted(set(covered))
            assert all(span.start < span.end for span in spans)
            assert passage.start <= covered[0] <= covered[-1] < passage.end
            missed = set(range(passage.start, passage.end)) - set(covered)
            assert all(document.text[i].isspace() for i in missed)
