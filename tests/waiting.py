"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(happens: Callable[[], bool], seconds: float = 90) -> bool:
    """Whether it does, within ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happens():
            return True
        time.sleep(0.01)
    return happens()
