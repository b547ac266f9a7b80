"""What a build did: which documents are new, and which files could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Document


@dataclass(frozen=True, slots=True)
class Move:
    """A document whose text is now found under another id (its file was moved or renamed)."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that could not be indexed; ``reason`` names it, what is wrong and the remedy."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Ids of documents compared with the former index, and files that were left out."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[Move, ...]
    removed: tuple[str, ...]
    unchanged: int
    bad_files: tuple[BadFile, ...]


def compare(
    former: Sequence[Document], documents: Sequence[Document], bad_files: Sequence[BadFile]
) -> BuildReport:
    """What became of the ``former`` documents in ``documents``.

    The id tells which document it is, title and text whether it changed; a new one with the
    text of one that is gone was moved.
    """
    before = {document.id: document for document in former}
    after = {document.id: document for document in documents}
    gone = {document.text: document.id for document in former if document.id not in after}
    added, moved = [], []
    for document in documents:
        if document.id in before:
            continue
        if origin := gone.pop(document.text, None):
            moved.append(Move(origin, document.id))
        else:
            added.append(document.id)
    origins = {move.before for move in moved}
    shared = [document for document in documents if document.id in before]
    changed = [d.id for d in shared if not same_text(before[d.id], d)]
    return BuildReport(
        added=tuple(added),
        changed=tuple(changed),
        moved=tuple(moved),
        removed=tuple(d.id for d in former if d.id not in after and d.id not in origins),
        unchanged=len(shared) - len(changed),
        bad_files=tuple(bad_files),
    )


def same_text(one: Document, other: Document) -> bool:
    """Whether passages of the one are passages of the other."""
    return (one.id, one.title, one.text) == (other.id, other.title, other.text)
