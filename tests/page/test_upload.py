"""Files that a reader adds on the page, asks about, and removes again."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from index import uploads
from index.uploads import FILE_MAX
from rag import Library
from tests.page.browsing import Reader, holding
from tests.page.sending import DAM, TEA, put
from ui.shelves import Shelves

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=window.pwned=1>.txt"


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    source = tmp_path / "源"
    source.mkdir()
    (source / "dam.txt").write_text(DAM, "utf-8")
    shelves = Shelves.at(tmp_path / "data", source, None)
    shelves.shelf().hold(Library.build(source, tmp_path / "data"))
    return shelves


@pytest.fixture
def address(served: Callable[..., str], shelves: Shelves) -> str:
    return served(shelves)


def payload(name: str, text: str = TEA) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def add(page: Page, *files: FilePayload) -> None:
    page.locator("input.files").set_input_files(list(files))


def kept(shelves: Shelves) -> list[str]:
    return [upload.name for upload in shelves.shelf().uploads]


def test_files_are_added_asked_about_and_removed(
    visit: Callable[..., Reader], address: str, shelves: Shelves
) -> None:
    reader = visit(address)
    page = reader.page
    expect(page.locator(".documents .open")).to_have_text(["青山水库"])
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="上传文件").click()
    assert chooser.value.is_multiple()
    chooser.value.set_files(
        [payload("茶.txt"), payload(HOSTILE, "桥\n\n石桥有三座桥洞，都能行船。\n")]
    )
    expect(page.locator(".banner")).to_contain_text("3 篇文章")
    expect(page.locator(".uploading li")).to_have_count(0)
    turn = reader.ask("云雾茶园的采茶机有几台？")
    expect(turn.locator(".sentence .words").first).to_contain_text("六台")
    shown = page.locator(".uploaded li > span")
    assert shown.all_text_contents() == [HOSTILE, "茶.txt"]
    assert page.evaluate("window.pwned") is None
    page.get_by_role("button", name="文库").click()
    page.get_by_role("button", name="移除 茶.txt").click()
    expect(page.locator(".banner")).to_contain_text("2 篇文章")
    expect(shown).to_have_count(1)
    assert kept(shelves) == [HOSTILE]
    assert "六台" not in shelves.shelf().library().ask("采茶机有几台？").text


def test_what_cannot_be_used_is_listed_with_its_reason(
    visit: Callable[..., Reader], address: str, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit(address).page
    expect(page.locator(".documents .open")).to_have_count(1)
    page.locator("input.files").evaluate("node => (node.dataset.max = 300)")
    add(
        page,
        payload("README.md"),
        payload("a.exe"),
        payload("大.txt", "大" * 101),
        payload("坏.docx", "不是 docx"),
    )
    items = page.locator(".uploading li")
    expect(items).to_have_count(3)
    expect(items.nth(0)).to_contain_text("不会被当作文章")
    expect(items.nth(1)).to_contain_text(".docx")
    expect(items.nth(2)).to_contain_text("超过上限")
    expect(page.locator(".banner")).to_contain_text("没有收录的文件（1）")
    expect(page.locator(".banner")).to_contain_text("坏.docx")
    for _ in range(3):
        items.first.get_by_role("button", name="知道了").click()
    expect(items).to_have_count(0)
    assert kept(shelves) == ["坏.docx"]


def test_a_file_of_the_same_name_is_replaced_only_on_purpose(
    visit: Callable[..., Reader], address: str, shelves: Shelves
) -> None:
    root = shelves.shelf().uploading_to()
    uploads.add(root, "茶.txt", b"old", replace=False)
    page = visit(address).page
    expect(page.locator(".uploaded li")).to_have_count(1)
    add(page, payload("茶.txt"))
    expect(page.locator(".uploading li")).to_contain_text("已有另一个同名文件")
    assert [upload.size for upload in uploads.listed(root)] == [3]
    page.get_by_role("button", name="替换它").click()
    expect(page.locator(".banner")).to_contain_text("2 篇文章")
    assert [upload.size for upload in uploads.listed(root)] == [len(TEA.encode())]
    add(page, payload("茶.txt"))
    expect(page.locator(".uploading li")).to_contain_text("一字不差")


def test_files_are_dropped_on_the_page_that_has_nothing_yet(
    visit: Callable[..., Reader], served: Callable[..., str], tmp_path: Path
) -> None:
    shelves = Shelves.at(tmp_path / "data", None, None)
    shelves.shelf().open()
    reader = visit(served(shelves), viewport={"width": 390, "height": 844})
    page = reader.page
    expect(page.locator(".view .pick")).to_be_visible()
    brought = page.evaluate_handle(
        "text => { const all = new DataTransfer();"
        " all.items.add(new File([text], '茶.txt')); return all; }",
        TEA,
    )
    page.locator(".stage").dispatch_event("dragover", {"dataTransfer": brought})
    expect(page.locator(".drop")).to_be_visible()
    page.locator(".stage").dispatch_event("drop", {"dataTransfer": brought})
    expect(page.locator(".drop")).to_be_hidden()
    expect(page.locator(".example").first).to_be_visible()
    expect(reader.ask("云雾茶园的采茶机有几台？").locator(".short")).to_contain_text("六台")


def test_other_programs_are_held_to_the_same_rules(address: str, shelves: Shelves) -> None:
    host = urllib.parse.urlsplit(address).netloc
    foreign = put(address, "茶.txt", TEA.encode(), Origin="http://evil.example")
    assert foreign[0] == 403
    for name in ("../茶.txt", "/etc/茶.txt", "茶.exe", "", ".茶.txt"):
        status, told = put(address, name, TEA.encode())
        assert (status, list(told)) == (400, ["error", "html"])
    status, told = put(address, "茶.txt", b"x" * (FILE_MAX + 1))
    assert status == 400
    assert "20 MB" in told["error"]
    assert kept(shelves) == []
    own = put(address, "茶.txt", TEA.encode(), Origin=f"http://{host}")
    assert own == (200, {"outcome": "added"})
    assert put(address, "茶.txt", b"other") == (200, {"outcome": "taken"})
    assert kept(shelves) == ["茶.txt"]


def test_a_shelf_without_a_folder_takes_no_files(
    visit: Callable[..., Reader], served: Callable[..., str], seed_library: Library
) -> None:
    reader = visit(served(holding(seed_library)))
    expect(reader.page.locator(".example").first).to_be_visible()
    expect(reader.page.locator(".pick:visible")).to_have_count(0)
    assert put(reader.address, "茶.txt", b"x")[0] == 400
