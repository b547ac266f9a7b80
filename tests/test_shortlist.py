"""The shortlist of a large index: what it finds is what comparing all rows finds, and its file."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt
import pytest

from index import searchable, shortlist, store, vectors
from index.errors import IndexDamaged
from index.faiss_threads import threads
from index.shortlist import LEAST
from index.vectors import Vectors
from tests.editions import build_edition, write_edition

Floats = npt.NDArray[np.float32]

D, QUERIES = 48, 200


def units(rows: Floats) -> Floats:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def crowded(n: int, seed: int) -> Floats:
    """Unit rows as sentence models give them: in clusters, all near one direction."""
    chance = np.random.default_rng(7)
    mean, centres = chance.standard_normal((1, D)), chance.standard_normal((500, D))
    chance = np.random.default_rng(seed)
    near = centres[chance.integers(len(centres), size=n)] + 0.6 * chance.standard_normal((n, D))
    return units(2 * mean + near)


@pytest.fixture(scope="module")
def many() -> Vectors:
    return Vectors.build(crowded(LEAST, 1))


@pytest.fixture(scope="module")
def all_compared(many: Vectors) -> Vectors:
    """The same rows without a shortlist, as an index has them that was built before there was one."""
    return Vectors.from_bytes(many.to_bytes(), len(many), D)


@pytest.fixture(scope="module")
def queries() -> Floats:
    return crowded(QUERIES, 2)


def stored(built: Vectors) -> bytes:
    assert built.shortlist is not None
    return bytes(built.shortlist.to_bytes())


def recall(found: Vectors, wanted: Vectors, queries: Floats, k: int) -> float:
    pairs = zip(found.search(queries, k).ids, wanted.search(queries, k).ids, strict=True)
    return float(np.mean([len(set(a) & set(b)) / k for a, b in pairs]))


@pytest.mark.parametrize("k", [1, 10, 100, 200])
def test_it_finds_what_comparing_all_finds(
    many: Vectors, all_compared: Vectors, queries: Floats, k: int
) -> None:
    assert all_compared.shortlist is None
    assert recall(many, all_compared, queries, k) >= 0.999


def test_a_list_that_is_too_short_would_be_seen(
    many: Vectors, all_compared: Vectors, queries: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "_LEAST_LISTED", 1)
    monkeypatch.setattr(shortlist, "_LISTED_FOR_ONE", 1)
    assert recall(many, all_compared, queries, 100) < 0.98


def test_scores_are_those_of_the_stored_rows_to_the_last_bit(
    many: Vectors, all_compared: Vectors, queries: Floats
) -> None:
    for query in queries[:20]:
        found = many.search(query[np.newaxis], 100)
        wanted = all_compared.search(query[np.newaxis], 1000)
        scores = dict(zip(wanted.ids[0].tolist(), wanted.scores[0].tolist(), strict=True))
        assert found.scores[0].tolist() == [scores[row] for row in found.ids[0].tolist()]
        assert found.scores.dtype == np.float32
        assert (np.diff(found.scores[0]) <= 0).all()


@pytest.mark.parametrize("q", [1, 20])
def test_equal_scores_come_in_the_order_of_ids(q: int) -> None:
    rows = crowded(LEAST, 3)
    same = np.arange(90, LEAST, LEAST // 100)[::-1]
    rows[same] = rows[0]
    found = Vectors.build(rows).search(np.repeat(rows[:1], q, axis=0), 60)
    assert (found.ids == [0, *np.sort(same)[:59]]).all()


def test_asking_for_all_rows_gives_all(many: Vectors, all_compared: Vectors) -> None:
    query = crowded(1, 4)
    found, wanted = many.search(query, LEAST + 1), all_compared.search(query, LEAST + 1)
    np.testing.assert_array_equal(found.ids, wanted.ids)
    np.testing.assert_array_equal(found.scores, wanted.scores)


def test_where_only_some_rows_are_asked_for_all_of_them_are_compared(
    many: Vectors, all_compared: Vectors, queries: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(shortlist.Shortlist, "search")
    among = np.arange(5, LEAST, 7)
    found, wanted = (v.search(queries, 100, among) for v in (many, all_compared))
    np.testing.assert_array_equal(found.ids, wanted.ids)
    np.testing.assert_array_equal(found.scores, wanted.scores)
    assert not (found.ids % 7 - 5).any()


def test_few_rows_have_none() -> None:
    assert Vectors.build(crowded(LEAST - 1, 1)).shortlist is None


@pytest.mark.parametrize("count", [1, 2])
def test_the_same_rows_give_the_same_bytes(many: Vectors, count: int) -> None:
    with threads(count):
        assert stored(Vectors.build(crowded(LEAST, 1))) == stored(many)
        assert stored(Vectors.build(many.matrix())) == stored(many)


def test_bytes_come_back(many: Vectors, queries: Floats) -> None:
    opened = Vectors.from_bytes(many.to_bytes(), LEAST, D, stored(many))
    assert stored(opened) == stored(many)
    found, wanted = opened.search(queries, 100), many.search(queries, 100)
    np.testing.assert_array_equal(found.ids, wanted.ids)
    np.testing.assert_array_equal(found.scores, wanted.scores)


def test_broken_bytes_are_damage(many: Vectors) -> None:
    good = stored(many)
    bad = [b"", good[:-1], good + b"\0", bytes(len(good)), b"IxF2" + good[4:]]
    for data in bad:
        with pytest.raises(IndexDamaged, match=r"粗选.*youju index"):
            Vectors.from_bytes(many.to_bytes(), LEAST, D, data)


@pytest.mark.parametrize(
    ("n", "metric"),
    [(LEAST - 1, faiss.METRIC_INNER_PRODUCT), (LEAST, faiss.METRIC_L2)],
    ids=["fewer rows in as many blocks", "another metric"],
)
def test_one_of_another_index_is_damage(many: Vectors, n: int, metric: int) -> None:
    other = faiss.IndexPQFastScan(D, D, 4, metric)
    other.train(crowded(1000, 1))
    other.add(crowded(n, 1))
    data = bytes(faiss.serialize_index(other))
    assert len(data) == len(stored(many))
    with pytest.raises(IndexDamaged, match=f"{LEAST} 条 {D} 维，实为 IndexPQFastScan {n} 条"):
        Vectors.from_bytes(many.to_bytes(), LEAST, D, data)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small index with the files of a large one."""
    monkeypatch.setattr(vectors, "LEAST", 16)
    folder, root = tmp_path / "源", tmp_path / "data"
    folder.mkdir()
    write_edition(folder, 1)
    for number in range(20):
        text = f"不变的文章{number}\n\n这一段讲的是第{number}座水库。\n"
        (folder / f"z{number}.txt").write_text(text, "utf-8")
    build_edition(root, folder)
    return root


def test_a_build_writes_it_as_a_file_of_the_generation(root: Path) -> None:
    generation = store.read(root)
    assert "vectors.shortlist" in generation.files
    opened = searchable.from_generation(generation).vectors
    assert stored(opened) == stored(Vectors.build(opened.matrix()))


def test_an_index_without_it_opens_and_compares_all(root: Path) -> None:
    generation = store.read(root)
    before = searchable.from_generation(generation)
    files = {name: data for name, data in generation.files.items() if name != "vectors.shortlist"}
    store.write(root, generation.manifest.header, files)
    after = searchable.read(root)[1]
    assert after.vectors.shortlist is None
    query = before.vectors.matrix()[:1]
    found, wanted = (index.vectors.search(units(query), 5) for index in (before, after))
    np.testing.assert_array_equal(found.ids, wanted.ids)


def test_a_file_of_the_wrong_size_is_damage_even_where_the_manifest_vouches_for_it(
    root: Path,
) -> None:
    generation = store.read(root)
    files = dict(generation.files)
    files["vectors.shortlist"] = files["vectors.shortlist"][:-1]
    store.write(root, generation.manifest.header, files)
    with pytest.raises(IndexDamaged, match="粗选"):
        searchable.read(root)
