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
from rag.types import Answer, Certainty, Citation, Hit, IndexInfo, Why

__all__ = [
    "Answer",
    "BadFile",
    "BuildBusy",
    "BuildReport",
    "Certainty",
    "Citation",
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
    "SourceError",
    "Span",
    "StoreError",
    "Turn",
    "Why",
    "YoujuError",
]
