"""The last generations: listed, and one of them brought back."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from index import generations, passages, searchable, store
from index.errors import IndexMismatch, InputError, StoreError
from index.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Record:
    """One stored generation. Where it is damaged ``fault`` says how, and the rest may be empty.

    ``built_at`` is UTC in ISO 8601, ``size`` the bytes of its files.
    """

    name: str
    current: bool
    fault: str = ""
    built_at: str = ""
    documents: int = 0
    passages: int = 0
    size: int = 0

    @property
    def number(self) -> int:
        """How many builds there were, this one included."""
        return generations.number(self.name)


def records(root: Path) -> list[Record]:
    """Every stored generation, the oldest first, each checked to the last byte.

    Raises:
        IndexMissing: there is none.
    """
    found = [_record(root, name) for name in generations.names(root)]
    present = set(generations.names(root))  # a builder may have deleted old ones meanwhile
    found = [record for record in found if record.name in present]
    if not found:
        store.read(root)  # says what is missing, and how to build
    return found


def rollback(root: Path, wanted: str | None = None) -> Manifest:
    """Make a former generation current: ``wanted`` by number or name, else the one before.

    It is checked first. What is current now is kept, so that it can be brought back as well.

    Raises:
        InputError: there is no such generation. IndexDamaged, IndexMismatch: it cannot be used.
        BuildBusy: a build is running. StoreError: CURRENT cannot be written.
    """
    _chosen(root, wanted)  # before the lock makes a folder where there is none
    with store.build_lock(root):
        manifest = store.read_named(root, _chosen(root, wanted)).manifest
        _check_usable(root, manifest)
        store.swap(root, manifest)
    return manifest


def _record(root: Path, name: str) -> Record:
    current = name == store.current_name(root)
    try:
        manifest = store.read_named(root, name).manifest
    except StoreError as error:
        return Record(name, current, str(error))
    size = sum(entry.size for entry in manifest.files.values())
    counts = manifest.header.counts
    return Record(name, current, "", manifest.built_at, counts.documents, counts.passages, size)


def _check_usable(root: Path, manifest: Manifest) -> None:
    """Raise ``IndexMismatch`` for one that `searchable.read` would refuse once it is current."""
    try:
        searchable.check_settings(manifest, root)
    except IndexMismatch as error:
        number = generations.number(manifest.generation)
        raise IndexMismatch(
            f"{root} 的第 {number} 版不能恢复，当前使用的没有变：它按另一套分段设置建成，"
            f"存的是 {manifest.header.chunker}，现在是 {passages.SETTINGS}。请恢复另一版"
            f"（各版：youju generations --data {shlex.quote(str(root))}），或用建它的那个版本的程序。"
        ) from error


def _chosen(root: Path, wanted: str | None) -> str:
    names, current = generations.names(root), store.current_name(root)
    if wanted is None:
        number = generations.number(current) if current else None
        fitting = [n for n in names if number is None or generations.number(n) < number][-1:]
    else:
        fitting = [n for n in names if wanted in (n, str(generations.number(n)))]
    if len(fitting) != 1:
        what = "更早的版本" if wanted is None else f"第 {wanted} 版"
        listed = "、".join(names) or "一版也没有"
        raise InputError(f"{root} 里没有{what}可以恢复。现有：{listed}。")
    return fitting[0]
