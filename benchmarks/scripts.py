"""Questions in simplified script on a corpus in traditional script, and the other way round.

python -m benchmarks.scripts BEIR_FOLDER DATA_FOLDER

Indexes the corpus into the data folder, then asks the same questions as they are, simplified
and traditional. R@1 of documents by each leg and with the reader (ranked), and how often the answer
holds a gold string. The reader was trained on drcd_dev, so that its figures there are honest only
for the articles that training holds out: these follow by themselves (the other training folders
must lie beside BEIR_FOLDER).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

from opencc import OpenCC

from index.tokens import normalise
from rag import Library
from rag.beir import BeirSet, Query, read_beir
from training import corpus

QUESTIONS, ASKED = 600, 200  # ranked, and asked for an answer
LEGS = ("dense", "lexical", "fused", "ranked")


def main(folder: Path, data: Path) -> None:
    """Print one line a script for the set, and for what training holds out of it."""
    beir = read_beir(folder)
    library = Library.build(folder / "corpus.jsonl", data)
    queries = [q for q in beir.queries if q.text and q.answers]
    _measure(library, beir, queries[:QUESTIONS], "of the set")
    if folder.name in corpus.SOURCES:
        kept = held_out(folder.resolve().parent, beir)
        of_them = [query for query in queries if query.id in kept]
        _measure(library, beir, of_them, "on articles that training holds out")


def held_out(root: Path, beir: BeirSet) -> frozenset[str]:
    """The questions of a training folder under ``root`` whose articles no training question is on."""
    articles = {q.article.id for q in corpus.read_questions(root).held_out}
    return frozenset(query for query, found in beir.relevant.items() if articles & set(found))


def _measure(library: Library, beir: BeirSet, queries: Sequence[Query], which: str) -> None:
    print(f"{len(queries)} questions {which}\nscript         dense lexical   fused  ranked  answer")
    scripts: dict[str, Callable[[str], str]] = {
        "as it is": str,
        "simplified": OpenCC("t2s").convert,
        "traditional": OpenCC("s2t").convert,
    }
    for name, convert in scripts.items():
        ranked = [library.rank_documents(convert(query.text)) for query in queries]
        shares = [
            fmean(
                any(best.document_id in beir.relevant[query.id] for best in getattr(one, leg)[:1])
                for one, query in zip(ranked, queries, strict=True)
            )
            for leg in LEGS
        ]
        shares.append(fmean(_answered(library, query, convert) for query in queries[:ASKED]))
        print(f"{name:12}" + "".join(f"{share:8.3f}" for share in shares), flush=True)


def _answered(library: Library, query: Query, convert: Callable[[str], str]) -> bool:
    text = normalise(library.ask(convert(query.text), llm="").text)
    return any(normalise(answer) in text for answer in query.answers)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
