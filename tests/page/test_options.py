"""Around the question box, in a real browser: which documents, which collection, who writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from index.errors import InputError
from rag import Library, Scope
from tests.llm_server import says, serving
from tests.page.browsing import Reader, holding
from ui import scopes
from ui.shelves import Shelves

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=window.pwned=1>"
QUESTION = "采茶机有几台？"
TEA = f"云雾茶园{HOSTILE}\n\n2021-09-01　茶业周刊\n\n云雾茶园的采茶机有六台，都是去年买的。\n"
HILL = "青山茶园\n\n2023-03-01　青山日报\n\n青山茶园的采茶机有九台，都是租来的。\n"
DAM = "青山水库\n\n青山水库的大坝已经加固，工程花了两年。\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("options")
    for collection, texts in (("默认", (TEA, HILL, DAM)), ("水利", (DAM,))):
        source = folder / collection
        source.mkdir()
        for number, text in enumerate(texts):
            (source / f"{number}.txt").write_text(text, "utf-8")
        Library.build(source, folder / "data", collection=collection)
    return folder / "data"


@pytest.fixture
def reader(visit: Callable[..., Reader], served: Callable[..., str], data: Path) -> Reader:
    shelves = Shelves.at(data, None, None)
    shelves.shelf().open()
    reader = visit(served(shelves))
    expect(reader.page.locator(".limit")).to_be_visible()
    return reader


def test_a_question_is_limited_and_set_free_by_keyboard(reader: Reader) -> None:
    page = reader.page
    limit = page.locator(".limit")
    expect(limit).to_contain_text("全部文章")
    limit.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="文章", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("form.scope")).to_be_hidden()
    expect(limit).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="从", exact=True).fill("2022年")
    page.keyboard.press("Enter")
    expect(limit).to_contain_text("2022年 起 · 1 篇，另有 1 篇没有日期", use_inner_text=True)
    turn = reader.ask(QUESTION)
    expect(turn.locator(".sentence .words").first).to_contain_text("九台")
    expect(turn.locator(".asked-of")).to_contain_text("2022年 起")
    page.locator(".options .unlimit").click()
    expect(limit).to_have_text("范围：全部文章", use_inner_text=True)
    expect(reader.ask(QUESTION).locator(".asked-of")).to_have_count(0)
    turn.get_by_role("button", name="再问一次").click()  # as it was asked
    expect(page.locator(".turn").nth(2).locator(".asked-of")).to_contain_text("2022年 起")


def test_documents_and_publishers_are_offered_and_escaped(reader: Reader) -> None:
    page = reader.page
    page.locator(".limit").click()
    titles = page.locator("#youju-titles option")
    expect(titles).to_have_count(3)
    assert [option.get_attribute("value") for option in titles.all()] == [
        *(f"云雾茶园{HOSTILE}", "青山茶园", "青山水库")
    ]
    page.get_by_role("combobox", name="文章", exact=True).fill(f"云雾茶园{HOSTILE}")
    page.get_by_role("button", name="应用").click()
    expect(page.locator(".limit")).to_contain_text(HOSTILE)
    turn = reader.ask(QUESTION)
    expect(turn.locator(".sentence .words").first).to_contain_text("六台")
    expect(turn.locator(".asked-of")).to_contain_text(HOSTILE)
    assert page.evaluate("window.pwned") is None
    assert page.locator(".youju img").count() == 0


def test_a_scope_that_holds_nothing_says_what_there_is(reader: Reader) -> None:
    page = reader.page
    page.locator(".limit").click()
    page.get_by_role("combobox", name="来源").fill("人民日报")
    page.keyboard.press("Enter")
    expect(page.locator(".scope-error")).to_contain_text("青山日报")
    expect(page.locator("form.scope")).to_be_visible()
    page.get_by_role("combobox", name="来源").fill("")
    page.get_by_role("textbox", name="到", exact=True).fill("前年")
    page.keyboard.press("Enter")
    expect(page.locator(".scope-error")).to_contain_text("前年")
    expect(page.locator(".limit")).to_contain_text("全部文章")


def test_the_panel_fits_a_phone(
    visit: Callable[..., Reader], served: Callable[..., str], data: Path
) -> None:
    shelves = Shelves.at(data, None, None)
    shelves.shelf().open()
    page = visit(served(shelves), viewport={"width": 360, "height": 640}, has_touch=True).page
    page.locator(".limit").tap()
    page.get_by_role("textbox", name="到", exact=True).fill("2021")
    page.get_by_role("button", name="应用").tap()
    expect(page.locator(".limit")).to_contain_text("2021 止")
    for control in page.locator(".options :is(button, select):visible").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 40
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_another_collection_is_a_page_of_its_own(reader: Reader) -> None:
    page = reader.page
    chooser = page.get_by_label("文库：")
    expect(chooser.locator("option")).to_have_text(["默认", "水利"])
    reader.ask(QUESTION)
    chooser.select_option("水利")
    expect(page.locator(".documents .open")).to_have_text(["青山水库"])
    expect(chooser).to_have_value("水利")
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".limit")).to_be_hidden()  # one document: nothing to choose
    turn = reader.ask("大坝加固花了多久？")
    turn.locator(".evidence .open").first.click()
    expect(page.locator(".reader h1")).to_have_text("青山水库")


def test_an_unknown_collection_is_told_and_makes_no_folder(reader: Reader, data: Path) -> None:
    for name in ("电力", "../../x", HOSTILE):
        reader.page.goto(f"{reader.address}?collection={name}")
        expect(reader.page.locator(".view")).to_contain_text("默认、水利")
    assert reader.page.evaluate("window.pwned") is None
    assert sorted(path.name for path in (data / "collections").iterdir()) == ["水利"]


def test_programs_name_scope_and_collection(reader: Reader) -> None:
    client = Client(reader.address, verbose=False)
    answer = client.predict(QUESTION, [], {"since": "2022"}, api_name="/chat")
    assert answer["undated"] == 1
    assert {hit["passage"]["document_id"] for hit in answer["hits"]} == {"1.txt"}
    hits = client.predict("茶", 5, {"publishers": ["茶业"]}, api_name="/search")
    assert {hit["passage"]["document_id"] for hit in hits} == {"0.txt"}
    hits = client.predict("茶", 5, None, "水利", api_name="/search")
    assert {hit["passage"]["text"][:4] for hit in hits} <= {"青山水库"}
    for within, said in (({"documents": ["核电"]}, "核电"), ({"day": "1"}, "day")):
        with pytest.raises(AppError, match=said):
            client.predict(QUESTION, 5, within, api_name="/search")


@pytest.mark.parametrize(
    "sent", [{"day": "1"}, {"since": 2021}, {"documents": "a"}, {"publishers": [1]}]
)
def test_a_scope_of_another_shape_is_refused(sent: dict[str, object]) -> None:
    with pytest.raises(InputError):
        scopes.scope_of(sent)


def test_a_scope_as_it_is_sent() -> None:
    assert scopes.scope_of(None) == scopes.scope_of({}) == Scope()
    sent = {"documents": ["a", "b"], "publishers": ["c"], "since": "2021", "until": "2022"}
    assert scopes.scope_of(sent) == Scope(("a", "b"), ("c",), "2021", "2022")


# ---- who writes ----


def test_the_page_chooses_between_the_model_and_the_text(
    visit: Callable[..., Reader],
    served: Callable[..., str],
    seed_library: Library,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(says("“一肩挑”比例实现率达96.56%，这是模型写的[1]。")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("YOUJU_LLM", "org/qwen")
        reader = visit(served(holding(seed_library)))
        writer = reader.page.get_by_label("回答：")
        expect(writer.locator("option")).to_have_text(["qwen", "只取原文"])
        reader.ask("村主职“一肩挑”的比例是多少？")
        assert len(server.requests) == 1
        writer.select_option("")
        turn = reader.ask("村主职“一肩挑”的比例是多少？")
        expect(turn.locator(".short")).to_have_text("96.56%")
        assert len(server.requests) == 1


def test_without_a_model_there_is_nothing_to_choose(
    visit: Callable[..., Reader],
    served: Callable[..., str],
    seed_library: Library,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("YOUJU_LLM", raising=False)
    page = visit(served(holding(seed_library))).page
    expect(page.locator(".example").first).to_be_visible()
    expect(page.locator(".options .choice:visible")).to_have_count(0)
