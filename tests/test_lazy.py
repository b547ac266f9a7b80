"""What is parsed when it is asked for: the same as parsed at once, and checked then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import records, searchable, store
from index.errors import IndexDamaged, IndexMismatch
from index.lazy import ByName, Lazy, Lines
from index.manifest import Generation
from rag import Library


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_lines_are_what_split_gives(texts: list[str]) -> None:
    lines = Lines("".join(text + "\n" for text in texts).encode())
    assert [line.decode() for line in lines] == texts
    assert [lines[-i].decode() for i in range(1, len(texts) + 1)] == texts[::-1]
    assert [line.decode() for line in lines[1:3]] == texts[1:3]
    with pytest.raises(IndexError):
        lines[len(texts)]


def test_items_are_made_when_asked_for() -> None:
    made: list[int] = []

    def make(item: int) -> int:
        made.append(item)
        return item * 2

    items = Lazy(range(1000), make)
    assert (len(items), items[3], items[-1], items[3]) == (1000, 6, 1998, 6)
    assert made == [3, 999]
    by_name = ByName(["a", "b"], items)
    assert (by_name["b"], by_name.place("a"), list(by_name), len(by_name)) == (2, 0, ["a", "b"], 2)
    assert made == [3, 999, 1]
    assert "c" not in by_name


def test_an_opened_index_is_what_was_built(seed_data: Path, seed_library: Library) -> None:
    opened = searchable.from_generation(store.read(seed_data))
    built = seed_library._index
    assert tuple(opened.chunks) == tuple(built.chunks)
    assert dict(opened.texts) == dict(built.texts)
    (document,) = opened.documents
    assert opened.chunks_of(document.id) == list(built.chunks)
    assert searchable.to_files(opened).keys() == store.read(seed_data).files.keys()


@pytest.mark.parametrize("name", [records.DOCUMENTS, records.CHUNKS])
@pytest.mark.parametrize("line", [b"[]", b"{}", b'"a"', b"\xff", b'{"id": 1'])
def test_a_line_of_another_kind_is_damage_when_it_is_read(
    seed_data: Path, name: str, line: bytes
) -> None:
    generation = store.read(seed_data)
    lines = bytes(generation.files[name]).split(b"\n")[:-1]
    changed = b"".join(part + b"\n" for part in [line, *lines[1:]])
    files = {**generation.files, name: changed}
    index = searchable.from_generation(Generation(generation.manifest, files))
    with pytest.raises(IndexDamaged, match=name):
        (index.documents if name == records.DOCUMENTS else index.chunks)[0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("document_ids.json", b"{}"),
        ("document_ids.json", b'["a", "b"]'),
        ("window_chunk.rows", b"\xff" * 8),
        ("window_chunk.rows", b"\0" * 7),
        ("chunk_document.rows", b"\0" * 8),
    ],
)
def test_parts_that_do_not_belong_together_are_damage(
    seed_data: Path, name: str, data: bytes
) -> None:
    generation = store.read(seed_data)
    changed = replace(generation, files={**generation.files, name: data})
    with pytest.raises(IndexDamaged, match="youju index"):
        searchable.from_generation(changed)


def test_parts_of_another_revision_are_no_damage(seed_data: Path) -> None:
    generation = store.read(seed_data)
    files = {k: v for k, v in generation.files.items() if k != records.NAMES}
    with pytest.raises(IndexMismatch, match=rf"另一修订.*{records.NAMES}.*youju index"):
        searchable.from_generation(replace(generation, files=files))
