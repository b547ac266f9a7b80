"""Pieces of a corpus with the vectors of the model in use, embedded once and kept.

100,000 take ten minutes; who stops them goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import material
from index.embedding import Encoder, Vector, load_encoder

LONGEST = 180  # characters of a piece: what youju embeds in one, as its peers do
_BLOCK = 512


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Texts and, row by row, their vectors (n, d), float32."""

    texts: Sequence[str]
    vectors: Vector


def pieces(corpus: Path, work: Path, count: int) -> Embedded:
    """The first ``count`` pieces of the corpus in their order by chance.

    Raises:
        ValueError: there are not so many.
    """
    texts = material.pieces(corpus, count, LONGEST)
    return Embedded(texts, _vectors(texts, work / f"pieces-{corpus.name}.f4"))


def _vectors(texts: Sequence[str], path: Path) -> Vector:
    encoder = load_encoder()
    width = encoder.info.dimension
    if not _is_of(path, texts[0], encoder):
        path.write_bytes(b"")
    size = 4 * width
    with path.open("r+b") as file:
        done = min(path.stat().st_size // size, len(texts))
        file.seek(done * size)
        for start in range(done, len(texts), _BLOCK):
            rows = encoder.encode_passages(texts[start : start + _BLOCK])
            file.write(rows.astype("<f4").tobytes())
            file.flush()
    return np.fromfile(path, "<f4", len(texts) * width).reshape(-1, width)


def _is_of(path: Path, text: str, encoder: Encoder) -> bool:
    """Whether the first row is what this encoder makes of this text: else all are another's."""
    if not path.exists():
        return False
    first = np.fromfile(path, "<f4", encoder.info.dimension)
    wanted = encoder.encode_passages([text])[0]
    return first.shape == wanted.shape and bool(np.abs(first - wanted).max() < 1e-5)
