"""A year that is asked for, of articles that name no year, that year or another."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Answer, Citation, Library, citation_evaluation
from rag.features import other_year, years

UNDATED = (
    "上半年光伏主要制造环节产量同比增长均超60%\n\n"
    "记者近日从中国光伏行业协会获悉：上半年，多晶硅、硅片、电池片、组件等主要制造环节产量同比增长均在60%以上。"
    "上半年，光伏发电新增装机7842万千瓦，同比增长154%，约占全部新增电源装机的56%。"
)
QUESTION = "{}年上半年，光伏发电新增装机多少万千瓦？"
LINE = "原文没有写是哪一年，请核对是不是2023年。[1]"


def library(folder: Path, text: str) -> Library:
    (folder / "光伏.txt").write_text(text, "utf-8")
    return Library.build(folder / "光伏.txt", folder / "data")


def test_a_year_that_the_article_leaves_out_is_told_and_costs_confidence(tmp_path: Path) -> None:
    asked = library(tmp_path, UNDATED)
    plain, dated = asked.ask(QUESTION.format("")[1:]), asked.ask(QUESTION.format(2023))
    assert (plain.short, dated.short) == ("7842万千瓦", "7842万千瓦")
    assert dated.text.split("\n")[-1] == LINE
    assert dated.confidence <= 0.5
    assert "哪一年" not in plain.text


def test_an_article_of_another_year_does_not_answer(tmp_path: Path) -> None:
    asked = library(tmp_path, UNDATED.replace("记者近日", "记者2023年7月20日"))
    assert asked.ask(QUESTION.format(2023)).short == "7842万千瓦"
    assert LINE not in asked.ask(QUESTION.format(2023)).text
    assert asked.ask(QUESTION.format(2021)).status == "no_evidence"


def test_the_parts_of_a_question_say_it_once(tmp_path: Path) -> None:
    answer = library(tmp_path, UNDATED).ask(
        "2023年上半年，光伏发电新增装机多少万千瓦？约占全部新增电源装机的百分之多少？"
    )
    assert answer.text.count("原文没有写是哪一年") == 1


@pytest.mark.parametrize(
    ("sentence", "other"),
    [
        (
            "今年春运期间，湖北省共发送旅客3465.028万人次，同比增长28.08%，恢复到2019年的53.4%。",
            0.0,
        ),
        ("与2022年同期相比，下降约7%。", 0.0),
        ("2022年春运期间，湖北省共发送旅客2705万人次。", 1.0),
        ("十年来进出口由2013年的3236.6亿元，增长到2022年的7332亿元。", 1.0),
        ("张河湾水库下泄流量每秒2000立方米。", 0.0),
    ],
)
def test_a_year_to_compare_with_is_not_the_year_of_the_sentence(
    sentence: str, other: float
) -> None:
    assert other_year("2023年春运期间湖北省发送旅客多少人次？", sentence) == other


def test_numbers_that_count_something_are_no_years() -> None:
    assert years("二〇二一年、2022年和2023-04-01，2095米，2021亿元，2000多户，1998.5") == {
        "2021", "2022", "2023",
    }  # fmt: skip


def test_the_caveat_is_not_counted_as_something_said() -> None:
    cited = Citation(1, "a", "", 0, 4, "下雨了。")
    answer = Answer("", "answered", f"下雨了。[1]\n{LINE}", "", 0.5, (cited,), ())
    assert [one.text for one in citation_evaluation.statements(answer)] == ["下雨了。"]
