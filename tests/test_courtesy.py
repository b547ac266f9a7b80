"""What is said for courtesy and asks nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag import Library, Turn
from rag.conversation import complete
from rag.courtesy import reply, without
from rag.scope import EVERYTHING
from tests.library.asking import FACT
from ui import frames, terminal


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("谢谢", "不客气"), ("謝謝！", "不客气"), ("谢谢你👍", "不客气"), ("辛苦了", "不客气"),
        ("非常感谢您的解答。", "不客气"), ("Thank you!", "不客气"), ("你好", "你好"), ("在吗？", "你好"),
        ("再见", "再见"), ("拜拜～", "再见"), ("好的", "好的"), ("ＯＫ", "好的"), ("哈哈哈", "好的"),
        ("好的，谢谢", "好的"), ("我知道了", "好的"), ("没有了，谢谢", "好的"),
    ],
)  # fmt: skip
def test_courtesy_gets_a_reply_that_says_what_to_do(said: str, begins: str) -> None:
    assert reply(said).startswith(begins)
    assert "问题" in reply(said)


@pytest.mark.parametrize(
    "question",
    [
        *("谢谢，那投资呢？", "谢谢你的爱歌词", "你好，请问比例是多少？", "好的教育是什么", "感谢信写给谁"),
        *("行政村", "好人好事有哪些", "可以吗", "《你好，李焕英》", "再见的英文", "没有工作的人", "？？？", ""),
    ],
)  # fmt: skip
def test_a_question_behind_it_is_a_question(question: str) -> None:
    assert reply(question) == ""


def test_what_is_said_before_a_question_is_left_out() -> None:
    assert without("好的，谢谢！那投资呢？") == "那投资呢？"
    assert without("你好 请问比例是多少？") == "请问比例是多少？"
    assert without("你好吗") == "你好吗"
    assert complete("谢谢，投资多少？", [Turn("澧兰党建云平台在哪里？"), Turn("谢谢")]) == (
        "澧兰党建云平台的投资多少？"
    )
    assert complete("谢谢", [Turn("澧兰党建云平台在哪里？")]) == "谢谢"


def test_it_is_met_alike_in_python_and_on_the_page(seed_library: Library) -> None:
    answer = seed_library.ask("谢谢！", [Turn(FACT)])
    assert (answer.status, answer.text) == ("no_evidence", reply("谢谢"))
    assert (answer.hits, answer.citations, answer.understood) == ((), (), "")
    shown = list(frames.frames(seed_library, "谢谢！", 1, (), EVERYTHING, ""))
    assert {frame.stage for frame in shown} == {"writing", "answered"}
    assert all(reply("谢谢") in frame.answer and not frame.evidence for frame in shown)


def test_in_the_terminal_it_stands_alone(
    seed_library: Library, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    terminal.answer(seed_library, [seed_library.ask("你好")])
    assert capfdbinary.readouterr().out.decode().strip() == reply("你好")


def test_before_a_question_it_changes_nothing(seed_library: Library) -> None:
    plain, polite = seed_library.ask(FACT), seed_library.ask(f"你好，{FACT}")
    assert replace(polite, question=FACT) == plain
