"""Indexes that cannot be opened, and models and prompts that must fit."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from index import bundled_model, embedding, passages
from index.errors import (
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
)
from index.sentence_encoder import SentenceEncoder
from rag import Library
from tests.building.articles import FIRST, QUESTION, current


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


def test_an_index_of_32_bits_is_opened_in_32_bits(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, data = str(bundled_model.prepare()), tmp_path / "data"
    with monkeypatch.context() as before_the_export:
        before_the_export.setattr("index.export.load", SentenceEncoder.load)
        built = Library.build(sources, data, model=folder)
    opened = Library.open(data)
    assert isinstance(opened._encoder, SentenceEncoder)
    assert opened.search(QUESTION) == built.search(QUESTION)
    # The next build is one of 8 bits, which the index then names.
    rebuilt = Library.build(sources, data, model=folder)
    assert rebuilt.fingerprint == f"{built.fingerprint}:int8-v1" == Library.open(data).fingerprint


def test_8_and_32_bits_of_one_model_are_never_mixed(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, data = str(bundled_model.prepare()), tmp_path / "data"
    Library.build(sources, data, model=folder)
    monkeypatch.setattr("index.export.load", SentenceEncoder.load)  # it cannot be exported here
    with pytest.raises(IndexMismatch, match=r"…:int8-v1，现在是 [0-9a-f]{12}…。") as caught:
        Library.open(data)
    assert f"youju index 源文件夹 --data {data} --model {folder}" in str(caught.value)
    library = Library.build(sources, data, model=folder)
    assert library.fingerprint == Library.open(data).fingerprint
