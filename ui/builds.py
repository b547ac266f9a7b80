"""What the page answers from and is being built, as immutable values."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from index.types import Progress

if TYPE_CHECKING:
    from rag import Library


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a build; ``began`` on the monotonic clock, in seconds."""

    progress: Progress
    began: float


@dataclass(frozen=True, slots=True)
class Build:
    """A build: its steps so far, in order, and how it ended.

    ``missed``: nobody asked for it, but uploads were found that no build had seen.
    """

    steps: tuple[Step, ...] = ()
    ended: bool = False
    error: Exception | None = None
    missed: bool = False

    def advanced(self, progress: Progress) -> Build:
        """The same, so much further."""
        before, began = self.steps, time.monotonic()
        if before and before[-1].progress.step == progress.step:
            before, began = before[:-1], before[-1].began
        return replace(self, steps=(*before, Step(progress, began)))


Phase = Literal["opening", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class State:
    """What the page answers from now. ``error`` says why there is no library."""

    phase: Phase
    library: Library | None = None
    error: Exception | None = None
    build: Build | None = None
