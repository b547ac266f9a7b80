"""A strike at any step of the file system: after each change, and amid each write."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any


def trace(strike: Callable[[], None]) -> None:
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
