"""Every error Youju raises on purpose, as one tree.

YoujuError                    shown to the user as it is: what was wrong, and what to do
├── InputError                a question, path or option that cannot be used
│   └── SourceError           a source file or folder that cannot be read
├── ModelError                the embedding model is missing, damaged or gives wrong output
├── LanguageModelError        the language model cannot be had or fails; answers go on without it
└── StoreError                the stored index cannot be used
    ├── IndexMissing          nothing has been built yet
    ├── IndexDamaged          a file is not what the manifest says
    ├── IndexMismatch         built with another model, other settings or another format
    └── BuildBusy             another build holds the lock
"""

from __future__ import annotations


class YoujuError(Exception):
    """Base of the tree; ``str(error)`` is Chinese, with the values and the remedy."""


class InputError(YoujuError, ValueError):
    """A question, path or option that cannot be used."""


class SourceError(InputError):
    """A source file or folder that cannot be read."""


class ModelError(YoujuError):
    """The embedding model is missing, damaged or gives wrong output."""


class LanguageModelError(YoujuError):
    """The language model that writes answers cannot be had, fails, or is silent for too long."""


class StoreError(YoujuError):
    """The stored index cannot be used."""


class IndexMissing(StoreError):
    """Nothing has been built in this data folder yet."""


class IndexDamaged(StoreError):
    """A stored file is missing or differs from its size or SHA-256 in the manifest."""


class IndexMismatch(StoreError):
    """The index was built with another model, other settings or another format."""


class BuildBusy(StoreError):
    """Another process is building in this data folder."""
