"""One system in a process of its own: builds and saves, or opens and asks. Prints a line of JSON.

``python -m benchmarks.one_system build|ask SYSTEM TASK MODEL STARTED``; TASK is a folder that
`benchmarks.systems` made, STARTED what ``time.monotonic()`` was just before the process.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks import peers, timing
from benchmarks.compared import Ask, System

_LONGEST_S = 30.0  # a system that is slow at a size is asked fewer questions


@dataclass(frozen=True, slots=True)
class Task:
    """The folder that every system gets at a size, and what is in it."""

    folder: Path

    @property
    def texts(self) -> Path:
        """JSON: the passages."""
        return self.folder / "passages.json"

    @property
    def questions(self) -> Path:
        """JSON: the questions."""
        return self.folder / "questions.json"

    @property
    def vectors(self) -> Path:
        """Made-up vectors (n, 384); missing where passages are to be embedded."""
        return self.folder / "vectors.npy"

    def saved(self, name: str) -> Path:
        """Where the system of that name keeps what it built."""
        return self.folder / "".join(c if c.isalnum() else "-" for c in name)


@dataclass(frozen=True, slots=True)
class Built:
    """From passages, with the model loaded, to a saved index; memory in MB at the peak."""

    seconds: float
    peak_mb: int


@dataclass(frozen=True, slots=True)
class Asked:
    """From the start of the process to the first answer; then the times of ``questions`` more."""

    cold_start_s: float
    questions: int
    p50_ms: float
    p95_ms: float
    peak_mb: int


def build(name: str, system: System, task: Task) -> Built:
    """Into a folder that is emptied before."""
    texts = json.loads(task.texts.read_text("utf-8"))
    given = system.builds == "vectors" and task.vectors.exists()
    vectors = np.load(task.vectors) if given else None
    folder = task.saved(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    system.prepare()
    seconds = _seconds(lambda: system.build(texts, vectors, folder))
    return Built(seconds, timing.peak_mb())


def ask(name: str, system: System, task: Task, started: float) -> Asked:
    """The first question, then the others until they, or the time for them, are over."""
    answer = system.open(task.saved(name))
    first, *others = json.loads(task.questions.read_text("utf-8"))
    if not answer(first):
        raise ValueError(f"{name} 没有找到任何段落：{first}")
    cold = time.monotonic() - started
    taken = _asked(answer, others)
    spread = timing.spread(taken)
    return Asked(round(cold, 3), len(taken), spread.p50_ms, spread.p95_ms, timing.peak_mb())


def _asked(answer: Ask, questions: Sequence[str]) -> list[float]:
    taken: list[float] = []
    for question in questions:
        if sum(taken) > _LONGEST_S:
            break
        taken.append(_seconds(lambda: answer(question)))  # noqa: B023
    return taken


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main(action: str, name: str, folder: str, model: str, started: str) -> None:
    """Build or ask, and print what it took."""
    system, task = peers.SYSTEMS[name](Path(model)), Task(Path(folder))
    if action == "build":
        done: Built | Asked = build(name, system, task)
    else:
        done = ask(name, system, task, float(started))
    print(json.dumps(asdict(done)))


if __name__ == "__main__":
    main(*sys.argv[1:])
