"""A runner of commands, with the seed's index open already."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Library
from tests.cli.commands import Run


@pytest.fixture(autouse=True)
def opened(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, seed_data: Path
) -> None:
    """Commands on the seed's own index find it open already; all others open theirs."""
    library: Library = request.getfixturevalue("seed_library")
    real = Library.open

    def open_once(data: Path, *, model: str | None = None, reranker: str | None = None) -> Library:
        if (Path(data), model, reranker) == (seed_data, None, None):
            return library
        return real(data, model=model, reranker=reranker)

    monkeypatch.setattr(Library, "open", open_once)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return Run(capfd)
