"""A small index on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import store
from tests.store.on_disk import FILES, HEADER


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "数据 data"


@pytest.fixture
def built(root: Path) -> Path:
    store.write(root, HEADER, FILES)
    return root
