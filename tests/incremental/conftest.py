"""A folder of three articles, and a place for its index."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.incremental.articles import TEXTS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "源"
    for name, text in TEXTS.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, "utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"
