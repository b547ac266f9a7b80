"""Questions in simplified script on a corpus in traditional script, and the other way round.

python -m benchmarks.scripts BEIR_FOLDER DATA_FOLDER

Indexes the corpus into the data folder, then asks the same questions as they are, simplified
and traditional. R@1 of documents by each leg, and how often the answer holds a gold string.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

from opencc import OpenCC

from index.tokens import normalise
from rag import Library
from rag.beir import Query, read_beir

QUESTIONS, ASKED = 600, 200  # ranked, and asked for an answer
LEGS = ("dense", "lexical", "fused")


def main(folder: Path, data: Path) -> None:
    """Print one line a script."""
    beir = read_beir(folder)
    library = Library.build(folder / "corpus.jsonl", data)
    queries = [q for q in beir.queries if q.answers][:QUESTIONS]
    print("script         dense lexical   fused  answer")
    scripts: dict[str, Callable[[str], str]] = {
        "as it is": str,
        "simplified": OpenCC("t2s").convert,
        "traditional": OpenCC("s2t").convert,
    }
    for name, convert in scripts.items():
        ranked = [library.rank_documents(convert(query.text), 1) for query in queries]
        shares = [
            fmean(
                getattr(one, leg)[0].document_id in beir.relevant[query.id]
                for one, query in zip(ranked, queries, strict=True)
            )
            for leg in LEGS
        ]
        shares.append(fmean(_answered(library, query, convert) for query in queries[:ASKED]))
        print(f"{name:12}" + "".join(f"{share:8.3f}" for share in shares), flush=True)


def _answered(library: Library, query: Query, convert: Callable[[str], str]) -> bool:
    text = normalise(library.ask(convert(query.text)).text)
    return any(normalise(answer) in text for answer in query.answers)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
