"""Damaged, hostile and outdated indexes: detected before the first answer, nothing runs."""

from __future__ import annotations

import io
import os
import pickle
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from index import build, journal, manifest, searchable, store, vectors
from index.errors import IndexDamaged, IndexMismatch
from index.manifest import MANIFEST, FileEntry, Manifest, Pointer
from rag import Library
from tests.editions import SmallEncoder

BLOCK = 4096
GOLDEN = sorted((Path(__file__).parent / "data").glob("format-*"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index whose files have several blocks; tests copy it."""
    folder, root = (tmp_path_factory.mktemp(name) for name in ("源", "数据 data"))
    chance = random.Random(7)
    words = ["水库", "渠道", "灌溉", "农田", "水价", "试点", "管道", "用水户", "补贴", "协会"]
    for number in range(40):
        lines = ["".join(chance.choices(words, k=30)) + f"{number}。" for _ in range(6)]
        (folder / f"{number}.txt").write_text("\n\n".join([f"第{number}篇", *lines]), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "LEAST", 16)  # so that it has the files of a large index
        build.build([folder], root, SmallEncoder())
    return root


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "数据 data"))


def paths(root: Path) -> list[Path]:
    """CURRENT, the manifest, and a file of every type."""
    return [root / "CURRENT", *sorted(next((root / "generations").iterdir()).iterdir())]


def damaged_each(root: Path, damages: Callable[[bytes], Iterator[bytes]]) -> int:
    """How many damages were tried on the files; each must be seen, named and mended by words."""
    tried = 0
    for path in paths(root):
        good = path.read_bytes()
        for bad in damages(good):
            if bad == good:
                continue
            path.write_bytes(bad)
            with pytest.raises(IndexDamaged) as caught:
                searchable.read(root)
            assert f"youju index 源文件夹 --data '{root}'" in str(caught.value)
            assert path.name in str(caught.value) or path.name == "CURRENT"
            tried += 1
        path.write_bytes(good)
    searchable.read(root)
    return tried


def test_every_truncation_is_seen(root: Path) -> None:
    def damages(good: bytes) -> Iterator[bytes]:
        for end in (*range(0, len(good), BLOCK), len(good)):
            yield from (good[: end - 1] if end else b"", good[:end], good[: end + 1])
        yield good + b"\0"

    assert damaged_each(root, damages) > 150


def test_every_zeroed_tail_is_seen(root: Path) -> None:
    def damages(good: bytes) -> Iterator[bytes]:
        for start in (*range(0, len(good), BLOCK), max(0, len(good) - 1)):
            yield good[:start] + bytes(len(good) - start)

    assert damaged_each(root, damages) > 50


@pytest.mark.parametrize("flips", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_flipped_bits_are_seen(root: Path, flips: int) -> None:
    chance = random.Random(flips)

    def damages(good: bytes) -> Iterator[bytes]:
        for bit in (chance.randrange(8 * len(good)) for _ in range(flips)):
            bad = bytearray(good)
            bad[bit // 8] ^= 1 << bit % 8
            yield bytes(bad)

    assert damaged_each(root, damages) == flips * len(paths(root))


@pytest.mark.parametrize("flips", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_damaged_journal_gives_no_vector_that_was_not_put_in(tmp_path: Path, flips: int) -> None:
    encoder, chance = SmallEncoder(), random.Random(3)
    texts = [f"第{i}段" for i in range(40)]
    keys, vectors = [journal.key(text) for text in texts], encoder.encode_passages(texts)
    with journal.open_journal(tmp_path, encoder.info) as opened:
        opened.read()
        opened.append(keys, vectors)
    path = tmp_path / journal.NAME
    good = path.read_bytes()
    for _ in range(flips):
        bad = bytearray(good[: chance.randrange(len(good))])
        bit = chance.randrange(8 * len(bad)) if bad else 0
        bad[bit // 8 : bit // 8 + 1] = bytes([bad[bit // 8] ^ 1 << bit % 8]) if bad else b""
        path.write_bytes(bad)
        with journal.open_journal(tmp_path, encoder.info) as opened:
            found = opened.read()
        assert list(found) == keys[: len(found)]
        for row, vector in enumerate(found.values()):
            np.testing.assert_array_equal(vector, vectors[row])


# --- hostile files under a manifest that vouches for them -----------------------------------------


class Bomb:
    """A pickle that leaves a mark when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._mark),)


def object_array(bomb: Bomb) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array([bomb], dtype=object), allow_pickle=True)
    return stream.getvalue()


def put(root: Path, name: str, data: bytes) -> None:
    """Replace a file so that its sizes and hashes are right everywhere."""
    folder = next((root / "generations").iterdir())
    (folder / name).write_bytes(data)
    found = manifest.decode_manifest((folder / MANIFEST).read_bytes())
    files = MappingProxyType({**found.files, name: FileEntry.of(data)})
    seal(root, replace(found, files=files))


def seal(root: Path, value: Manifest) -> None:
    data = manifest.encode(value.sealed())
    (root / "generations" / value.generation / MANIFEST).write_bytes(data)
    pointer = manifest.encode(Pointer(value.generation, FileEntry.of(data)))
    (root / "CURRENT").write_bytes(pointer)


@pytest.mark.parametrize("make", [pickle.dumps, object_array])
def test_a_pickle_or_an_object_array_in_any_file_is_refused_and_not_run(
    whole: Path, root: Path, tmp_path: Path, make: Callable[[Bomb], bytes]
) -> None:
    mark = tmp_path / "mark"
    hostile = make(Bomb(mark))
    article = tmp_path / "新.txt"
    article.write_text("新的\n\n试点把187条漏水的土渠换成了地下管道。\n", "utf-8")
    for name in [path.name for path in paths(whole)[1:] if path.name != MANIFEST]:
        shutil.rmtree(root)
        shutil.copytree(whole, root)
        put(root, name, hostile)
        with pytest.raises(IndexDamaged):
            searchable.read(root)
        build.build([article], root, SmallEncoder())  # and a build replaces it
        assert len(searchable.read(root)[1].documents) == 1
    assert not mark.exists()
    np.load(io.BytesIO(hostile), allow_pickle=True)  # it is a bomb indeed
    assert mark.exists()


@pytest.mark.parametrize("name", ["../outside.jsonl", "/etc/passwd", "a/../../outside.jsonl"])
def test_a_manifest_leads_nowhere_else(root: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.jsonl").write_bytes(b"secret")
    folder = next((root / "generations").iterdir())
    found = manifest.decode_manifest((folder / MANIFEST).read_bytes())
    files = MappingProxyType({**found.files, name: FileEntry.of(b"secret")})
    seal(root, replace(found, files=files))
    with pytest.raises(IndexDamaged, match="不合规"):
        searchable.read(root)


# --- other versions -------------------------------------------------------------------------------


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_a_stored_index_of_every_format_opens_or_says_rebuild(golden: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(golden, tmp_path / "data"))
    number = int(golden.name.removeprefix("format-"))
    if number == store.FORMAT_VERSION:
        index = searchable.from_generation(store.read(root))
        assert "187条漏水的土渠" in index.documents[0].text
        np.testing.assert_allclose(
            index.vectors.matrix(), SmallEncoder().encode_passages(index.window_texts()), atol=1e-3
        )
        assert index.window_words.scores(["试点"]).any()
        return
    with pytest.raises(IndexMismatch) as caught:
        Library.open(root)
    for part in (
        f"第 {number} 版",
        f"第 {store.FORMAT_VERSION} 版",
        f"youju index 源文件夹 --data {root}",
    ):
        assert part in str(caught.value)
    source = tmp_path / "新.txt"
    source.write_text("新的\n\n试点把187条漏水的土渠换成了地下管道。\n", "utf-8")
    build.build([source], root, SmallEncoder())
    assert searchable.read(root)[1].documents[0].id == "新.txt"


def test_there_is_an_index_of_every_format() -> None:
    numbers = range(1, store.FORMAT_VERSION + 1)
    assert [path.name for path in GOLDEN] == [f"format-{number}" for number in numbers]
