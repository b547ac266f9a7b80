"""argparse in Chinese: what it says by itself, in help and of wrong arguments."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import NoReturn

from ui import terminal

WRONG_USAGE = 2  # exit code

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "usage: ": "用法：",
        "positional arguments": "参数",
        "options": "选项",
        "show this help message and exit": "显示本帮助并退出",
        "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
        "the following arguments are required: %s": "缺少参数：%s",
        "unrecognized arguments: %s": "不认识的参数：%s",
        "expected one argument": "后面要有一个值",
        "expected at least one argument": "后面至少要有一个值",
        "ignored explicit argument %r": "不带值，多了 %r",
        "ambiguous option: %(option)s could match %(matches)s": (
            "%(option)s 可以是 %(matches)s，请写全"
        ),
        "invalid choice: %(value)r (choose from %(choices)s)": (
            "没有 %(value)r（可用：%(choices)s）"
        ),
    }
)


class Parser(argparse.ArgumentParser):
    """A parser, and its commands, that complain in Chinese."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end the process."""
        self.print_usage(sys.stderr)
        terminal.complain(f"用法不对：{message}。用法见 {self.prog} --help")
        sys.exit(WRONG_USAGE)


def whole(written: str) -> int:
    """A whole number, as an argument's ``type``."""
    try:
        return int(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{written!r} 不是整数") from error


@contextmanager
def in_chinese() -> Iterator[None]:
    """Parsers that are made and used in here say what `argparse` says in Chinese.

    It asks gettext, whose catalogues are chosen by the user's locale and would have to be
    compiled; so what it asks with is replaced.
    """
    own = vars(argparse)
    before = own["_"]
    own["_"] = lambda message: _WORDS.get(message, message)
    try:
        yield
    finally:
        own["_"] = before
