"""Ask Chinese documents questions; every sentence of an answer has its evidence."""

from index.changes import BadFile, BuildReport, Move
from index.errors import (
    BuildBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    InputError,
    LanguageModelError,
    ModelError,
    SourceError,
    StoreError,
    YoujuError,
)
from index.types import Document, Passage, Progress, Span
from rag.conversation import Turn
from rag.library import Library
from rag.scope import Scope
from rag.types import Answer, Certainty, Citation, Covered, Hit, IndexInfo, Why

__all__ = [
    "Answer",
    "BadFile",
    "BuildBusy",
    "BuildReport",
    "Certainty",
    "Citation",
    "Covered",
    "Document",
    "Hit",
    "IndexDamaged",
    "IndexInfo",
    "IndexMismatch",
    "IndexMissing",
    "InputError",
    "LanguageModelError",
    "Library",
    "ModelError",
    "Move",
    "Passage",
    "Progress",
    "Scope",
    "SourceError",
    "Span",
    "StoreError",
    "Turn",
    "Why",
    "YoujuError",
]
