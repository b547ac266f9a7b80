"""Prompts, fingerprints, and folders that hold no model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import bundled_model, sentence_encoder
from index.embedding import BUNDLED, Encoder, Prompts, load_encoder
from index.errors import ModelError
from index.int8_encoder import Int8Encoder
from index.sentence_encoder import SentenceEncoder, _fingerprint


def test_prompts_are_put_before_the_text(int8: Encoder) -> None:
    bare = Int8Encoder.load(Prompts("", ""))
    assert (bare.info.query_prompt, bare.info.passage_prompt) == ("", "")
    np.testing.assert_array_equal(
        int8.encode_queries(["水库"]), bare.encode_queries(["query: 水库"])
    )
    np.testing.assert_array_equal(
        int8.encode_passages(["水库"]), bare.encode_passages(["passage: 水库"])
    )
    assert not np.array_equal(int8.encode_queries(["水库"]), int8.encode_passages(["水库"]))


def test_saved_prompts_are_used_unless_others_are_given(exact: SentenceEncoder) -> None:
    saved = SentenceEncoder("e5", exact._loaded, Prompts()).info
    assert (saved.query_prompt, saved.passage_prompt) == ("query: ", "passage: ")
    given = SentenceEncoder("e5", exact._loaded, Prompts("问：", "")).info
    assert (given.query_prompt, given.passage_prompt) == ("问：", "")


@pytest.mark.parametrize(
    ("name", "saved", "expected"),
    [
        ("BAAI/bge-small-zh-v1.5", {}, ("为这个句子生成表示以用于检索相关文章：", "")),
        ("/models/bge-large-zh-v1.5/", {}, ("为这个句子生成表示以用于检索相关文章：", "")),
        ("BAAI/bge-base-zh-v1.5", {"query": "", "document": ""}, ("为这个句子生成表示以用于检索相关文章：", "")),
        ("BAAI/bge-base-zh-v1.5", {"query": "q: "}, ("q: ", "")),
        ("BAAI/bge-m3", {}, ("", "")),
        ("x/y", {"query": "q: ", "passage": "p: "}, ("q: ", "p: ")),
        ("x/y", {"document": "d: ", "passage": "p: "}, ("", "d: ")),
    ],
)  # fmt: skip
def test_prompts_of_known_models(
    name: str, saved: dict[str, str], expected: tuple[str, str]
) -> None:
    assert Prompts().resolved(name, saved) == expected


def test_fingerprint_is_the_same_over_two_loads(int8: Encoder, exact: SentenceEncoder) -> None:
    folder = str(bundled_model.prepare())
    assert sentence_encoder.load(folder).fingerprint == exact.info.fingerprint
    assert Int8Encoder.load(Prompts()).info == int8.info
    assert int8.info.fingerprint != exact.info.fingerprint
    assert int8.info.name == BUNDLED


def test_fingerprint_changes_with_one_weight(exact: SentenceEncoder) -> None:
    weights = dict(exact._model.state_dict())
    name = next(key for key in weights if key.endswith("layer.7.output.dense.weight"))
    value = weights[name][3, 5].item()
    before = _fingerprint(exact._model)
    assert before == exact.info.fingerprint
    try:
        weights[name][3, 5] = value + 1e-3
        assert _fingerprint(exact._model) != before
    finally:
        weights[name][3, 5] = value
    assert _fingerprint(exact._model) == before


@pytest.mark.parametrize("kind", ["missing", "empty folder"])
def test_what_is_no_model_is_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "模型"
    if kind == "empty folder":
        folder.mkdir()
    with pytest.raises(ModelError, match="载入不了模型") as caught:
        load_encoder(str(folder))
    assert str(folder) in str(caught.value)
    assert "--model" in str(caught.value)
