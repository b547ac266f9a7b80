"""Uploads are limited in number, in size together, and in how many are held in memory."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from index import uploads
from index.errors import InputError
from index.uploads import Outcome
from tests.uploads.files import DAM, TEA, lying
from ui import uploading
from ui.shelves import Shelves


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
