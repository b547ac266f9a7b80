"""What is written is read again; names that are no plain ones are not written."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import manifest as format_
from index import store
from index.errors import IndexMissing, StoreError
from tests.store.on_disk import FILES, HEADER, UNSAFE, generations

# Round trips


def test_reads_what_was_written(root: Path) -> None:
    manifest = store.write(root, HEADER, FILES)
    found = store.read(root)
    assert found == store.Generation(manifest, FILES)
    assert manifest.header == HEADER
    assert manifest.format_version == store.FORMAT_VERSION == 3
    assert manifest.built_at.endswith("+00:00")
    assert manifest.files["e"] == store.FileEntry(
        0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_what_was_read_cannot_be_changed(built: Path) -> None:
    with pytest.raises(TypeError):
        store.read(built).files["e"] = b"other"  # type: ignore[index]
    with pytest.raises(TypeError):
        store.read(built).manifest.files["e"] = store.FileEntry(0, "")  # type: ignore[index]


PLAIN = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", fullmatch=True)
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates, too


@settings(max_examples=60, deadline=None)
@given(files=st.dictionaries(PLAIN, st.binary(max_size=2000), max_size=5), words=ANY_TEXT)
def test_any_plain_names_bytes_and_prompts_come_back(files: dict[str, bytes], words: str) -> None:
    files.pop("manifest.json", None)
    model = store.ModelInfo(words, words, 3, 512, words, "")
    header = store.Header(model, HEADER.chunker, HEADER.counts, metric=words)
    with tempfile.TemporaryDirectory() as folder:
        manifest = store.write(Path(folder), header, files)
        assert store.read(Path(folder)) == store.Generation(manifest, files)
        assert manifest.header == header


@settings(max_examples=200)
@given(ANY_TEXT)
def test_only_plain_names_are_plain(name: str) -> None:
    if format_.is_plain(name):
        assert name == Path(name).name
        assert name.isascii()
        assert name not in ("", ".", "..", "manifest.json")
        assert not set(name) & set("/\\\0\n :")


@pytest.mark.parametrize("name", [*UNSAFE, "manifest.json"])
def test_refuses_to_write_unsafe_names(built: Path, name: str) -> None:
    before = store.read(built)
    with pytest.raises(StoreError, match="不合规"):
        store.write(built, HEADER, {"fine": b"1", name: b"2"})
    assert store.read(built) == before
    assert len(generations(built)) == 1


# Missing


@pytest.mark.parametrize("make", [False, True])
def test_nothing_built_says_how_to_build(root: Path, make: bool) -> None:
    if make:
        root.mkdir()
    with pytest.raises(IndexMissing) as caught:
        store.read(root)
    assert f"youju index PATH --data '{root}'" in str(caught.value)


def test_an_unfinished_first_build_is_still_nothing(built: Path) -> None:
    (built / "CURRENT").rename(built / "CURRENT.tmp")
    with pytest.raises(IndexMissing):
        store.read(built)
    store.write(built, HEADER, FILES)
    assert store.read(built).files == FILES
