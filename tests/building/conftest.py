"""Folders to build from, and a copied index to spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.building.articles import FIRST, SECOND, THIRD, write


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "源 文件"
    folder.mkdir()
    write(folder, FIRST, SECOND, THIRD)
    return folder


@pytest.fixture
def copied(seed_data: Path, tmp_path: Path) -> Path:
    """A copy of the seed's index, for the test to spoil."""
    return Path(shutil.copytree(seed_data, tmp_path / "data"))
