"""Indexing again: only what changed is done, bad files are left out, killed builds go on."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import build, documents, journal, passages, searchable, sources, store, tokens
from index.changes import BadFile, BuildReport, Move
from index.embedding import Done, Encoder, Vector, load_encoder
from index.errors import ModelError, SourceError, StoreError
from index.formats.pdf_process import PdfProcess
from index.manifest import ModelInfo
from index.types import Document
from index.vectors import Vectors
from rag import Library

TEXTS = {
    "a.txt": "水库\n\n青石水库建成于1974年，总库容1.26亿立方米，可以灌溉农田十二万亩。\n",
    "b.txt": "渠道\n\n试点区把187条漏水的土渠换成了地下管道，农户没有出一分钱设备费。\n",
    "下/c.txt": "大棚\n\n试点目前不包括蔬菜大棚和果园，这两类用水户的水价办法将另行制定。\n",
}


class Watched:
    """The real encoder, noting what it embeds and fits; it dies at text ``dies_at``."""

    def __init__(self, encoder: Encoder, dies_at: int | None = None) -> None:
        self._encoder, self._dies_at = encoder, dies_at
        self.info: ModelInfo = encoder.info
        self.embedded: list[str] = []
        self.cut: list[str] = []

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        return self._encoder.encode_queries(queries)

    def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
        if self._dies_at is not None and len(self.embedded) + len(texts) > self._dies_at:
            raise ModelError("模型坏了")
        self.embedded += texts
        return self._encoder.encode_passages(texts, done)

    def fits(self, texts: Sequence[str]) -> list[bool]:
        self.cut += texts
        return self._encoder.fits(texts)


@pytest.fixture(scope="module")
def real() -> Encoder:
    return load_encoder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "源"
    for name, text in TEXTS.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, "utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


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


def report(**changes: object) -> BuildReport:
    none = BuildReport((), (), (), (), 0, ())
    return replace(none, **changes)  # type: ignore[arg-type]


# --- what changed, and only that ----------------------------------------------------------------


def test_the_first_build_adds_everything(folder: Path, data: Path, real: Encoder) -> None:
    built = build.build([folder], data, real)
    assert built.report == report(added=tuple(TEXTS))


def test_nothing_changed_nothing_is_done(
    folder: Path, data: Path, real: Encoder, reads: list[str]
) -> None:
    first = build.build([folder], data, real)
    pointer = (data / "CURRENT").read_bytes()
    reads.clear()
    watched = Watched(real)
    again = build.build([folder], data, watched)
    assert again.report == report(unchanged=3)
    assert (reads, watched.cut, watched.embedded) == ([], [], [])
    assert (data / "CURRENT").read_bytes() == pointer
    assert again.manifest == first.manifest
    assert list(again.index.documents) == list(first.index.documents)


def test_only_what_changed_is_read_cut_embedded_and_counted(
    folder: Path, data: Path, real: Encoder, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build.build([folder], data, real)
    counted: list[str] = []
    real_tokens = tokens.search_tokens

    def search_tokens(text: str) -> list[str]:
        counted.append(text)
        return real_tokens(text)

    monkeypatch.setattr(build, "search_tokens", search_tokens)
    monkeypatch.setattr(searchable, "search_tokens", search_tokens)
    (folder / "b.txt").write_text(TEXTS["b.txt"].replace("187", "188"), "utf-8")
    (folder / "d.txt").write_text("新文\n\n这是一篇刚刚加入的文章，讲的是节水灌溉。\n", "utf-8")
    (folder / "下" / "c.txt").unlink()
    (folder / "a.txt").rename(folder / "下" / "z.txt")
    reads.clear()
    watched = Watched(real)
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


def test_a_removed_file_is_never_found_again(folder: Path, data: Path, real: Encoder) -> None:
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
    folder: Path, data: Path, tmp_path: Path, real: Encoder
) -> None:
    build.build([folder], data, real)
    (folder / "b.txt").write_text(TEXTS["b.txt"].replace("187", "188"), "utf-8")
    (folder / "0.txt").write_text("头一篇\n\n排在最前面的一篇文章，讲的是节水灌溉。\n", "utf-8")
    step = build.build([folder], data, real).index
    fresh = build.build([folder], tmp_path / "other", real).index
    files, wanted = searchable.to_files(step), searchable.to_files(fresh)
    for name, content in wanted.items():
        assert bytes(files[name]) == bytes(content), name


def test_a_line_added_to_a_corpus_is_one_document_added(
    data: Path, tmp_path: Path, real: Encoder
) -> None:
    path = tmp_path / "corpus.jsonl"
    lines = [json.dumps({"_id": n, "text": text}) for n, text in TEXTS.items()]
    path.write_text("\n".join(lines[:2]), "utf-8")
    build.build([path], data, real)
    path.write_text("\n".join(lines), "utf-8")
    watched = Watched(real)
    assert build.build([path], data, watched).report == report(added=("下/c.txt",), unchanged=2)
    assert all("大棚" in text for text in watched.cut + watched.embedded)


def test_the_same_folder_by_another_path_is_unchanged(
    folder: Path, data: Path, tmp_path: Path, real: Encoder
) -> None:
    build.build([folder], data, real)
    moved = folder.rename(tmp_path / "别处")
    watched = Watched(real)
    built = build.build([moved], data, watched)
    assert built.report == report(unchanged=3)
    assert (watched.cut, watched.embedded) == ([], [])
    assert {Path(d.source).parent for d in built.index.documents} == {moved, moved / "下"}


@pytest.mark.parametrize("change", ["fingerprint", "passage_prompt", "chunker"])
def test_other_model_prompt_or_chunker_keeps_nothing_but_the_comparison(
    folder: Path, data: Path, real: Encoder, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    build.build([folder], data, real)
    watched = Watched(real)
    if change == "chunker":
        monkeypatch.setattr(passages, "SETTINGS", replace(passages.SETTINGS, version=99))
    else:
        watched.info = replace(real.info, **{change: "other"})
    assert build.build([folder], data, watched).report == report(unchanged=3)
    assert len(watched.cut) == len(watched.embedded) == 6


def test_an_index_inside_the_folder_is_not_indexed(folder: Path, real: Encoder) -> None:
    data = folder / "data"
    build.build([folder], data, real)
    assert build.build([folder], data, real).report == report(unchanged=3)


# --- bad files ----------------------------------------------------------------------------------


def test_bad_files_are_listed_and_the_rest_is_indexed(
    folder: Path, data: Path, real: Encoder
) -> None:
    (folder / "坏.txt").write_bytes(bytes(range(128, 256)) * 3)
    (folder / "x.exe").write_bytes(b"MZ")
    (folder / "空.txt").touch()
    built = build.build([folder], data, real)
    names = {Path(file.path).name for file in built.report.bad_files}
    assert names == {"坏.txt", "x.exe", "空.txt"}
    for file in built.report.bad_files:
        assert file.path in file.reason
    assert built.report.added == tuple(TEXTS)
    assert Library.open(data).search("水库的库容", 1)


def test_a_file_that_became_bad_is_removed_and_listed(
    folder: Path, data: Path, real: Encoder
) -> None:
    build.build([folder], data, real)
    (folder / "b.txt").write_bytes(b"")
    done = build.build([folder], data, real).report
    assert (done.removed, done.unchanged) == (("b.txt",), 2)
    assert [file.path for file in done.bad_files] == [str(folder / "b.txt")]


def test_two_files_of_one_name_the_second_is_bad(
    folder: Path, data: Path, tmp_path: Path, real: Encoder
) -> None:
    other = tmp_path / "另"
    other.mkdir()
    (other / "a.txt").write_text("另一篇\n\n同名的另一篇文章，内容并不相同。\n", "utf-8")
    done = build.build([folder, other], data, real).report
    (bad,) = done.bad_files
    assert bad.path == str(other / "a.txt")
    for part in ("重复", "'a.txt'", str(folder / "a.txt")):
        assert part in bad.reason


def test_nothing_readable_fails_and_leaves_the_old_index(
    folder: Path, data: Path, real: Encoder
) -> None:
    build.build([folder], data, real)
    pointer = (data / "CURRENT").read_bytes()
    for path in folder.rglob("*.txt"):
        path.write_bytes(b"")
    with pytest.raises(SourceError, match="没有一个源文件能用（共 3 个）") as caught:
        build.build([folder], data, real)
    assert str(folder / "a.txt") in str(caught.value)
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(SourceError, match="没有文章"):
        build.build([folder], data, real)
    folder.rmdir()
    with pytest.raises(SourceError, match="找不到"):
        build.build([folder], data, real)
    assert (data / "CURRENT").read_bytes() == pointer


def test_a_file_that_vanishes_while_others_are_read_is_no_fault(
    folder: Path, data: Path, real: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_read = documents.read_source

    def read(file: documents.SourceFile, pdfs: PdfProcess) -> tuple[Document, ...]:
        if file.name == "b.txt":
            file.path.unlink()
        return real_read(file, pdfs)

    monkeypatch.setattr(sources, "read_source", read)
    done = build.build([folder], data, real).report
    assert (done.added, done.bad_files) == (("a.txt", "下/c.txt"), ())


def test_a_library_tells_what_its_build_did(folder: Path, data: Path) -> None:
    (folder / "x.exe").write_bytes(b"MZ")
    built = Library.build(folder, data).build_report
    assert built is not None
    assert built.added == tuple(TEXTS)
    assert [type(file) for file in built.bad_files] == [BadFile]
    assert Library.open(data).build_report is None


# --- a killed build goes on ---------------------------------------------------------------------


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(build, "_SLICE", 2)
    path = tmp_path / "corpus.jsonl"
    rows = ({"_id": str(i), "text": f"第{i}篇：灌区第{i}号渠道长{i}公里。"} for i in range(10))
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def killed_at(dies_at: int, corpus: Path, data: Path, real: Encoder) -> None:
    with pytest.raises(ModelError):
        build.build([corpus], data, Watched(real, dies_at))


def test_what_was_embedded_before_the_kill_is_not_embedded_again(
    corpus: Path, data: Path, real: Encoder
) -> None:
    killed_at(6, corpus, data, real)
    assert not (data / "CURRENT").exists()
    watched = Watched(real)
    built = build.build([corpus], data, watched)
    assert len(watched.embedded) == 4
    assert not (data / journal.NAME).exists()
    expected = Vectors.build(real.encode_passages(built.index.window_texts()))
    np.testing.assert_array_equal(built.index.vectors.matrix(), expected.matrix())


def test_progress_of_a_resumed_build_begins_where_it_was_killed(
    corpus: Path, data: Path, real: Encoder
) -> None:
    killed_at(6, corpus, data, real)
    seen = []
    build.build([corpus], data, real, seen.append)
    done = [(state.done, state.total) for state in seen if state.step == build.EMBED]
    assert (done[0], done[-1]) == ((6, 10), (10, 10))


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        (lambda good: good[:-1], 5),
        (lambda good: good[:-8] + bytes(8), 5),
        (lambda good: good + b"\0" * 5000, 6),
        (lambda good: good[:60] + bytes([good[60] ^ 1]) + good[61:], 0),
        (lambda good: good[: len(good) // 2], 2),
        (lambda good: b"youju vectors 0\n" + good[16:], 0),
        (lambda good: b"", 0),
        (lambda good: os.urandom(100_000), 0),
    ],
    ids=["cut", "zeroed tail", "grown", "bit", "half", "header", "empty", "noise"],
)
def test_a_damaged_journal_counts_up_to_the_damage(
    corpus: Path, data: Path, real: Encoder, damage: Callable[[bytes], bytes], kept: int
) -> None:
    killed_at(6, corpus, data, real)
    path = data / journal.NAME
    path.write_bytes(damage(path.read_bytes()))
    watched = Watched(real)
    build.build([corpus], data, watched)
    assert len(watched.embedded) == 10 - kept


def test_records_after_a_damaged_tail_are_whole_again(
    corpus: Path, data: Path, real: Encoder
) -> None:
    killed_at(6, corpus, data, real)
    path = data / journal.NAME
    path.write_bytes(path.read_bytes()[:-1])
    killed_at(3, corpus, data, real)  # embeds two more behind the cut
    watched = Watched(real)
    build.build([corpus], data, watched)
    assert len(watched.embedded) == 3


@pytest.mark.parametrize("change", ["fingerprint", "passage_prompt"])
def test_another_models_journal_is_not_used(
    corpus: Path, data: Path, real: Encoder, change: str
) -> None:
    killed_at(6, corpus, data, real)
    watched = Watched(real)
    watched.info = replace(real.info, **{change: "other"})
    build.build([corpus], data, watched)
    assert len(watched.embedded) == 10


def test_bad_vectors_are_not_kept_for_the_next_build(
    corpus: Path, data: Path, real: Encoder
) -> None:
    class Zeros(Watched):
        def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
            return np.zeros((len(texts), self.info.dimension), np.float32)

    with pytest.raises(ModelError):
        build.build([corpus], data, Zeros(real))
    build.build([corpus], data, real)


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)]
)
def test_a_journal_that_is_no_file_is_an_error(
    corpus: Path, data: Path, real: Encoder, make: Callable[[Path], None]
) -> None:
    data.mkdir()
    make(data / journal.NAME)
    with pytest.raises(StoreError):
        build.build([corpus], data, real)
