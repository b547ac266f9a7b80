"""What completing follow-ups gives: ``python -m benchmarks.follow_ups EVAL_FOLDER... [--data DIR]``

Questions with earlier turns are sought in the folder's documents as they are, with all earlier
questions before them, and completed: by BM25 alone, and with ``--data`` (where ``youju eval``
keeps the indexes of its folders) by the whole system, which also answers them. Then every question
without earlier turns is asked right after another one, to which it does not belong: none should
be changed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from index.documents import read_documents
from index.lexical import LexicalIndex
from index.tokens import search_tokens
from rag import Library, asked, beir, conversation, metrics
from rag.beir import BeirSet, Query
from rag.conversation import Turn

_DEPTH = 20
_SHOWN = 12

WAYS: Mapping[str, Callable[[Query], str]] = {
    "as it is": lambda query: query.text,
    "all turns before it": lambda query: "".join(
        [*(turn.question for turn in query.history), query.text]
    )[-asked.QUESTION_MAX :],
    "completed": lambda query: conversation.complete(query.text, query.history),
}

Ranker = Callable[[str], Sequence[str]]  # a question's documents by their ids, best first


@dataclass(frozen=True, slots=True)
class Answered:
    """How many questions are answered, and how many of them cite a relevant document."""

    answers: int
    right: int


def measure(folder: Path, data: Path | None) -> None:
    """Print the rows of one folder."""
    questions = beir.read_beir(folder)
    follow_ups = [q for q in questions.queries if q.history and q.id in questions.relevant]
    if follow_ups:
        _measure_with("BM25", _by_words(folder), questions, follow_ups)
        if data:
            _measure_system(Library.open(data / "eval" / folder.name), questions, follow_ups)
        for query in follow_ups:
            print(f"  {query.text} => {conversation.complete(query.text, query.history)}")
    _changed_wrongly(folder.name, [q.text for q in questions.queries if q.text and not q.history])


def _measure_system(library: Library, questions: BeirSet, follow_ups: Sequence[Query]) -> None:
    def ranked(question: str) -> list[str]:
        return [found.document_id for found in library.rank_documents(question, _DEPTH).ranked]

    def answered(way: Callable[[Query], str]) -> Answered:
        given = [(q.id, library.ask(way(q), llm="")) for q in follow_ups]
        told = [(query, answer) for query, answer in given if answer.status == "answered"]
        right = sum(
            any(cited.document_id in questions.relevant[query] for cited in answer.citations)
            for query, answer in told
        )
        return Answered(len(told), right)

    _measure_with("the system", ranked, questions, follow_ups, answered)


def _measure_with(
    name: str,
    ranker: Ranker,
    questions: BeirSet,
    follow_ups: Sequence[Query],
    answered: Callable[[Callable[[Query], str]], Answered] | None = None,
) -> None:
    judged = {query.id: questions.relevant[query.id] for query in follow_ups}
    for sent, way in WAYS.items():
        scores = metrics.ranking_scores(judged, {q.id: ranker(way(q)) for q in follow_ups})
        told = answered(way) if answered else None
        print(
            f"| {len(follow_ups)} | {name} | {sent} | {scores.hit_1:.3f} | {scores.hit_5:.3f} "
            f"| {scores.hit_20:.3f} | {f'{told.answers} | {told.right}' if told else '- | -'} |",
            flush=True,
        )


def _by_words(folder: Path) -> Ranker:
    documents = read_documents([folder / beir.CORPUS])
    index = LexicalIndex.build([search_tokens(f"{d.title}\n{d.text}") for d in documents])

    def ranked(question: str) -> list[str]:
        scores = index.scores(search_tokens(question))
        return [documents[i].id for i in (-scores).argsort(kind="stable")[:_DEPTH]]

    return ranked


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Print Markdown rows and examples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="evaluation sets")
    parser.add_argument("--data", type=Path, help="where youju eval keeps their indexes")
    options = parser.parse_args(arguments)
    print("| follow-ups | sought by | sent | hit@1 | hit@5 | hit@20 | answered | citing right |")
    print("|---|---|---|---|---|---|---|---|")
    for folder in options.folders:
        measure(folder, options.data)


if __name__ == "__main__":
    main()
