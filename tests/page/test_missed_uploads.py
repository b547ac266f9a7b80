"""Uploads that no build followed: the server was killed, or the page closed, in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gradio_client import Client
from playwright.sync_api import expect

from index import uploads
from rag import Library
from tests import ROOT
from tests.page.browsing import Reader, free_port
from tests.page.sending import DAM, TEA, put
from tests.waiting import eventually
from ui.shelves import Shelves

pytestmark = pytest.mark.browser

Start = Callable[[], tuple[subprocess.Popen[bytes], str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the command as a user does; gives its process and the page's address."""
    source, processes = tmp_path / "源", []
    source.mkdir()
    (source / "dam.txt").write_text(DAM, "utf-8")
    places = ["--data", str(tmp_path / "data"), "--seeds", str(source)]

    def started() -> tuple[subprocess.Popen[bytes], str]:
        port = str(free_port())
        command = [sys.executable, "-m", "ui.cli", "chat", "--port", port, *places]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
        processes.append(process)
        assert process.stderr
        assert any("有据已就绪".encode() in line for line in process.stderr)
        return process, f"http://127.0.0.1:{port}/"

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def asked(address: str) -> tuple[int, str]:
    """How many documents the page speaks of, and what is answered about one that was uploaded."""
    client = Client(address, verbose=False)
    answer = client.predict("云雾茶园的采茶机有几台？", api_name="/chat")
    return client.predict("", api_name="/page_state")["documents"], answer["short"]


def test_killed_between_an_upload_and_its_build_the_file_is_taken_in_at_the_start(
    start: Start, tmp_path: Path
) -> None:
    process, address = start()
    assert put(address, "茶.txt", TEA.encode()) == (200, {"outcome": "added"})
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert len(Library.open(tmp_path / "data").documents) == 1
    process, address = start()
    assert eventually(lambda: "六台" in asked(address)[1])
    assert asked(address)[0] == 2
    uploads.remove(tmp_path / "data", "茶.txt")  # the same for a removal
    process.kill()
    process.wait()
    _, address = start()
    assert eventually(lambda: asked(address)[0] == 1)
    assert "六台" not in asked(address)[1]


def test_a_page_that_was_closed_too_early_is_made_good_by_the_next_one(
    visit: Callable[..., Reader], served: Callable[..., str], tmp_path: Path
) -> None:
    source, data = tmp_path / "dam.txt", tmp_path / "data"
    source.write_text(DAM, "utf-8")
    shelves = Shelves.at(data, source, None)
    shelves.shelf().hold(Library.build(source, data))
    address = served(shelves)
    assert put(address, "茶.txt", TEA.encode()) == (200, {"outcome": "added"})
    hour = time.time() - 3600
    os.utime(data / uploads.CHANGED, (hour, hour))
    page = visit(address).page
    expect(page.locator(".banner")).to_contain_text("2 篇文章")
