"""Language, theme and size: what is shown can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.page.browsing import ONE_POST, ONE_POST_SENTENCE, Reader, evidence_of

pytestmark = pytest.mark.browser


def test_language_switches_without_losing_the_conversation(reader: Reader) -> None:
    page = reader.page
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    turn = reader.ask(ONE_POST)
    page.get_by_role("button", name="English").click()
    expect(turn.get_by_role("button", name="Copy with sources")).to_be_visible()
    expect(turn.get_by_role("button", name="复制（带出处）")).to_be_hidden()
    expect(page.get_by_label("Question")).to_be_visible()
    expect(turn.locator(".sentence .words").first).to_have_text(ONE_POST_SENTENCE)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.reload()
    expect(page.get_by_role("button", name="中文")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="重建索引")).to_be_visible()


# For every visible text: its contrast with the nearest opaque background (WCAG 2.2).
CONTRASTS = """
() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const part = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const back = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
  };
  const low = [];
  const walk = document.createTreeWalker(document.querySelector(".youju"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility({ opacityProperty: true })) continue;
    if (node.closest("[disabled]")) continue;
    const pair = [light(rgb(getComputedStyle(node).color)), light(back(node))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) low.push([walk.currentNode.data.trim().slice(0, 20), ratio]);
  }
  return low;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_in_both_themes(
    visit: Callable[..., Reader], address: str, scheme: Any
) -> None:
    reader = visit(address, color_scheme=scheme)
    turn = reader.ask(ONE_POST)
    evidence_of(turn).locator(".why summary").first.click()
    evidence_of(turn).locator(".others summary").click()
    turn.locator(".answer .ref").first.hover()
    assert reader.page.evaluate("document.documentElement.dataset.theme") == scheme
    reader.page.wait_for_function("document.getAnimations().length === 0")
    assert reader.page.evaluate(CONTRASTS) == []
    reader.page.get_by_role("button", name="深色" if scheme == "light" else "浅色").click()
    assert reader.page.evaluate("document.documentElement.dataset.theme") != scheme
    assert reader.page.evaluate(CONTRASTS) == []


def test_reading_text_is_large_and_open(reader: Reader) -> None:
    turn = reader.ask(ONE_POST)
    evidence_of(turn).locator(".open").first.click()
    reader.page.locator(".reader mark").wait_for()
    measured = reader.page.evaluate(
        """() => [".sentence .words", ".passage", ".reader .body"].map((selector) => {
          const style = getComputedStyle(document.querySelector(selector));
          return [parseFloat(style.fontSize), parseFloat(style.lineHeight), style.fontFamily];
        })"""
    )
    for size, line, family in measured:
        assert size >= 17
        assert line / size >= 1.8
        assert "Noto Serif CJK SC" in family


def test_a_phone_gets_one_column_with_evidence_under_each_answer(
    visit: Callable[..., Reader], address: str
) -> None:
    size = {"width": 390, "height": 844}
    reader = visit(address, viewport=size, has_touch=True, is_mobile=True)
    page = reader.page
    turn = reader.ask(ONE_POST)
    expect(evidence_of(turn)).to_be_hidden()
    marker = turn.locator(".answer .ref").first
    box = marker.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 32
    marker.tap()
    mark = evidence_of(turn).locator("mark").first
    expect(mark).to_be_in_viewport()
    gap = turn.evaluate(
        """(turn) => turn.querySelector(".evidence").getBoundingClientRect().top
          - turn.querySelector(".answer").getBoundingClientRect().bottom"""
    )
    assert gap >= 0
    evidence_of(turn).locator(".card .back").first.tap()
    expect(turn.locator(".sentence").first).to_be_in_viewport()
    turn.locator(".show").tap()
    expect(evidence_of(turn)).to_be_hidden()
    for language in ("English", "中文"):
        page.get_by_role("button", name=language).tap()
        assert page.evaluate("document.querySelector('.youju .bar').scrollWidth") <= 390


def test_nothing_of_gradio_shows(reader: Reader) -> None:
    expect(reader.page.locator("footer")).to_be_hidden()
    assert "Gradio" not in reader.page.title()
    assert "Gradio" not in reader.page.inner_text("body")
