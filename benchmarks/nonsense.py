"""Inputs that ask nothing, which no library can answer: the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import cycle, islice

import jieba

SEED = 9
_HAN = [
    bytes([row, cell]).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(161, 255)
]
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "QWERTYUIOP", "ASDFGHJKL")
_MARKS = "？！。，、；：…—～?!.,;:#%&*@"
_WORDS = "桌子 蓝色 跑步 虽然 橡皮 快乐 嗯 的 非常 石头 其实 慢慢 玻璃 好吗 为什么 多少 谁 香蕉 打喷嚏".split()
_SYLLABLES = "哈啊嘟呀哦嘿咚喵呵哒"


def nonsense(questions: Sequence[str], count: int) -> list[str]:
    """``count`` inputs of six kinds by turns; one kind is ``questions`` with their words shuffled."""
    chance = random.Random(SEED)
    kinds: tuple[Callable[[random.Random], str], ...] = (
        lambda c: "".join(c.sample(_HAN, c.randint(6, 14))),
        lambda c: "".join(_part(c.choice(_ROWS), c) for _ in range(c.randint(1, 3))),
        lambda c: c.choice(_WORDS),
        lambda c: "".join(c.choices(_MARKS, k=c.randint(1, 8))),
        lambda c: c.choice(_SYLLABLES) * c.randint(3, 10),
        lambda c: _shuffled(c.choice(questions), c),
    )
    return [kind(chance) for kind in islice(cycle(kinds), count)]


def _part(row: str, chance: random.Random) -> str:
    start = chance.randrange(len(row) - 3)
    return row[start : start + chance.randint(3, 8)]


def _shuffled(question: str, chance: random.Random) -> str:
    found = jieba.lcut(question)
    chance.shuffle(found)
    return "".join(found)
