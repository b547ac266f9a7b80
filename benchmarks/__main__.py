"""Speed, side by side: ``python -m benchmarks NAME... --questions FOLDER --corpus FOLDER``.

Names: embedding, start, systems, vectors, growth, plot; none means all. ``--questions`` is a BEIR
folder with questions, ``--corpus`` one with 30,000 articles, of whose pieces systems and vectors are
made; growth measures the indexes that systems left in ``--work``. Results are JSON in
``benchmarks/results``; ``plot`` draws them into ``docs/images``. Peers:
``pip install -r benchmarks/requirements.txt``, best in a virtual environment of their own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

NAMES = ("embedding", "start", "systems", "vectors", "growth", "plot")


def main() -> None:
    """Run what was named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], metavar="NAME")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--work", type=Path, default=Path("data/benchmarks"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", help="passages of systems, or vectors")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    for name in options.names or NAMES:
        _run(name, options)


def _run(name: str, options: argparse.Namespace) -> None:
    from benchmarks import embedding, growth, plot, start, systems, vectors

    if name == "embedding":
        embedding.run(options.questions, options.rounds)
    elif name == "start":
        start.run(options.work, options.rounds)
    elif name == "systems":
        sizes = options.sizes or systems.SIZES
        systems.run(options.corpus, options.questions, options.work, options.rounds, sizes)
    elif name == "vectors":
        sizes = options.sizes or vectors.SIZES
        vectors.run(options.corpus, options.questions, options.work, sizes)
    elif name == "growth":
        growth.run(options.questions, options.work)
    else:
        plot.run()


if __name__ == "__main__":
    main()
