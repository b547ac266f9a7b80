"""Indexes side by side in one data folder, each with its own sources and its own uploads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index import build, collections, origins, searchable, sources, uploads
from index.collections import DEFAULT, NAME_MAX
from index.errors import IndexDamaged, IndexMissing, InputError, StoreError
from index.uploads import FILE_MAX, Outcome
from rag import Library
from tests.editions import SmallEncoder
from ui import cli


def article(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def built(root: Path, *paths: Path) -> list[str]:
    """Ids of the documents after a build."""
    index = build.build(paths, root, SmallEncoder()).index
    return [document.id for document in index.documents]


# --- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["policy", "政策 2021", "a.b", "文" * NAME_MAX, "é"])
def test_names_that_a_collection_may_have(tmp_path: Path, name: str) -> None:
    assert collections.root(tmp_path, name).parent == tmp_path / "collections"


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "..", "...", "a/b", "../data", "a\\b", "/tmp", "C:x", "a\0b", "a\nb"),
        *(".hidden", "dot.", " a", "a\u202eb", "\udcff", "文" * (NAME_MAX + 1)),
    ],
)
def test_names_that_none_may_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"1 到 {NAME_MAX} 个字"):
        collections.root(tmp_path, name)


def test_the_default_collection_is_the_data_folder(tmp_path: Path) -> None:
    assert collections.root(tmp_path, None) == collections.root(tmp_path, DEFAULT) == tmp_path


# --- side by side ---------------------------------------------------------------------------


def test_collections_do_not_touch_each_other(tmp_path: Path) -> None:
    data = tmp_path / "data"
    tea = article(tmp_path / "茶", "tea.txt", "茶园\n\n采茶机有六台。")
    dam = article(tmp_path / "水", "dam.txt", "水库\n\n大坝已经加固。")
    assert collections.names(data) == []
    assert built(data, tea) == ["tea.txt"]
    assert built(collections.root(data, "水利"), dam) == ["dam.txt"]
    assert collections.names(data) == [DEFAULT, "水利"]
    assert [(c.name, c.documents, c.fault) for c in collections.listed(data)] == [
        (DEFAULT, 1, ""),
        ("水利", 1, ""),
    ]
    assert [d.id for d in searchable.read(data)[1].documents] == ["tea.txt"]


def test_what_is_no_collection_is_not_listed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    source = article(tmp_path / "源", "a.txt", "茶园\n\n采茶机有六台。")
    built(tmp_path / "elsewhere", source)
    (data / "collections" / "empty").mkdir(parents=True)
    (data / "collections" / "link").symlink_to(tmp_path / "elsewhere")
    (data / "collections" / "file").write_text("x")
    assert collections.names(data) == []


def test_a_damaged_collection_is_listed_with_its_fault(tmp_path: Path) -> None:
    source = article(tmp_path / "源", "a.txt", "茶园\n\n采茶机有六台。")
    root = collections.root(tmp_path, "茶")
    built(root, source)
    (root / "CURRENT").write_bytes(b"{")
    (one,) = collections.listed(tmp_path)
    assert (one.name, one.documents) == ("茶", 0)
    assert "已损坏" in one.fault


def test_no_index_is_a_source_of_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    source = article(tmp_path, "a.txt", "茶园\n\n采茶机有六台。")
    for name in (None, "甲", "乙"):
        root = collections.root(data, name)
        assert built(root, source) == ["a.txt"]
    for name in (None, "甲"):
        found = sources.find([tmp_path], collections.root(data, name))
        assert [file.path for file in found] == [source]


def test_library_and_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    tea = article(tmp_path / "茶", "tea.txt", "茶园\n\n采茶机有六台。")
    dam = article(tmp_path / "水", "dam.txt", "水库\n\n大坝已经加固。")
    Library.build(tea, data, collection="茶")
    assert cli.main(["index", str(dam), "--data", str(data), "--collection", "水利"]) == 0
    capfd.readouterr()
    assert cli.main(["collections", "--data", str(data), "--json"]) == 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [(row["name"], row["documents"]) for row in rows] == [("水利", 1), ("茶", 1)]
    assert cli.main(["collections", "--data", str(data)]) == 0
    assert "水利" in capfd.readouterr().out
    asked = ["search", "大坝", "--data", str(data), "--json", "--collection"]
    assert cli.main([*asked, "水利"]) == 0
    assert "dam.txt" in capfd.readouterr().out
    assert cli.main([*asked, "电力"]) == 1
    assert "有：水利、茶" in capfd.readouterr().err
    hits = Library.open(data, collection="茶").search("大坝")
    assert {hit.passage.document_id for hit in hits} == {"tea.txt"}
    with pytest.raises(InputError, match="水利、茶"):
        Library.open(data, collection="电力")
    with pytest.raises(IndexMissing):
        Library.open(data)


# --- where an index comes from --------------------------------------------------------------


def test_an_index_remembers_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    article(tmp_path / "源", "a.txt", "茶园\n\n采茶机有六台。")
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "data"
    assert origins.recall(root) == ()
    built(root, Path("源"))
    assert origins.recall(root) == (Path("源"),)
    monkeypatch.chdir("/")
    assert origins.recall(root) == (tmp_path / "源",)
    assert built(root, *origins.recall(root)) == ["a.txt"]


def test_a_failed_build_leaves_the_sources_as_they_were(tmp_path: Path) -> None:
    source = article(tmp_path / "源", "a.txt", "茶园\n\n采茶机有六台。")
    root = tmp_path / "data"
    built(root, source)
    with pytest.raises(InputError):
        built(root, tmp_path / "没有")
    assert origins.recall(root) == (source,)


@pytest.mark.parametrize("note", [b"", b"{}", b"[1]", b'{"folder": 1, "paths": []}', b"\xff"])
def test_a_spoilt_note_is_an_error_that_names_the_remedy(tmp_path: Path, note: bytes) -> None:
    (tmp_path / "sources.json").write_bytes(note)
    with pytest.raises(IndexDamaged, match="youju index"):
        origins.recall(tmp_path)


# --- uploads --------------------------------------------------------------------------------

TEXT = "茶园\n\n采茶机有六台。".encode()


def test_uploads_are_built_beside_the_sources_until_they_are_removed(tmp_path: Path) -> None:
    source = article(tmp_path / "源", "a.txt", "水库\n\n大坝已经加固。")
    root = tmp_path / "data"
    assert uploads.add(root, "a.txt", TEXT, replace=False) is Outcome.ADDED
    assert built(root, source) == ["a.txt", "上传/a.txt"]  # of one name, and both there
    assert built(root, tmp_path / "源") == ["a.txt", "上传/a.txt"]
    assert built(root, tmp_path) == ["源/a.txt", "上传/a.txt"]
    uploads.remove(root, "a.txt")
    assert built(root, source) == ["a.txt"]
    with pytest.raises(InputError, match=r"a\.txt"):
        uploads.remove(root, "a.txt")


def test_another_file_of_the_same_name_gives_way_only_on_purpose(tmp_path: Path) -> None:
    add = uploads.add
    assert add(tmp_path, "茶.txt", TEXT, replace=False) is Outcome.ADDED
    assert add(tmp_path, "茶.txt", TEXT, replace=False) is Outcome.SAME
    assert add(tmp_path, "茶.txt", TEXT * 2, replace=False) is Outcome.TAKEN
    assert [upload.size for upload in uploads.listed(tmp_path)] == [len(TEXT)]
    assert add(tmp_path, "茶.txt", TEXT * 2, replace=True) is Outcome.REPLACED
    assert [(u.name, u.size) for u in uploads.listed(tmp_path)] == [("茶.txt", 2 * len(TEXT))]


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", ".txt", "../a.txt", "a/b.txt", "a\\b.txt", "/etc/a.txt", "a\0.txt"),
        *("a\n.txt", "a\u202e.txt", ".hidden.txt", "~$a.docx", "README.md", "readme.txt"),
        *("a.exe", "a", "a.txt.sh", "文" * 70 + ".txt", "\udcff.txt"),
    ],
)
def test_hostile_and_useless_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        uploads.add(tmp_path / "data", name, TEXT, replace=True)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("data", [b"", b"x" * (FILE_MAX + 1)])
def test_sizes_are_limited(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError, match="20 MB"):
        uploads.add(tmp_path, "a.txt", data, replace=False)


def test_a_link_in_the_folder_is_neither_followed_nor_listed(tmp_path: Path) -> None:
    outside = article(tmp_path / "外", "a.txt", "别处")
    root = tmp_path / "data"
    uploads.add(root, "b.txt", TEXT, replace=False)
    (uploads.source(root) / "上传" / "a.txt").symlink_to(outside)
    with pytest.raises(InputError):
        uploads.remove(root, "a.txt")
    assert [upload.name for upload in uploads.listed(root)] == ["b.txt"]
    with pytest.raises(StoreError, match="无法写入"):
        uploads.add(root, "a.txt", TEXT, replace=True)
    assert outside.read_text("utf-8") == "别处"
