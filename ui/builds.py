"""A build as the page tells of it: its steps so far, and how it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from index.types import Progress


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a build; ``began`` on the monotonic clock, in seconds."""

    progress: Progress
    began: float


@dataclass(frozen=True, slots=True)
class Build:
    """A build: its steps so far, in order, and how it ended (None: it has not)."""

    steps: tuple[Step, ...] = ()
    ended: bool = False
    error: Exception | None = None

    def advanced(self, progress: Progress) -> Build:
        """The same, so much further."""
        before, began = self.steps, time.monotonic()
        if before and before[-1].progress.step == progress.step:
            before, began = before[:-1], before[-1].began
        return replace(self, steps=(*before, Step(progress, began)))
