"""8 bits against 32: vectors, rankings, limits."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from index.embedding import Encoder, encodable
from index.sentence_encoder import SentenceEncoder
from rag import Library
from tests import DATA

QUESTIONS = [
    json.loads(line)["text"]
    for name in ("seed_questions.jsonl", "second_questions.jsonl")
    for line in (DATA / name).read_text("utf-8").splitlines()
    if not json.loads(line).get("unanswerable")
]


def test_int8_agrees_with_sentence_transformers_on_every_sentence(
    int8: Encoder, exact: SentenceEncoder, seed_library: Library
) -> None:
    (document,) = seed_library.documents.values()
    chunks = seed_library._index.chunks
    sentences = [span.of(document.text) for chunk in chunks for span in chunk.sentences]
    assert len(sentences) > 50
    cosines = (int8.encode_passages(sentences) * exact.encode_passages(sentences)).sum(axis=1)
    assert cosines.min() >= 0.998
    assert cosines.mean() >= 0.999


def test_int8_finds_the_passages_that_sentence_transformers_finds(
    int8: Encoder, exact: SentenceEncoder, seed_library: Library, second_library: Library
) -> None:
    indexes = [seed_library._index, second_library._index]
    texts = [text for index in indexes for text in index.window_texts()]
    first, second = (index.window_chunk for index in indexes)
    owner = np.concatenate([first, second + len(indexes[0].chunks)])  # passage of each window

    def scores(encoder: Encoder) -> np.ndarray[Any, Any]:
        """The best window's cosine for each question and passage."""
        windows = encoder.encode_queries(QUESTIONS) @ encoder.encode_passages(texts).T
        passages = np.full((len(QUESTIONS), owner.max() + 1), -1, np.float32)
        np.maximum.at(passages, (slice(None), owner), windows)
        return passages

    true = scores(exact)
    picked, best = scores(int8).argmax(axis=1), true.argmax(axis=1)
    every = np.arange(len(QUESTIONS))
    # Good and unrelated passages lie 0.06 apart: 0.01 is a tie that rounding may decide.
    assert (true[every, best] - true[every, picked]).max() < 0.01
    ranked = np.sort(true, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] >= 0.01
    assert clear.sum() >= 15
    np.testing.assert_array_equal(picked[clear], best[clear])


@pytest.mark.parametrize("which", ["int8", "exact"])
def test_vectors_are_unit_rows_in_the_order_given(
    which: str, request: pytest.FixtureRequest
) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    texts = ["水库", "灌区建成于1974年，从青石水库引水。" * 6, "", "记者：省水了吗？"]
    vectors = encoder.encode_passages(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, encoder.info.dimension) == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # A vector does not depend on the texts beside it.
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    np.testing.assert_allclose(alone, vectors, atol=1e-5)
    assert encoder.encode_queries([]).shape == (0, 384)


@pytest.mark.parametrize("which", ["int8", "exact"])
def test_progress_counts_to_the_end(which: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    seen: list[int] = []
    encoder.encode_passages(["水库有水。" * (1 + n % 7) for n in range(40)], seen.append)
    assert seen == sorted(set(seen))
    assert len(seen) > 1
    assert seen[-1] == 40


@pytest.mark.parametrize("which", ["int8", "exact"])
def test_limit_counts_prompt_and_end_marks(which: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    lengths = [encoder.fits(["a " * n]) for n in (480, 560)]
    assert lengths == [[True], [False]]
    most = max(n for n in range(480, 560) if encoder.fits(["a " * n])[0])
    assert encoder.info.max_tokens == 512
    # <s> passage : ... </s>: the prompt takes some of the 512.
    assert most < 512 - 3
    assert encoder.fits(["a " * most, "a " * (most + 1), ""]) == [True, False, True]
    assert encoder.fits([]) == []


def test_both_encoders_have_one_idea_of_the_limit(int8: Encoder, exact: SentenceEncoder) -> None:
    text = "白石湾灌区建成于1974年，从青石水库引水，设计灌溉面积12.8万亩。" * 40
    texts = [text[:n] for n in range(300, 800, 10)]
    assert int8.fits(texts) == exact.fits(texts)
    assert len(set(int8.fits(texts))) == 2


def test_over_long_text_is_cut_at_the_limit_not_an_error(int8: Encoder) -> None:
    text = "水库的水位、" * 400
    assert not int8.fits([text])[0]
    assert np.linalg.norm(int8.encode_passages([text])) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("which", ["int8", "exact"])
def test_lone_surrogates_are_encoded_as_question_marks(
    which: str, request: pytest.FixtureRequest
) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    assert encodable("水\udcff库") == "水?库"
    np.testing.assert_array_equal(
        encoder.encode_queries(["水\udcff库"]), encoder.encode_queries(["水?库"])
    )
    assert encoder.fits(["水\ud800库"]) == [True]
