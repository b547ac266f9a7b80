"""Two uploads of a name at once; a kill or a full disk amid one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index import uploads
from index.uploads import Outcome, Upload
from tests.uploads.files import DAM, TEA, documents, lying


def elsewhere(root: Path, code: str) -> subprocess.Popen[str]:
    """Python code in a process of its own, with ``root``; what it prints is read."""
    head = "import os, resource, sys\nfrom pathlib import Path\nfrom index import uploads\n"
    return subprocess.Popen(
        [sys.executable, "-c", f"{head}root = Path({str(root)!r})\n{code}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


# --- two of a name at once ---------------------------------------------------------------------------


def test_of_two_threads_with_a_name_one_is_told_that_it_is_taken(tmp_path: Path) -> None:
    ends: dict[bytes, Outcome] = {}
    together = threading.Barrier(8)

    def add(number: int) -> None:
        data = TEA + b"%d" % number
        together.wait()
        ends[data] = uploads.add(tmp_path, "茶.txt", data, replace=False)

    threads = [threading.Thread(target=add, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (kept,) = [data for data, end in ends.items() if end is Outcome.ADDED]
    assert list(ends.values()).count(Outcome.TAKEN) == 7
    assert uploads.path(tmp_path, "茶.txt").read_bytes() == kept


def test_of_two_processes_as_well(tmp_path: Path) -> None:
    """The second comes when the first has looked and not written yet."""
    slow = (
        "write = uploads.write_synced\n"
        "def waiting(*args):\n    print('looked', flush=True); input(); write(*args)\n"
        "uploads.write_synced = waiting\n"
        "print(uploads.add(root, 'a.txt', b'first', replace=False).value)"
    )
    first = elsewhere(tmp_path, slow)
    assert first.stdout
    assert first.stdout.readline() == "looked\n"
    second = elsewhere(
        tmp_path, "print(uploads.add(root, 'a.txt', b'second', replace=False).value)"
    )
    with pytest.raises(subprocess.TimeoutExpired):
        second.communicate(timeout=1)  # it waits
    assert first.communicate("\n", timeout=60)[0] == "added\n"
    assert second.communicate(timeout=60)[0] == "taken\n"
    assert uploads.path(tmp_path, "a.txt").read_bytes() == b"first"


# --- what can happen in between -------------------------------------------------------------------


def test_killed_before_the_build_a_file_is_in_the_next_one(tmp_path: Path) -> None:
    source = tmp_path / "dam.txt"
    source.write_bytes(DAM)
    root = tmp_path / "data"
    assert documents(root, source) == ["dam.txt"]
    process = elsewhere(
        root, f"uploads.add(root, '茶.txt', {TEA!r}, replace=False); os.kill(os.getpid(), 9)"
    )
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert uploads.listed(root) == (Upload("茶.txt", len(TEA)),)
    assert documents(root, source) == ["dam.txt", "上传/茶.txt"]


@pytest.mark.parametrize("step", ["write_synced", "os.replace"])
def test_killed_amid_an_upload_there_is_no_half_file(tmp_path: Path, step: str) -> None:
    uploads.add(tmp_path, "a.txt", DAM, replace=False)
    torn = (
        "def torn(folder, name, data):\n"
        "    with uploads.opened(name, os.O_WRONLY | os.O_CREAT, folder) as file:\n"
        "        os.write(file, data[:9])\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    if step == "os.replace":
        torn = (
            "def torn(old, new, replace=os.replace, **folders):\n"
            "    if new != uploads.CHANGED:\n"
            "        os.kill(os.getpid(), 9)\n"
            "    replace(old, new, **folders)\n"
        )
    code = f"uploads.add(root, 'a.txt', {TEA!r}, replace=True)"
    target = f"uploads.{step} = torn\n"
    process = elsewhere(tmp_path, torn + target + code)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(lying(tmp_path)) == 3  # the lock, what was begun, and the old file
    assert uploads.listed(tmp_path) == (Upload("a.txt", len(DAM)),)
    assert documents(tmp_path) == ["上传/a.txt"]
    uploads.add(tmp_path, "b.txt", TEA, replace=False)
    assert lying(tmp_path) == [".lock", "a.txt", "b.txt"]


@pytest.mark.parametrize("limit", [0, 1, len(DAM), 4096])
def test_a_full_disk_is_an_error_and_leaves_what_was_there(tmp_path: Path, limit: int) -> None:
    uploads.add(tmp_path, "a.txt", DAM, replace=False)
    code = (
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "for name in ('a.txt', 'b.txt'):\n"
        "    try:\n        uploads.add(root, name, bytes(5000), replace=True)\n"
        "    except uploads.StoreError as error:\n        print(error)"
    ).replace("uploads.StoreError", "__import__('index.errors').errors.StoreError")
    told, _ = elsewhere(tmp_path, code).communicate(timeout=60)
    assert told.count("EFBIG") == 2
    assert told.count("请检查剩余空间") == 2
    assert lying(tmp_path) == [".lock", "a.txt"]
    assert uploads.path(tmp_path, "a.txt").read_bytes() == DAM
