"""The web page: a Gradio app whose endpoints serve the page and, by name, other programs."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.collections import DEFAULT
from index.errors import InputError
from ui import uploading
from ui.endpoints import Endpoints
from ui.shell import shell_html
from ui.shelves import Shelves
from ui.texts import TEXTS

if TYPE_CHECKING:
    import gradio as gr

    from rag import Library
    from rag.generators import Choice

_HERE = Path(__file__).parent
_STYLES = ("page.css", "options.css", "turn.css", "evidence.css", "states.css", "phone.css")
_SCRIPTS = (
    *("page.js", "server.js", "options.js", "uploads.js", "evidence.js", "states.js"),
    "events.js",
)  # one scope
# The seal of the page's head, so that the browser's tab does not show Gradio's mark.
_ICON = (
    "<link rel='icon' href=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' "
    "viewBox='0 0 32 32'><rect width='32' height='32' rx='5' fill='%231a5a68'/><text x='16' "
    "y='24' font-size='22' text-anchor='middle' fill='white'>据</text></svg>\">"
)
_AT_ONCE = 8  # questions answered at the same time; more wait in the queue
_WAITING = 64  # questions that may wait; more are told that it is busy


def serve(
    data: Path,
    seeds: Path | None,
    host: str,
    port: int,
    model: str | None,
    reranker: str | None = None,
    announce: Callable[[str], None] | None = None,
    library: Library | None = None,
    llm: Choice = None,
    collection: str = DEFAULT,
) -> None:
    """Serve the page until it is interrupted from the keyboard, then return.

    ``announce`` is given the page's address once it answers. A ``library`` that is open
    already is used; without one the index in ``data`` is opened while the page starts. ``llm``
    names the model that writes (None: YOUJU_LLM), ``collection`` what the page shows first,
    built of ``seeds`` (None: of what it was built of before).

    Raises:
        InputError: the address cannot be listened on, for instance because it is in use.
    """
    check_address(host, port)
    shelves = Shelves.at(data, seeds, model, collection, reranker)
    if library is None:
        shelves.shelf().open()
    else:
        shelves.shelf().hold(library)
        shelves.shelf().catch_up()
    page = build_page(shelves, llm)
    address = launch(page, shelves, host, port)
    _until_interrupted(page, address, announce)


def _until_interrupted(
    page: gr.Blocks, address: str, announce: Callable[[str], None] | None
) -> None:
    try:
        if announce is not None:
            announce(address)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass  # the way to end it, not a failure
    finally:
        page.close(verbose=False)


def launch(page: gr.Blocks, shelves: Shelves, host: str, port: int) -> str:
    """Start serving ``page`` over ``shelves`` in the background and return its address."""
    from starlette.middleware import Middleware

    from ui.headers import LocalOnly

    _reach_self_directly(host)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            show_error=True,
            ssr_mode=False,
            share=False,
            run_history=False,
            footer_links=[],
            theme=_theme(),
            head=_head(),
            app_kwargs={
                "middleware": [Middleware(LocalOnly)],
                "routes": [uploading.route(shelves)],
            },
        )
    except OSError as error:
        raise _unusable(host, port, error) from error
    return str(page.local_url)


def build_page(shelves: Shelves, llm: Choice = None) -> gr.Blocks:
    """The page over ``shelves``, not yet served.

    Named endpoints: ``chat`` (question to Answer) and ``search`` (question, k to hits), as
    JSON with the fields of the dataclasses. Those beginning with ``page_`` serve the page.
    """
    # Read when gradio is imported and when Blocks is made: no word leaves the machine.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    with gr.Blocks(title=_title(), analytics_enabled=False, fill_width=True) as page:
        gr.HTML(
            html_template=shell_html(),
            js_on_load=_read(*_SCRIPTS),
            apply_default_css=False,
            elem_id="youju",
        )
        _name(Endpoints(shelves, llm))
    page.queue(max_size=_WAITING)
    return page


def _name(ends: Endpoints) -> None:
    """Give the page that is being made its endpoints; those that answer wait in the queue."""
    import gradio as gr

    gr.api(ends.chat, api_name="chat", concurrency_limit=_AT_ONCE)
    gr.api(ends.search, api_name="search", concurrency_limit=_AT_ONCE)
    hidden = {"api_visibility": "undocumented"}
    gr.api(ends.page_ask, api_name="page_ask", concurrency_limit=_AT_ONCE, **hidden)
    for end in (
        ends.page_state,
        ends.page_scope,
        ends.page_offers,
        ends.page_build,
        ends.page_open,
        ends.page_remove,
        ends.page_article,
    ):
        gr.api(end, api_name=end.__name__, queue=False, **hidden)


def check_address(host: str, port: int) -> None:
    """Find out early, before any model is loaded, whether the address can be listened on.

    Raises:
        InputError: it cannot.
    """
    if not 0 < port < 65536:
        raise InputError(f"端口 {port} 不在 1 到 65535 之间。请换一个，例如：--port 7860")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise _unusable(host, port, error) from error


def _unusable(host: str, port: int, error: Exception) -> InputError:
    if isinstance(error, OSError) and error.errno not in (None, errno.EADDRINUSE):
        return InputError(
            f"不能在 {host} 的端口 {port} 上提供网页（{error}）。"
            "请换一个地址或端口，例如：youju chat --host 127.0.0.1 --port 7861"
        )
    return InputError(
        f"端口 {port} 已被占用，网页没有启动。"
        f"请关掉占用它的程序，或换一个端口：youju chat --port {port + 1}"
    )


def _reach_self_directly(host: str) -> None:
    """Keep Gradio's start-up check of its own address off any configured proxy."""
    hosts = dict.fromkeys(
        [*os.environ.get("NO_PROXY", "").split(","), "127.0.0.1", "localhost", host]
    )
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(h for h in hosts if h)


def _head() -> str:
    # Given as launch(css=...), Gradio rewrites every selector, and wrongly where it has :is().
    style = f"<style>{_read(*_STYLES)}</style>"
    return f"{style}<script>{_read('early.js')}</script>{_ICON}"


def _theme() -> gr.themes.Base:
    """Gradio's plainest theme on system fonts; the page's look is in page.css."""
    import gradio as gr

    fonts = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    families = [gr.themes.Font(name) for name in fonts]
    return gr.themes.Base(font=families, font_mono=families)


def _title() -> str:
    return f"{TEXTS['name'].zh} · {TEXTS['motto'].zh}"


def _read(*names: str) -> str:
    return "\n".join((_HERE / name).read_text("utf-8") for name in names)
