"""Reader of ``e5-small-q4.bin``: the 4-bit weights and tokenizer of multilingual-e5-small.

Little-endian: magic, dimensions, tokenizer pieces, normalisation map, tensor directory,
tensors. Matrices are Q4_0 blocks (as in GGML), everything else is float32.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import ModelError

_MAGIC = b"E5S1"
Q4_WEIGHTS = 32  # weights in a Q4_0 block: one fp16 scale and 16 bytes of nibbles
Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", Q4_WEIGHTS // 2)])


@dataclass(frozen=True, slots=True)
class Shape:
    """The header's dimensions, in the order in which the file gives them."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The Unigram vocabulary: pieces in id order with their log-probabilities."""

    texts: list[str]
    log_probabilities: list[float]
    pad_id: int
    unknown_id: int


@dataclass(frozen=True, slots=True)
class Content:
    """The whole file; ``tensors`` maps transformers' ``BertModel`` names to float32 arrays."""

    shape: Shape
    pieces: Pieces
    tensors: dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class _Stored:
    """A tensor as the file has it: ``raw`` is Q4_0 blocks where ``quantised``, else float32."""

    name: str
    quantised: bool
    elements: int
    raw: bytes


class _Cursor:
    """A position in the file's bytes that moves as values are taken."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def bytes(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def read(data: bytes) -> Content:
    """Parse the file's bytes.

    Raises:
        ModelError: the magic or the block size is not the expected one.
    """
    cursor = _Cursor(data)
    shape = _read_shape(cursor)
    pieces = _read_pieces(cursor)
    return Content(shape, pieces, dict(_read_tensors(cursor, shape)))


def _read_shape(cursor: _Cursor) -> Shape:
    magic, _version = cursor.unpack("4sI")
    shape = Shape(*cursor.unpack("7if"))
    (block,) = cursor.unpack("i")
    if (magic, block) != (_MAGIC, Q4_WEIGHTS):
        raise ModelError(
            f"自带模型文件的标记和分块大小是 {magic!r}、{block}，应为 {_MAGIC!r}、{Q4_WEIGHTS}。"
        )
    return shape


def _read_pieces(cursor: _Cursor) -> Pieces:
    count, _bos, _eos, pad, unknown = cursor.unpack("5i")
    (blob_size,) = cursor.unpack("Q")
    offsets = cursor.unpack(f"{count + 1}I")
    log_probabilities = list(cursor.unpack(f"{count}f"))
    blob = cursor.bytes(blob_size)
    texts = [blob[offsets[i] : offsets[i + 1]].decode("utf-8") for i in range(count)]
    _entries, map_size = cursor.unpack("iI")
    cursor.bytes(map_size)  # the normalisation map equals NFKC, which tokenizers provides
    return Pieces(texts, log_probabilities, pad, unknown)


def read_pieces(data: bytes) -> Pieces:
    """The tokenizer's pieces alone."""
    cursor = _Cursor(data)
    _read_shape(cursor)
    return _read_pieces(cursor)


def words(data: bytes) -> bytes:
    """The word embeddings as the file has them: rows of ``Q4_BLOCK``s in id order."""
    cursor = _Cursor(data)
    _read_shape(cursor)
    _read_pieces(cursor)
    return next(stored.raw for stored in _directory(cursor) if stored.name == "emb.word")


def dequantise(blocks: npt.NDArray[np.void]) -> npt.NDArray[np.float32]:
    """``Q4_BLOCK``s (...) to float32 (..., 32): byte j holds weight j (low nibble) and j + 16."""
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=-1)
    scales = blocks["scale"].astype(np.float32)[..., None]
    values: npt.NDArray[np.float32] = (nibbles.astype(np.float32) - np.float32(8)) * scales
    return values


def _read_tensors(cursor: _Cursor, shape: Shape) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    for stored in _directory(cursor):
        if stored.quantised:
            values = dequantise(np.frombuffer(stored.raw, Q4_BLOCK)).reshape(-1)
        else:
            values = np.frombuffer(stored.raw, "<f4", stored.elements)
        columns = _columns(stored.name, shape)
        yield _bert_name(stored.name), values.reshape(-1, columns) if columns else values


def _directory(cursor: _Cursor) -> Iterator[_Stored]:
    (count,) = cursor.unpack("i")
    for _ in range(count):
        (length,) = cursor.unpack("H")
        name = cursor.bytes(length).decode("ascii")
        quantised, elements, offset, size = cursor.unpack("BIQQ")
        yield _Stored(name, bool(quantised), elements, cursor.data[offset : offset + size])


def _columns(name: str, shape: Shape) -> int | None:
    """Input width of a matrix; None for a vector."""
    if name in ("emb.word", "emb.pos", "emb.type"):
        return shape.hidden
    part = name.split(".")[1:]
    if len(part) == 2 and part[1] == "w" and part[0] not in ("ln", "aln", "oln"):
        return shape.ffn if part[0] == "fo" else shape.hidden
    return None


_EMBEDDINGS = {"word": "word_embeddings", "pos": "position_embeddings"} | {
    "type": "token_type_embeddings",
    "ln": "LayerNorm",
}
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _bert_name(name: str) -> str:
    """``l3.q.w`` to ``encoder.layer.3.attention.self.query.weight``."""
    group, part, *rest = name.split(".")
    kind = "bias" if rest == ["b"] else "weight"
    if group == "emb":
        return f"embeddings.{_EMBEDDINGS[part]}.{kind}"
    return f"encoder.layer.{group[1:]}.{_LAYER_PARTS[part]}.{kind}"
