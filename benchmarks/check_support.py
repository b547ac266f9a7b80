"""How well support is told from its lack: ``python -m benchmarks.check_support EVAL_FOLDER...``

A claim is a sentence of a query's ``reference_answer`` in free words, or a question with its gold
answer in place of the words that ask (`statement`). It should hold against the sentences of its gold
document, and not against those of the document that is next nearest to it by BM25. Printed: at each
threshold of word coverage, the share of the first that hold and of the second that do; then, for
that and for other scores of the sentences cited, the share of the first that hold where so many of
the second do. The reader was trained on DRCD and the trial of CMRC: leave these out.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.check_claims import sources
from index.documents import read_documents
from index.embedding import Encoder, load_encoder
from index.lexical import LexicalIndex
from index.sentences import sentence_spans
from index.simplified import simplified
from index.tokens import search_tokens
from index.types import Document, Span
from rag import beir, metrics, support
from rag.reader import Reader, Text
from rag.support import Support

SEED = 13
_THRESHOLDS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9)
_FALSE = (0.01, 0.02, 0.05, 0.1, 0.2)
_SHOWN = 10
_NOTHING = -99.0  # odds where no sentence is cited; log-odds go from -30 to 30
_ASKS = re.compile(r"谁|什么时候|何时|哪一?[年天]|哪里|哪儿|何[处地]|(?:多少|什么)(?=[？?]?$)")
_ANSWER_MAX = 20


@dataclass(frozen=True, slots=True)
class Side:
    """What was found for a claim in a document, and how near it the sentences cited come.

    ``odds``: the reader's best, with the claim asked as a question. ``cosine``: of the embeddings.
    """

    support: Support
    odds: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim with what was found for it in the right document and in the wrong one."""

    sentence: str
    right: Side
    wrong: Side


_SCORES: dict[str, Callable[[Side], float]] = {
    "words": lambda side: side.support.coverage,
    "words, values and names": lambda s: 0.0 if s.support.flaws else s.support.coverage,
    "reader's odds": lambda side: side.odds,
    "cosine": lambda side: side.cosine,
}


def statement(question: str, answer: str) -> str | None:
    """What a question and its answer say together; None where that is not plain.

    Chinese leaves the words that ask where their answer would stand.
    """
    if len(answer) > _ANSWER_MAX or len(_ASKS.findall(question)) != 1:
        return None
    return _ASKS.sub(lambda _: answer, question).rstrip("？?。 ") + "。"


def claims(folder: Path) -> Iterator[tuple[str, str]]:
    """Claims with the id of the one document that bears them out."""
    data = beir.read_beir(folder)
    for row in beir.read_rows(folder / beir.QUERIES):
        reference, gold = row.fields.get("reference_answer"), data.relevant.get(row.text("_id"), {})
        if len(gold) != 1:
            continue
        if isinstance(reference, str):
            said = [span.of(reference) for span in sentence_spans(reference)]
        else:
            question = row.text("text", blank=True)
            said = [one for a in row.texts("answers")[:1] if (one := statement(question, a))]
        for sentence in said:
            yield sentence, next(iter(gold))


def pairs(folder: Path, count: int, reader: Reader, encoder: Encoder) -> Iterator[Pair]:
    """At most ``count`` claims of a set, drawn by seed, against two documents each."""
    documents = list(read_documents([folder / beir.CORPUS]))
    number = {document.id: i for i, document in enumerate(documents)}
    index = LexicalIndex.build([search_tokens(document.text) for document in documents])
    found = list(claims(folder))
    for sentence, gold in random.Random(SEED).sample(found, min(count, len(found))):
        scores = index.scores(search_tokens(sentence)).copy()
        scores[number[gold]] = -1
        right, wrong = (
            _side(sentence, document, reader, encoder)
            for document in (documents[number[gold]], documents[int(scores.argmax())])
        )
        yield Pair(sentence, right, wrong)


def _side(claim: str, document: Document, reader: Reader, encoder: Encoder) -> Side:
    held = sources(document, sentence_spans(document.text))
    found = support.best(claim, held)
    cited = [held[place].text for place in found.places]
    if not cited:
        return Side(found, _NOTHING, -1.0)
    texts = [Text(simplified(document.title), simplified(sentence)) for sentence in cited]
    read = zip(reader.read(simplified(claim), texts), texts, strict=True)
    best = [logits.best(Span(0, len(text.text))) for logits, text in read]
    cosines = encoder.encode_queries([claim]) @ encoder.encode_passages(cited).T
    odds = max((one.odds for one in best if one), default=_NOTHING)
    return Side(found, odds, float(cosines.max()))


def _print_thresholds(found: Sequence[Pair]) -> None:
    print("| coverage at least | right holds | wrong holds | ... by words alone: right | wrong |")
    print("|---|---|---|---|---|")
    for threshold in _THRESHOLDS:
        rows = [
            [s.coverage >= threshold and not (checked and s.flaws) for s in side]
            for checked in (True, False)
            for side in ([p.right.support for p in found], [p.wrong.support for p in found])
        ]
        print(f"| {threshold} | " + " | ".join(f"{sum(r) / len(r):.1%}" for r in rows) + " |")


def _print_scores(found: Sequence[Pair]) -> None:
    heads = " | ".join(f"right at {share:.0%} wrong" for share in _FALSE)
    print(f"\n| score | AUROC | {heads} |\n|---|---|" + "---|" * len(_FALSE))
    for name, score in _SCORES.items():
        right, wrong = [score(p.right) for p in found], [score(p.wrong) for p in found]
        rates = [metrics.coverage_at(right, wrong, share) for share in _FALSE]
        shown = " | ".join(f"{rate:.1%}" for rate in rates)
        print(f"| {name} | {metrics.auroc(right, wrong):.3f} | {shown} |")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both curves of each folder as Markdown tables, then what was judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="EVAL_FOLDER")
    parser.add_argument("--count", type=int, default=300, help="claims of each folder")
    options = parser.parse_args(arguments)
    reader, encoder = Reader.load(), load_encoder()
    for folder in options.folders:
        found = list(pairs(folder, options.count, reader, encoder))
        print(f"\n{folder.name}: {len(found)} claims\n", flush=True)
        if not found:
            continue
        _print_thresholds(found)
        _print_scores(found)
        refused = [pair for pair in found if not pair.right.support.holds]
        for pair in refused[:: max(1, len(refused) // _SHOWN)]:
            flawed = [flaw.span.of(pair.sentence) for flaw in pair.right.support.flaws]
            print(f"  refused {pair.right.support.coverage:.2f} {flawed} {pair.sentence}")


if __name__ == "__main__":
    main()
