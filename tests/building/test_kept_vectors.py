"""Unchanged passages keep their vectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import build, searchable
from index.embedding import Encoder
from index.types import Progress
from rag import Library
from tests.building.articles import FIRST, SECOND, THIRD, current, write
from tests.watched import Watched


def test_unchanged_passages_keep_their_vectors(
    sources: Path, tmp_path: Path, encoder: Encoder
) -> None:
    data = tmp_path / "data"
    watched = Watched(encoder)
    before = build.build([sources], data, watched).index
    assert len(watched.embedded) == 4  # the title and three paragraphs
    changed = SECOND.replace("187", "188")
    write(sources, FIRST, changed, THIRD)
    watched.embedded.clear()
    after = build.build([sources], data, watched).index
    assert watched.embedded == [f"节水试点\n{changed}"]
    rows = [i for i, text in enumerate(after.window_texts()) if "188" not in text]
    old, new = before.vectors.matrix(), after.vectors.matrix()
    np.testing.assert_array_equal(new[rows], old[rows])
    assert not np.array_equal(new, old)


def test_moved_paragraphs_keep_their_vectors_with_their_text(
    sources: Path, tmp_path: Path, encoder: Encoder
) -> None:
    data = tmp_path / "data"
    before = build.build([sources], data, encoder).index
    write(sources, THIRD, FIRST)
    watched = Watched(encoder)
    after = build.build([sources], data, watched).index
    assert watched.embedded == []
    old = dict(zip(before.window_texts(), before.vectors.matrix(), strict=True))
    for text, vector in zip(after.window_texts(), after.vectors.matrix(), strict=True):
        np.testing.assert_array_equal(vector, old[text])


def test_new_title_or_heading_is_a_new_text(
    sources: Path, tmp_path: Path, encoder: Encoder
) -> None:
    data = tmp_path / "data"
    build.build([sources], data, encoder)
    text = (sources / "a.txt").read_text("utf-8")
    (sources / "a.txt").write_text(text.replace("节水试点", "节水观察"), "utf-8")
    watched = Watched(encoder)
    build.build([sources], data, watched)
    assert len(watched.embedded) == 4


@pytest.mark.parametrize("change", ["fingerprint", "passage_prompt"])
def test_another_models_vectors_are_not_kept(
    sources: Path, tmp_path: Path, encoder: Encoder, change: str
) -> None:
    data = tmp_path / "data"
    build.build([sources], data, encoder)
    other = Watched(encoder)
    other.info = replace(encoder.info, **{change: "other"})
    manifest = build.build([sources], data, other).manifest
    assert len(other.embedded) == 4
    assert getattr(manifest.header.model, change) == "other"


def test_damaged_index_is_replaced_by_a_build(
    sources: Path, tmp_path: Path, encoder: Encoder
) -> None:
    data = tmp_path / "data"
    build.build([sources], data, encoder)
    (current(data) / "vectors.faiss").write_bytes(b"")
    watched = Watched(encoder)
    build.build([sources], data, watched)
    assert len(watched.embedded) == 4
    assert len(searchable.read(data)[1].chunks) == 4


def test_what_is_built_is_what_is_opened(seed_library: Library) -> None:
    files = searchable.to_files(seed_library._index)
    counts = seed_library._manifest.header.counts
    assert counts.windows == len(seed_library._index.vectors)
    assert counts.passages == len(seed_library.passages) == 7
    assert not [name for name in files if name.endswith((".pkl", ".pickle"))]


def test_progress_runs_through_the_steps(sources: Path, tmp_path: Path, encoder: Encoder) -> None:
    seen: list[Progress] = []
    build.build([sources], tmp_path / "data", encoder, seen.append)
    steps = list(dict.fromkeys(state.step for state in seen))
    assert steps == ["读取文档", "切分段落", "计算向量", "建立词索引", "写入索引"]
    for step in steps:
        states = [state for state in seen if state.step == step]
        done = [state.done for state in states]
        assert done == sorted(done)
        assert states[-1].done == states[-1].total
