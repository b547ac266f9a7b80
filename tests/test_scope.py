"""Questions limited to some documents: by title or id, by publisher, by date."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.errors import InputError
from index.tokens import search_tokens
from index.types import Document
from rag import Library, Scope, periods, retrieval
from rag.periods import Period
from rag.scope import EVERYTHING, Catalogue
from rag.types import answer_json

QUESTION = "石桥镇改造了多少平方米的旧房？"
CROWD = 120  # documents that fit the question better than any in the scope: more than a pool


def document(name: str, title: str, publisher: str = "", day: str = "") -> Document:
    known = {"publisher": publisher, "date": day}
    return Document(name, title, "正文。", name, {k: v for k, v in known.items() if v})


CATALOGUE = Catalogue(
    [
        document("a.txt", "關於防汛工作的通知", "人民日报", "2021-09-15"),
        document("b.txt", "防汛工作年报", "人民日报社", "2021"),
        document("c.txt", "年报", "新华社", "2022-03-01 10:30"),
        document("d.txt", "旧房改造", "新华社"),
        document("e.txt", "旧房改造二期", "", "无日期"),
    ]
)


# --- dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2021年", "2021-01-01", "2021-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021年9月", "2021-09-01", "2021-09-30"),
        ("2021-9-5", "2021-09-05", "2021-09-05"),
        ("20210905", "2021-09-05", "2021-09-05"),
        ("2021年9月5日", "2021-09-05", "2021-09-05"),
        ("２０２１．９．５", "2021-09-05", "2021-09-05"),
        (" 二〇二一年九月十五日 ", "2021-09-15", "2021-09-15"),
    ],
)
def test_a_date_as_it_is_written(written: str, first: str, last: str) -> None:
    expected = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert periods.read(written) == expected


@pytest.mark.parametrize("written", ["", "去年", "9月", "2021-13", "2021-02-30", "20219", "0000"])
def test_what_is_no_date(written: str) -> None:
    assert periods.read(written) is None


def test_a_documents_date_may_have_a_time_behind_it() -> None:
    day = Period(date(2021, 9, 15), date(2021, 9, 15))
    assert periods.read("2021-09-15T10:30:00Z", whole=False) == day
    assert periods.read("2021-09-15 10:30") is None


# --- which documents ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "rows", "undated"),
    [
        (Scope(documents=("a.txt",)), [0], 0),
        (Scope(documents=("关于防汛",)), [0], 0),  # in the other script
        (Scope(documents=("年报",)), [2], 0),  # called just that
        (Scope(documents=("防汛",)), [0, 1], 0),
        (Scope(documents=("防汛", "d.txt")), [0, 1, 3], 0),
        (Scope(publishers=("人民日报",)), [0, 1], 0),
        (Scope(publishers=("人民日报", "新华社")), [0, 1, 2, 3], 0),
        (Scope(since="2022"), [2], 2),
        (Scope(until="2021年9月15日"), [0, 1], 2),
        (Scope(since="2021-10", until="2021-12"), [1], 2),  # its year may be any day of it
        (Scope(publishers=("新华社",), since="2021"), [2], 1),
        (Scope(documents=("旧房",), publishers=("新华社",)), [3], 0),
    ],
)
def test_the_documents_of_a_scope(scope: Scope, rows: list[int], undated: int) -> None:
    selection = CATALOGUE.select(scope)
    assert (selection.rows.tolist(), selection.undated) == (rows, undated)


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(documents=("防洪工作年报",)), ["防洪工作年报", "防汛工作年报"]),
        (Scope(publishers=("光明日报",)), ["光明日报", "人民日报"]),
        (Scope(publishers=(" ",)), ["来源"]),
        (Scope(since="2030"), ["2030", "2021-01-01", "2022-03-01", "2 篇没有日期"]),
        (Scope(documents=("旧房",), until="2021"), ["2 篇文档都没有日期"]),
        (Scope(documents=("旧房",), publishers=("人民日报",)), ["同时"]),
        (Scope(since="2022", until="2021"), ["2022", "2021", "对调"]),
        (Scope(since="去年"), ["去年", "2021年9月15日"]),
    ],
)
def test_an_empty_scope_says_what_there_is(scope: Scope, said: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        CATALOGUE.select(scope)
    for words in said:
        assert words in str(raised.value)


# --- questions ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("scope")
    crowd = [
        {
            "_id": f"crowd-{i}",
            "title": f"石桥镇旧房改造简报第{i}期",
            "text": f"石桥镇改造了{1000 + i}平方米的旧房。",
            "date": "2020-05-01",
            "publisher": "石桥镇",
        }
        for i in range(CROWD)
    ]
    few = [
        {
            "_id": "tea",
            "title": "茶园",
            "text": "茶园今年收成很好。\n\n采茶机有六台。",
            "date": "2021",
        },
        {
            "_id": "dam",
            "title": "青山水库",
            "text": "青山水库于2019年3月建成，蓄水两千万立方米。\n\n大坝已加固。",
            "date": "2022-01",
        },
        {"_id": "sky", "title": "星空", "text": "夜里能看到银河。"},
    ]
    corpus = folder / "corpus.jsonl"
    corpus.write_text("\n".join(json.dumps(row) for row in crowd + few), "utf-8")
    return Library.build(corpus, folder / "data")


def test_there_are_k_hits_where_there_are_k_passages(library: Library) -> None:
    assert {h.passage.document_id[:5] for h in library.search(QUESTION, k=50)} == {"crowd"}
    hits = library.search(QUESTION, k=4, within=Scope(documents=("tea", "dam")))
    assert sorted(hit.passage.document_id for hit in hits) == ["dam", "dam", "tea", "tea"]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert library.search(QUESTION, within=Scope(since="2021"))[0].passage.document_id != "sky"


def test_the_windows_in_the_scope_are_counted(library: Library) -> None:
    tea, dam, both, whole = (
        library.read(QUESTION, within=Scope(documents)).searched
        for documents in (("tea",), ("dam",), ("tea", "dam"), ())
    )
    assert 0 < both == tea + dam < whole == len(library._index.window_chunk)


def test_each_leg_ranks_only_what_is_in_the_scope(library: Library) -> None:
    index = library._index
    query = library._encoder.encode_queries([QUESTION])[0]
    rows = np.arange(0, CROWD, 2)
    pool = retrieval.find(index, query, search_tokens(QUESTION), 5, rows)
    inside = np.flatnonzero(np.isin(index.chunk_document[index.window_chunk], rows))
    assert np.isin(pool.windows, inside).all()
    assert len(pool.windows) == len(inside) == CROWD // 2
    np.testing.assert_allclose(pool.dense, index.vectors.matrix()[inside] @ query, atol=1e-6)


def test_a_scope_of_all_documents_finds_what_no_scope_finds(library: Library) -> None:
    index = library._index
    query = library._encoder.encode_queries([QUESTION])[0]
    every = retrieval.find(
        index, query, search_tokens(QUESTION), 5, np.arange(len(index.documents))
    )
    free = retrieval.find(index, query, search_tokens(QUESTION), 5)
    np.testing.assert_array_equal(every.windows, free.windows)
    np.testing.assert_array_equal(every.fused, free.fused)


def test_the_answer_comes_from_the_scope_and_says_what_had_no_date(library: Library) -> None:
    answer = library.ask("青山水库是哪年建成的？", within=Scope(since="2022"))
    assert answer.status == "answered"
    assert {c.document_id for c in answer.citations} == {"dam"}
    assert {h.passage.document_id for h in answer.hits} == {"dam"}
    assert answer_json(answer)["undated"] == 1
    why = library.why("青山水库是哪年建成的？", answer.hits[0], within=Scope(since="2022"))
    assert why.dense_rank == 1
    free = library.ask("青山水库是哪年建成的？")
    assert "undated" not in answer_json(free)
    assert free == library.ask("青山水库是哪年建成的？", within=EVERYTHING)
    covered = library.covered(Scope(since="2022"))
    assert (covered.documents, covered.undated) == (1, 1)


def test_a_scope_that_holds_nothing_is_an_error_before_the_answer(library: Library) -> None:
    for call in (library.ask, library.search):
        with pytest.raises(InputError, match="茶园"):
            call(QUESTION, within=Scope(documents=("茶叶",)))


def test_a_document_without_passages(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    debris = {"_id": "a", "title": "只有题目", "text": "字号：大 中 小"}
    rows = [debris, {"_id": "b", "text": "茶园收成很好。"}]
    corpus.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    library = Library.build(corpus, tmp_path / "data")
    only = Scope(documents=("只有题目",))
    assert library.search("茶园收成如何？", within=only) == []
    assert library.ask("茶园收成如何？", within=only).status == "no_evidence"
