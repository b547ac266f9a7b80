"""How well support is told from its lack: ``python -m benchmarks.check_support EVAL_FOLDER...``

Needs queries with a ``reference_answer`` in free words. It should hold against the sentences of its
gold document, and not against those of the document that is next nearest to it by BM25. Printed:
at each threshold of coverage, the share of the first that hold and of the second that do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.check_claims import sources
from index.documents import read_documents
from index.lexical import LexicalIndex
from index.sentences import sentence_spans
from index.tokens import search_tokens
from rag import beir, support
from rag.support import Support

_THRESHOLDS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9)
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence with what was found for it in the right document and in the wrong one."""

    sentence: str
    right: Support
    wrong: Support


def pairs(folder: Path) -> Iterator[Pair]:
    """One pair for each sentence of the reference answers with one gold document."""
    data = beir.read_beir(folder)
    documents = list(read_documents([folder / beir.CORPUS]))
    number = {document.id: i for i, document in enumerate(documents)}
    index = LexicalIndex.build([search_tokens(document.text) for document in documents])
    for row in beir.read_rows(folder / beir.QUERIES):
        reference, gold = row.fields.get("reference_answer"), data.relevant.get(row.text("_id"), {})
        if not isinstance(reference, str) or len(gold) != 1:
            continue
        at = number[next(iter(gold))]
        scores = index.scores(search_tokens(reference)).copy()
        scores[at] = -1
        right, wrong = (
            sources(document, sentence_spans(document.text))
            for document in (documents[at], documents[int(scores.argmax())])
        )
        for span in sentence_spans(reference):
            sentence = span.of(reference)
            yield Pair(sentence, support.best(sentence, right), support.best(sentence, wrong))


def main(folders: Sequence[str]) -> None:
    """Print the curve of each folder as a Markdown table, then what was judged wrongly."""
    for folder in map(Path, folders):
        found = list(pairs(folder))
        print(f"{folder.name}: {len(found)} sentences\n")
        print(
            "| coverage at least | right holds | wrong holds | ... by words alone: right | wrong |"
        )
        print("|---|---|---|---|---|")
        for threshold in _THRESHOLDS:
            rows = [
                [s.coverage >= threshold and not (checked and s.flaws) for s in side]
                for checked in (True, False)
                for side in ([p.right for p in found], [p.wrong for p in found])
            ]
            print(f"| {threshold} | " + " | ".join(f"{sum(r) / len(r):.1%}" for r in rows) + " |")
        refused = [pair for pair in found if not pair.right.holds]
        for pair in refused[:: max(1, len(refused) // _SHOWN)]:
            flawed = [flaw.span.of(pair.sentence) for flaw in pair.right.flaws]
            print(f"  refused {pair.right.coverage:.2f} {flawed} {pair.sentence}")


if __name__ == "__main__":
    main(sys.argv[1:])
