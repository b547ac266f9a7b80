"""Questions on the article itself: who wrote it and when, and its parts in order."""

from __future__ import annotations

import pytest

from rag import Library


@pytest.mark.parametrize(
    ("which", "question", "short", "quote"),
    [
        ("seed_library", "这篇文章是谁写的？", "李传荣", "作者:李传荣 编辑:胡小红"),
        (
            "seed_library",
            "文章是什么时候、在哪个网站上发表的？",
            "2021-11-05，红网张家界站",
            "2021-11-05 17:18:14 红网张家界站",
        ),
        ("second_library", "责任编辑是谁？", "何佳", "（责任编辑：何佳）"),
        ("second_library", "这篇报道的标题是什么？", "一滴水怎样多浇一分地", "一滴水怎样多浇一分地"),
    ],
)  # fmt: skip
def test_questions_about_the_article(
    request: pytest.FixtureRequest, which: str, question: str, short: str, quote: str
) -> None:
    answer = request.getfixturevalue(which).ask(question)
    assert answer.status == "answered"
    assert answer.short == short
    assert [c.quote for c in answer.citations] == [quote]


@pytest.mark.parametrize(
    ("which", "question", "quotes"),
    [
        (
            "seed_library",
            "全文分成哪几个部分？",
            [
                "以“红色铸魂”凝聚发展共识",
                "以“素质提升”蓄足发展动能",
                "以“先锋引领”厚植发展优势",
                "以“保障优化”夯实发展基础",
            ],
        ),
        (
            "second_library",
            "这篇报道分成哪几个部分？",
            ["一、为什么要改", "二、怎么改", "三、改得怎么样", "四、站长怎么说", "五、下一步"],
        ),
        (
            "second_library",
            "第二部分“怎么改”讲了哪两方面的做法？",
            ["（一）把土渠换成管道", "（二）让价钱说话"],
        ),
    ],
)
def test_structure_is_answered_whole_and_in_order(
    request: pytest.FixtureRequest, which: str, question: str, quotes: list[str]
) -> None:
    library: Library = request.getfixturevalue(which)
    answer = library.ask(question)
    assert answer.status == "answered"
    assert [c.quote for c in answer.citations] == quotes
    for citation in answer.citations:
        text = library.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote
