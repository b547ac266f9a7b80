"""The last document stays: an index is never emptied, and says what it still answers from."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import searchable, uploads
from index.errors import InputError, SourceError
from rag import Library
from tests.uploads.files import DAM, TEA, documents
from ui.shelf import Shelf


def test_the_last_document_stays_until_there_is_another(tmp_path: Path) -> None:
    shelf = Shelf.at(tmp_path, None, None)
    uploads.add(tmp_path, "坏.docx", b"x", replace=False)
    shelf.remove("坏.docx")  # there is no index that it could empty
    uploads.add(tmp_path, "茶.txt", TEA, replace=False)
    shelf.hold(Library.build([], tmp_path))
    with pytest.raises(InputError) as caught:
        shelf.remove("茶.txt")
    for part in ("茶.txt", "最后一个文件", "请先上传", f"请删除文件夹 {tmp_path}"):
        assert part in str(caught.value)
    assert [upload.name for upload in shelf.uploads] == ["茶.txt"]
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)
    shelf.remove("茶.txt")
    assert [*Library.build([], tmp_path).documents] == ["上传/坝.txt"]


def test_an_upload_beside_other_sources_is_never_the_last(tmp_path: Path) -> None:
    source, root = tmp_path / "源", tmp_path / "data"
    source.mkdir()
    (source / "坝.txt").write_bytes(DAM)
    uploads.add(root, "茶.txt", TEA, replace=False)
    shelf = Shelf.at(root, source, None)
    shelf.hold(Library.build(source, root))
    shelf.remove("茶.txt")
    assert shelf.uploads == ()


def test_an_emptied_folder_says_that_the_old_index_answers(tmp_path: Path) -> None:
    source, root = tmp_path / "源", tmp_path / "data"
    source.mkdir()
    with pytest.raises(SourceError) as first:
        documents(root, source)
    assert "原来的索引" not in str(first.value)
    (source / "坝.txt").write_bytes(DAM)
    assert documents(root, source) == ["坝.txt"]
    for content in (None, b""):
        (source / "坝.txt").unlink()
        if content is not None:
            (source / "坝.txt").write_bytes(content)
        with pytest.raises(SourceError, match="里面的 1 篇仍会被查到；若不再要它，请删除"):
            documents(root, source)
        assert len(searchable.read(root)[1].documents) == 1
        (source / "坝.txt").write_bytes(DAM)
