"""What completing follow-up questions gives: ``python -m benchmarks.follow_ups EVAL_FOLDER...``

Questions with earlier turns are sought in the folder's documents by BM25 alone, as they are, with
all earlier questions before them, and completed. Then every question without earlier turns is
asked right after another one, to which it does not belong: none should be changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from index.documents import read_documents
from index.lexical import LexicalIndex
from index.tokens import search_tokens
from rag import beir, conversation, metrics
from rag.beir import Query
from rag.conversation import Turn

_DEPTH = 20
_SHOWN = 12

WAYS: Mapping[str, Callable[[Query], str]] = {
    "as it is": lambda query: query.text,
    "all turns before it": lambda query: "".join(
        [*(turn.question for turn in query.history), query.text]
    ),
    "completed": lambda query: conversation.complete(query.text, query.history),
}


def measure(folder: Path) -> None:
    """Print the rows of one folder."""
    data = beir.read_beir(folder)
    follow_ups = [q for q in data.queries if q.history and q.id in data.relevant]
    if follow_ups:
        documents = read_documents([folder / beir.CORPUS])
        ids = [document.id for document in documents]
        index = LexicalIndex.build([search_tokens(f"{d.title}\n{d.text}") for d in documents])
        judged = {query.id: data.relevant[query.id] for query in follow_ups}
        for name, way in WAYS.items():
            ranked = {q.id: _best(index, ids, way(q)) for q in follow_ups}
            scores = metrics.ranking_scores(judged, ranked)
            print(
                f"| {folder.name} | {len(follow_ups)} | {name} | {scores.hit_1:.3f} "
                f"| {scores.hit_5:.3f} | {scores.hit_20:.3f} |"
            )
        for query in follow_ups:
            print(f"  {query.text} => {conversation.complete(query.text, query.history)}")
    _changed_wrongly(folder.name, [q.text for q in data.queries if q.text and not q.history])


def _best(index: LexicalIndex, ids: Sequence[str], question: str) -> list[str]:
    scores = index.scores(search_tokens(question))
    return [ids[i] for i in (-scores).argsort(kind="stable")[:_DEPTH]]


def _changed_wrongly(name: str, questions: Sequence[str]) -> None:
    pairs = [
        (one, other, conversation.complete(other, [Turn(one)]))
        for one, other in pairwise(questions)
    ]
    changed = [(one, other, given) for one, other, given in pairs if given != other]
    share = fmean(given != other for _, other, given in pairs)
    print(f"{name}: {len(pairs)} questions that stand by themselves, changed {share:.2%}")
    for one, other, given in changed[:: max(1, len(changed) // _SHOWN)]:
        print(f"  {one} / {other} => {given}")


def main(folders: Sequence[str]) -> None:
    """Print Markdown rows and examples."""
    print("| set | follow-ups | sent | hit@1 | hit@5 | hit@20 |\n|---|---|---|---|---|---|")
    for folder in folders:
        measure(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
