"""Uploads at their limits: too many, two at once, a kill or a full disk in between, the last one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from index import build, searchable, uploads
from index.errors import InputError, SourceError
from index.uploads import Outcome, Upload
from rag import Library
from tests.crashing import SmallEncoder
from ui import uploading
from ui.shelf import Shelf
from ui.shelves import Shelves

TEA = "云雾茶园\n\n云雾茶园的采茶机有六台，都是去年买的。\n".encode()
DAM = "青山水库\n\n青山水库的大坝已经加固，工程花了两年。\n".encode()


def documents(root: Path, *paths: Path) -> list[str]:
    """Ids of the documents after a build."""
    build.build(paths, root, SmallEncoder())
    return [document.id for document in searchable.read(root)[1].documents]


def lying(root: Path) -> list[str]:
    """Everything in the folder of the uploads, hidden files too."""
    return sorted(path.name for path in uploads.path(root, "x").parent.iterdir())


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


# --- how much ---------------------------------------------------------------------------------------


def test_files_are_limited_in_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "COUNT_MAX", 2)
    for name in ("a.txt", "b.txt"):
        assert uploads.add(tmp_path, name, TEA, replace=False) is Outcome.ADDED
    with pytest.raises(InputError, match=r"已上传 2 个文件.*上限是 2 个.*youju index"):
        uploads.add(tmp_path, "c.txt", TEA, replace=False)
    assert uploads.add(tmp_path, "b.txt", DAM, replace=True) is Outcome.REPLACED
    uploads.remove(tmp_path, "a.txt")
    assert uploads.add(tmp_path, "c.txt", TEA, replace=False) is Outcome.ADDED


def test_files_are_limited_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "TOTAL_MAX", 3 << 20)
    megabyte = bytes(1 << 20)
    uploads.add(tmp_path, "a.txt", megabyte, replace=False)
    uploads.add(tmp_path, "b.txt", megabyte, replace=False)
    with pytest.raises(InputError, match=r"共 4 MB.*、3 MB"):
        uploads.add(tmp_path, "c.txt", megabyte * 2, replace=False)
    # The one that gives way does not count.
    assert uploads.add(tmp_path, "a.txt", megabyte * 2, replace=True) is Outcome.REPLACED


def test_no_more_are_held_in_memory_than_a_few(tmp_path: Path) -> None:
    (route,) = [uploading.route(Shelves.at(tmp_path, None, None))]
    arrive = asyncio.Event()

    async def body() -> dict[str, Any]:
        await arrive.wait()
        return {"type": "http.request", "body": TEA}

    async def put(number: int) -> tuple[int, dict[str, str]]:
        query = f"name={number}.txt".encode()
        scope = {"type": "http", "method": "PUT", "headers": [], "query_string": query}
        response: Response = await route.endpoint(Request(scope, body))
        return response.status_code, json.loads(bytes(response.body))

    async def many() -> list[tuple[int, dict[str, str]]]:
        coming = [asyncio.create_task(put(number)) for number in range(uploading._AT_ONCE)]
        await asyncio.sleep(0)
        refused = await put(98)
        arrive.set()
        return [refused, *await asyncio.gather(*coming), await put(99)]

    (status, told), *others = asyncio.run(many())
    assert status == 503
    assert f"已有 {uploading._AT_ONCE} 个文件正在上传" in told["error"]
    assert others == [(200, {"outcome": "added"})] * (uploading._AT_ONCE + 1)
    assert "98.txt" not in lying(tmp_path)


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
    dying = torn if step == "write_synced" else "torn = lambda *_, **__: os.kill(os.getpid(), 9)\n"
    code = f"uploads.add(root, 'a.txt', {TEA!r}, replace=True)"
    target = f"uploads.{step} = torn\n"
    process = elsewhere(tmp_path, dying + target + code)
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


# --- the last one ---------------------------------------------------------------------------------


def test_the_last_document_stays_until_there_is_another(tmp_path: Path) -> None:
    shelf = Shelf.at(tmp_path, None, None)
    uploads.add(tmp_path, "坏.docx", b"x", replace=False)
    shelf.remove("坏.docx")  # there is no index that it could empty
    uploads.add(tmp_path, "茶.txt", TEA, replace=False)
    shelf.hold(Library.build([], tmp_path))
    with pytest.raises(InputError) as caught:
        shelf.remove("茶.txt")
    for part in ("茶.txt", "最后一个文件", "请先上传", f"请删除文件夹 {tmp_path}"):
        assert part in str(caught.value)
    assert [upload.name for upload in shelf.uploads] == ["茶.txt"]
    uploads.add(tmp_path, "坝.txt", DAM, replace=False)
    shelf.remove("茶.txt")
    assert [*Library.build([], tmp_path).documents] == ["上传/坝.txt"]


def test_an_upload_beside_other_sources_is_never_the_last(tmp_path: Path) -> None:
    source, root = tmp_path / "源", tmp_path / "data"
    source.mkdir()
    (source / "坝.txt").write_bytes(DAM)
    uploads.add(root, "茶.txt", TEA, replace=False)
    shelf = Shelf.at(root, source, None)
    shelf.hold(Library.build(source, root))
    shelf.remove("茶.txt")
    assert shelf.uploads == ()


def test_an_emptied_folder_says_that_the_old_index_answers(tmp_path: Path) -> None:
    source, root = tmp_path / "源", tmp_path / "data"
    source.mkdir()
    with pytest.raises(SourceError) as first:
        documents(root, source)
    assert "原来的索引" not in str(first.value)
    (source / "坝.txt").write_bytes(DAM)
    assert documents(root, source) == ["坝.txt"]
    for content in (None, b""):
        (source / "坝.txt").unlink()
        if content is not None:
            (source / "坝.txt").write_bytes(content)
        with pytest.raises(SourceError, match="里面的 1 篇仍会被查到；若不再要它，请删除"):
            documents(root, source)
        assert len(searchable.read(root)[1].documents) == 1
        (source / "坝.txt").write_bytes(DAM)
