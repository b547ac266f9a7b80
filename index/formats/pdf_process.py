"""PDF files are read in a process beside this one.

Their library is native code. A file that crashes it, or that it never comes back from, is one
bad file, and no end of a build. One that took too long is not tried again (``index.overdue``).

To the process go a line of JSON (``source``, ``size`` in bytes, ``seconds`` that reading may
take) and the file's bytes. A line of JSON comes back: what is in an ``Extract``, or ``error``.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from index.errors import SourceError
from index.formats.extract import Extract, damaged
from index.overdue import Overdue
from index.types import Kind, Place, Role

_MEMORY = 4 << 30  # bytes of address space: a hostile file must not take those of others
_SECONDS, _SECONDS_MAX = 60, 600
_BYTES_A_SECOND = 50_000  # a full page is about 2 kB and takes 12 ms on a slow core


class PdfProcess:
    """Reads PDF files one after another; there is no process before the first of them.

    Those that took too long are remembered in ``root``, where it is given. For one thread at a
    time. It ends with the ``with`` block, or with the program.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._overdue = Overdue(_reader(), root)

    def __enter__(self) -> PdfProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, data: bytes, source: str) -> Extract:
        """Read a ``.pdf``; see ``index.formats.pdf.read``.

        Raises:
            SourceError: as said there; also where the library crashes or takes too long.
        """
        seconds, tried = _seconds(len(data)), self._overdue.seconds(data)
        if tried >= seconds:
            raise self._given_up(source, tried)
        if self._process and self._process.poll() is not None:
            self._end()  # something else killed it, and no file is to blame
        process = self._process = self._process or _start(source)
        answer = _exchange(process, data, source, seconds)
        if not answer.endswith(b"\n"):
            process.wait()
            self._end()
            if process.returncode == -signal.SIGALRM:
                self._overdue.remember(data, seconds)
                raise self._given_up(source, seconds)
            raise _crashed(process.returncode, source)
        reply = json.loads(answer)
        if "error" in reply:
            raise SourceError(reply["error"])
        return _extract(reply)

    def _given_up(self, source: str, seconds: int) -> SourceError:
        note = self._overdue.path
        again = f"；文件不变就不再读它，除非删除 {note}" if note else ""
        return SourceError(
            f"{source}：读了 {seconds} 秒还没有读完，已放弃{again}。"
            "请用原来的程序打开，另存一份，或拆成几个文件"
        )

    def _end(self) -> None:
        if self._process:
            self._process.kill()  # it holds nothing that could be lost
            self._process.communicate()
            self._process = None


def serve() -> None:
    """Read the files that come on stdin until it ends: what runs in the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's
    # The kernel ends an overdue process, in native code as well, and when the parent is gone.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    with suppress(ValueError, OSError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)  # what a library prints is no reply
        while line := sys.stdin.buffer.readline():
            asked = json.loads(line)
            signal.alarm(asked["seconds"])
            reply = _reply(sys.stdin.buffer.read(asked["size"]), asked["source"])
            signal.alarm(0)
            replies.write(json.dumps(reply).encode() + b"\n")
            replies.flush()


def _start(source: str) -> subprocess.Popen[bytes]:
    # -P: the folder that the user stands in may have a module of any name.
    command = [sys.executable, "-P", "-m", __name__]
    path = os.pathsep.join(filter(None, sys.path))
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
    except OSError as error:
        raise SourceError(
            f"{source}：启动不了读取 PDF 的进程（{error.strerror}）。请检查内存后再试"
        ) from error


def _exchange(process: subprocess.Popen[bytes], data: bytes, source: str, seconds: int) -> bytes:
    """The answer's line; without its end where the process died."""
    assert process.stdin
    assert process.stdout
    asked = json.dumps({"source": source, "size": len(data), "seconds": seconds})
    with suppress(BrokenPipeError):
        process.stdin.write(asked.encode() + b"\n")
        process.stdin.write(data)
        process.stdin.flush()
    return process.stdout.readline()


def _seconds(size: int) -> int:
    return min(_SECONDS_MAX, _SECONDS + size // _BYTES_A_SECOND)


@cache
def _reader() -> str:
    """What changes when a file that took too long may be read in time."""
    code = Path(__file__).with_name("pdf.py").read_bytes()
    return f"pypdfium2 {version('pypdfium2')}, {hashlib.sha256(code).hexdigest()}"


def _crashed(code: int, source: str) -> SourceError:
    how = signal.Signals(-code).name if code < 0 else f"退出码 {code}"
    return SourceError(
        f"{source}：读取 PDF 的程序在这个文件上崩溃了（{how}）。请用原来的程序打开，另存一份"
    )


def _reply(data: bytes, source: str) -> dict[str, Any]:
    from index.formats import pdf

    try:
        found = pdf.read(data, source)
    except SourceError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - as in ``index.documents``
        return {"error": str(damaged(source, error))}
    return {
        "text": found.text,
        "title": found.title,
        "metadata": dict(found.metadata),
        "roles": [[role.start, role.kind.value, role.level] for role in found.roles],
        "places": [[place.start, place.name] for place in found.places],
    }


def _extract(reply: dict[str, Any]) -> Extract:
    roles = tuple(Role(start, Kind(kind), level) for start, kind, level in reply["roles"])
    places = tuple(Place(start, name) for start, name in reply["places"])
    return Extract(reply["text"], reply["title"], reply["metadata"], roles, places)


if __name__ == "__main__":
    serve()
