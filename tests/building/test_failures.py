"""Builds that fail leave the old index answering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import build, searchable, store
from index.embedding import Done, Encoder, Vector
from index.errors import (
    BuildBusy,
    IndexMissing,
    ModelError,
    SourceError,
)
from rag import Library
from tests.building.articles import FIRST, QUESTION, SECOND, THIRD, current, write
from tests.watched import Watched


def break_encoder(sources: Path, encoder: Encoder) -> Encoder:
    write(sources, FIRST, SECOND + "新。", THIRD + "新。")
    return Watched(encoder, dies_at=1)


def break_source(sources: Path, encoder: Encoder) -> Encoder:
    (sources / "a.txt").write_bytes(bytes(range(128, 256)) * 3)
    return encoder


def break_vectors(sources: Path, encoder: Encoder) -> Encoder:
    write(sources, FIRST, SECOND, THIRD + "新。")

    class Zeros(Watched):
        def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
            return np.zeros((len(texts), self.info.dimension), np.float32)

    return Zeros(encoder)


@pytest.mark.parametrize(
    ("breaking", "error"),
    [(break_encoder, ModelError), (break_source, SourceError), (break_vectors, ModelError)],
)
def test_failed_build_leaves_the_old_index_answering(
    sources: Path,
    tmp_path: Path,
    encoder: Encoder,
    breaking: Callable[[Path, Encoder], Encoder],
    error: type[Exception],
) -> None:
    data = tmp_path / "data"
    built = build.build([sources], data, encoder)
    library = Library(built.manifest, built.index, encoder)
    before = library.search(QUESTION)
    assert before[0].passage.text == FIRST
    pointer = (data / "CURRENT").read_bytes()
    with pytest.raises(error):
        build.build([sources], data, breaking(sources, encoder))
    assert (data / "CURRENT").read_bytes() == pointer
    assert [path.name for path in (data / "generations").iterdir()] == [current(data).name]
    again = Library(*searchable.read(data), encoder)
    assert again.search(QUESTION) == library.search(QUESTION) == before


def test_first_build_that_fails_leaves_no_index(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(SourceError):
        build.build([tmp_path / "gone"], tmp_path / "data", encoder)
    with pytest.raises(IndexMissing):
        Library.open(tmp_path / "data")


def test_second_builder_is_told_to_wait(sources: Path, tmp_path: Path, encoder: Encoder) -> None:
    data = tmp_path / "data"
    with store.build_lock(data), pytest.raises(BuildBusy) as caught:
        build.build([sources], data, encoder)
    assert str(data) in str(caught.value)
