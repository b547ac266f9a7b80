"""From the start of a process to an answer from a stored index, each in processes of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import timing
from rag import Library

QUESTION = "村主职“一肩挑”的比例是多少？"
ROOT = Path(__file__).parent.parent

_SENTENCE_TRANSFORMERS = """
import sys, faiss
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu")
index = faiss.read_index(sys.argv[2])
print(index.search(model.encode([sys.argv[3]], normalize_embeddings=True), 5))
"""

# A new process counts the memory of the one that made it, so that a small one has to.
_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def run(work: Path, rounds: int) -> None:
    """``youju ask``, ``youju search``, and sentence-transformers with FAISS as its docs show."""
    data = work / "seed"
    Library.build(ROOT / "seeds", data)
    plain = _plain_index(work)
    commands = {
        "youju ask": [sys.executable, "-m", "ui.cli", "ask", QUESTION, "--data", str(data)],
        "youju search": [sys.executable, "-m", "ui.cli", "search", QUESTION, "--data", str(data)],
        "sentence-transformers + faiss": [sys.executable, "-c", _SENTENCE_TRANSFORMERS, *plain],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    peaks: dict[str, int] = {}

    def once(name: str) -> Callable[[], None]:
        return lambda: peaks.__setitem__(name, _peak_of(commands[name]))

    taken = timing.alternate({name: once(name) for name in commands}, rounds)
    timing.save("start", {"seconds": taken, "peak_MB": peaks})


def _plain_index(work: Path) -> list[str]:
    import faiss
    from sentence_transformers import SentenceTransformer

    from index import bundled_model

    folder = str(bundled_model.prepare())
    text = next((ROOT / "seeds").glob("*.txt")).read_text("utf-8")
    model = SentenceTransformer(folder, device="cpu")
    rows = model.encode([line for line in text.splitlines() if line], normalize_embeddings=True)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    faiss.write_index(index, str(work / "plain.faiss"))
    return [folder, str(work / "plain.faiss"), QUESTION]


def _peak_of(command: list[str]) -> int:
    """Run to the end; MB of memory at the peak."""
    wrapped = [sys.executable, "-c", _PEAK, *command]
    done = subprocess.run(wrapped, check=True, capture_output=True, text=True, cwd=ROOT)
    return int(done.stdout.splitlines()[-1]) // 1024
