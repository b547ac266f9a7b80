"""Two pages upload at once into one collection, while another one is rebuilt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gradio_client import Client

from index.build import READ
from index.types import Progress
from rag import Library
from tests.page.sending import DAM, TEA, put
from tests.waiting import eventually
from ui.shelf import Shelf
from ui.shelves import Shelves

pytestmark = pytest.mark.browser

OTHER, SHARED, LATE = "别处", "同名", "兰谷"
PAGES = (("梅岭", "竹山", "松坪", "柳湾"), ("桃溪", "杏林", "槐庄", "荷塘"))


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    dam, tea, data = tmp_path / "dam.txt", tmp_path / "tea.txt", tmp_path / "data"
    dam.write_text(DAM, "utf-8")
    tea.write_text(TEA, "utf-8")
    Library.build(tea, data, collection=OTHER)
    shelves = Shelves.at(data, dam, None)
    shelves.shelf().hold(Library.build(dam, data))
    return shelves


@pytest.fixture
def rebuilt(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> tuple[Shelf, threading.Event]:
    """The other collection, whose next build stays at its first step until it is released."""
    other, release, advance = shelves.shelf(OTHER), threading.Event(), Shelf._advance

    def held(shelf: Shelf, progress: Progress) -> None:
        advance(shelf, progress)
        if shelf is other and progress.step == READ:
            release.wait(300)

    monkeypatch.setattr(Shelf, "_advance", held)
    return other, release


def send(address: str, name: str, by: str, collection: str = "") -> str:
    """Upload an orchard's file that says whose page it came from; what became of it."""
    text = f"{name}果园\n\n{name}果园的水泵由{by}管理，共有三台。\n"
    status, told = put(address, f"{name}.txt", text.encode(), collection)
    assert status == 200
    return told["outcome"]


def uploading(address: str, names: tuple[str, ...]) -> list[str]:
    """What a page does: its files one after another, then a build."""
    told = [send(address, name, f"{name}村") for name in names]
    told.append(send(address, SHARED, f"{names[0]}村"))
    Client(address, verbose=False).predict("", True, api_name="/page_build")
    return told


def documents(shelves: Shelves, collection: str = "") -> set[str]:
    return set(shelves.shelf(collection).library().documents)


def test_nothing_is_lost_and_each_collection_has_its_own(
    served: Callable[..., str], shelves: Shelves, rebuilt: tuple[Shelf, threading.Event]
) -> None:
    address, (other, release) = served(shelves), rebuilt
    client = Client(address, verbose=False)
    client.predict(OTHER, False, api_name="/page_build")
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda names: uploading(address, names), PAGES))
    outcomes = sorted(outcome for page in told for outcome in page)
    assert outcomes == ["added"] * 9 + ["taken"]
    assert send(address, LATE, f"{LATE}村", OTHER) == "added"
    client.predict(OTHER, True, api_name="/page_build")

    # The one is done while the other still stands at its first step.
    names = {*PAGES[0], *PAGES[1], SHARED}
    wanted = {"dam.txt", *(f"上传/{name}.txt" for name in names)}
    assert eventually(lambda: documents(shelves) == wanted)
    assert other.state.build
    assert not other.state.build.ended
    assert documents(shelves, OTHER) == {"tea.txt"}
    release.set()
    assert eventually(lambda: documents(shelves, OTHER) == {"tea.txt", f"上传/{LATE}.txt"})
    assert documents(shelves) == wanted

    for name in sorted(names):
        answer = client.predict(f"{name}果园的水泵有几台？", api_name="/chat")
        assert f"上传/{name}.txt" in {found["document_id"] for found in answer["citations"]}
    cited = client.predict(f"{LATE}果园的水泵有几台？", [], {}, OTHER, api_name="/chat")
    assert {found["document_id"] for found in cited["citations"]} == {f"上传/{LATE}.txt"}
