"""What every system that is compared does: build from passages, open, answer a question."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from index.embedding import Vector

BEST = 5  # passages for a question

Builds = Literal["vectors", "words", "nothing"]
Ask = Callable[[str], Sequence[str]]  # a question to its best passages, best first


class System(ABC):
    """Made with the folder of the model, which it loads if it needs it, and imports what it needs."""

    builds: Builds = "vectors"

    def __init__(self, model: Path) -> None:  # noqa: B027 - not all of them load it
        """Nothing is loaded."""

    def prepare(self) -> None:  # noqa: B027 - what most of them need is loaded already
        """Load what a build needs; its time is not counted."""

    @abstractmethod
    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        """From passages to what `open` reads, in the empty ``folder``."""

    @abstractmethod
    def open(self, folder: Path) -> Ask:
        """From what `build` saved to questions."""


def save(texts: Sequence[str], folder: Path) -> None:
    """Keep the passages in ``folder``."""
    (folder / "texts.json").write_text(json.dumps(list(texts), ensure_ascii=False), "utf-8")


def load(folder: Path) -> list[str]:
    """What `save` kept."""
    texts: list[str] = json.loads((folder / "texts.json").read_text("utf-8"))
    return texts
