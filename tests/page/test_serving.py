"""Where the page is served: ports in use, hosts, proxies, and its end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import InputError
from rag import Library
from tests import SEEDS
from tests.page.browsing import free_port, holding
from ui import app

pytestmark = pytest.mark.browser


def test_a_port_in_use_is_told_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"端口 {port} 已被占用.*--port {port + 1}"):
            app.serve(tmp_path, SEEDS, "127.0.0.1", port, None)


def test_serving_ends_quietly_with_the_keyboard(tmp_path: Path) -> None:
    code = (
        # A parent in a shell's background hands on an ignored SIGINT.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from pathlib import Path; from ui.app import serve; "
        f"serve(Path({str(tmp_path)!r}), Path({str(SEEDS)!r}), '127.0.0.1', {free_port()}, None, "
        "announce=lambda address: print(address, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(60) == 0
            assert process.stdout.read() == ""
        finally:
            process.kill()  # a server that goes on must not hold the suite


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 7860), ("127.0.0.1", 70000)])
def test_an_impossible_address_is_told(host: str, port: int) -> None:
    with pytest.raises(InputError, match="--port"):
        app.check_address(host, port)


def test_a_proxy_in_the_environment_does_not_matter(
    served: Callable[..., str], seed_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert served(holding(seed_library)).startswith("http://127.0.0.1:")
