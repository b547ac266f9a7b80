"""A small index: what is in it, where its parts lie, and ways to forge and to judge it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import manifest as format_
from index import store
from index.errors import IndexDamaged

HEADER = store.Header(
    store.ModelInfo("小模型", "f00d", 3, 512, "query: ", "passage: "),
    store.ChunkerSettings(version=1, window_characters=180),
    store.Counts(documents=1, passages=2, windows=3),
)
MANIFEST = "manifest.json"
FILES = {"documents.jsonl": "有据可查\n".encode() * 9, "vectors.faiss": bytes(range(256)), "e": b""}


def current(root: Path) -> Path:
    pointer = json.loads((root / "CURRENT").read_bytes())
    return root / "generations" / str(pointer["generation"])


def generations(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "generations").iterdir())


def forge(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest, and its checksum and CURRENT with it so that both are right again."""
    folder = current(root)
    value = json.loads((folder / "manifest.json").read_bytes())
    change(value)
    value["checksum"] = ""
    rest = (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
    value["checksum"] = hashlib.sha256(rest).hexdigest()
    forge_bytes(root, json.dumps(value).encode())


def forge_bytes(root: Path, data: bytes) -> None:
    (current(root) / "manifest.json").write_bytes(data)
    pointer = format_.Pointer(current(root).name, store.FileEntry.of(data))
    (root / "CURRENT").write_bytes(format_.encode(pointer))


UNSAFE = ["", ".", "..", "../a", "/etc/passwd", "a/b", "a\n", "a\0", "有据", ".hidden", "a" * 101]


def files_below(root: Path) -> list[Path]:
    return [root / "CURRENT", *sorted(current(root).iterdir())]


def assert_damaged(root: Path, *parts: str) -> None:
    with pytest.raises(IndexDamaged) as caught:
        store.read(root)
    for part in (*parts, "已损坏", f"youju index 源文件夹 --data '{root}'"):
        assert part in str(caught.value)
