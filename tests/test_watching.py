"""``youju index --watch``: what counts as a change, and that it never stops of itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import searchable
from index.errors import IndexMissing
from tests.waiting import eventually
from ui import watching

ROOT = Path(__file__).parent.parent
PAUSE = 0.02


class Watcher:
    """Follows ``changes`` in a thread; ``count`` is how often it was told of one."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.count, self._stop = 0, False
        self._changes = watching.changes([folder], data, PAUSE)
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        for _ in self._changes:
            self.count += 1

    def reaches(self, count: int) -> bool:
        return eventually(lambda: self.count >= count)

    def stays(self) -> bool:
        before = self.count
        time.sleep(20 * PAUSE)
        return self.count == before


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "源"
    folder.mkdir()
    (folder / "a.txt").write_text("甲", "utf-8")
    return folder


@pytest.fixture
def watcher(folder: Path, tmp_path: Path) -> Watcher:
    watcher = Watcher(folder, tmp_path / "源" / "data")
    assert watcher.reaches(1)  # at once, without any change
    assert watcher.stays()
    return watcher


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "b.txt").write_text("乙", "utf-8"),
        lambda folder: (folder / "a.txt").write_text("丙", "utf-8"),
        lambda folder: (folder / "a.txt").unlink(),
        lambda folder: (folder / "a.txt").rename(folder / "c.txt"),
        lambda folder: shutil.rmtree(folder),
    ],
    ids=["added", "changed", "removed", "moved", "folder removed"],
)
def test_each_change_is_told_once(
    folder: Path, watcher: Watcher, change: Callable[[Path], object]
) -> None:
    change(folder)
    assert watcher.reaches(2)
    assert watcher.stays()
    assert watcher.count == 2


def test_many_changes_at_once_are_told_when_they_rest(folder: Path, watcher: Watcher) -> None:
    for i in range(200):
        (folder / f"{i}.txt").write_text("文" * i, "utf-8")
    assert watcher.reaches(2)
    assert eventually(watcher.stays)
    assert watcher.count < 10


def test_a_file_that_grows_without_end_holds_up_nothing(folder: Path, watcher: Watcher) -> None:
    stop = threading.Event()

    def grow() -> None:
        with (folder / "log.txt").open("ab") as log:
            while not stop.is_set():
                log.write(b"x")
                log.flush()
                time.sleep(PAUSE / 4)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        assert watcher.reaches(2)
    finally:
        stop.set()
        thread.join()


def test_what_the_index_itself_writes_is_no_change(folder: Path, watcher: Watcher) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "CURRENT").write_text("{}", "utf-8")
    assert watcher.stays()


def test_folders_that_come_and_go_do_not_stop_it(folder: Path, watcher: Watcher) -> None:
    for i in range(50):
        deep = folder / "x" / "y" / str(i)
        deep.mkdir(parents=True)
        (deep / "b.txt").write_text("乙", "utf-8")
        shutil.rmtree(folder / "x")
    assert eventually(watcher.stays)
    told = watcher.count
    (folder / "z.txt").write_text("丁", "utf-8")
    assert watcher.reaches(told + 1)


# A parent in a shell's background hands on an ignored SIGINT.
_INTERRUPTIBLE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from ui.cli import main; sys.exit(main())"
)


@pytest.fixture
def command(folder: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    arguments = ["index", "--watch", str(folder), "--data", str(tmp_path / "data")]
    child = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTIBLE, *arguments],
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "said").open("wb"),
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    yield child
    child.kill()
    child.communicate(timeout=60)


def test_the_command_keeps_in_step_until_ctrl_c(
    command: subprocess.Popen[str], folder: Path, tmp_path: Path
) -> None:
    def indexed() -> list[str]:
        try:
            return [document.id for document in searchable.read(tmp_path / "data")[1].documents]
        except IndexMissing:
            return []

    def said() -> str:
        return (tmp_path / "said").read_text("utf-8")

    assert eventually(lambda: indexed() == ["a.txt"])
    (folder / "b.txt").write_text("乙", "utf-8")
    (folder / "c.bin").write_bytes(b"\0")
    assert eventually(lambda: indexed() == ["a.txt", "b.txt"])
    (folder / "a.txt").unlink()
    assert eventually(lambda: indexed() == ["b.txt"])
    (folder / "b.txt").unlink()
    assert eventually(lambda: "没有一个源文件能用" in said())  # and it waits on
    (folder / "d.txt").write_text("丁", "utf-8")
    assert eventually(lambda: indexed() == ["d.txt"])
    command.send_signal(signal.SIGINT)
    out, _ = command.communicate(timeout=60)
    assert (command.returncode, out) == (0, "")
    assert "Traceback" not in said()
    assert "c.bin" in said()
    assert said().endswith("不再留意改动。\n")
