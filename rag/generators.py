"""Language models that write answers, behind one small protocol, and which one a name gets."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from index.errors import LanguageModelError
from rag import limits
from rag.limits import Limits
from rag.prompting import Prompt


class Generator(Protocol):
    """Something that writes an answer piece by piece; closing the iterator stops it."""

    @property
    def name(self) -> str:
        """What the model is called, for people."""

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """The answer in pieces, as they are written.

        Raises:
            LanguageModelError: the model cannot be had, fails, or is silent for too long.
        """


@dataclass(frozen=True, slots=True)
class Stoppable:
    """``generator``, which ends at its next piece once ``stop`` is set, whoever reads it."""

    generator: Generator
    stop: threading.Event

    @property
    def name(self) -> str:
        """See `Generator.name`."""
        return self.generator.name

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """See `Generator.stream`."""
        with closing(self.generator.stream(prompt)) as pieces:  # type: ignore[type-var]
            for piece in pieces:
                if self.stop.is_set():
                    return
                yield piece


Choice = Generator | str | None  # a generator, its name, or whatever YOUJU_LLM says


def name(llm: Choice) -> str:
    """What the chosen model is called; '' where there is none."""
    if llm is not None and not isinstance(llm, str):
        return llm.name
    return (os.environ.get("YOUJU_LLM", "") if llm is None else llm).strip()


def base_url() -> str:
    """The address of the service that writes; '' where none is set."""
    return os.environ.get("OPENAI_BASE_URL", "").strip()


def named(llm: Choice, within: Limits | None = None) -> Generator | None:
    """The generator of a name; by default of YOUJU_LLM; None for ''.

    A path (a model folder or a .gguf file) is loaded in process. Any other name is asked for
    at OPENAI_BASE_URL where that or OPENAI_API_KEY is set, else loaded by transformers.
    ``within``: its limits (default: `limits.from_environment`).

    Raises:
        LanguageModelError: the name is a path where there is nothing, or YOUJU_LLM_TIMEOUT is no
            number of seconds.
    """
    if llm is not None and not isinstance(llm, str):
        return llm
    if not (wanted := name(llm)):
        return None
    url, key = base_url(), os.environ.get("OPENAI_API_KEY", "").strip()
    return _made(wanted, url, key, within or limits.from_environment())


def stoppable(llm: Choice, stop: threading.Event) -> Choice:
    """The generator of a name, as `named`, until ``stop`` is set; '' where there is none."""
    generator = named(llm)
    return Stoppable(generator, stop) if generator else ""


@lru_cache  # a model in process is loaded once
def _made(name: str, url: str, key: str, within: Limits) -> Generator:
    from rag.endpoint import Endpoint
    from rag.local_model import LocalModel

    path = Path(name)
    if path.suffix == ".gguf" and not path.is_file():
        raise LanguageModelError(f"没有模型文件 {path}。请检查路径。")
    if not path.exists() and (url or key):
        return Endpoint(name, url or None, key or "none", within)
    if not path.exists() and (path.is_absolute() or name.startswith(".")):
        raise LanguageModelError(f"没有模型文件夹 {path}。请检查路径。")
    return LocalModel(name, within)
