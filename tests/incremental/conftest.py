"""A folder of three articles, and a place for its index."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedding import Encoder, load_encoder
from tests.incremental.watching import TEXTS


@pytest.fixture(scope="package")
def real() -> Encoder:
    return load_encoder()


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
