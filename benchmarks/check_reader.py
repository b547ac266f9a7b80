"""The reader by itself: ``python -m benchmarks.check_reader EVAL_FOLDER [--all] [--weights FILE]``.

Printed: EM and F1 of the bare answer with the gold article given (cmrc2018_dev), and how well its
odds tell a page that answers a search query from one that nearly does (dureader_checklist, AUROC).
Two constants of bare answers were chosen on the 300 questions of cmrc2018_dev that are asked;
``--all`` asks all of them, and prints those 300, the others and all apart. ``--weights`` reads with
other weights than those that ship, to compare them on the same questions.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from index import bundled_runtime, passages
from index.documents import read_documents
from index.simplified import simplified
from index.types import Document
from rag import metrics, questions, reader_model, spans
from rag.beir import CORPUS, QUERIES, BeirSet, Query, read_beir, read_rows
from rag.reader import Reader, Text

T = TypeVar("T")

ANSWERS, NEAR_MISSES = "cmrc2018_dev", "dureader_checklist"
SEED = 5


@dataclass(frozen=True, slots=True)
class Read:
    """The best answer that the reader finds in a document; ``odds`` against "no answer"."""

    answer: str
    odds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder that holds the evaluation sets")
    parser.add_argument("--count", type=int, default=300, help="questions of each kind")
    parser.add_argument("--all", action="store_true", help=f"all questions of {ANSWERS}")
    parser.add_argument("--weights", type=Path, default=reader_model.WEIGHTS)
    options = parser.parse_args(arguments)
    reader = _open(options.weights)
    _print_answers(reader, options.folder / ANSWERS, options.count, every=options.all)
    _print_near_misses(reader, options.folder / NEAR_MISSES, options.count)


def _open(weights: Path) -> Reader:
    name = f"reader-{reader_model.fingerprint(weights)[:12]}.check.onnx"
    write = partial(reader_model.write, changes=weights)
    return Reader(bundled_runtime.open_runtime(name, write))


def _print_answers(reader: Reader, folder: Path, count: int, *, every: bool) -> None:
    data, documents = read_beir(folder), _documents(folder)
    questions = [q for q in data.queries if q.text and q.answers]
    sample = _sample(questions, count)
    drawn = {query.id for query in sample}
    pairs = {
        q.id: (read_in(reader, q.text, _gold(data, documents, q)).answer, q.answers)
        for q in (questions if every else sample)
    }
    name = f"{folder.name}, gold article"
    _print_scores(name, [pair for query, pair in pairs.items() if query in drawn])
    if every:
        others = [pair for query, pair in pairs.items() if query not in drawn]
        _print_scores(f"{name}, the others", others)
        _print_scores(f"{name}, all", list(pairs.values()))


def _print_scores(name: str, pairs: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    if pairs:
        exact = fmean(metrics.exact_match(answer, golds) for answer, golds in pairs)
        overlap = fmean(metrics.f1(answer, golds) for answer, golds in pairs)
        print(f"{name}, {len(pairs)}: EM {exact:.3f}, F1 {overlap:.3f}", flush=True)


def _print_near_misses(reader: Reader, folder: Path, count: int) -> None:
    data, documents = read_beir(folder), _documents(folder)
    yes = _sample([q for q in data.queries if q.text and q.answers and not q.unanswerable], count)
    rows = read_rows(folder / QUERIES)
    near = [(r.text("text"), r.text("near_miss")) for r in rows if "near_miss" in r.fields]
    no = _sample(near, count)
    answered = [read_in(reader, q.text, _gold(data, documents, q)).odds for q in yes]
    missed = [read_in(reader, text, documents[name]).odds for text, name in no]
    auroc = metrics.auroc(answered, missed)
    print(f"{folder.name}, {len(yes)} + {len(no)} near-misses: AUROC of the odds {auroc:.3f}")


def read_in(reader: Reader, question: str, document: Document) -> Read:
    """Read every window of ``document``; the answer with the best odds, bare."""
    chunks = passages.chunk(document, lambda texts: [True] * len(texts))
    windows = [(chunk, window) for chunk in chunks for window in chunk.windows]
    texts = [
        Text(simplified(document.title), simplified(window.of(document.text)))
        for _, window in windows
    ]
    found = [
        (best.odds, sentence.of(document.text), best.span.shifted(window.start - sentence.start))
        for (chunk, window), logits in zip(
            windows, reader.read(simplified(question), texts), strict=True
        )
        for sentence in chunk.sentences
        if (best := logits.best(sentence.shifted(-window.start)))
    ]
    odds, sentence, span = max(found, key=lambda item: item[0])
    return Read(spans.best(questions.parse(question), sentence, span).of(sentence), odds)


def _documents(folder: Path) -> dict[str, Document]:
    return {document.id: document for document in read_documents([folder / CORPUS])}


def _gold(data: BeirSet, documents: dict[str, Document], query: Query) -> Document:
    return documents[next(iter(data.relevant[query.id]))]


def _sample(items: Sequence[T], count: int) -> list[T]:
    return random.Random(SEED).sample(list(items), min(count, len(items)))


if __name__ == "__main__":
    main()
