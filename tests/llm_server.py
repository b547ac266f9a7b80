"""A real HTTP server on loopback that speaks the chat completions protocol, and breaks it at will."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[["Talk"], None]


class Talk(BaseHTTPRequestHandler):
    """One request; a script writes the response with the methods below."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.request_json: dict[str, Any] = json.loads(body)
        self.server.requests.append(self.request_json)
        self.close_connection = True
        try:
            self.server.script(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.hung_up.set()

    @property
    def prompt(self) -> str:
        """All that the model was told."""
        return "\n".join(message["content"] for message in self.request_json["messages"])

    def begin(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()

    def piece(self, text: str) -> None:
        self.raw("data: " + json.dumps(_chunk(text), ensure_ascii=False) + "\n\n")

    def raw(self, text: str) -> None:
        self.wfile.write(text.encode())
        self.wfile.flush()

    def done(self) -> None:
        self.raw("data: [DONE]\n\n")

    def fail(self, status: int) -> None:
        self.begin(status, "application/json")
        self.raw(json.dumps({"error": {"message": f"status {status}", "type": "x"}}))

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    """What was asked of it is in ``requests``; ``hung_up`` is set when a client goes away."""

    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.hung_up = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """A server that answers every request by ``script``, while the context lasts."""
    server = Server(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(text: str, size: int = 3) -> Script:
    """A script that streams ``text`` in pieces of ``size`` characters."""

    def script(talk: Talk) -> None:
        talk.begin()
        for at in range(0, len(text), size):
            talk.piece(text[at : at + size])
        talk.done()

    return script


def endless(text: str) -> Script:
    """A script that says ``text`` until the client hangs up (or 20 seconds have passed)."""

    def script(talk: Talk) -> None:
        talk.begin()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            talk.piece(text)

    return script


def silent(talk: Talk) -> None:
    """A script that never answers (or not for 5 seconds)."""
    talk.server.hung_up.wait(5)


def garbage(talk: Talk) -> None:
    """A script that answers what is no JSON."""
    talk.begin()
    talk.raw("data: {不是 JSON\n\n")


def _chunk(text: str) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return {
        "id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m",
        "choices": [choice],
    }  # fmt: skip
