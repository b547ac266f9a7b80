"""An open page while other processes index, remove and roll back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gradio_client import Client
from playwright.sync_api import expect

from rag import Library
from tests import ROOT
from tests.page.browsing import Reader
from ui.endpoints import Endpoints
from ui.shelf import Shelf
from ui.shelves import Shelves

QUESTION = "云雾茶园的采茶机有几台？"
TEXTS = {
    "dam.txt": "青山水库\n\n青山水库的大坝已经加固，工程花了两年。\n",
    "tea.txt": "云雾茶园\n\n云雾茶园的采茶机有六台，都是去年买的。\n",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "源"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def youju(*arguments: str | Path) -> None:
    """A command in a process of its own."""
    command = [sys.executable, "-m", "ui.cli", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def opened(data: Path, source: Path) -> Shelf:
    shelf = Shelf.at(data, source, None)
    shelf.open()
    return shelf


@pytest.mark.browser
def test_the_next_question_is_answered_from_what_is_current(
    visit: Callable[..., Reader], served: Callable[..., str], data: Path, source: Path
) -> None:
    Library.build(source, data)
    reader = visit(served(opened(data, source)))
    listed = reader.page.locator(".documents .open")
    expect(listed).to_have_text(["青山水库", "云雾茶园"])
    assert "六台" in reader.ask(QUESTION).inner_text()
    (source / "tea.txt").unlink()
    youju("index", source, "--data", data)
    assert "六台" not in reader.ask(QUESTION).inner_text()
    expect(listed).to_have_text(["青山水库"])
    hits = Client(reader.address, verbose=False).predict(QUESTION, 5, api_name="/search")
    assert {hit["passage"]["document_id"] for hit in hits} == {"dam.txt"}
    youju("rollback", "--data", data)
    assert "六台" in reader.ask(QUESTION).inner_text()
    expect(listed).to_have_text(["青山水库", "云雾茶园"])


def test_the_state_is_that_of_what_is_current(data: Path, source: Path) -> None:
    shelf = opened(data, source)
    ends = Endpoints(Shelves(shelf))
    shelf._settled.wait()
    assert ends.page_state("")["ready"] is False
    for names in (["dam.txt", "tea.txt"], ["dam.txt"]):
        Library.build([source / name for name in names], data)
        state = ends.page_state("")
        assert (state["ready"], state["documents"]) == (True, len(names))
        assert list(shelf.library().documents) == names


def test_what_cannot_be_opened_leaves_the_former_one_answering(data: Path, source: Path) -> None:
    former = Library.build(source, data).info
    shelf = opened(data, source)
    assert shelf.library().info == former
    (source / "tea.txt").unlink()
    now = Library.build(source, data).info.generation
    (words,) = (data / "generations" / now).glob("vectors.faiss")
    words.write_bytes(words.read_bytes()[:-1])
    assert shelf.library().info == former
    assert shelf.library().info == former  # and it is not read again for each question
    (source / "dam.txt").write_text(TEXTS["dam.txt"] + "大坝高九十米。\n", "utf-8")
    mended = Library.build(source, data).info
    assert shelf.library().info == mended
