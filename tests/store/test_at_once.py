"""Builders and readers at work at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index import manifest as format_
from index import store
from index.errors import BuildBusy, IndexDamaged
from tests.store.on_disk import HEADER


def run(script: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_one_builder_at_a_time_and_the_lock_dies_with_its_process(root: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from index import store
with store.build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""
    child = run(script, root)
    try:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        with pytest.raises(BuildBusy, match="另一个进程"), store.build_lock(root):
            pytest.fail("two builders")
    finally:
        child.kill()
        child.communicate(timeout=60)
    with store.build_lock(root):
        pass


def test_the_lock_is_free_after_an_error(root: Path) -> None:
    with pytest.raises(ZeroDivisionError), store.build_lock(root):
        raise ZeroDivisionError
    with store.build_lock(root), pytest.raises(BuildBusy), store.build_lock(root):
        pytest.fail("two builders")


def swapping(root: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """After each of the first ``times`` looks at CURRENT, four builds pass."""
    look, left = store._read_pointer, [times]

    def look_and_wait(folder: Path) -> format_.Pointer:
        pointer = look(folder)
        if left[0]:
            left[0] -= 1
            with monkeypatch.context() as patch:
                patch.setattr(store, "_read_pointer", look)
                for i in range(4):
                    store.write(root, HEADER, {"a": b"%d" % i})
        return pointer

    monkeypatch.setattr(store, "_read_pointer", look_and_wait)


def test_a_slow_reader_follows_the_pointer(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swapping(built, monkeypatch, times=3)
    assert store.read(built).files == {"a": b"3"}


def test_a_reader_gives_up_at_last(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swapping(built, monkeypatch, times=1000)
    with pytest.raises(IndexDamaged):
        store.read(built)
