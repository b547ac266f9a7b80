"""The opened index: everything a search needs, in memory and consistent."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import passages, records, sources, store
from index.errors import IndexDamaged, IndexMismatch
from index.lazy import ByName, Lazy
from index.lexical import LexicalIndex
from index.manifest import Buffer, Generation, Header, Manifest, ModelInfo
from index.sources import Source
from index.tokens import search_tokens
from index.types import Chunk, Document
from index.vectors import Vectors

_VECTORS, _WINDOW_WORDS, _DOCUMENT_WORDS = "vectors.faiss", "words_windows", "words_documents"
_SHORTLIST = "vectors.shortlist"  # of a large index that was built since there is one
_WINDOW_CHUNK, _CHUNK_DOCUMENT = "window_chunk.rows", "chunk_document.rows"

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Documents, the files that they came from, chunks and what finds them.

    ``vectors`` and ``window_words`` have one row a window; ``document_words`` one a document.
    ``window_chunk`` (windows,) and ``chunk_document`` (chunks,) tell whose row each is.
    """

    documents: Sequence[Document]
    by_id: ByName[Document]
    sources: tuple[Source, ...]
    chunks: Sequence[Chunk]
    vectors: Vectors
    window_words: LexicalIndex
    document_words: LexicalIndex
    window_chunk: Rows
    chunk_document: Rows
    texts: Mapping[str, str]  # by document id

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """The chunks of one document, in order."""
        rows = np.flatnonzero(self.chunk_document == self.by_id.place(document_id))
        return [self.chunks[row] for row in rows.tolist()]

    def window_texts(self) -> list[str]:
        """What was embedded, row by row of ``vectors``."""
        return window_texts(self.documents, self.chunks)


def assemble(
    documents: Sequence[Document],
    sources_: Sequence[Source],
    chunks: Sequence[Chunk],
    vectors: Vectors,
    window_words: LexicalIndex,
    document_words: LexicalIndex,
) -> SearchIndex:
    """Put the parts of a build together with the maps between their rows."""
    numbers = {document.id: i for i, document in enumerate(documents)}
    window_chunk = [i for i, chunk in enumerate(chunks) for _ in chunk.windows]
    chunk_document = [numbers[chunk.passage.document_id] for chunk in chunks]
    return SearchIndex(
        documents=tuple(documents),
        by_id=ByName(list(numbers), documents),
        sources=tuple(sources_),
        chunks=tuple(chunks),
        vectors=vectors,
        window_words=window_words,
        document_words=document_words,
        window_chunk=np.asarray(window_chunk, np.int64),
        chunk_document=np.asarray(chunk_document, np.int64),
        texts=_texts(list(numbers), documents),
    )


def _texts(names: Sequence[str], documents: Sequence[Document]) -> Mapping[str, str]:
    return ByName(names, Lazy(documents, lambda document: document.text))


def window_texts(documents: Sequence[Document], chunks: Sequence[Chunk]) -> list[str]:
    """The text of every window with its title and heading, in row order."""
    by_id = {document.id: document for document in documents}
    return [
        passages.search_text(by_id[chunk.passage.document_id], chunk.passage.section, window)
        for chunk in chunks
        for window in chunk.windows
    ]


def document_tokens(document: Document) -> list[str]:
    """What BM25 counts of a whole document."""
    return search_tokens(f"{document.title}\n{document.text}")


def to_files(index: SearchIndex) -> dict[str, Buffer]:
    """The files of a generation."""
    shortlist = index.vectors.shortlist
    return {
        records.DOCUMENTS: records.documents_to_bytes(index.documents),
        records.NAMES: records.names_to_bytes(index.by_id),
        sources.FILE: sources.to_bytes(index.sources),
        records.CHUNKS: records.chunks_to_bytes(index.chunks),
        _WINDOW_CHUNK: index.window_chunk.astype("<i8").tobytes(),
        _CHUNK_DOCUMENT: index.chunk_document.astype("<i8").tobytes(),
        _VECTORS: index.vectors.to_bytes(),
        **({_SHORTLIST: shortlist.to_bytes()} if shortlist else {}),
        **index.window_words.to_files(_WINDOW_WORDS),
        **index.document_words.to_files(_DOCUMENT_WORDS),
    }


def from_generation(generation: Generation) -> SearchIndex:
    """Open what ``to_files`` gave; documents and chunks are parsed when they are asked for.

    Raises:
        IndexMismatch: another revision wrote other parts. IndexDamaged: they do not belong together.
    """
    _check_files(generation)
    files, header = generation.files, generation.manifest.header
    names = records.names_from_bytes(files[records.NAMES])
    documents = records.documents_from_bytes(files[records.DOCUMENTS])
    by_id = ByName(names, documents)
    index = SearchIndex(
        documents=documents,
        by_id=by_id,
        sources=sources.from_bytes(bytes(files[sources.FILE]), len(documents)),
        chunks=records.chunks_from_bytes(files[records.CHUNKS], by_id),
        vectors=Vectors.from_bytes(
            files[_VECTORS], header.counts.windows, header.model.dimension, files.get(_SHORTLIST)
        ),
        window_words=LexicalIndex.from_files(_WINDOW_WORDS, files),
        document_words=LexicalIndex.from_files(_DOCUMENT_WORDS, files),
        window_chunk=_rows(files, _WINDOW_CHUNK, header.counts.passages),
        chunk_document=_rows(files, _CHUNK_DOCUMENT, header.counts.documents),
        texts=_texts(names, documents),
    )
    _check(index)
    return index


def _check_files(generation: Generation) -> None:
    own = {records.DOCUMENTS, records.NAMES, sources.FILE, records.CHUNKS, _VECTORS}
    missing = (own | {_WINDOW_CHUNK, _CHUNK_DOCUMENT}) - set(generation.files)
    if missing:
        # Every byte is what its manifest says: it was not damaged, but written in another way.
        raise IndexMismatch(
            f"索引由有据的另一修订建成（{generation.manifest.youju_version}，"
            f"{generation.manifest.built_at}）：没有 {'、'.join(sorted(missing))}。"
            "请重建：youju index 源文件夹"
        )


def _rows(files: Mapping[str, Buffer], name: str, below: int) -> Rows:
    """Row numbers, all ``below``."""
    data = files[name]
    rows = np.frombuffer(data, "<i8") if len(data) % 8 == 0 else None
    if rows is None or (len(rows) and not 0 <= rows.min() <= rows.max() < below):
        raise IndexDamaged(f"索引文件 {name} 的内容不合规。请重建：youju index 源文件夹")
    return rows


def _check(index: SearchIndex) -> None:
    windows, documents = len(index.window_chunk), len(index.documents)
    found = (
        len(index.vectors),
        index.window_words.size,
        index.document_words.size,
        len(index.by_id),
        len(index.chunk_document),
    )
    if found != (windows, windows, documents, documents, len(index.chunks)):
        raise IndexDamaged(
            f"索引的各部分对不上：窗口 {windows}，向量 {found[0]}，窗口词 {found[1]}，文档 {documents}，"
            f"文档词 {found[2]}，文档编号 {found[3]}，段落 {len(index.chunks)}，段落的文档 {found[4]}。"
            "请重建：youju index 源文件夹"
        )


def check_settings(manifest: Manifest, root: Path) -> None:
    """Raise ``IndexMismatch`` where the passages were cut by other rules than today's."""
    stored, current = manifest.header.chunker, passages.SETTINGS
    if stored != current:
        raise IndexMismatch(
            f"{root} 的索引按另一套分段设置建成：存的是 {stored}，现在是 {current}。"
            f"请重建：youju index 源文件夹 --data {shlex.quote(str(root))}"
        )


def check_model(header: Header, model: ModelInfo, root: Path) -> None:
    """Raise ``IndexMismatch`` where ``model`` is not the one that the index was built with."""
    stored = header.model
    for field, label in (
        ("fingerprint", "模型指纹"),
        ("dimension", "向量维数"),
        ("query_prompt", "问题提示语"),
        ("passage_prompt", "段落提示语"),
    ):
        was, now = getattr(stored, field), getattr(model, field)
        if was != now:
            raise IndexMismatch(
                f"{root} 的索引用模型 {stored.name} 建成，现在打开的是 {model.name}："
                f"{label}存的是 {_shown(was)}，现在是 {_shown(now)}。请用原来的模型（--model {stored.name}），"
                f"或重建：youju index 源文件夹 --data {shlex.quote(str(root))}"
                f" --model {shlex.quote(model.name)}"
            )


def _shown(value: object) -> str:
    """A fingerprint's first characters tell enough, with the recipe of 8 bits."""
    text = str(value)
    _, colon, recipe = text.partition(":")
    return f"{text[:12]}…{colon}{recipe[:12]}" if len(text) > 40 else repr(value)


def read(root: Path) -> tuple[Manifest, SearchIndex]:
    """Open the current generation in ``root``, everything checked.

    Raises:
        StoreError: see ``index.store.read``; other chunker settings are ``IndexMismatch``.
    """
    generation = store.read(root)
    check_settings(generation.manifest, root)
    return generation.manifest, from_generation(generation)
