"""The folders of the builds: which there are, what the next is called, which are deleted."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from index.manifest import MANIFEST
from index.safe_files import FOLDER, delete_folder, opened

KEPT = 3  # the current one, the one before it, and one more to bring back

_NAME = re.compile(r"[0-9]{6,12}-[0-9a-f]{8}")


def is_name(name: str) -> bool:
    """Whether a generation may be called that: the number of its build, and chance."""
    return _NAME.fullmatch(name) is not None


def number(name: str) -> int:
    """How many builds there were, this one included."""
    return int(name.partition("-")[0])


def names(root: Path) -> list[str]:
    """The generations that were written to the end, in the order of their builds."""
    try:
        with (
            opened(os.fspath(root), os.O_DIRECTORY) as top,
            opened("generations", FOLDER, top) as parent,
        ):
            return _ended(parent)
    except OSError:
        return []  # no folder that a generation could be read from


def next_name(parent: int) -> str:
    """A name for a new generation in the folder that is open as ``parent``."""
    last = max((number(name) for name in _ended(parent)), default=0)
    return f"{last + 1:06d}-{secrets.token_hex(4)}"


def clean(parent: int, *needed: str | None) -> None:
    """Keep ``needed`` and the newest others; delete older ones and what dead builds left."""
    by_need = sorted(_ended(parent), key=lambda name: name in needed)  # stable: else by age
    kept = {*needed, *by_need[-KEPT:]}
    for name in os.listdir(parent):
        if is_name(name) and name not in kept:
            delete_folder(name, parent)


@contextmanager
def folders(root: Path) -> Iterator[tuple[int, int]]:
    """``root`` and its ``generations``, made where they are missing and held open."""
    with ExitStack() as stack:
        root.mkdir(parents=True, exist_ok=True)
        top = stack.enter_context(opened(os.fspath(root), os.O_DIRECTORY))
        with suppress(FileExistsError):
            os.mkdir("generations", dir_fd=top)
        yield top, stack.enter_context(opened("generations", FOLDER, top))


def _ended(parent: int) -> list[str]:
    """The manifest is written last, so a folder without one is of a build that died."""
    there = [name for name in os.listdir(parent) if is_name(name)]
    ended = [n for n in there if os.access(f"{n}/{MANIFEST}", os.F_OK, dir_fd=parent)]
    return sorted(ended, key=number)
