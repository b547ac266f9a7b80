from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import IndexDamaged, InputError, ModelError
from index.vectors import Vectors

Floats = npt.NDArray[np.float32]


def unit_rows(n: int, d: int, seed: int) -> Floats:
    rows = np.random.default_rng(seed).standard_normal((n, d))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def stored(built: Vectors, rows: Floats) -> Floats:
    """What is left of ``rows`` in 16 bits, which is their nearest neighbour there."""
    matrix = built.matrix()
    np.testing.assert_allclose(matrix, rows, rtol=2**-10, atol=1e-7)
    return matrix


sizes = st.integers(0, 60)


@settings(max_examples=150, deadline=None)
@given(n=sizes, q=st.integers(0, 30), d=st.integers(1, 40), k=st.integers(1, 80), seed=sizes)
def test_search_is_brute_force(n: int, q: int, d: int, k: int, seed: int) -> None:
    rows, queries = unit_rows(n, d, seed), unit_rows(q, d, seed + 1000)
    built = Vectors.build(rows)
    found = built.search(queries, k)
    rows = stored(built, rows)
    products = queries.astype(np.float64) @ rows.T.astype(np.float64)
    assert found.ids.shape == found.scores.shape == (q, min(k, n))
    assert found.ids.dtype == np.int64
    assert found.scores.dtype == np.float32
    for row in range(q):
        ids = found.ids[row]
        assert len(set(ids.tolist())) == len(ids)
        assert ids.size == 0 or 0 <= ids.min() <= ids.max() < n
        np.testing.assert_allclose(found.scores[row], products[row, ids], atol=1e-5)
        best = np.sort(products[row])[::-1][: ids.size]
        np.testing.assert_allclose(found.scores[row], best, atol=1e-5)
        assert (np.diff(found.scores[row]) <= 0).all()


@settings(max_examples=60, deadline=None)
@given(n=sizes, d=st.integers(1, 40), seed=sizes)
def test_bytes_matrix_and_scores(n: int, d: int, seed: int) -> None:
    rows, query = unit_rows(n, d, seed), unit_rows(1, d, seed + 1000)[0]
    built = Vectors.build(rows)
    loaded = Vectors.from_bytes(built.to_bytes(), n, d)
    assert loaded.to_bytes() == built.to_bytes()
    assert (len(loaded), loaded.dimension) == (n, d)
    rows = stored(loaded, rows)
    np.testing.assert_allclose(loaded.scores_at(query, np.arange(n)), rows @ query, atol=1e-6)
    some = np.arange(n)[::-2]
    np.testing.assert_allclose(loaded.scores_at(query, some), rows[some] @ query, atol=1e-6)
    assert loaded.scores_at(query, np.arange(n)).shape == (n,)
    assert loaded.scores_at(query, np.arange(n)).dtype == loaded.matrix().dtype == np.float32


def test_asking_for_more_than_there_is_gives_what_there_is() -> None:
    found = Vectors.build(np.eye(3, dtype=np.float32)).search(np.eye(3, dtype=np.float32)[:1], 99)
    assert found.ids.tolist() == [[0, 1, 2]]
    assert found.scores.tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("q", [1, 40])  # FAISS has another way for many queries
@pytest.mark.parametrize("k", [1, 3, 150])
def test_equal_scores_come_in_the_order_of_ids(q: int, k: int) -> None:
    rows = np.repeat(np.eye(2, dtype=np.float32), 100, axis=0)
    found = Vectors.build(rows).search(np.repeat(rows[:1], q, axis=0), k)
    assert (found.ids == np.arange(k)).all()


def test_an_empty_index_finds_nothing() -> None:
    empty = Vectors.build(np.empty((0, 4), np.float32))
    empty = Vectors.from_bytes(empty.to_bytes(), 0, 4)
    assert empty.search(unit_rows(3, 4, 0), 5).ids.shape == (3, 0)
    assert empty.matrix().shape == (0, 4)
    assert empty.scores_at(unit_rows(1, 4, 0)[0], np.arange(0)).shape == (0,)


def test_no_queries_find_nothing() -> None:
    found = Vectors.build(unit_rows(9, 4, 0)).search(np.empty((0, 4), np.float32), 5)
    assert found.ids.shape == found.scores.shape == (0, 5)


def test_the_matrix_outlives_its_index_and_is_a_copy() -> None:
    rows = unit_rows(2000, 64, 1)
    built = Vectors.build(rows)
    copy = built.matrix()
    copy[0] = 0
    rows = stored(built, rows)
    del built
    np.testing.assert_array_equal(copy[1:], rows[1:])


def test_any_memory_layout_will_do() -> None:
    rows = unit_rows(20, 8, 2)
    built = Vectors.build(np.asfortranarray(rows))
    stored(built, rows)
    strided = np.repeat(rows, 2, axis=0)[::2]
    wanted = built.search(rows, 3)
    np.testing.assert_array_equal(built.search(strided, 3).ids, wanted.ids)
    np.testing.assert_array_equal(built.search(rows, 3).ids[:, 0], np.arange(20))


def changed(value: float) -> Floats:
    rows = unit_rows(5, 4, 3)
    rows[2, 1] = value
    return rows


BAD = {
    "nan": (changed(float("nan")), "第 2 个，长度 nan"),
    "inf": (changed(float("inf")), "第 2 个，长度 inf"),
    "huge": (changed(3e38), "第 2 个，长度 3e\\+38"),
    "zero": (np.zeros((5, 4), np.float32), "共 5 个.*长度 0"),
    "long": ((unit_rows(5, 4, 3) * np.float32(1.002)), "长度 1.002"),
    "short": ((unit_rows(5, 4, 3) * np.float32(0.998)), "长度 0.998"),
    "double": (unit_rows(5, 4, 3).astype(np.float64), "float64"),
    "half": (unit_rows(5, 4, 3).astype(np.float16), "float16"),
    "other byte order": (unit_rows(5, 4, 3).astype(">f4"), ">f4"),
    "integers": (np.eye(4, dtype=np.int64), "int64"),
    "one row, flat": (unit_rows(1, 4, 3)[0], "\\(4,\\)"),
    "deep": (unit_rows(4, 4, 3)[np.newaxis], "\\(1, 4, 4\\)"),
}


@pytest.mark.parametrize(("matrix", "message"), BAD.values(), ids=BAD)
def test_nothing_unfit_reaches_faiss(matrix: Floats, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Vectors.build(matrix)
    with pytest.raises(ModelError, match=message):
        Vectors.build(unit_rows(5, 4, 3)).search(matrix, 1)


@pytest.mark.parametrize("shape", [(3, 0), (0, 0)])
def test_vectors_have_numbers(shape: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match="维数"):
        Vectors.build(np.empty(shape, np.float32))


@pytest.mark.parametrize("d", [1, 3, 5])
def test_a_wrong_dimension_says_both(d: int) -> None:
    built = Vectors.build(unit_rows(5, 4, 3))
    with pytest.raises(ModelError, match=f"4 维，实为 \\(2, {d}\\)"):
        built.search(unit_rows(2, d, 3), 1)
    with pytest.raises(ModelError, match="4 维"):
        built.scores_at(unit_rows(1, d, 3)[0], np.arange(5))


def test_scores_take_one_fit_vector() -> None:
    built = Vectors.build(unit_rows(5, 4, 3))
    for bad in (np.full(4, np.nan, np.float32), unit_rows(1, 4, 3), np.zeros(4, np.float32)):
        with pytest.raises(ModelError):
            built.scores_at(bad, np.arange(5))


def test_rounding_is_within_the_tolerance() -> None:
    rows = unit_rows(50, 384, 4).astype(np.float16).astype(np.float32)
    assert len(Vectors.build(rows)) == 50


@pytest.mark.parametrize("k", [0, -1])
def test_k_is_at_least_one(k: int) -> None:
    with pytest.raises(InputError, match=str(k)):
        Vectors.build(unit_rows(5, 4, 3)).search(unit_rows(1, 4, 3), k)


@pytest.mark.parametrize(
    ("n", "d"), [(4, 4), (6, 4), (5, 3), (4, 5), (2, 10), (10, 2), (5, 10**12), (0, 0), (-5, -4)]
)
def test_bytes_of_another_size_are_damage(n: int, d: int) -> None:
    data = Vectors.build(unit_rows(5, 4, 3)).to_bytes()
    with pytest.raises(IndexDamaged, match="youju index"):
        Vectors.from_bytes(data, n, d)


def test_bytes_of_another_kind_are_damage() -> None:
    import faiss

    kind = faiss.ScalarQuantizer
    for qtype, metric in (
        (kind.QT_fp16, faiss.METRIC_L2),
        (kind.QT_bf16, faiss.METRIC_INNER_PRODUCT),
    ):
        other = faiss.IndexScalarQuantizer(4, qtype, metric)
        other.add(unit_rows(5, 4, 3))
        with pytest.raises(IndexDamaged, match="16 位内积"):
            Vectors.from_bytes(bytes(faiss.serialize_index(other)), 5, 4)
    flat = faiss.IndexFlatIP(4)
    flat.add(unit_rows(5, 4, 3))
    with pytest.raises(IndexDamaged, match="字节"):
        Vectors.from_bytes(bytes(faiss.serialize_index(flat)), 5, 4)


def test_the_ten_best_are_those_of_32_bits() -> None:
    rows = unit_rows(3000, 384, 5)
    queries = unit_rows(300, 384, 6)
    found = Vectors.build(rows).search(queries, 10).ids
    best = np.argsort(-(queries @ rows.T), axis=1, kind="stable")[:, :10]
    same = [set(one) == set(other) for one, other in zip(found, best, strict=True)]
    assert np.mean(same) > 0.98
    assert (found[:, 0] == best[:, 0]).mean() > 0.99


def test_mapped_bytes_are_searched_where_they_are() -> None:
    rows = unit_rows(50, 8, 7)
    data = bytearray(Vectors.build(rows).to_bytes())
    opened = Vectors.from_bytes(memoryview(data), 50, 8)
    data[-16:] = np.zeros(8, "<f2").tobytes()
    assert opened.search(rows[-1:], 50).scores.max() < 0.99  # its own row is gone
    np.testing.assert_array_equal(opened.matrix()[-1], 0)


def test_broken_bytes_are_damage() -> None:
    good = Vectors.build(unit_rows(5, 4, 3)).to_bytes()
    for end in range(len(good)):
        with pytest.raises(IndexDamaged):
            Vectors.from_bytes(good[:end], 5, 4)
    with pytest.raises(IndexDamaged):
        Vectors.from_bytes(good + b"\0", 5, 4)
    with pytest.raises(IndexDamaged):
        Vectors.from_bytes(b"\0" * len(good), 5, 4)
    with pytest.raises(IndexDamaged):  # d and the number of rows swapped: as long as the true one
        Vectors.from_bytes(good[:4] + struct.pack("<iq", 5, 4) + good[16:], 5, 4)


def test_one_query_does_not_change_the_number_of_threads() -> None:
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(2)
    built = Vectors.build(unit_rows(5, 4, 3))
    built.search(unit_rows(1, 4, 3), 1)
    built.search(unit_rows(2, 4, 3), 1)
    after = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(before)
    assert after == 2
