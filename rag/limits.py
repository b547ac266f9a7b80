"""How long a language model may take, and how much it may write.

The environment variable YOUJU_LLM_TIMEOUT holds the seconds of silence after which a model is given
up (60 by default); the whole answer may take three times as long.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace

from index.errors import LanguageModelError

_VARIABLE = "YOUJU_LLM_TIMEOUT"
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, of silence, and for the whole answer; tries again; tokens of an answer.

    A model in process is silent only while it answers another question.
    """

    connect: float = 5.0
    silence: float = 60.0
    whole: float = 180.0
    retries: int = 2
    tokens: int = 700

    def check(self, began: float, name: str) -> None:
        """Hold the time since ``began`` (`time.monotonic`) against what a whole answer may take.

        Raises:
            LanguageModelError: it has passed.
        """
        if time.monotonic() - began > self.whole:
            raise LanguageModelError(
                f"模型 {name} 写了 {self.whole:g} 秒还没有写完，已停止。可用 {_VARIABLE} 放宽。"
            )


DEFAULT = Limits()


def from_environment(otherwise: Limits = DEFAULT) -> Limits:
    """The limits that YOUJU_LLM_TIMEOUT asks for; ``otherwise`` where it is not set.

    Raises:
        LanguageModelError: it is no number of seconds.
    """
    given = os.environ.get(_VARIABLE, "").strip()
    if not given:
        return otherwise
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _DAY:  # NaN is not either
        raise LanguageModelError(
            f"{_VARIABLE} 是 {given!r}，应是 0 到 {_DAY} 之间的秒数，例如 {_VARIABLE}=300。"
        )
    return replace(otherwise, silence=seconds, whole=3 * seconds)
