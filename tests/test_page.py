"""The page in a real browser, over a real server and a real index."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import Locator, expect

from index.errors import InputError
from rag import Answer, Hit, Library
from rag.endpoint import Endpoint
from tests.browsing import PATIENCE, Reader, free_port, holding
from tests.llm_server import Talk, serving
from ui import app
from ui.shelf import Shelf
from ui.shelves import Shelves

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"

ONE_POST = "村主职“一肩挑”的比例是多少？"
ONE_POST_SENTENCE = "村(社区)主职“一肩挑”比例实现率达96.56%。"
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
HOSTILE = "<img src=x onerror=window.pwned=1>[1](javascript:window.pwned=2)"

pytestmark = pytest.mark.browser


# ---- servers and browser ----


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over an index of its own, built from the seeds, which tests may rebuild."""
    data = tmp_path_factory.mktemp("page") / "data"
    shelf = Shelf.at(data, SEEDS, None)
    shelf.hold(Library.build(SEEDS, data))
    page = app.build_page(Shelves(shelf))
    yield app.launch(page, Shelves(shelf), "127.0.0.1", free_port())
    page.close(verbose=False)


@pytest.fixture
def reader(visit: Callable[..., Reader], address: str) -> Reader:
    """A first visit on a desk."""
    opened = visit(address)
    expect(opened.page.locator(".example").first).to_be_visible(timeout=PATIENCE)
    return opened


def evidence_of(turn: Locator) -> Locator:
    return turn.locator(".evidence")


# ---- answers and evidence ----


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


# ---- language, theme, size ----


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


# ---- states ----


def test_a_rebuild_shows_progress_while_the_old_index_answers(reader: Reader) -> None:
    page = reader.page
    generation = "document.querySelector('.facts').textContent"
    before = Client(reader.address, verbose=False).predict("", api_name="/page_state")["generation"]
    page.get_by_role("button", name="重建索引").click()
    banner = page.locator(".banner")
    expect(banner).to_contain_text("原来的索引照常回答")
    turn = reader.ask(ONE_POST)
    expect(turn.locator(".short")).to_have_text("96.56%")
    expect(banner).to_contain_text("索引已经建好")
    after = Client(reader.address, verbose=False).predict("", api_name="/page_state")["generation"]
    assert after == before  # no file had changed
    assert page.evaluate(generation)
    banner.get_by_role("button", name="知道了").click()
    expect(banner).to_be_hidden()


@pytest.mark.parametrize(
    ("damage", "title", "button"),
    [(False, "还没有索引", "建立索引"), (True, "索引不能用了", "重新建立索引")],
)
def test_without_an_index_one_button_makes_it(
    visit: Callable[..., Reader],
    served: Callable[..., str],
    seed_data: Path,
    tmp_path: Path,
    damage: bool,
    title: str,
    button: str,
) -> None:
    data = tmp_path / "data"
    if damage:
        shutil.copytree(seed_data, data)
        largest = max(data.rglob("*.*"), key=lambda file: file.stat().st_size)
        largest.write_bytes(largest.read_bytes()[:-1])
    shelf = Shelf.at(data, SEEDS, None)
    shelf.open()
    reader = visit(served(shelf))
    page = reader.page
    expect(page.locator(".view h1")).to_have_text(title, use_inner_text=True)
    expect(page.get_by_label("问题")).to_be_disabled()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".view .steps")).to_contain_text("计算向量")
    expect(page.locator(".example")).to_have_count(4)
    expect(reader.ask(ONE_POST).locator(".short")).to_have_text("96.56%")


def test_empty_and_overlong_questions_are_told_so(reader: Reader) -> None:
    page = reader.page
    page.get_by_label("问题").fill("   ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("还没有写问题。", use_inner_text=True)
    expect(page.locator(".turn")).to_have_count(0)
    turn = reader.ask("问" * 3000)
    expect(turn.locator(".failure")).to_contain_text("3000")
    turn.get_by_role("button", name="再问一次").click()
    expect(page.locator(".turn")).to_have_count(2)


class Faulty:
    """The real library, with a fault put into ``ask``."""

    def __init__(self, library: Library, fault: Callable[[], None]) -> None:
        self._library, self._fault = library, fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def ask(self, *given: Any, **named: Any) -> Answer:
        self._fault()
        return self._library.ask(*given, **named)

    def stream(self, *given: Any, **named: Any) -> Iterator[Answer]:
        self._fault()
        return self._library.stream(*given, **named)


def test_an_answer_can_be_stopped_and_asked_again(
    visit: Callable[..., Reader], served: Callable[..., str], seed_library: Library
) -> None:
    go = threading.Event()
    reader = visit(served(holding(Faulty(seed_library, lambda: go.wait(60) and None))))
    page = reader.page
    page.get_by_label("问题").fill(ONE_POST)
    page.get_by_role("button", name="发送").click()
    turn = page.locator("#t1")
    expect(turn).to_contain_text("找到 5 段相关的原文", use_inner_text=True)
    expect(evidence_of(turn)).to_contain_text("以“素质提升”蓄足发展动能")
    page.get_by_role("button", name="停止").click()
    expect(turn).to_contain_text("已停止。", use_inner_text=True)
    go.set()
    turn.get_by_role("button", name="再问一次").click()
    expect(page.locator("#t2 .short")).to_have_text("96.56%")
    expect(turn).to_contain_text("已停止。", use_inner_text=True)


def test_a_follow_up_shows_how_it_was_understood(
    visit: Callable[..., Reader], served: Callable[..., str], seed_library: Library
) -> None:
    reader = visit(served(holding(seed_library)))
    reader.ask("“澧兰党建”云平台是什么时候建成的？")
    turn = reader.ask("那投资呢？")
    understood = turn.locator(".understood")
    expect(understood).to_have_text("理解为：“澧兰党建”云平台的投资是多少？", use_inner_text=True)
    expect(turn.locator(".short")).to_have_text("300余万元")


def test_a_model_writes_sentence_by_sentence_and_is_corrected(
    visit: Callable[..., Reader], served: Callable[..., str], seed_library: Library
) -> None:
    go_on = threading.Event()

    def script(talk: Talk) -> None:
        talk.begin()
        talk.piece("村（社区）主职“一肩挑”的比例达到96.56%[1]。\n")
        go_on.wait(60)
        talk.piece("村（社区）主职“一肩挑”的比例达到95.56%<img src=x onerror=alert(1)>[7]。")
        talk.done()

    with serving(script) as server:
        model = Endpoint("m", server.url, "key")
        reader = visit(served(holding(seed_library), model))
        page = reader.page
        page.get_by_label("问题").fill(ONE_POST)
        page.keyboard.press("Enter")
        turn = page.locator("#t1")
        # One sentence is written; it is checked and shown once it is known to be whole.
        expect(turn.locator(".sentence")).to_contain_text("比例达到96.56%")
        expect(turn).to_have_attribute("data-stage", "writing")
        go_on.set()
        expect(turn).to_have_attribute("data-stage", "answered")
        expect(turn.locator(".struck em")).to_have_text("95.56%")
        expect(turn.locator(".sentence:not(.struck)").last).to_contain_text("实现率达96.56%")
    assert reader.faults == []


def test_a_model_that_is_away_leaves_the_text_itself(
    visit: Callable[..., Reader], served: Callable[..., str], seed_library: Library
) -> None:
    model = Endpoint("m", f"http://127.0.0.1:{free_port()}/v1", "key")
    turn = visit(served(holding(seed_library), model)).ask(ONE_POST)
    expect(turn.locator(".short")).to_have_text("96.56%")
    expect(turn.locator(".notice-line")).to_contain_text("连不上")


def test_several_people_are_answered_at_once(
    served: Callable[..., str], seed_library: Library
) -> None:
    both = threading.Barrier(2, timeout=60)  # breaks unless two questions are inside at once
    address = served(holding(Faulty(seed_library, lambda: both.wait() and None)))
    client = Client(address, verbose=False)
    jobs = [client.submit(ONE_POST, api_name="/chat") for _ in range(2)]
    assert [job.result()["short"] for job in jobs] == ["96.56%", "96.56%"]


def test_an_unexpected_error_is_told_without_its_insides(
    visit: Callable[..., Reader],
    served: Callable[..., str],
    seed_library: Library,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise RuntimeError("secret at 0x7f")

    reader = visit(served(holding(Faulty(seed_library, fail))))
    turn = reader.ask(ONE_POST)
    expect(turn.locator(".failure")).to_contain_text("程序出了意外")
    assert "secret" not in reader.page.content()
    assert "secret at 0x7f" in caplog.text


def test_a_lost_server_is_told_and_the_conversation_stays(reader: Reader) -> None:
    first = reader.ask(ONE_POST)
    reader.context.set_offline(True)
    expect(reader.ask(ONE_POST).locator(".failure")).to_contain_text("连不上有据的服务")
    reader.context.set_offline(False)
    expect(first.locator(".short")).to_have_text("96.56%")
    reader.page.locator("#t2").get_by_role("button", name="再问一次").click()
    expect(reader.page.locator("#t3 .short")).to_have_text("96.56%")


def test_a_full_queue_is_told(reader: Reader) -> None:
    reader.page.route("**/call/page_ask", lambda route: route.fulfill(status=503))
    expect(reader.ask(ONE_POST).locator(".failure")).to_contain_text("现在问的人太多")


# ---- nothing foreign becomes markup ----


def test_hostile_questions_and_documents_stay_text(
    visit: Callable[..., Reader], served: Callable[..., str], tmp_path: Path
) -> None:
    line = f"攻击测试的口令是{HOSTILE}，共写了三遍，登记在第二本册子的第四页上。"
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    text = f"标题{HOSTILE}\n\n作者：{HOSTILE}\n\n{line * 3}\n"
    (seeds / "hostile.txt").write_text(text, "utf-8")
    shelf = Shelf.at(tmp_path / "data", seeds, None)
    shelf.hold(Library.build(seeds, tmp_path / "data"))
    reader = visit(served(shelf))
    page = reader.page
    page.locator(".example").first.wait_for()
    for question in (f"攻击测试的口令是什么？{HOSTILE}", HOSTILE):
        turn = reader.ask(question)
        expect(turn.locator(".question")).to_have_text(question)
        for summary in evidence_of(turn).locator("summary").all():
            summary.click()
    page.get_by_role("button", name="文库").click()
    page.locator(".documents .open").first.click()
    expect(page.locator(".reader .body").first).to_contain_text(HOSTILE)
    assert page.locator(".youju img, .youju script, .youju a[href^='javascript']").count() == 0
    assert page.evaluate("window.pwned") is None


# ---- by name, and addresses ----


def test_the_named_endpoints_give_answers_and_hits(address: str, seed_library: Library) -> None:
    client = Client(address, verbose=False)
    answer = client.predict(ONE_POST, api_name="/chat")
    # Left out where they say nothing.
    silent = {"understood", "struck", "notice", "undated", "unanswered"}
    assert set(answer) == set(Answer.__dataclass_fields__) - silent
    assert answer["short"] == "96.56%"
    (citation,) = [c for c in answer["citations"] if c["marker"] == 1]
    document = seed_library.document(citation["document_id"])
    assert document.text[citation["start"] : citation["end"]] == citation["quote"]
    hits = client.predict(ONE_POST, 2, api_name="/search")
    assert [hit["rank"] for hit in hits] == [1, 2]
    assert set(hits[0]) == set(Hit.__dataclass_fields__)


@pytest.mark.parametrize(
    ("end", "arguments", "words"),
    [
        ("/chat", ("",), "问题"),
        ("/chat", ("问" * 3000,), "3000"),
        ("/search", (ONE_POST, 0), "0"),
        ("/search", (ONE_POST, 100_000), "100000"),
    ],
)
def test_the_named_endpoints_say_what_is_wrong(
    address: str, end: str, arguments: tuple[Any, ...], words: str
) -> None:
    with pytest.raises(AppError, match=words):
        Client(address, verbose=False).predict(*arguments, api_name=end)


def test_only_the_two_endpoints_are_offered(address: str) -> None:
    offered = Client(address, verbose=False).view_api(return_format="dict")
    assert isinstance(offered, dict)
    assert set(offered["named_endpoints"]) == {"/chat", "/search"}


def test_a_port_in_use_is_told_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"端口 {port} 已被占用.*--port {port + 1}"):
            app.serve(tmp_path, SEEDS, "127.0.0.1", port, None)


def test_serving_ends_quietly_with_the_keyboard(tmp_path: Path) -> None:
    code = (
        # A parent in a shell's background hands on an ignored SIGINT.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from pathlib import Path; from ui.app import serve; "
        f"serve(Path({str(tmp_path)!r}), Path({str(SEEDS)!r}), '127.0.0.1', {free_port()}, None, "
        "announce=lambda address: print(address, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(60) == 0
            assert process.stdout.read() == ""
        finally:
            process.kill()  # a server that goes on must not hold the suite


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 7860), ("127.0.0.1", 70000)])
def test_an_impossible_address_is_told(host: str, port: int) -> None:
    with pytest.raises(InputError, match="--port"):
        app.check_address(host, port)


def test_a_proxy_in_the_environment_does_not_matter(
    served: Callable[..., str], seed_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert served(holding(seed_library)).startswith("http://127.0.0.1:")


def test_the_browser_is_told_to_load_nothing_from_elsewhere(reader: Reader) -> None:
    response = reader.page.request.get(reader.address)
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
