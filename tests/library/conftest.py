"""The questions, asked once of the seed article."""

from __future__ import annotations

import pytest

from rag import Answer, Library
from tests.library.asking import QUESTIONS


@pytest.fixture(scope="package")
def answers(seed_library: Library) -> dict[str, Answer]:
    return {question: seed_library.ask(question) for question in QUESTIONS}
