"""Bad files are listed and the rest is indexed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index import build, documents, sources
from index.changes import BadFile
from index.embedding import Encoder
from index.errors import SourceError
from index.formats.pdf_process import PdfProcess
from index.types import Document
from rag import Library
from tests.incremental.articles import TEXTS


def test_bad_files_are_listed_and_the_rest_is_indexed(
    folder: Path, data: Path, encoder: Encoder
) -> None:
    (folder / "坏.txt").write_bytes(bytes(range(128, 256)) * 3)
    (folder / "x.exe").write_bytes(b"MZ")
    (folder / "空.txt").touch()
    built = build.build([folder], data, encoder)
    names = {Path(file.path).name for file in built.report.bad_files}
    assert names == {"坏.txt", "x.exe", "空.txt"}
    for file in built.report.bad_files:
        assert file.path in file.reason
    assert built.report.added == tuple(TEXTS)
    assert Library.open(data).search("水库的库容", 1)


def test_a_file_that_became_bad_is_removed_and_listed(
    folder: Path, data: Path, encoder: Encoder
) -> None:
    build.build([folder], data, encoder)
    (folder / "b.txt").write_bytes(b"")
    done = build.build([folder], data, encoder).report
    assert (done.removed, done.unchanged) == (("b.txt",), 2)
    assert [file.path for file in done.bad_files] == [str(folder / "b.txt")]


def test_two_files_of_one_name_the_second_is_bad(
    folder: Path, data: Path, tmp_path: Path, encoder: Encoder
) -> None:
    other = tmp_path / "另"
    other.mkdir()
    (other / "a.txt").write_text("另一篇\n\n同名的另一篇文章，内容并不相同。\n", "utf-8")
    done = build.build([folder, other], data, encoder).report
    (bad,) = done.bad_files
    assert bad.path == str(other / "a.txt")
    for part in ("重复", "'a.txt'", str(folder / "a.txt")):
        assert part in bad.reason


def test_nothing_readable_fails_and_leaves_the_old_index(
    folder: Path, data: Path, encoder: Encoder
) -> None:
    build.build([folder], data, encoder)
    pointer = (data / "CURRENT").read_bytes()
    for path in folder.rglob("*.txt"):
        path.write_bytes(b"")
    with pytest.raises(SourceError, match="没有一个源文件能用（共 3 个）") as caught:
        build.build([folder], data, encoder)
    assert str(folder / "a.txt") in str(caught.value)
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(SourceError, match="没有文章"):
        build.build([folder], data, encoder)
    folder.rmdir()
    with pytest.raises(SourceError, match="找不到"):
        build.build([folder], data, encoder)
    assert (data / "CURRENT").read_bytes() == pointer


def test_a_file_that_vanishes_while_others_are_read_is_no_fault(
    folder: Path, data: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_read = documents.read_source

    def read(file: documents.SourceFile, pdfs: PdfProcess) -> tuple[Document, ...]:
        if file.name == "b.txt":
            file.path.unlink()
        return real_read(file, pdfs)

    monkeypatch.setattr(sources, "read_source", read)
    done = build.build([folder], data, encoder).report
    assert (done.added, done.bad_files) == (("a.txt", "下/c.txt"), ())


def test_a_library_tells_what_its_build_did(folder: Path, data: Path) -> None:
    (folder / "x.exe").write_bytes(b"MZ")
    built = Library.build(folder, data).build_report
    assert built is not None
    assert built.added == tuple(TEXTS)
    assert [type(file) for file in built.bad_files] == [BadFile]
    assert Library.open(data).build_report is None
