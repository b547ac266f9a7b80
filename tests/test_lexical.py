"""BM25 against its formula written out, its stored form, and the tokens that it counts."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import jieba
import jieba.posseg
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import segmenter
from index.errors import IndexDamaged
from index.lexical import K1, B, LexicalIndex
from index.segmenter import Segmenter
from index.tokens import (
    bigrams,
    dictionary_count,
    normalise,
    search_tokens,
    tagged_words,
    words,
)

TEXTS = st.lists(st.lists(st.sampled_from("水库灌区节省电费"), max_size=12), max_size=7)
JIEBA = jieba.Tokenizer()
TAGGER = jieba.posseg.POSTokenizer(JIEBA)
SEED = next((Path(__file__).parent.parent / "seeds").glob("*.txt"))


def reference(texts: Sequence[Sequence[str]], query: Sequence[str]) -> list[float]:
    """Lucene's BM25, one sum a text: idf * tf / (tf + k1 * (1 - b + b * length / mean))."""
    if not texts:
        return []
    mean = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for token in query:
            n = sum(token in other for other in texts)
            tf = text.count(token)
            if tf:
                idf = math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
                score += idf * tf / (tf + K1 * (1 - B + B * len(text) / mean))
        scores.append(score)
    return scores


@settings(deadline=None)
@given(TEXTS, st.lists(st.sampled_from("水库灌区节省电费无"), max_size=6))
def test_scores_are_the_formulas(texts: list[list[str]], query: list[str]) -> None:
    scores = LexicalIndex.build(texts).scores(query)
    assert scores.dtype == np.float32
    assert scores.shape == (len(texts),)
    np.testing.assert_allclose(scores, reference(texts, query), rtol=1e-4, atol=1e-6)


def test_score_on_real_text() -> None:
    lines = [search_tokens(line) for line in SEED.read_text("utf-8").split("\n") if line.strip()]
    query = search_tokens("村主职“一肩挑”的比例是多少？")
    scores = LexicalIndex.build(lines).scores(query)
    np.testing.assert_allclose(scores, reference(lines, query), rtol=1e-4, atol=1e-5)
    assert "一肩挑" in SEED.read_text("utf-8").replace("\n\n", "\n").split("\n")[scores.argmax()]


@settings(deadline=None, max_examples=30)
@given(TEXTS)
def test_stored_form_scores_the_same(texts: list[list[str]]) -> None:
    index = LexicalIndex.build(texts)
    files = index.to_files("words")
    again = LexicalIndex.from_files("words", files)
    np.testing.assert_array_equal(again.scores(list("水库电")), index.scores(list("水库电")))
    assert again.to_files("words") == files


@settings(deadline=None)
@given(TEXTS, st.lists(st.sampled_from("水库灌区节省电费无"), max_size=6), st.integers(1, 9))
def test_top_and_scores_at_agree_with_all_scores(
    texts: list[list[str]], query: list[str], k: int
) -> None:
    index = LexicalIndex.build(texts)
    scores = index.scores(query)
    top = index.top(query, k)
    best = sorted((row for row in range(len(texts)) if scores[row] > 0), key=lambda r: -scores[r])
    assert top.rows.tolist() == best[:k]
    np.testing.assert_array_equal(top.scores, scores[top.rows])
    some = np.arange(len(texts))[::-2]
    np.testing.assert_allclose(index.scores_at(query, some), scores[some], rtol=1e-6)


def test_texts_are_taken_one_by_one() -> None:
    index = LexicalIndex.build(iter([["水", "库"], [], ["水"]]))
    assert index.size == 3
    assert index.top(["水"], 5).rows.tolist() == [2, 0]


def test_tokens_of_any_characters_are_found() -> None:
    tokens = ["𠮷", "水", "\ud800", "", "a", "水库", "ａ"]
    index = LexicalIndex.build([[token] for token in tokens])
    again = LexicalIndex.from_files("words", index.to_files("words"))
    assert [again.top([token], 9).rows.tolist() for token in tokens] == [[i] for i in range(7)]
    assert len(again.top(["库"], 9).rows) == 0


def change_header(key: str, value: object) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        header = json.loads(files["words.json"])
        files["words.json"] = json.dumps({**header, key: value}).encode()

    return change


def give(part: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.__setitem__(f"words.{part}", data)


@pytest.mark.parametrize(
    "change",
    [
        lambda files: files.pop("words.values"),
        lambda files: files.pop("words.json"),
        give("json", b"{"),
        give("json", b"[]"),
        give("values", b""),
        give("rows", b"\0" * 6),
        give("rows", b"\xff" * 16),
        give("tokens", "水".encode()),
        give("token_ends", b"\0" * 8),
        give("column_ends", b"\xff" * 24),
        change_header("size", 1),
        change_header("size", "two"),
    ],
)
def test_damaged_parts_are_refused(change: Callable[[dict[str, bytes]], None]) -> None:
    files = {
        name: bytes(data)
        for name, data in LexicalIndex.build([["水", "库"], ["水", "电"]]).to_files("words").items()
    }
    change(files)
    with pytest.raises(IndexDamaged, match="youju index"):
        LexicalIndex.from_files("words", files)


# --- tokens -----------------------------------------------------------------------------------


def test_words_are_jiebas_search_words_without_punctuation() -> None:
    assert words("水库，2021年！") == ["水库", "2021", "年"]
    # Long words come with the words inside them, so that either finds the text.
    assert set(words("中华人民共和国")) >= {"中华", "人民", "共和国", "中华人民共和国"}


def test_figures_stay_whole() -> None:
    assert "9.89" in words("投入9.89亿元")
    assert "23.4%" in words("增长23.4%")


@pytest.mark.parametrize(
    ("one", "other"),
    [("９．８９亿元", "9.89亿元"), ("ＡＩ", "ai"), ("Wi-Fi", "wi-fi"), ("①", "1")],
)
def test_spellings_that_mean_the_same_meet(one: str, other: str) -> None:
    assert search_tokens(one) == search_tokens(other)
    assert normalise(one) == other


def test_bigrams_do_not_cross_what_is_not_han() -> None:
    assert bigrams("一肩挑, 水a电") == ["一肩", "肩挑", "水", "电"]
    assert bigrams("abc 12") == []


def test_search_tokens_are_words_and_bigrams() -> None:
    assert search_tokens("节水率") == words("节水率") + bigrams("节水率")


def test_dictionary_counts() -> None:
    assert dictionary_count("人民") > dictionary_count("灌区") > 0
    assert dictionary_count("澧兰") == 0


@settings(deadline=None)
@given(st.text(st.sampled_from("水库张家界 李传荣2021.5%，。\n\r\tA.b\u3000“”①"), max_size=40))
def test_tagged_words_are_the_text(text: str) -> None:
    assert "".join(word for word, _ in tagged_words(text)) == text


def test_tags_name_people_and_places() -> None:
    tags = dict(tagged_words("陈国梁住在湖南省"))
    assert tags == {"陈国梁": "nr", "住": "v", "在": "p", "湖南省": "ns"}


@settings(deadline=None)
@given(
    st.text(
        st.sampled_from(
            "村主职一肩挑的比例李传荣在湖南省张家界水库c#C+AB型恤Tα龢𠮷 2021.5%，。\n“”①"
        ),
        max_size=40,
    )
)
def test_words_and_tags_are_jiebas_own(text: str) -> None:
    assert Segmenter().search_words(text) == JIEBA.lcut_for_search(text)
    own = [(pair.word, pair.flag) for pair in TAGGER.lcut(text)]
    assert Segmenter().tagged(text) == own


def test_the_dictionary_is_jiebas_own() -> None:
    JIEBA.initialize()
    assert JIEBA.total == segmenter.TOTAL
    assert dict(Segmenter().counts()) == JIEBA.FREQ


def test_jiebas_global_tagger_still_works() -> None:
    code = (
        "from index.segmenter import Segmenter; Segmenter().tagged('水'); import jieba.posseg as p;"
        "assert [x.flag for x in p.lcut('陈国梁住在湖南省')] == ['nr', 'v', 'p', 'ns'], p.lcut('湖南省')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_first_tags_may_be_asked_for_at_once() -> None:
    code = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
import jieba
from index.segmenter import Segmenter, _import_posseg

def both(_):
    start.wait()
    return _import_posseg().dt.word_tag_tab, Segmenter().tagged("水")

sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
with ThreadPoolExecutor(8) as pool:
    found = list(pool.map(both, range(8)))
assert all(tags is found[0][0] and cut == [("水", "n")] for tags, cut in found), found
assert "get_dict_file" not in vars(jieba.dt)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_words_added_to_jieba_elsewhere_do_not_change_ours() -> None:
    import jieba

    before = words("澧兰党建云平台")
    jieba.add_word("澧兰党建云平台", freq=10**9)
    try:
        assert jieba.lcut("澧兰党建云平台") == ["澧兰党建云平台"]
        assert words("澧兰党建云平台") == before
    finally:
        jieba.del_word("澧兰党建云平台")
