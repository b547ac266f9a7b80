"""The real encoder, and folders to build from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.embedding import Encoder, load_encoder
from tests.building.articles import FIRST, SECOND, THIRD, write


@pytest.fixture(scope="package")
def encoder() -> Encoder:
    return load_encoder()


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
