"""Collections: indexes side by side in one data folder, each with its own sources.

data/                       the default collection, which is there without a name
data/collections/<name>/    each other one: a data folder of its own
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from index import store
from index.errors import InputError, StoreError

DEFAULT = "默认"
NAME_MAX = 40  # characters

_FOLDER = "collections"
_SEPARATORS = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection in numbers; where it cannot be used ``fault`` says why, and the rest is empty.

    ``built_at`` is UTC in ISO 8601.
    """

    name: str
    documents: int = 0
    passages: int = 0
    built_at: str = ""
    fault: str = ""


def root(data: Path, name: str | None) -> Path:
    """The folder of a collection's index, there or not; None is the default one.

    Raises:
        InputError: a collection cannot be called that.
    """
    if name is None or (checked := _checked(name)) == DEFAULT:
        return data
    return data / _FOLDER / checked


def existing(data: Path, name: str | None) -> Path:
    """The same, of one that has been built.

    Raises:
        InputError: there is none of that name; the message says which there are.
    """
    folder = root(data, name)
    if folder != data and not (folder / "CURRENT").exists():
        there = "、".join(names(data)) or "还没有文库"
        raise InputError(
            f"没有名为“{name}”的文库（有：{there}）。要新建：youju index 路径 --collection 名称"
        )
    return folder


def names(data: Path) -> list[str]:
    """The collections that have been built, the default one first, then by name."""
    found = [DEFAULT] if (data / "CURRENT").exists() else []
    try:
        folders = sorted(path for path in (data / _FOLDER).iterdir() if not path.is_symlink())
    except OSError:
        folders = []
    return found + [f.name for f in folders if _is_name(f.name) and (f / "CURRENT").exists()]


def listed(data: Path) -> list[Collection]:
    """Every collection by its manifest; the bytes of its files are not checked."""
    return [_collection(data, name) for name in names(data)]


def own_folders(root: Path) -> tuple[Path, ...]:
    """Folders that hold this index and those beside it: nothing in them is a source."""
    if root.parent.name != _FOLDER:
        return (root,)
    home = root.parent.parent
    return (root.parent, home) if (home / "CURRENT").exists() else (root.parent,)


def _collection(data: Path, name: str) -> Collection:
    try:
        manifest = store.current_manifest(root(data, name))
    except StoreError as error:
        return Collection(name, fault=str(error))
    counts = manifest.header.counts
    return Collection(name, counts.documents, counts.passages, manifest.built_at)


def _checked(name: str) -> str:
    plain = unicodedata.normalize("NFC", name)
    if not _is_name(plain):
        raise InputError(
            f"文库不能叫 {name[:NAME_MAX]!r}：名称为 1 到 {NAME_MAX} 个字，可用中文、字母、数字和空格，"
            '不能有 / \\ : * ? " < > |，首尾不能是点或空格。'
        )
    return plain


def _is_name(name: str) -> bool:
    return (
        0 < len(name) <= NAME_MAX
        and name.isprintable()
        and not _SEPARATORS & set(name)
        and name == name.strip(" .")
    )
