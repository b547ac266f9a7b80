"""Building and opening: kept vectors, failures that change nothing, indexes that do not fit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import build, bundled_model, embedding, passages, searchable, store
from index.embedding import Done, Encoder, Vector, load_encoder
from index.errors import (
    BuildBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    ModelError,
    SourceError,
)
from index.manifest import ModelInfo
from index.types import Progress
from rag import Library

ROOT = Path(__file__).parent.parent
QUESTION = "水库的水从哪里来？"
FIRST = "白石湾灌区建成于1974年，从青石水库引水，设计灌溉面积12.8万亩，有效灌溉面积9.6万亩。"
SECOND = (
    "试点区把187条漏水的土渠换成了地下管道，总投资1.08亿元，农户没有出一分钱设备费，大家都说好。"
)
THIRD = "县水利局提醒，试点目前不包括蔬菜大棚和果园，这两类用水户的水价办法将另行制定，请耐心等待。"


class Counting:
    """The real encoder, noting what it is given; after ``fails_after`` texts it fails."""

    def __init__(self, encoder: Encoder, fails_after: int | None = None) -> None:
        self._encoder, self.fails_after = encoder, fails_after
        self.given: list[str] = []

    @property
    def info(self) -> ModelInfo:
        return self._encoder.info

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        return self._encoder.encode_queries(queries)

    def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
        self.given += texts
        if self.fails_after is not None and len(texts) > self.fails_after:
            self._encoder.encode_passages(texts[: self.fails_after], done)
            raise ModelError("模型坏了")
        return self._encoder.encode_passages(texts, done)

    def fits(self, texts: Sequence[str]) -> list[bool]:
        return self._encoder.fits(texts)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "源 文件"
    folder.mkdir()
    write(folder, FIRST, SECOND, THIRD)
    return folder


def write(folder: Path, *paragraphs: str) -> None:
    (folder / "a.txt").write_text("节水试点\n\n" + "\n\n".join(paragraphs) + "\n", "utf-8")


@pytest.fixture
def copied(seed_data: Path, tmp_path: Path) -> Path:
    """A copy of the seed's index, for the test to spoil."""
    return Path(shutil.copytree(seed_data, tmp_path / "data"))


def current(data: Path) -> Path:
    pointer = json.loads((data / "CURRENT").read_text("utf-8"))
    return data / "generations" / pointer["generation"]


# --- unchanged passages ---------------------------------------------------------------------


def test_unchanged_passages_keep_their_vectors(
    sources: Path, tmp_path: Path, encoder: Encoder
) -> None:
    data = tmp_path / "data"
    counting = Counting(encoder)
    before = build.build([sources], data, counting).index
    assert len(counting.given) == 4  # the title and three paragraphs
    changed = SECOND.replace("187", "188")
    write(sources, FIRST, changed, THIRD)
    counting.given.clear()
    after = build.build([sources], data, counting).index
    assert counting.given == [f"节水试点\n{changed}"]
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
    counting = Counting(encoder)
    after = build.build([sources], data, counting).index
    assert counting.given == []
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
    counting = Counting(encoder)
    build.build([sources], data, counting)
    assert len(counting.given) == 4


@pytest.mark.parametrize("change", ["fingerprint", "passage_prompt"])
def test_another_models_vectors_are_not_kept(
    sources: Path, tmp_path: Path, encoder: Encoder, change: str
) -> None:
    class Other(Counting):
        @property
        def info(self) -> ModelInfo:
            return replace(self._encoder.info, **{change: "other"})

    data = tmp_path / "data"
    build.build([sources], data, encoder)
    other = Other(encoder)
    manifest = build.build([sources], data, other).manifest
    assert len(other.given) == 4
    assert getattr(manifest.header.model, change) == "other"


def test_damaged_index_is_replaced_by_a_build(
    sources: Path, tmp_path: Path, encoder: Encoder
) -> None:
    data = tmp_path / "data"
    build.build([sources], data, encoder)
    (current(data) / "vectors.faiss").write_bytes(b"")
    counting = Counting(encoder)
    build.build([sources], data, counting)
    assert len(counting.given) == 4
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


# --- failures leave the old index -----------------------------------------------------------


def break_encoder(sources: Path, encoder: Encoder) -> Encoder:
    write(sources, FIRST, SECOND + "新。", THIRD + "新。")
    return Counting(encoder, fails_after=1)


def break_source(sources: Path, encoder: Encoder) -> Encoder:
    (sources / "a.txt").write_bytes(bytes(range(128, 256)) * 3)
    return encoder


def break_vectors(sources: Path, encoder: Encoder) -> Encoder:
    write(sources, FIRST, SECOND, THIRD + "新。")

    class Zeros(Counting):
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


# --- indexes that cannot be opened ------------------------------------------------------------


def test_no_index_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="youju index") as caught:
        Library.open(tmp_path / "空 的")
    assert f"--data '{tmp_path}/空 的'" in str(caught.value)


@pytest.mark.parametrize(
    "name", ["vectors.faiss", "chunks.jsonl", "documents.jsonl", "words_windows.json"]
)
def test_damaged_file_is_named_with_the_command(copied: Path, name: str) -> None:
    path = current(copied) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(IndexDamaged, match="youju index") as caught:
        Library.open(copied)
    assert name in str(caught.value)
    assert "SHA-256" in str(caught.value)
    assert str(copied) in str(caught.value)


def test_other_chunker_settings_give_both_values_and_the_command(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passages, "SETTINGS", replace(passages.SETTINGS, window_characters=200))
    with pytest.raises(IndexMismatch, match="youju index") as caught:
        Library.open(copied)
    message = str(caught.value)
    assert "window_characters=180" in message
    assert "window_characters=200" in message
    assert str(copied) in message


def test_other_model_gives_both_fingerprints_shortened_and_the_command(
    seed_data: Path, seed_library: Library
) -> None:
    folder = str(bundled_model.prepare())
    with pytest.raises(IndexMismatch) as caught:
        Library.open(seed_data, model=folder)
    message = str(caught.value)
    stored, current = re.findall(r"是 ([0-9a-f]{12})…", message)
    assert seed_library.fingerprint.startswith(stored)
    assert current != stored
    assert "--model bundled" in message
    assert f"youju index 源文件夹 --data {seed_data} --model {folder}" in message


def test_sentence_transformers_model_by_path_with_its_prompts(
    sources: Path, tmp_path: Path
) -> None:
    folder, data = str(bundled_model.prepare()), tmp_path / "data"
    built = Library.build(sources, data, model=folder)
    stored = built._manifest.header.model
    assert (stored.name, stored.query_prompt, stored.passage_prompt) == (
        folder,
        "query: ",
        "passage: ",
    )
    # Opened without naming a model, it is the one that the index names.
    opened = Library.open(data)
    assert opened.fingerprint == built.fingerprint == stored.fingerprint
    assert opened.search(QUESTION)[0].passage.text == FIRST
    assert opened.search(QUESTION) == built.search(QUESTION)


@pytest.mark.parametrize("named", [False, True], ids=["not named", "named again"])
def test_prompts_given_to_a_build_are_kept(sources: Path, tmp_path: Path, named: bool) -> None:
    data = tmp_path / "data"
    Library.build(sources, data, query_prompt="问：", passage_prompt="")
    library = Library.open(data, model=embedding.BUNDLED if named else None)
    stored = library._encoder.info
    assert (stored.query_prompt, stored.passage_prompt) == ("问：", "")


# --- no network -------------------------------------------------------------------------------


def test_building_and_asking_need_no_network(sources: Path, tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import socket, sys

        tried = []

        def guarded(method):
            def call(self, address, *rest):
                if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
                    tried.append(address)
                    raise OSError("no network here")
                return method(self, address, *rest)
            return call

        def no_names(host, *rest, **options):
            tried.append(host)
            raise socket.gaierror("no names here")

        socket.socket.connect = guarded(socket.socket.connect)
        socket.socket.connect_ex = guarded(socket.socket.connect_ex)
        socket.getaddrinfo = no_names

        from rag import Library

        Library.build(sys.argv[1], sys.argv[2])
        answer = Library.open(sys.argv[2]).ask(sys.argv[3])
        assert answer.hits, answer
        assert not tried, tried
        print(answer.hits[0].passage.text)
    """)
    clean = {key: value for key, value in os.environ.items() if "OFFLINE" not in key}
    done = subprocess.run(
        [sys.executable, "-c", program, str(sources), str(tmp_path / "data"), QUESTION],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**clean, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == FIRST


# --- odd content ------------------------------------------------------------------------------


def corpus(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "corpus.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def test_corpus_ids_become_document_ids(tmp_path: Path) -> None:
    path = corpus(
        tmp_path,
        {"_id": "doc-7", "title": "灌区", "text": FIRST},
        {"_id": "doc-9", "title": "渠道", "text": SECOND},
    )
    library = Library.build(path, tmp_path / "data")
    assert list(library.documents) == ["doc-7", "doc-9"]
    assert library.documents["doc-7"].title == "灌区"
    top = library.search("土渠换成了什么？", 1)[0]
    assert top.passage.document_id == "doc-9"


def test_documents_without_text_or_with_stray_surrogates(tmp_path: Path) -> None:
    path = corpus(
        tmp_path,
        {"_id": "title", "title": "只有标题", "text": ""},
        {"_id": "stray", "text": "水库\ud800有水，\udcff可以灌溉农田。"},
    )
    Library.build(path, tmp_path / "data")
    library = Library.open(tmp_path / "data")
    (hit,) = library.search("水库有水吗？")
    assert hit.passage.text == "水库\ud800有水，\udcff可以灌溉农田。"
    assert library.documents["title"].text == ""


def test_long_paragraph_without_punctuation_is_found_by_its_end(tmp_path: Path) -> None:
    text = "灌区的冬小麦开始拔节了" * 270 + "站长李树根说管水员平均年龄五十七岁"
    path = corpus(tmp_path, {"_id": "long", "text": text}, {"_id": "other", "text": THIRD})
    library = Library.build(path, tmp_path / "data")
    index = library._index
    windows = [window.of(text) for window in index.chunks[0].windows]
    assert "".join(windows) == text
    vector = library._encoder.encode_queries(["管水员的平均年龄"])[0]
    scores = index.vectors.scores_at(vector, np.arange(len(windows)))
    assert "平均年龄" in windows[int(scores.argmax())]
