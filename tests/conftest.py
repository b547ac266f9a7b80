"""Shared fixtures: the real model and the seed article's index, made once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedding import Encoder, load_encoder
from rag import Library
from tests import DATA, SEEDS
from tests import small_model as smallest


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled model."""
    return load_encoder()


@pytest.fixture(scope="session")
def seed_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index of ``seeds/``; tests must not change it."""
    folder = tmp_path_factory.mktemp("seed") / "data"
    Library.build(SEEDS, folder)
    return folder


@pytest.fixture(scope="session")
def seed_library(seed_data: Path) -> Library:
    """The opened index of ``seeds/``."""
    return Library.open(seed_data)


@pytest.fixture(scope="session")
def second_library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The index of the second article, in another style than the seed."""
    folder = tmp_path_factory.mktemp("second") / "data"
    return Library.build(DATA / "second_article.txt", folder)


@pytest.fixture
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sentence-transformers model of 8 dimensions."""
    return smallest.save(tmp_path_factory.mktemp("model"))
