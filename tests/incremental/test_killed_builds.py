"""A killed build goes on from its journal."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import build, journal
from index.embedding import Done, Encoder, Vector
from index.errors import ModelError, StoreError
from index.vectors import Vectors
from tests.watched import Watched


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(build, "_SLICE", 2)
    path = tmp_path / "corpus.jsonl"
    rows = ({"_id": str(i), "text": f"第{i}篇：灌区第{i}号渠道长{i}公里。"} for i in range(10))
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def killed_at(dies_at: int, corpus: Path, data: Path, encoder: Encoder) -> None:
    with pytest.raises(ModelError):
        build.build([corpus], data, Watched(encoder, dies_at))


def test_what_was_embedded_before_the_kill_is_not_embedded_again(
    corpus: Path, data: Path, encoder: Encoder
) -> None:
    killed_at(6, corpus, data, encoder)
    assert not (data / "CURRENT").exists()
    watched = Watched(encoder)
    built = build.build([corpus], data, watched)
    assert len(watched.embedded) == 4
    assert not (data / journal.NAME).exists()
    expected = Vectors.build(encoder.encode_passages(built.index.window_texts()))
    np.testing.assert_array_equal(built.index.vectors.matrix(), expected.matrix())


def test_progress_of_a_resumed_build_begins_where_it_was_killed(
    corpus: Path, data: Path, encoder: Encoder
) -> None:
    killed_at(6, corpus, data, encoder)
    seen = []
    build.build([corpus], data, encoder, seen.append)
    done = [(state.done, state.total) for state in seen if state.step == build.EMBED]
    assert (done[0], done[-1]) == ((6, 10), (10, 10))


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        (lambda good: good[:-1], 5),
        (lambda good: good[:-8] + bytes(8), 5),
        (lambda good: good + b"\0" * 5000, 6),
        (lambda good: good[:60] + bytes([good[60] ^ 1]) + good[61:], 0),
        (lambda good: good[: len(good) // 2], 2),
        (lambda good: b"youju vectors 0\n" + good[16:], 0),
        (lambda good: b"", 0),
        (lambda good: os.urandom(100_000), 0),
    ],
    ids=["cut", "zeroed tail", "grown", "bit", "half", "header", "empty", "noise"],
)
def test_a_damaged_journal_counts_up_to_the_damage(
    corpus: Path, data: Path, encoder: Encoder, damage: Callable[[bytes], bytes], kept: int
) -> None:
    killed_at(6, corpus, data, encoder)
    path = data / journal.NAME
    path.write_bytes(damage(path.read_bytes()))
    watched = Watched(encoder)
    build.build([corpus], data, watched)
    assert len(watched.embedded) == 10 - kept


def test_records_after_a_damaged_tail_are_whole_again(
    corpus: Path, data: Path, encoder: Encoder
) -> None:
    killed_at(6, corpus, data, encoder)
    path = data / journal.NAME
    path.write_bytes(path.read_bytes()[:-1])
    killed_at(3, corpus, data, encoder)  # embeds two more behind the cut
    watched = Watched(encoder)
    build.build([corpus], data, watched)
    assert len(watched.embedded) == 3


@pytest.mark.parametrize("change", ["fingerprint", "passage_prompt"])
def test_another_models_journal_is_not_used(
    corpus: Path, data: Path, encoder: Encoder, change: str
) -> None:
    killed_at(6, corpus, data, encoder)
    watched = Watched(encoder)
    watched.info = replace(encoder.info, **{change: "other"})
    build.build([corpus], data, watched)
    assert len(watched.embedded) == 10


def test_bad_vectors_are_not_kept_for_the_next_build(
    corpus: Path, data: Path, encoder: Encoder
) -> None:
    class Zeros(Watched):
        def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
            return np.zeros((len(texts), self.info.dimension), np.float32)

    with pytest.raises(ModelError):
        build.build([corpus], data, Zeros(encoder))
    build.build([corpus], data, encoder)


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)]
)
def test_a_journal_that_is_no_file_is_an_error(
    corpus: Path, data: Path, encoder: Encoder, make: Callable[[Path], None]
) -> None:
    data.mkdir()
    make(data / journal.NAME)
    with pytest.raises(StoreError):
        build.build([corpus], data, encoder)
