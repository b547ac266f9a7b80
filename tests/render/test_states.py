"""Problems, builds, example questions, and words in two languages."""

from __future__ import annotations

import re

import pytest

from index import build
from index.errors import IndexDamaged, IndexMissing, ModelError, StoreError
from index.types import Progress
from rag import Library
from tests.render.turns import Page, document, passage
from ui import examples, states
from ui.builds import Build, State, Step
from ui.texts import BUILD_STEPS, TEXTS


def test_every_problem_has_its_way_out() -> None:
    missing = states.main_html(State("failed", error=IndexMissing("没有索引。")), ())
    assert "还没有索引" in missing
    assert "没有索引。" in missing
    assert len(Page(missing).with_class("build")) == 1
    damaged = states.main_html(State("failed", error=IndexDamaged("坏了。")), ())
    assert "重新建立索引" in damaged
    no_model = Page(states.main_html(State("failed", error=ModelError("没有模型。")), ()))
    assert len(no_model.with_class("reopen")) == 1
    assert not no_model.with_class("build")


def test_a_build_that_failed_is_told_below_the_problem() -> None:
    build = Build((), error=StoreError("磁盘满了。"), ended=True)
    html = states.main_html(State("failed", error=IndexDamaged("坏了。"), build=build), ())
    problem, told = html.index("坏了。"), html.index('</p><p class="failed">')
    assert problem < told < html.index("磁盘满了。")
    assert html.count("<p") == html.count("</p>") == 2


def test_the_insides_of_an_unexpected_error_stay_inside() -> None:
    html = states.main_html(State("failed", error=RuntimeError("secret at 0x7f")), ())
    assert "secret" not in html
    assert "程序出了意外" in html


def test_a_build_shows_steps_counts_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states.time, "monotonic", lambda: 110.0)
    steps = (Step(Progress("读取文档", 1, 1), 90.0), Step(Progress("计算向量", 20, 60), 100.0))
    page = Page(states.main_html(State("opening", build=Build(steps)), ()))
    assert "20 / 60" in page.text()
    assert "大约还要 20 秒" in page.text()
    (bar,) = [a for tag, a in page.elements if tag == "progress"]
    assert (bar["value"], bar["max"]) == ("20", "60")


def test_build_steps_are_those_of_the_index() -> None:
    reported = {build.READ, build.CUT, build.EMBED, build.WORDS, build.STORE}
    assert set(BUILD_STEPS) == reported


def test_both_languages_have_the_same_values() -> None:
    for key, text in TEXTS.items():
        names = re.findall(r"\{(\w+)\}", text.zh)
        assert sorted(names) == sorted(re.findall(r"\{(\w+)\}", text.en)), key


def test_examples_of_an_unknown_article_come_from_its_headings() -> None:
    source = document(title="一滴水怎样多浇一分地")
    sections = ["", "一、为什么要改 › （一）“水”越来越少", "二、怎么改", "二、怎么改"]
    found = examples.examples(
        {source.id: source}, [passage(source, section) for section in sections]
    )
    assert found == (
        "“（一）‘水’越来越少”讲了哪些内容？",
        "“二、怎么改”讲了哪些内容？",
        "《一滴水怎样多浇一分地》是谁写的？",
    )


@pytest.mark.model
def test_every_curated_question_is_answered(seed_library: Library) -> None:
    questions = examples.examples(seed_library.documents, seed_library.passages)
    assert len(questions) == examples.COUNT
    for question in questions:
        assert seed_library.ask(question).status == "answered", question
