"""Files that come in from the page: one request a file, its bytes as they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index import uploads
from index.errors import InputError, YoujuError
from index.uploads import FILE_MAX, Outcome, Upload
from ui.shelves import Shelves
from ui.states import message_html, reason_html
from ui.texts import both

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

PATH = "/youju/upload"
_AT_ONCE = 8  # files that are held in memory while they come in


def route(shelves: Shelves) -> Route:
    """``PUT /youju/upload?collection=&name=&replace=`` with a file as its body.

    Gives {"outcome": …} as in `index.uploads.Outcome`, or {"error": a message, "html": the
    same for the page}.
    """
    from starlette.routing import Route

    return Route(PATH, _receiver(shelves), methods=["PUT"])


def uploaded_html(found: Sequence[Upload], left_out: Mapping[str, str]) -> str:
    """The files uploaded so far, each with a button that removes it; ``left_out`` see `Shelf`."""
    items = "".join(
        f'<li><span lang="zh-CN">{escape(upload.name)}</span><small>{_size(upload.size)}</small>'
        f'<button type="button" class="quiet remove" data-name="{escape(upload.name)}">'
        f'{both("remove")}<span class="sr"> {escape(upload.name)}</span></button>'
        f"{_fault(left_out[upload.name]) if upload.name in left_out else ''}</li>"
        for upload in found
    )
    return f'<h3 class="kicker">{both("uploaded")}</h3><ul>{items}</ul>' if found else ""


def _fault(reason: str) -> str:
    why = reason_html(reason) if reason else both("not_indexed_why")
    return f'<p class="not-indexed"><b>{both("not_indexed")}</b> {why}</p>'


def _receiver(shelves: Shelves) -> Callable[[Request], Awaitable[Response]]:
    coming = 0

    async def receive(request: Request) -> Response:
        nonlocal coming
        from starlette.responses import JSONResponse

        # Another site's page can reach this server through the reader's browser, and must not
        # be able to put evidence into the library.
        origin = request.headers.get("origin", "")
        if origin and urlsplit(origin).netloc != request.headers.get("host"):
            return _refusal(InputError(f"不接受来自 {origin} 的文件。"), 403)
        if coming >= _AT_ONCE:
            return _refusal(InputError(f"已有 {coming} 个文件正在上传。请等它们传完再试。"), 503)
        coming += 1
        try:
            outcome = await _taken(request, shelves)
        except YoujuError as error:
            return _refusal(error, 400)
        finally:
            coming -= 1
        return JSONResponse({"outcome": outcome.value})

    return receive


def _refusal(error: YoujuError, status: int) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"error": str(error), "html": message_html(error)}, status)


async def _taken(request: Request, shelves: Shelves) -> Outcome:
    from starlette.concurrency import run_in_threadpool

    asked = request.query_params
    root = shelves.shelf(asked.get("collection", "")).uploading_to()
    name = uploads.checked(asked.get("name", ""))
    data = await _body(request, name)
    return await run_in_threadpool(uploads.add, root, name, data, asked.get("replace") == "1")


async def _body(request: Request, name: str) -> bytes:
    """All of the request's body; no more of it is held than a file may have."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > FILE_MAX:
            raise InputError(f"{name} 超过 {FILE_MAX >> 20} MB。请拆成几个文件再上传。")
    return bytes(data)


def _size(count: int) -> str:
    return f"{count / (1 << 20):.1f} MB" if count >= 1 << 20 else f"{max(1, count >> 10)} KB"
