"""A stream read in a thread of its own, so that whoever waits for its next item can leave."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_BEAT = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None = None


def beating(
    items: Generator[T], stop: threading.Event, every: float = _BEAT
) -> Generator[T | None]:
    """``items`` as they come, and None where there was none for ``every`` seconds.

    Gradio looks after each value whether the page still listens, and closes a stream that nobody
    does; without beats that is after the next whole sentence. Closing this sets ``stop``, at
    which ``items`` ought to end.
    """
    found: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
    # A daemon: the program need not wait for a model to end.
    threading.Thread(target=_read, args=(items, stop, found), daemon=True).start()
    try:
        while True:
            try:
                item = found.get(timeout=every)
            except queue.Empty:
                yield None
                continue
            if not isinstance(item, _End):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                return
    finally:
        stop.set()


def _read(items: Generator[T], stop: threading.Event, found: queue.SimpleQueue[T | _End]) -> None:
    try:
        with closing(items):
            for item in items:
                found.put(item)
                if stop.is_set():
                    return
        found.put(_End())
    except Exception as error:  # noqa: BLE001 - raised again where the items are waited for
        found.put(_End(error))
