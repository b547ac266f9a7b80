"""The same passages and questions through what a user would pick instead, as each grows.

Every system at every size builds in one process and answers in another, so that cold start and
peak memory are its own, and the systems take turns. Of more than ``EMBEDDED`` passages the vectors
are given, those of the same weights in 8 bits, as torch would take hours; a question's never are. A build of more
than 20 s is made in the first round only.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import embedded, material, start, timing
from benchmarks.one_system import Asked, Built, Task
from benchmarks.peers import OWN, SYSTEMS
from index import bundled_model

SIZES = (1_000, 10_000, 100_000)
EMBEDDED = 1_000
QUESTIONS = 101  # the first gives the cold start
SLOW_MS = 30_000.0  # a question; such a system takes part in the first round only
_SLOW_BUILD_S = 20.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One system at one size: of a round, a median, or youju's divided by its own.

    ``build_s`` is from passages, with the model loaded, to a saved index; ``cold_start_s`` from the
    start of a process to the first answer; p50 and p95 are of so many ``questions`` after it.
    """

    build_s: float
    build_peak_mb: float
    cold_start_s: float
    questions: float
    p50_ms: float
    p95_ms: float
    ask_peak_mb: float


@dataclass(frozen=True, slots=True)
class Row:
    """One system at one size, at one ``commit`` of youju, built so many times.

    ``built``: passages embedded, vectors given, words, or nothing.
    """

    system: str
    passages: int
    tokens: int
    built: str
    builds: int
    commit: str
    median: Figures
    youju_ratio: Figures
    rounds: tuple[Figures, ...]


def run(
    corpus: Path, questions: Path, work: Path, rounds: int, sizes: Sequence[int] = SIZES
) -> None:
    """Smallest size first; what is done is saved after each."""
    model = bundled_model.prepare()  # once: it checks half a gigabyte
    rows = [row for row in _stored() if row.passages not in sizes]
    for size in sorted(sizes):
        task = _task(corpus, questions, work, size)
        rows += _compared(task, model, rounds)
        timing.save("systems", {"rows": sorted(rows, key=lambda row: row.passages)})
    print("\n".join(table(rows)))


def _stored() -> list[Row]:
    """What was measured before; sizes that are not measured now are kept."""
    stored = timing.RESULTS / "systems.json"
    rows = json.loads(stored.read_text("utf-8"))["rows"] if stored.exists() else []
    return [_row(**row) for row in rows]


def _row(
    median: Mapping[str, Any],
    youju_ratio: Mapping[str, Any],
    rounds: Sequence[Mapping[str, Any]],
    **rest: Any,
) -> Row:
    each = tuple(Figures(**one) for one in rounds)
    return Row(**rest, median=Figures(**median), youju_ratio=Figures(**youju_ratio), rounds=each)


def _task(corpus: Path, questions: Path, work: Path, size: int) -> Task:
    task = Task((work / "systems" / str(size)).resolve())
    task.folder.mkdir(parents=True, exist_ok=True)
    given = embedded.pieces(corpus, work, size)
    _write(task.texts, given.texts)
    _write(task.questions, material.questions(questions, QUESTIONS))
    task.vectors.unlink(missing_ok=True)
    if size > EMBEDDED:
        np.save(task.vectors, given.vectors)
    return task


def _write(path: Path, texts: Sequence[str]) -> None:
    path.write_text(json.dumps(texts, ensure_ascii=False), "utf-8")


def _compared(task: Task, model: Path, rounds: int) -> list[Row]:
    texts = json.loads(task.texts.read_text("utf-8"))
    tokens = _tokens(texts, model)
    found: dict[str, list[Figures]] = {name: [] for name in SYSTEMS}
    built: dict[str, list[Built]] = {name: [] for name in SYSTEMS}
    for turn in range(1, rounds + 1):
        for name, own in found.items():
            if own and own[0].p50_ms > SLOW_MS:
                continue
            if not built[name] or built[name][0].seconds <= _SLOW_BUILD_S:
                built[name].append(Built(**_child("build", name, task, model)))
            own.append(_figures(built[name][-1], Asked(**_child("ask", name, task, model))))
            print(f"{len(texts)} passages, round {turn}, {name}: {own[-1]}", flush=True)
    best = median(found[OWN])
    return [
        Row(
            system=name,
            passages=len(texts),
            tokens=tokens,
            built=_built(name, task),
            builds=len(built[name]),
            commit=timing.commit(),
            median=median(own),
            youju_ratio=ratio(best, median(own)),
            rounds=tuple(own),
        )
        for name, own in found.items()
    ]


def _tokens(texts: Sequence[str], model: Path) -> int:
    """With the prompt and the marks at both ends."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / bundled_model.TOKENIZER))
    return sum(len(row.ids) for row in tokenizer.encode_batch([f"passage: {t}" for t in texts]))


def _figures(built: Built, asked: Asked) -> Figures:
    return Figures(
        build_s=max(round(built.seconds, 5), 1e-5),  # others are divided by it
        build_peak_mb=built.peak_mb,
        cold_start_s=asked.cold_start_s,
        questions=asked.questions,
        p50_ms=asked.p50_ms,
        p95_ms=asked.p95_ms,
        ask_peak_mb=asked.peak_mb,
    )


def _child(action: str, name: str, task: Task, model: Path) -> dict[str, Any]:
    """What a process of its own prints."""
    command = [sys.executable, "-m", "benchmarks.one_system", action, name, str(task.folder)]
    command += [str(model), str(time.monotonic())]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=start.ROOT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _built(name: str, task: Task) -> str:
    if SYSTEMS[name].builds != "vectors":
        return SYSTEMS[name].builds
    return "given" if task.vectors.exists() else "embedded"


def median(rounds: Sequence[Figures]) -> Figures:
    """Of each figure by itself."""
    columns = zip(*map(astuple, rounds), strict=True)
    return Figures(*map(statistics.median, columns))


def ratio(own: Figures, other: Figures) -> Figures:
    """``own`` divided by ``other``."""
    pairs = zip(astuple(own), astuple(other), strict=True)
    return Figures(*(round(a / b, 3) for a, b in pairs))


def table(rows: Sequence[Row]) -> list[str]:
    """Lines of Markdown: medians, and in brackets youju's divided by them."""
    return [
        "| passages | | build, tokens/s (* seconds without embedding) | cold start, s |"
        " a question, p50 / p95 ms (questions) | peak MB, building / asking |",
        "|---|---|---|---|---|---|",
        *map(_line, rows),
    ]


def _line(row: Row) -> str:
    found, by = row.median, row.youju_ratio
    cells = [
        f"{row.passages:,}",
        row.system,
        _building(row),
        f"{found.cold_start_s:.2f} ({_short(by.cold_start_s)})",
        f"{found.p50_ms:.1f} / {found.p95_ms:.1f} ({_short(by.p50_ms)}; {found.questions:.0f})",
        f"{found.build_peak_mb:.0f} / {found.ask_peak_mb:.0f} ({_short(by.ask_peak_mb)})",
    ]
    return f"| {' | '.join(cells)} |"


def _building(row: Row) -> str:
    """Compared only where both embed."""
    if row.built == "nothing":
        return "-"
    once = "" if row.builds > 1 else ", once"
    seconds, tokens = row.median.build_s, f"{row.tokens / row.median.build_s:,.0f}"
    cells = {
        "embedded": f"{tokens} ({_short(1 / row.youju_ratio.build_s)}{once})",
        "given": f"{_short(seconds)} s*{once}",
        "words": f"{tokens}{once}",
    }
    return cells[row.built]


def _short(number: float) -> str:
    return f"{number:.2g}" if number < 10 else f"{number:.0f}"
