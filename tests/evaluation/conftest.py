"""The tiny folder on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation.scripted import write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path)
    return tmp_path
