"""The build: documents to passages to vectors and words, stored as a new generation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index import passages, searchable, store
from index.documents import read_documents
from index.embedding import Encoder, Vector
from index.errors import StoreError
from index.lexical import LexicalIndex
from index.manifest import Counts, Header, Manifest
from index.searchable import SearchIndex
from index.tokens import search_tokens
from index.types import Chunk, Document, Progress
from index.vectors import Vectors

Report = Callable[[Progress], None]

READ, CUT, EMBED, WORDS, STORE = "读取文档", "切分段落", "计算向量", "建立词索引", "写入索引"


def build(
    sources: Sequence[Path], root: Path, encoder: Encoder, report: Report = lambda _: None
) -> tuple[Manifest, SearchIndex]:
    """Index ``sources`` into ``root``; on any failure the old generation stays in use.

    Windows whose text the former generation holds keep their vectors.

    Raises:
        SourceError: a source cannot be read. ModelError: the model gives unusable vectors.
        BuildBusy: another build is running. StoreError: the result cannot be written.
    """
    with store.build_lock(root):
        report(Progress(READ, 0, 1))
        documents = read_documents(sources)
        report(Progress(READ, 1, 1))
        chunks = _cut(documents, encoder, report)
        texts = searchable.window_texts(documents, chunks)
        vectors = Vectors.build(_embed(texts, _known_vectors(root, encoder), encoder, report))
        window_words, document_words = _words(documents, texts, report)
        index = searchable.assemble(documents, chunks, vectors, window_words, document_words)
        report(Progress(STORE, 0, 1))
        manifest = store.write(root, _header(index, encoder), searchable.to_files(index))
        report(Progress(STORE, 1, 1))
    return manifest, index


def _cut(documents: Sequence[Document], encoder: Encoder, report: Report) -> list[Chunk]:
    chunks: list[Chunk] = []
    for done, document in enumerate(documents, 1):
        chunks += passages.chunk(document, encoder.fits)
        report(Progress(CUT, done, len(documents)))
    return chunks


def _embed(
    texts: Sequence[str], known: dict[str, Vector], encoder: Encoder, report: Report
) -> Vector:
    vectors = np.zeros((len(texts), encoder.info.dimension), np.float32)
    new = [i for i, text in enumerate(texts) if text not in known]
    kept = len(texts) - len(new)
    for i, text in enumerate(texts):
        if text in known:
            vectors[i] = known[text]
    report(Progress(EMBED, kept, len(texts)))
    if new:
        vectors[new] = encoder.encode_passages(
            [texts[i] for i in new], lambda done: report(Progress(EMBED, kept + done, len(texts)))
        )
    return vectors


def _known_vectors(root: Path, encoder: Encoder) -> dict[str, Vector]:
    """Vectors of the former generation by text; none where it cannot be used."""
    try:
        generation = store.read(root)
        searchable.check_model(generation.manifest.header, encoder.info, root)
        old = searchable.from_generation(generation)
    except StoreError:  # missing, damaged or another model: this build replaces it
        return {}
    return dict(zip(old.window_texts(), old.vectors.matrix(), strict=True))


def _words(
    documents: Sequence[Document], texts: Sequence[str], report: Report
) -> tuple[LexicalIndex, LexicalIndex]:
    total = len(texts) + len(documents)
    tokens = []
    for done, text in enumerate(texts, 1):
        tokens.append(search_tokens(text))
        if done % 100 == 0:
            report(Progress(WORDS, done, total))
    window_words = LexicalIndex.build(tokens)
    document_words = LexicalIndex.build([searchable.document_tokens(d) for d in documents])
    report(Progress(WORDS, total, total))
    return window_words, document_words


def _header(index: SearchIndex, encoder: Encoder) -> Header:
    counts = Counts(len(index.documents), len(index.chunks), len(index.window_chunk))
    return Header(encoder.info, passages.SETTINGS, counts)
