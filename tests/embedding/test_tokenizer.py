"""The tokenizer that is ready at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index import bundled_model, e5_file, unigram
from index.embedding import encodable
from index.unigram import Unigram


@pytest.fixture(scope="module")
def whole_tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(bundled_model.prepare() / bundled_model.TOKENIZER))


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pieces") / "pieces.npz"
    unigram.write(e5_file.read_pieces(bundled_model.read_source()), path)
    return path


TEXT = st.text(
    st.sampled_from("水库灌区人民共和国 \n\u3000的了在AIaeinrst019%．①ﬁ é한かｶﾞ𠮷👍▁<s>/\0"),
    max_size=40,
)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=TEXT, second=TEXT, any_text=st.text(max_size=20))
def test_pieces_of_a_text_cut_it_as_all_pieces_do(
    pieces: Path, whole_tokenizer: Tokenizer, first: str, second: str, any_text: str
) -> None:
    tokenizer = Unigram(pieces)
    texts = [first, encodable(any_text), ""]
    assert [ids.tolist() for ids in tokenizer.encode(texts)] == [
        whole_tokenizer.encode(text).ids for text in texts
    ]
    (pair,) = tokenizer.encode_pairs([(first, second)], 1000)
    expected = whole_tokenizer.encode(first, second)
    assert pair.ids.tolist() == expected.ids
    assert {i: (span.start, span.end) for i, span in pair.second.items()} == {
        i: expected.offsets[i] for i, part in enumerate(expected.sequence_ids) if part == 1
    }


def test_much_text_is_cut_the_same(pieces: Path, whole_tokenizer: Tokenizer) -> None:
    texts = [f"灌区建成于{year}年，节水{year % 97}%。" * 9 for year in range(1900, 2000)]
    tokenizer = Unigram(pieces)
    before = [ids.tolist() for ids in tokenizer.encode(texts[:3])]
    assert [ids.tolist() for ids in tokenizer.encode(texts)] == [
        encoding.ids for encoding in whole_tokenizer.encode_batch(texts)
    ]
    assert [ids.tolist() for ids in tokenizer.encode(texts[:3])] == before


def test_a_pair_is_cut_at_its_second_text(pieces: Path, whole_tokenizer: Tokenizer) -> None:
    question, text = "水库在哪里？", "水库有水。" * 40
    (pair,) = Unigram(pieces).encode_pairs([(question, text)], 30)
    expected = whole_tokenizer.encode(question, text)
    assert pair.ids.tolist() == [*expected.ids[:29], 2]
    assert max(pair.second) == 28
