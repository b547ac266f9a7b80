"""Readers while builds go on: every answer from one generation, and no error ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index import build
from index.embedding import load_encoder
from tests.crashing import asking, reading, received, start
from tests.editions import build_edition, write_edition

READERS = 8


def editions(
    readers: int, target: Callable[..., None], root: Path, swap: Callable[[int], None], swaps: int
) -> list[list[int]]:
    """What each of ``readers`` saw while ``swaps`` more editions were built."""
    started = [start(target, root) for _ in range(readers)]
    for _, ours in started:
        ours.recv()  # every one of them reads
    for number in range(2, swaps + 2):
        swap(number)
    for _, ours in started:
        ours.send("stop")
    seen = [[one(numbers) for numbers in received(ours)[0]] for _, ours in started]
    for process, _ in started:
        process.join(60)
        assert process.exitcode == 0
    return seen


def one(numbers: set[str]) -> int:
    (number,) = numbers
    return int(number[1:])


@pytest.mark.parametrize("swaps", [25, pytest.param(200, marks=pytest.mark.slow)])
def test_eight_readers_see_every_swap_whole(tmp_path: Path, swaps: int) -> None:
    root, folder = tmp_path / "data", tmp_path / "源"

    def swap(number: int) -> None:
        write_edition(folder, number)
        build_edition(root, folder)

    swap(1)
    seen = editions(READERS, reading, root, swap, swaps)
    for numbers in seen:
        assert numbers == sorted(numbers)
        assert numbers[-1] <= swaps + 1
        assert len(set(numbers)) > 1  # it did read while the other wrote


@pytest.mark.slow
def test_answers_of_the_real_model_cite_one_generation(tmp_path: Path) -> None:
    root, folder = tmp_path / "data", tmp_path / "源"
    encoder = load_encoder()

    def swap(number: int) -> None:
        write_edition(folder, number)
        build.build([folder], root, encoder)

    swap(1)
    seen = editions(2, asking, root, swap, 50)
    for numbers in seen:
        assert numbers == sorted(numbers)
        assert len(set(numbers)) > 1
