"""Only what changed is read, cut, embedded and counted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index import build, documents, passages, searchable, sources, store, tokens
from index.changes import BuildReport, Move
from index.embedding import Encoder
from index.formats.pdf_process import PdfProcess
from index.types import Document
from rag import Library
from tests.incremental.articles import TEXTS
from tests.watched import Watched


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read, not only looked at."""
    names: list[str] = []
    real_read = documents.read_source

    def read(file: documents.SourceFile, pdfs: PdfProcess) -> tuple[Document, ...]:
        names.append(file.name)
        return real_read(file, pdfs)

    monkeypatch.setattr(sources, "read_source", read)
    return names


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts whose words were counted."""
    texts: list[str] = []
    real_tokens = tokens.search_tokens

    def search_tokens(text: str) -> list[str]:
        texts.append(text)
        return real_tokens(text)

    monkeypatch.setattr(build, "search_tokens", search_tokens)
    monkeypatch.setattr(searchable, "search_tokens", search_tokens)
    return texts


def report(**changes: object) -> BuildReport:
    none = BuildReport((), (), (), (), 0, ())
    return replace(none, **changes)  # type: ignore[arg-type]


def test_the_first_build_adds_everything(folder: Path, data: Path, encoder: Encoder) -> None:
    built = build.build([folder], data, encoder)
    assert built.report == report(added=tuple(TEXTS))


def test_nothing_changed_nothing_is_done(
    folder: Path, data: Path, encoder: Encoder, reads: list[str]
) -> None:
    first = build.build([folder], data, encoder)
    pointer = (data / "CURRENT").read_bytes()
    reads.clear()
    watched = Watched(encoder)
    again = build.build([folder], data, watched)
    assert again.report == report(unchanged=3)
    assert (reads, watched.cut, watched.embedded) == ([], [], [])
    assert (data / "CURRENT").read_bytes() == pointer
    assert again.manifest == first.manifest
    assert list(again.index.documents) == list(first.index.documents)


def test_only_what_changed_is_read_cut_embedded_and_counted(
    folder: Path, data: Path, encoder: Encoder, reads: list[str], counted: list[str]
) -> None:
    build.build([folder], data, encoder)
    (folder / "b.txt").write_text(TEXTS["b.txt"].replace("187", "188"), "utf-8")
    (folder / "d.txt").write_text("新文\n\n这是一篇刚刚加入的文章，讲的是节水灌溉。\n", "utf-8")
    (folder / "下" / "c.txt").unlink()
    (folder / "a.txt").rename(folder / "下" / "z.txt")
    reads.clear()
    counted.clear()
    watched = Watched(encoder)
    built = build.build([folder], data, watched)
    assert built.report == report(
        added=("d.txt",),
        changed=("b.txt",),
        moved=(Move("a.txt", "下/z.txt"),),
        removed=("下/c.txt",),
    )
    assert set(reads) == {"b.txt", "d.txt", "下/z.txt"}
    assert not [text for text in watched.embedded if "青石水库" in text]  # moved: vectors kept
    assert not [text for text in watched.embedded if text == "渠道\n渠道"]
    assert [text for text in watched.embedded if "188" in text]
    assert len(counted) == len(watched.embedded) + 2  # their windows, and two documents
    assert not [text for text in counted if "青石水库" in text]


def test_a_removed_file_is_never_found_again(folder: Path, data: Path, encoder: Encoder) -> None:
    library = Library.build(folder, data)
    assert "大棚" in library.search("蔬菜大棚和果园的水价", 1)[0].passage.text
    (folder / "下" / "c.txt").unlink()
    Library.build(folder, data)
    library = Library.open(data)
    assert list(library.documents) == ["a.txt", "b.txt"]
    assert not [h for h in library.search("蔬菜大棚和果园的水价", 50) if "大棚" in h.passage.text]
    for name, content in store.read(data).files.items():
        assert "蔬菜".encode() not in bytes(content), name


def test_an_incremental_index_is_the_index_built_at_once(
    folder: Path, data: Path, tmp_path: Path, encoder: Encoder
) -> None:
    build.build([folder], data, encoder)
    (folder / "b.txt").write_text(TEXTS["b.txt"].replace("187", "188"), "utf-8")
    (folder / "0.txt").write_text("头一篇\n\n排在最前面的一篇文章，讲的是节水灌溉。\n", "utf-8")
    step = build.build([folder], data, encoder).index
    fresh = build.build([folder], tmp_path / "other", encoder).index
    files, wanted = searchable.to_files(step), searchable.to_files(fresh)
    for name, content in wanted.items():
        assert bytes(files[name]) == bytes(content), name


def test_a_line_added_to_a_corpus_is_one_document_added(
    data: Path, tmp_path: Path, encoder: Encoder
) -> None:
    path = tmp_path / "corpus.jsonl"
    lines = [json.dumps({"_id": n, "text": text}) for n, text in TEXTS.items()]
    path.write_text("\n".join(lines[:2]), "utf-8")
    build.build([path], data, encoder)
    path.write_text("\n".join(lines), "utf-8")
    watched = Watched(encoder)
    assert build.build([path], data, watched).report == report(added=("下/c.txt",), unchanged=2)
    assert all("大棚" in text for text in watched.cut + watched.embedded)


def test_the_same_folder_by_another_path_is_unchanged(
    folder: Path, data: Path, tmp_path: Path, encoder: Encoder
) -> None:
    build.build([folder], data, encoder)
    moved = folder.rename(tmp_path / "别处")
    watched = Watched(encoder)
    built = build.build([moved], data, watched)
    assert built.report == report(unchanged=3)
    assert (watched.cut, watched.embedded) == ([], [])
    assert {Path(d.source).parent for d in built.index.documents} == {moved, moved / "下"}


@pytest.mark.parametrize("change", ["fingerprint", "passage_prompt", "chunker"])
def test_other_model_prompt_or_chunker_keeps_nothing_but_the_comparison(
    folder: Path, data: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    build.build([folder], data, encoder)
    watched = Watched(encoder)
    if change == "chunker":
        monkeypatch.setattr(passages, "SETTINGS", replace(passages.SETTINGS, version=99))
    else:
        watched.info = replace(encoder.info, **{change: "other"})
    assert build.build([folder], data, watched).report == report(unchanged=3)
    assert len(watched.cut) == len(watched.embedded) == 6


def test_an_index_inside_the_folder_is_not_indexed(folder: Path, encoder: Encoder) -> None:
    data = folder / "data"
    build.build([folder], data, encoder)
    assert build.build([folder], data, encoder).report == report(unchanged=3)
