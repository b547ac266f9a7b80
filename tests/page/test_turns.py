"""A turn as it grows: stopped, followed up, written by a model, failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gradio_client import Client
from playwright.sync_api import Page, expect

from rag import Answer, Library
from rag.endpoint import Endpoint
from tests.llm_server import Talk, serving
from tests.page.browsing import ONE_POST, Reader, evidence_of, free_port, holding

pytestmark = pytest.mark.browser


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


def press_stop(page: Page) -> None:
    page.get_by_role("button", name="停止").click()


@pytest.mark.parametrize("leave", [press_stop, Page.close])
def test_a_model_ends_when_the_page_stops_or_goes(
    leave: Callable[[Page], None],
    visit: Callable[..., Reader],
    served: Callable[..., str],
    seed_library: Library,
) -> None:
    begun = threading.Event()

    def script(talk: Talk) -> None:
        talk.begin()
        begun.set()
        for _ in range(1200):  # two minutes without the end of a sentence
            talk.piece("甲")
            time.sleep(0.1)

    with serving(script) as server:
        reader = visit(served(holding(seed_library), Endpoint("m", server.url, "key")))
        reader.page.get_by_label("问题").fill(ONE_POST)
        reader.page.get_by_role("button", name="发送").click()
        assert begun.wait(60)
        leave(reader.page)
        assert server.hung_up.wait(60)


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
