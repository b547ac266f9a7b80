"""Documents and chunks as stored lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.errors import IndexDamaged
from index.lazy import Lazy, Lines
from index.manifest import Buffer
from index.types import Chunk, Document, Kind, Passage, Place, Role, Span

DOCUMENTS, CHUNKS, NAMES = "documents.jsonl", "chunks.jsonl", "document_ids.json"


def documents_to_bytes(documents: Iterable[Document]) -> bytes:
    """One document a line."""
    return _lines(_document_row(document) for document in documents)


def documents_from_bytes(data: Buffer) -> Sequence[Document]:
    """Read back ``documents_to_bytes``, each line when it is asked for.

    A line that does not hold a document raises ``IndexDamaged`` then.
    """
    return Lazy(Lines(data), _read_document)


def chunks_to_bytes(chunks: Iterable[Chunk]) -> bytes:
    """One chunk a line; its passage's text is left out, as the document has it."""
    return _lines(_chunk_row(chunk) for chunk in chunks)


def chunks_from_bytes(data: Buffer, documents: Mapping[str, Document]) -> Sequence[Chunk]:
    """Read back ``chunks_to_bytes``, taking each passage's text from its document.

    A line that does not hold a chunk of one of the documents raises ``IndexDamaged`` when it
    is asked for.
    """
    return Lazy(Lines(data), lambda line: _read_chunk(line, documents))


def names_to_bytes(names: Iterable[str]) -> bytes:
    """The documents' ids in their order, so that none is parsed to find one."""
    return json.dumps(list(names)).encode()


def names_from_bytes(data: Buffer) -> list[str]:
    """Read back ``names_to_bytes``; ``IndexDamaged`` where it does not hold names."""
    try:
        names = json.loads(bytes(data))
        if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
            raise ValueError("没有编号")
    except ValueError as error:
        raise _damaged(NAMES, error) from error
    return names


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


def _read_document(line: bytes) -> Document:
    try:
        return _document(_row(line))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(DOCUMENTS, error) from error


def _read_chunk(line: bytes, documents: Mapping[str, Document]) -> Chunk:
    try:
        return _chunk(_row(line), documents)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(CHUNKS, error) from error


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


def _chunk(row: dict[str, Any], documents: Mapping[str, Document]) -> Chunk:
    sentences, windows = (_spans(row.pop(name)) for name in ("sentences", "windows"))
    text = documents[row["document_id"]].text
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


def _row(line: bytes) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(line.decode("utf-8", "surrogatepass"))
    return row


def _damaged(name: str, error: Exception) -> IndexDamaged:
    return IndexDamaged(
        f"索引文件 {name} 的内容不合规（{error!r}）。请重建：youju index 源文件夹 --data 数据目录"
    )
