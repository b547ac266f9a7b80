"""Builders that die, contend or never end, and readers meanwhile, as processes to kill.

They are forked from a server that has everything imported, so that a kill costs hundredths of a
second and a thousand of them are a test.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from index import searchable, uploads
from index.errors import BuildBusy, StoreError
from rag import Library
from tests.editions import PARAGRAPHS, SmallEncoder, build_edition, write_edition
from tests.file_steps import trace

_context = multiprocessing.get_context("forkserver")


@cache
def _serve() -> None:
    """Start the server; it finds what to import by this, not by its parent's ``sys.path``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.set_forkserver_preload(["tests.crashing", "tests.crash_server"])
        forkserver.ensure_running()


def start(target: Callable[..., None], *args: Any) -> tuple[BaseProcess, Connection]:
    """``target(connection, *args)`` in a process of its own, and the other end."""
    _serve()
    ours, theirs = _context.Pipe()
    process = _context.Process(target=target, args=(theirs, *args), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def finish(target: Callable[..., None], *args: Any) -> tuple[int, list[Any]]:
    """Run it to its end, whatever that is: exit code (negative: signal), what it sent."""
    process, ours = start(target, *args)
    sent = received(ours)
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode, sent


def received(ours: Connection) -> list[Any]:
    """All that was sent until the process ended."""
    sent = []
    try:
        while True:
            sent.append(ours.recv())
    except EOFError:
        return sent


def dying_build(told: Connection, root: Path, folder: Path, step: int, how: str) -> None:
    """Build; at file system step ``step`` be killed, or interrupted, or refused."""
    left = step

    def strike() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise KeyboardInterrupt if how == "interrupt" else OSError(28, "No space left")

    trace(strike)
    try:
        build_edition(root, folder)
    except (KeyboardInterrupt, StoreError) as error:
        told.send(type(error).__name__)
    else:
        told.send("built" if left > 0 else "built all the same")


def dying_upload(told: Connection, root: Path, data: bytes, step: int) -> None:
    """Upload ``data`` in the place of another file; at file system step ``step`` be killed."""
    trace(killing(step))
    uploads.add(root, "a.txt", data, replace=True)


def killing(step: int) -> Callable[[], None]:
    """What ends this process without warning when it is called for the ``step``-th time."""
    left = step

    def strike() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


def limited_build(told: Connection, root: Path, folder: Path, limit: int) -> None:
    """Build where no file may have more than ``limit`` bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    attempted_build(told, root, folder)


def attempted_build(told: Connection, root: Path, folder: Path) -> None:
    """Build and tell how it ended."""
    try:
        build_edition(root, folder)
    except StoreError as error:
        told.send(f"{type(error).__name__}: {error}")
    else:
        told.send("built")


@dataclass(frozen=True, slots=True)
class Mark:
    """A build that begins, or that is done; ``at`` on the monotonic clock, in seconds."""

    number: int
    done: bool
    at: float


def endless_builds(told: Connection, root: Path, folder: Path, first: int) -> None:
    """Build edition after edition, with a ``Mark`` before and after each."""
    for number in range(first, sys.maxsize):
        write_edition(folder, number)
        told.send(Mark(number, False, time.monotonic()))
        build_edition(root, folder)
        told.send(Mark(number, True, time.monotonic()))


def contending_builds(told: Connection, root: Path, folder: Path, last: int) -> None:
    """Build each edition, again where another builder is at work; tell what was said then."""
    said = set()
    for number in range(1, last + 1):
        write_edition(folder, number)
        while True:
            try:
                build_edition(root, folder)
                break
            except BuildBusy as busy:
                said.add(str(busy))
    told.send(said)


def reading(told: Connection, root: Path) -> None:
    """Open and search until told to stop; tell which editions each opened index answered from.

    An opened index is asked three times, so that others are swapped in, and its own folder is
    deleted, while it is in use.
    """
    seen = []
    while not told.poll():
        manifest, index = searchable.read(root)
        library = Library(manifest, index, SmallEncoder())
        answers = [library.search("水库和渠道", 50) for _ in range(3)]
        texts = {hit.passage.text for hits in answers for hit in hits}
        numbers = {text.partition("版")[0] for text in texts if text.startswith("第")}
        assert answers[0] == answers[1] == answers[2]
        assert len(texts) >= 2 * PARAGRAPHS
        seen.append(numbers)
        if len(seen) == 1:
            told.send("reading")
    told.recv()
    told.send(seen)


def asking(told: Connection, root: Path) -> None:
    """As ``reading``, with the real model and whole answers: the editions that each cites."""
    seen = []
    while not told.poll():
        library = Library.open(root)
        for _ in range(2):
            answer = library.ask("讲的是什么？")
            assert answer.citations
            for citation in answer.citations:
                text = library.document(citation.document_id).text
                assert text[citation.start : citation.end] == citation.quote
            quotes = [citation.quote for citation in answer.citations]
            texts = [hit.passage.text for hit in answer.hits]
            found = (text.partition("版")[0] for text in (*quotes, *texts))
            seen.append({number for number in found if number.startswith("第")})
        if len(seen) == 2:
            told.send("reading")
    told.recv()
    told.send(seen)
