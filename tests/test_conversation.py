"""Follow-ups completed from the turns before, and times that are relative."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import follow_ups
from rag import InputError, Library, Turn, courtesy, when
from rag.conversation import complete, turns
from tests import ROOT

PLATFORM = "“澧兰党建”云平台"


@pytest.mark.parametrize(
    ("before", "question", "completed"),
    [
        (f"{PLATFORM}是什么时候建成的？", "投资多少？", f"{PLATFORM}的投资多少？"),
        (f"{PLATFORM}建成了多少个？", "那投资呢？", f"{PLATFORM}的投资是多少？"),
        (f"{PLATFORM}投资多少？", "它是什么时候建的？", f"{PLATFORM}是什么时候建的？"),
        (f"{PLATFORM}投资多少？", "什么时候建成的？", f"{PLATFORM}什么时候建成的？"),
        (f"{PLATFORM}投资多少？", "这个平台覆盖多少人", f"{PLATFORM}覆盖多少人"),
        (f"{PLATFORM}投资多少？", "该怎么使用？", f"{PLATFORM}该怎么使用？"),
        (f"{PLATFORM}投资多少？", "该平台是谁建的", f"{PLATFORM}是谁建的"),
        ("高瓴人工智能学院是什么时候成立的", "学院的院长是谁", "高瓴人工智能学院的院长是谁"),
        ("高瓴人工智能学院是什么时候成立的", "有多少人？", "高瓴人工智能学院有多少人？"),
        ("湖北省的GDP是多少", "湖南呢？", "湖南的GDP是多少"),
        ("2021年湖北省的GDP是多少", "那2022年呢？", "2022年湖北省的GDP是多少"),
        ("澧县在哪里？", "人口呢", "澧县的人口是多少？"),
        ("澧县在哪里？", "该县有多少个村？", "澧县有多少个村？"),
        ("澧县在哪里？", "那里有多少人", "澧县有多少人"),
        ("澧县有哪些做法？", "还有哪些？", "澧县还有哪些做法？"),
        ("《红楼梦》写于哪一年？", "那它的作者呢？", "《红楼梦》的作者是谁？"),
        ("《红楼梦》写于哪一年？", "作者是谁", "《红楼梦》的作者是谁"),
        ("洞庭湖在哪里？", "其面积有多大？", "洞庭湖的面积有多大？"),
        ("《红楼梦》写于哪一年？", "该书有多少回？", "《红楼梦》有多少回？"),
        ("谁战胜了青岛海牛队？", "他们进了几个球？", "青岛海牛队进了几个球？"),
        ("应用经济学院的数字经济专业哪年设立？", "学院的院长是谁", "应用经济学院的院长是谁"),
    ],
)
def test_a_follow_up_is_completed(before: str, question: str, completed: str) -> None:
    assert complete(question, [Turn(before)]) == completed


@pytest.mark.parametrize(
    ("question", "completed"),
    [
        ("中老铁路在这段时间内发送了多少货物？", "中老铁路在2023年上半年发送了多少货物？"),
        ("这期间发送了多少货物？", "2023年上半年中老铁路发送了多少货物？"),
        ("那一年的投资是多少？", "2023年中老铁路的投资是多少？"),
        ("在这段时间，老挝的出口增长多少？", "在2023年上半年，老挝的出口增长多少？"),
        ("它在这段时间内的运量是多少？", "中老铁路在2023年上半年的运量是多少？"),
    ],
)
def test_that_time_is_the_time_of_the_turn_before(question: str, completed: str) -> None:
    assert complete(question, [Turn("中老铁路在2023年上半年发送了多少旅客？")]) == completed


def test_that_year_is_the_year_of_the_answer_where_the_question_has_none() -> None:
    history = [Turn(f"{PLATFORM}是什么时候建成的？", "2021年9月")]
    assert complete("那一年投资多少？", history) == f"2021年{PLATFORM}的投资多少？"


def test_the_latest_name_of_an_institution_stands_for_it() -> None:
    history = [Turn("中国人民大学应用经济学院在哪里？"), Turn("应用经济学院数字经济专业哪年设立？")]
    assert complete("学院有多少教师？", history) == "应用经济学院有多少教师？"


def test_topics_last_over_several_turns() -> None:
    history = [Turn("高瓴人工智能学院是什么时候成立的"), Turn("它的院长是谁"), Turn("有多少教师？")]
    assert complete("学院与哪些机构合作？", history) == "高瓴人工智能学院与哪些机构合作？"


def test_he_is_the_person_that_was_the_answer() -> None:
    history = [Turn("澧县县委书记是谁？", "李强")]
    assert complete("他是哪里人？", history) == "李强是哪里人？"


@pytest.mark.parametrize(
    "question",
    [
        "村主职“一肩挑”的比例是多少？",
        "杭州全市的复工核准比例如何？",
        "其他参保单位有何优惠政策？",
        "各级政府及其有关部门可以采取哪些措施？",
        "划分中小企业的标准是什么？",
        "哪些行为会构成犯罪？",
        "中老铁路在这段时间内发送了多少货物？",  # no turn before says which
        "他的妻子被囚禁了多久？",  # a platform has none
        "该词通常用来描述谁？",
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str) -> None:
    assert complete(question, [Turn(f"{PLATFORM}投资多少？")]) == question


def test_that_time_that_no_turn_names_is_left_as_it_is() -> None:
    question = "中老铁路在这段时间内发送了多少货物？"
    assert complete(question, [Turn("中老铁路在这段时间内发送了多少旅客？")]) == question


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=3))
def test_any_conversation_can_be_completed(question: str, earlier: list[str]) -> None:
    assert isinstance(complete(question, [Turn(text) for text in earlier]), str)
    assert complete(question, []) in (question.strip(), courtesy.without(question.strip()))


def test_turns_of_a_file() -> None:
    read = turns([{"q": "甲？", "a": ["一", "二"]}, {"question": "乙？"}, Turn("丙？")])
    assert read == (Turn("甲？", "一；二"), Turn("乙？"), Turn("丙？"))
    for wrong in ("甲？", [1], [{"a": "一"}], 3):
        with pytest.raises(InputError, match="history"):
            turns(wrong)


def test_relative_times_say_whose_calendar() -> None:
    today = date(2026, 11, 24)
    by_document = when.explained("去年投资多少？", date(2021, 9, 15), today)
    assert by_document == "去年（2020年，按文章日期2021-09-15）投资多少？"
    assert when.explained("今年3月", None, today) == "今年3月（2026年3月，按今天2026-11-24）"
    assert when.explained("投资多少？", None, today) == "投资多少？"


@pytest.mark.model
def test_the_library_answers_the_completed_question(seed_library: Library) -> None:
    history = [{"q": f"{PLATFORM}是什么时候建成的？", "a": ""}]
    answer = seed_library.ask("那投资呢？", history)  # type: ignore[arg-type]
    assert answer.question == "那投资呢？"
    assert answer.understood == f"{PLATFORM}的投资是多少？"
    assert answer.short == "300余万元"
    assert seed_library.ask(f"{PLATFORM}投资多少？").understood == ""


RUN = """
import json, sys
from rag import Library
from rag.types import answer_json
library = Library.open(sys.argv[1])
asked = ["“澧兰党建”云平台投资多少？", "明天天气如何？", "一肩挑的比例是多少？", "有哪些做法？", "文章讲了什么？"]
for question in asked:
    print(json.dumps(answer_json(library.ask(question, llm="")), ensure_ascii=True))
"""


@pytest.mark.model
def test_two_runs_give_the_same_bytes(seed_data: Path) -> None:
    """In processes whose sets and dictionaries of strings lie in another order."""

    def run(seed: str) -> bytes:
        environment = os.environ | {"PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", RUN, str(seed_data)]
        made = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True)
        return made.stdout

    first = run("1")
    assert first.count(b"\n") == 5
    assert b"300" in first
    assert first == run("2")


def test_the_measuring_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"_id": "a", "text": "高瓴人工智能学院在哪里？"},
        {"_id": "b", "text": "划分中小企业的标准是什么？"},
        {"_id": "c", "text": "学院的院长是谁", "history": [{"q": "高瓴人工智能学院在哪里？"}]},
    ]
    corpus = ["高瓴人工智能学院的院长是文继荣。", "学院的院长是谁，学院的院长是张三。"]
    documents = [{"_id": str(i), "title": "", "text": t} for i, t in enumerate(corpus)]
    for name, values in (("queries", rows), ("corpus", documents)):
        lines = "\n".join(json.dumps(value, ensure_ascii=False) for value in values)
        (tmp_path / f"{name}.jsonl").write_text(lines, "utf-8")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nc\t0\t1\n", "utf-8")
    Library.build(tmp_path / "corpus.jsonl", tmp_path / "eval" / tmp_path.name)
    follow_ups.main([str(tmp_path), "--data", str(tmp_path)])
    out = capsys.readouterr().out
    assert "| 1 | BM25 | as it is | 0.000 |" in out
    assert "| 1 | BM25 | completed | 1.000 |" in out
    assert "| 1 | the system | completed | 1.000 | 1.000 | 1.000 | 1 | 1 |" in out
    assert "1 questions that stand by themselves, changed 0.00%" in out


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("那天津呢？", "天津2021年GDP是多少？"),
        ("合同期间有多长？", "合同期间有多长？"),
        ("不同时期的投资是多少？", "不同时期的投资是多少？"),
    ],
)
def test_a_time_is_not_read_out_of_other_words(question: str, whole: str) -> None:
    assert complete(question, [Turn("北京2021年GDP是多少？")]) == whole
