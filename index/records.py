"""Documents and chunks as stored lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from index.errors import IndexDamaged
from index.types import Chunk, Document, Kind, Passage, Place, Role, Span

DOCUMENTS, CHUNKS = "documents.jsonl", "chunks.jsonl"


def documents_to_bytes(documents: Iterable[Document]) -> bytes:
    """One document a line."""
    return _lines(_document_row(document) for document in documents)


def documents_from_bytes(data: bytes) -> tuple[Document, ...]:
    """Read back ``documents_to_bytes``.

    Raises:
        IndexDamaged: a line does not hold a document.
    """
    try:
        return tuple(_document(row) for row in _rows(data))
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(DOCUMENTS, error) from error


def chunks_to_bytes(chunks: Iterable[Chunk]) -> bytes:
    """One chunk a line; its passage's text is left out, as the document has it."""
    return _lines(_chunk_row(chunk) for chunk in chunks)


def chunks_from_bytes(data: bytes, documents: Sequence[Document]) -> tuple[Chunk, ...]:
    """Read back ``chunks_to_bytes``, taking each passage's text from its document.

    Raises:
        IndexDamaged: a line does not hold a chunk of one of the documents.
    """
    texts = {document.id: document.text for document in documents}
    try:
        return tuple(_chunk(row, texts) for row in _rows(data))
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(CHUNKS, error) from error


def _document_row(document: Document) -> dict[str, object]:
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "source": document.source,
        "metadata": dict(document.metadata),
        "roles": [[role.start, role.kind.value, role.level] for role in document.roles],
        "places": [[place.start, place.name] for place in document.places],
    }


def _document(row: dict[str, Any]) -> Document:
    roles = tuple(Role(start, Kind(kind), level) for start, kind, level in row.pop("roles"))
    places = tuple(Place(start, name) for start, name in row.pop("places"))
    return Document(**row, roles=roles, places=places)


def _chunk_row(chunk: Chunk) -> dict[str, object]:
    passage = chunk.passage
    return {
        "id": passage.id,
        "document_id": passage.document_id,
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
        "sentences": [[span.start, span.end] for span in chunk.sentences],
        "windows": [[span.start, span.end] for span in chunk.windows],
    }


def _chunk(row: dict[str, Any], texts: dict[str, str]) -> Chunk:
    sentences, windows = (_spans(row.pop(name)) for name in ("sentences", "windows"))
    text = texts[row["document_id"]]
    span = Span(row["start"], row["end"])
    if not 0 <= span.start < span.end <= len(text):
        raise ValueError(f"{row['id']}: {span}")
    return Chunk(Passage(**row, text=span.of(text)), sentences, windows)


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def _lines(rows: Iterable[dict[str, object]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(
        "utf-8", "surrogatepass"
    )


def _rows(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.decode("utf-8", "surrogatepass").split("\n"):
        if line:
            yield json.loads(line)


def _damaged(name: str, error: Exception) -> IndexDamaged:
    return IndexDamaged(
        f"索引文件 {name} 的内容不合规（{error!r}）。请重建：youju index 源文件夹 --data 数据目录"
    )
