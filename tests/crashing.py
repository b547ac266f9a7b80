"""Builders that die: a cheap model, articles of one edition, and processes to kill.

The processes are forked from a server that has everything imported, so that a kill costs
hundredths of a second and a thousand of them are a test.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import build, searchable, vectors
from index.embedding import Done, Vector
from index.errors import BuildBusy, IndexMissing, StoreError
from index.manifest import ModelInfo
from rag import Library

build._SLICE = 2  # a record in the journal after every second text

PARAGRAPHS = 3


class SmallEncoder:
    """Unit vectors that follow from the text's hash: a fault of the store cannot hide in them."""

    info = ModelInfo("small", "small-1", 16, 512, "", "")

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        return self.encode_passages(queries)

    def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
        rows = [np.frombuffer(hashlib.sha512(t.encode()).digest(), "<i4") for t in texts]
        matrix = np.asarray(rows, np.float32).reshape(len(texts), 16)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def fits(self, texts: Sequence[str]) -> list[bool]:
        return [True] * len(texts)


def write_edition(folder: Path, number: int) -> None:
    """Two articles whose every paragraph names the edition, and one that never changes."""
    folder.mkdir(exist_ok=True)
    for name in "ab":
        lines = [f"第{number}版的第{i}段，讲的是水库和渠道。" for i in range(PARAGRAPHS)]
        (folder / f"{name}.txt").write_text("\n\n".join([f"第{number}版{name}", *lines]), "utf-8")
    (folder / "same.txt").write_text("不变的文章\n\n这一段在每一版里都是一样的。\n", "utf-8")


def build_edition(root: Path, folder: Path) -> None:
    """Index ``folder`` into ``root``."""
    build.build([folder], root, SmallEncoder())


def edition(root: Path) -> int:
    """The one edition that the index in ``root`` is of, whole to the last vector; 0 for none."""
    try:
        _, index = searchable.read(root)
    except IndexMissing:
        return 0
    assert [document.id for document in index.documents] == ["a.txt", "b.txt", "same.txt"]
    (number,) = {int(d.text.partition("版")[0][1:]) for d in index.documents[:2]}
    texts = index.window_texts()
    assert sum(f"第{number}版的" in text for text in texts) == 2 * PARAGRAPHS
    expected = vectors.Vectors.build(SmallEncoder().encode_passages(texts))
    assert bytes(index.vectors.to_bytes()) == bytes(expected.to_bytes())
    assert (index.window_words.scores(["不变"]) > 0).sum() == 2
    return number


# --- processes ----------------------------------------------------------------------------------

_context = multiprocessing.get_context("forkserver")


@cache
def _serve() -> None:
    """Start the server; it finds what to import by this, not by its parent's ``sys.path``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.set_forkserver_preload(["tests.crash_server"])
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

    _trace(strike)
    try:
        build_edition(root, folder)
    except (KeyboardInterrupt, StoreError) as error:
        told.send(type(error).__name__)
    else:
        told.send("built" if left > 0 else "built all the same")


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


def _trace(strike: Callable[[], None]) -> None:
    """Call ``strike`` after every change that is asked of the file system, and amid each write."""
    for name in ("fsync", "replace", "mkdir", "unlink", "rmdir", "ftruncate", "pwrite", "open"):
        setattr(os, name, _struck(getattr(os, name), strike))
    fdopen = os.fdopen

    def torn(*args: Any, **options: Any) -> Any:
        stream = fdopen(*args, **options)
        return _TornStream(stream, strike) if stream.writable() else stream

    os.fdopen = torn  # type: ignore[assignment]


def _struck(call: Callable[..., Any], strike: Callable[[], None]) -> Callable[..., Any]:
    def traced(*args: Any, **options: Any) -> Any:
        result = call(*args, **options)
        try:
            strike()
        except BaseException:
            if call.__name__ == "open":
                os.close(result)
            raise
        return result

    return traced


class _TornStream:
    def __init__(self, stream: Any, strike: Callable[[], None]) -> None:
        self._stream, self._strike = stream, strike

    def __enter__(self) -> _TornStream:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, data: bytes) -> None:
        for part in (data[: len(data) // 2], data[len(data) // 2 :]):
            self._stream.write(part)
            self._stream.flush()
            self._strike()

    def flush(self) -> None:
        self._stream.flush()
