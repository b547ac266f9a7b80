"""The build: documents to passages to vectors and words, stored as a new generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import changes, journal, origins, passages, searchable, sources, store, uploads
from index.changes import BuildReport
from index.documents import SourceFile
from index.embedding import Encoder, Vector
from index.errors import StoreError
from index.lexical import LexicalIndex
from index.manifest import Counts, Header, Manifest
from index.searchable import SearchIndex
from index.sources import Reading
from index.tokens import search_tokens
from index.types import Chunk, Document, Progress
from index.vectors import Vectors

Report = Callable[[Progress], None]

READ, CUT, EMBED, WORDS, STORE = "读取文档", "切分段落", "计算向量", "建立词索引", "写入索引"

_SLICE = 512  # texts between two looks at the disk: at most seconds of work are lost by a kill


@dataclass(frozen=True, slots=True)
class Built:
    """The current generation after a build, opened, and what the build did."""

    manifest: Manifest
    index: SearchIndex
    report: BuildReport


def build(
    paths: Sequence[Path], root: Path, encoder: Encoder, report: Report = lambda _: None
) -> Built:
    """Make ``root`` hold what is in ``paths`` and what was uploaded to it.

    Files that the former generation read with the same bytes are not read again, unchanged
    documents not cut again, and windows with a known text keep their vectors. Where nothing at
    all changed, and on any failure, the former generation stays. Files that cannot be read are
    left out and listed.

    Raises:
        SourceError: a path is not there, or none of the files can be read.
        ModelError: the model gives unusable vectors. BuildBusy: another build is running.
        StoreError: the result cannot be written.
    """
    with store.build_lock(root):
        seen = uploads.mark(root)
        former = _former(root)
        usable = former if former and _fits(former, root, encoder) else None
        reading = _read(root, sources.find(paths, root), usable, report)
        was = former.documents if former else ()
        done = changes.compare(was, reading.documents, reading.bad_files)
        if usable and _same(usable, reading, encoder):
            origins.remember(root, paths)
            built = Built(usable.manifest, usable.index, done)
        else:
            index = _index(root, reading, usable, encoder, report)
            origins.remember(root, paths)
            built = Built(_write(root, index, encoder, report), index, done)
        journal.discard(root)
        uploads.saw(root, seen)
    return built


@dataclass(frozen=True, slots=True)
class _Former:
    """The former generation, all of it parsed."""

    manifest: Manifest
    index: SearchIndex
    documents: tuple[Document, ...]
    chunks: tuple[Chunk, ...]

    def chunks_by_document(self) -> dict[str, list[Chunk]]:
        found: dict[str, list[Chunk]] = {document.id: [] for document in self.documents}
        for chunk in self.chunks:
            found[chunk.passage.document_id].append(chunk)
        return found

    def vectors_by_key(self) -> dict[bytes, Vector]:
        texts = searchable.window_texts(self.documents, self.chunks)
        rows = self.index.vectors.matrix()
        return {journal.key(text): row for text, row in zip(texts, rows, strict=True)}

    def rows_by_text(self) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        """Rows of its words: of a window's text, and of a document's title and text."""
        texts = searchable.window_texts(self.documents, self.chunks)
        windows = {text: row for row, text in enumerate(texts)}
        return windows, {(d.title, d.text): row for row, d in enumerate(self.documents)}


def _former(root: Path) -> _Former | None:
    try:
        generation = store.read(root)
        index = searchable.from_generation(generation)
        return _Former(generation.manifest, index, tuple(index.documents), tuple(index.chunks))
    except StoreError:  # missing, damaged or of another format: this build replaces it
        return None


def _fits(former: _Former, root: Path, encoder: Encoder) -> bool:
    """Whether its passages and vectors are what this build would make of the same files."""
    try:
        searchable.check_settings(former.manifest, root)
        searchable.check_model(former.manifest.header, encoder.info, root)
    except StoreError:
        return False
    return True


def _same(former: _Former, reading: Reading, encoder: Encoder) -> bool:
    stored = (former.documents, former.index.sources, former.manifest.header.model)
    return stored == (reading.documents, reading.sources, encoder.info)


def _read(
    root: Path, files: Sequence[SourceFile], former: _Former | None, report: Report
) -> Reading:
    kept = Reading(former.documents, former.index.sources) if former else Reading()
    report(Progress(READ, 0, 1))
    return sources.read(files, kept, lambda done, total: report(Progress(READ, done, total)), root)


def _index(
    root: Path, reading: Reading, former: _Former | None, encoder: Encoder, report: Report
) -> SearchIndex:
    documents = reading.documents
    chunks = _cut(documents, former, encoder, report)
    texts = searchable.window_texts(documents, chunks)
    vectors = Vectors.build(_embed(root, texts, former, encoder, report))
    words = _words(documents, texts, former, report)
    return searchable.assemble(documents, reading.sources, chunks, vectors, *words)


def _write(root: Path, index: SearchIndex, encoder: Encoder, report: Report) -> Manifest:
    report(Progress(STORE, 0, 1))
    manifest = store.write(root, _header(index, encoder), searchable.to_files(index))
    report(Progress(STORE, 1, 1))
    return manifest


def _cut(
    documents: Sequence[Document], former: _Former | None, encoder: Encoder, report: Report
) -> list[Chunk]:
    known = former.chunks_by_document() if former else {}
    old = {document.id: document for document in former.documents} if former else {}
    chunks: list[Chunk] = []
    for done, document in enumerate(documents, 1):
        if document.id in old and changes.same_text(old[document.id], document):
            chunks += known[document.id]
        else:
            chunks += passages.chunk(document, encoder.fits)
        report(Progress(CUT, done, len(documents)))
    return chunks


def _embed(
    root: Path, texts: Sequence[str], former: _Former | None, encoder: Encoder, report: Report
) -> Vector:
    """The vectors of ``texts`` (n, d): of the former index, of a killed build, or new ones."""
    keys = [journal.key(text) for text in texts]
    with journal.open_journal(root, encoder.info) as kept:
        known = kept.read() | (former.vectors_by_key() if former else {})
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        total = len(set(keys))
        done = total - len(new)
        report(Progress(EMBED, done, total))
        todo = list(new)
        for part in (todo[i : i + _SLICE] for i in range(0, len(todo), _SLICE)):
            fresh = _vectors([new[key] for key in part], encoder, done, total, report)
            kept.append(part, fresh)
            known.update(zip(part, fresh, strict=True))
            done += len(part)
    vectors = np.zeros((len(texts), encoder.info.dimension), np.float32)
    for row, key in enumerate(keys):
        vectors[row] = known[key]
    return vectors


def _vectors(
    texts: Sequence[str], encoder: Encoder, done: int, total: int, report: Report
) -> Vector:
    fresh = encoder.encode_passages(texts, lambda n: report(Progress(EMBED, done + n, total)))
    Vectors.build(fresh)  # refuses unusable vectors before they are kept
    return fresh


def _words(
    documents: Sequence[Document], texts: Sequence[str], former: _Former | None, report: Report
) -> tuple[LexicalIndex, LexicalIndex]:
    """The words of windows and of documents; those of known texts are not counted again."""
    windows, wholes = former.rows_by_text() if former else ({}, {})
    total = len(texts) + len(documents)

    def tokens() -> Iterator[list[str] | int]:  # one by one: all tokens would fill the memory
        for done, text in enumerate(texts, 1):
            yield windows[text] if text in windows else search_tokens(text)
            if done % 100 == 0:
                report(Progress(WORDS, done, total))

    window_words = LexicalIndex.build(tokens(), former.index.window_words if former else None)
    document_words = LexicalIndex.build(
        (
            wholes[key] if (key := (d.title, d.text)) in wholes else searchable.document_tokens(d)
            for d in documents
        ),
        former.index.document_words if former else None,
    )
    report(Progress(WORDS, total, total))
    return window_words, document_words


def _header(index: SearchIndex, encoder: Encoder) -> Header:
    counts = Counts(len(index.documents), len(index.chunks), len(index.window_chunk))
    return Header(encoder.info, passages.SETTINGS, counts)
