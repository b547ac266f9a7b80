"""An answer and its evidence side by side, by mouse, by keyboard and for a screen reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.page.browsing import ONE_POST, ONE_POST_SENTENCE, Reader, evidence_of

pytestmark = pytest.mark.browser

CASES = [
    (ONE_POST, "96.56%", ONE_POST_SENTENCE, "以“素质提升”蓄足发展动能"),
    (
        "城市社区“三联四建”投入了多少资金？",
        "5.68亿元",
        "连续6轮14年开展城市社区“三联四建”活动,市、区县领导全覆盖联系全市95个城市社区"
        "101个居民小区,截至目前共投入资金5.68亿元,完成工作项目4126个、建设项目6258个。",
        "以“先锋引领”厚植发展优势",
    ),
    (
        "农村综合服务平台先后投入了多少？",
        "9.89亿元",
        "先后投入9.89亿元,全面建成集党员群众日常服务与旅游服务于一体、体现土家族和白族建筑"
        "风格的农村综合服务平台,实现公共服务(一门式)全覆盖,15类证件、48项高频事项一站式直办、办结。",
        "以“保障优化”夯实发展基础",
    ),
]
UNANSWERED = "明天北京会下雨吗？"


@pytest.mark.parametrize(("question", "short", "sentence", "section"), CASES)
def test_the_right_sentence_is_highlighted_in_the_right_paragraph(
    reader: Reader, question: str, short: str, sentence: str, section: str
) -> None:
    turn = reader.ask(question)
    expect(turn.locator(".short")).to_have_text(short)
    expect(turn.locator(".sentence .words").first).to_have_text(sentence)
    card = evidence_of(turn).locator(".card").first
    expect(card.locator("h3")).to_have_text(section)
    expect(card.locator("mark").first).to_have_text(sentence)
    expect(card.locator("mark strong").first).to_have_text(short)
    expect(card.locator(".source")).to_contain_text("李传荣")
    expect(card.locator(".source")).to_contain_text("2021-11-05")
    box = card.locator("mark").first.bounding_box()
    assert box is not None
    assert box["x"] > 720  # the evidence stands at the right of a wide page


def test_what_the_article_does_not_answer_is_refused(reader: Reader) -> None:
    turn = reader.ask(UNANSWERED)
    expect(turn.locator(".refusal")).to_have_text("文中没有找到依据。", use_inner_text=True)
    expect(turn.locator(".ref")).to_have_count(0)
    nearest = evidence_of(turn).locator(".others")
    expect(nearest.locator("summary")).to_contain_text("不是答案")
    expect(nearest.locator(".other").first).to_be_hidden()
    turn.locator(".show").click()
    expect(nearest.locator(".other").first).to_be_visible()


def test_each_message_keeps_its_own_evidence(reader: Reader) -> None:
    first, second = reader.ask(CASES[0][0]), reader.ask(CASES[1][0])
    expect(evidence_of(second)).to_be_visible()
    expect(evidence_of(first)).to_be_hidden()
    first.locator(".question").click()
    expect(evidence_of(first).locator("mark").first).to_have_text(CASES[0][2])
    expect(evidence_of(first)).to_be_visible()
    expect(evidence_of(second)).to_be_hidden()
    second.locator(".answer .ref").first.click()
    expect(evidence_of(second)).to_be_visible()


def test_marker_and_card_light_each_other(reader: Reader) -> None:
    turn = reader.ask(ONE_POST)
    marker = turn.locator(".answer .ref").first
    marker.hover()
    expect(evidence_of(turn).locator(".card").first).to_have_class("card lit")
    reader.page.locator(".motto").hover()
    expect(turn.locator(".lit")).to_have_count(0)
    evidence_of(turn).locator("mark").first.hover()
    expect(turn.locator(".sentence.lit .words").first).to_have_text(ONE_POST_SENTENCE)


def test_the_keyboard_alone_is_enough(reader: Reader) -> None:
    page = reader.page
    reader.ask(ONE_POST)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    marker = page.locator("#t1 .answer .ref").first
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#t1-e1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()
    page.keyboard.press("/")
    box = page.get_by_label("问题")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    box.type("第一行")
    page.keyboard.press("Shift+Enter")
    box.type("第二行")
    expect(box).to_have_value("第一行\n第二行")
    expect(page.locator(".turn")).to_have_count(1)


def test_enter_that_confirms_an_input_method_does_not_send(reader: Reader) -> None:
    box = reader.page.get_by_label("问题")
    box.fill("写到一半")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(reader.page.locator(".turn")).to_have_count(0)
    expect(box).to_have_value("写到一半")


def test_a_marker_names_its_evidence_to_a_screen_reader(reader: Reader) -> None:
    reader.ask(ONE_POST)
    marker = reader.page.get_by_role("link", name="[1] 出处", exact=True)
    target = marker.get_attribute("href")
    assert target == "#t1-e1"
    expect(reader.page.locator(target)).to_have_text(ONE_POST_SENTENCE)


def test_the_article_opens_at_the_marked_passage_and_closes_again(reader: Reader) -> None:
    page = reader.page
    turn = reader.ask(ONE_POST)
    opener = evidence_of(turn).get_by_role("button", name="在原文中查看").first
    opener.click()
    mark = page.locator(".reader mark")
    expect(mark).to_have_text(ONE_POST_SENTENCE)
    expect(mark).to_be_in_viewport()
    expect(page.locator(".reader h1")).to_contain_text("李传荣")
    expect(page.locator(".reader .heading")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(page.locator(".reader")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    expect(mark).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".reader")).to_be_hidden()
    expect(evidence_of(turn)).to_be_visible()


def test_why_it_was_found_is_told_in_words(reader: Reader) -> None:
    turn = reader.ask(ONE_POST)
    why = evidence_of(turn).locator(".why").first
    why.locator("summary").click()
    expect(why).to_contain_text("按意思相近，排第")
    expect(why).to_contain_text("按用词相同，排第")


def test_a_long_paragraph_opens_in_place(reader: Reader) -> None:
    turn = reader.ask(ONE_POST)
    card = evidence_of(turn).locator(".card").first
    expect(card.locator(".passage")).not_to_contain_text(
        "推动省委“三高四新”战略在张家界落实落地", use_inner_text=True
    )
    card.get_by_role("button", name="展开整段").click()
    expect(card.locator(".passage")).to_contain_text(
        "推动省委“三高四新”战略在张家界落实落地", use_inner_text=True
    )


def test_copying_takes_the_sources_along(visit: Callable[..., Reader], address: str) -> None:
    reader = visit(address, permissions=["clipboard-read", "clipboard-write"])
    turn = reader.ask(ONE_POST)
    turn.get_by_role("button", name="复制（带出处）").click()
    expect(turn.get_by_role("button", name="已复制")).to_be_visible()
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert f"{ONE_POST_SENTENCE}[1]" in copied
    assert "[1] 《李传荣" in copied
