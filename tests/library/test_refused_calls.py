"""What cannot be asked, and what is said then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from rag import InputError, Library
from tests.library.asking import FACT


@pytest.mark.parametrize("call", [Library.ask, Library.search], ids=["ask", "search"])
@pytest.mark.parametrize("question", ["", " \u3000\n"])
def test_empty_question(
    seed_library: Library, call: Callable[[Library, str], object], question: str
) -> None:
    with pytest.raises(InputError, match="空"):
        call(seed_library, question)


@pytest.mark.parametrize("call", [Library.ask, Library.search], ids=["ask", "search"])
def test_question_of_3000_characters(
    seed_library: Library, call: Callable[[Library, str], object]
) -> None:
    with pytest.raises(InputError, match=r"3000.*400"):
        call(seed_library, "问" * 3000)


def test_longest_question_that_may_be_asked(seed_library: Library) -> None:
    assert seed_library.search("水库" * 200, 1)
    with pytest.raises(InputError):
        seed_library.search("水库" * 200 + "水")


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one(seed_library: Library, k: int) -> None:
    with pytest.raises(InputError, match=f"{k}"):
        seed_library.search(FACT, k)


def test_what_is_not_in_the_library(seed_library: Library) -> None:
    with pytest.raises(InputError, match="'nowhere'"):
        seed_library.document("nowhere")
    hit = seed_library.search(FACT, 1)[0]
    foreign = replace(hit, passage=replace(hit.passage, id="nowhere#1"))
    with pytest.raises(InputError, match="nowhere#1"):
        seed_library.why(FACT, foreign)
