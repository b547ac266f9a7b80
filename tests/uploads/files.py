"""Two small articles to upload, and what became of them."""

from __future__ import annotations

from pathlib import Path

from index import build, searchable, uploads
from tests.editions import SmallEncoder

TEA = "云雾茶园\n\n云雾茶园的采茶机有六台，都是去年买的。\n".encode()
DAM = "青山水库\n\n青山水库的大坝已经加固，工程花了两年。\n".encode()


def documents(root: Path, *paths: Path) -> list[str]:
    """Ids of the documents after a build."""
    build.build(paths, root, SmallEncoder())
    return [document.id for document in searchable.read(root)[1].documents]


def lying(root: Path) -> list[str]:
    """Everything in the folder of the uploads, hidden files too."""
    return sorted(path.name for path in uploads.path(root, "x").parent.iterdir())
