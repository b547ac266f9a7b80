"""Measures of retrieval, of answer strings and of refusal, each a pure function."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import fmean

# CMRC 2018 lists '……' as well, but it looks at one character at a time, so '…' stays.
_DROPPED = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
_HAN = re.compile("[\u4e00-\u9fa5]")
_MARKS = r""";@\#$%&?!()\[\]{}<>"«»„‘—–"""
_LAST_STOP = r"""\.(?=[\])}>"'»\s]*$)"""
_WORD = re.compile(
    rf"""
      \.{{2,}} | [{_MARKS}] | ,(?!\d) | {_LAST_STOP}
    | (?: [^\s,.{_MARKS}] | ,(?=\d) | (?!{_LAST_STOP})\.(?!\.) )+
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class RankingScores:
    """One ranking's means over the judged queries, each from 0 to 1.

    ``recall_k`` is the share of a query's relevant documents among the first k, ``hit_k``
    is 1 where at least one of them is there; they differ only for several relevant ones.
    """

    recall_1: float
    recall_5: float
    recall_20: float
    mrr_10: float
    ndcg_10: float
    hit_1: float
    hit_5: float
    hit_20: float


def ranking_scores(
    relevant: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> RankingScores:
    """Score rankings of document ids, best first, against graded judgements, as BEIR does.

    Both map a query's id; a query without a ranking counts as 0. The order given is the
    order scored: trec_eval would sort documents of one score by their id.

    Raises:
        ValueError: ``relevant`` is empty.
    """
    if not relevant:
        raise ValueError("no judged query")
    by_query = _by_query(relevant, rankings)

    def mean(measure: str) -> float:
        return fmean(float(scores[measure]) for scores in by_query)

    # trec_eval knows no cut for the reciprocal rank: what is past rank 10 has less than 1/10.
    ranks = [float(scores["recip_rank"]) for scores in by_query]
    return RankingScores(
        recall_1=mean("recall_1"),
        recall_5=mean("recall_5"),
        recall_20=mean("recall_20"),
        mrr_10=fmean(value if value > 0.095 else 0.0 for value in ranks),
        ndcg_10=mean("ndcg_cut_10"),
        hit_1=mean("success_1"),
        hit_5=mean("success_5"),
        hit_20=mean("success_20"),
    )


def _by_query(
    relevant: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> list[Mapping[str, float]]:
    """What trec_eval says of each judged query."""
    import pytrec_eval

    measures = {"recall.1,5,20", "success.1,5,20", "ndcg_cut.10", "recip_rank"}
    run = {
        query: {name: float(-rank) for rank, name in enumerate(rankings.get(query, ()))}
        for query in relevant
    }
    judged = {query: dict(grades) for query, grades in relevant.items()}
    found = pytrec_eval.RelevanceEvaluator(judged, measures).evaluate(run)
    return [found[query] for query in relevant]


def bare(text: str) -> str:
    """``text`` in lower case, without outer white space and the marks that CMRC drops."""
    return "".join(char for char in text.lower().strip() if char not in _DROPPED)


def segments(text: str) -> list[str]:
    """What F1 counts: each Han character, and words and marks of everything between them.

    CMRC splits the latter with NLTK's Treebank tokeniser. This agrees with it (NLTK 3.9)
    but for English contractions, quotes and sentences inside one run of Latin text.
    """
    return [segment for run in _runs(bare(text)) for segment in _split(run)]


def exact_match(prediction: str, golds: Sequence[str]) -> bool:
    """Whether the prediction equals a gold answer, as CMRC 2018 compares them.

    Source: ``calc_em_score`` of cmrc2018_evaluate.py, github.com/ymcui/cmrc2018.
    """
    return any(bare(prediction) == bare(gold) for gold in golds)


def f1(prediction: str, golds: Sequence[str]) -> float:
    """The best F1 over the gold answers, from the longest run of segments in common.

    Source: ``calc_f1_score`` of cmrc2018_evaluate.py, github.com/ymcui/cmrc2018; its "lcs"
    is a contiguous run, not a subsequence.
    """
    predicted = segments(prediction)
    return max((_run_f1(predicted, segments(gold)) for gold in golds), default=0.0)


def contains_any(text: str, golds: Sequence[str]) -> bool:
    """Whether a gold answer occurs in ``text``, punctuation and case aside."""
    return any(bare(gold) in bare(text) if bare(gold) else gold in text for gold in golds)


def mean(values: Sequence[float]) -> float | None:
    """The mean, of truth values the share that hold; None of none."""
    return fmean(values) if values else None


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that a random positive scores above a random negative, ties one half.

    None where either side is empty.
    """
    if not positive or not negative:
        return None
    from sklearn.metrics import roc_auc_score

    labels = [1] * len(positive) + [0] * len(negative)
    return float(roc_auc_score(labels, [*positive, *negative]))


def coverage_at(
    positive: Sequence[float], negative: Sequence[float], false_share: float
) -> float | None:
    """The share of positives accepted by the best threshold, None where a side is empty.

    The best threshold is the lowest that accepts at most ``false_share`` of the negatives.
    """
    if not positive or not negative:
        return None
    allowed = math.floor(false_share * len(negative) + 1e-9)  # 0.29 * 100 is 28.99…
    if allowed >= len(negative):
        return 1.0
    bound = sorted(negative, reverse=True)[allowed]
    return sum(score > bound for score in positive) / len(positive)


def _runs(text: str) -> Iterator[str]:
    return (run for run in re.split(f"({_HAN.pattern})", text) if run)


def _split(run: str) -> list[str]:
    return [run] if _HAN.fullmatch(run) else _WORD.findall(run)


def _run_f1(predicted: list[str], gold: list[str]) -> float:
    matcher = SequenceMatcher(None, predicted, gold, autojunk=False)
    common = matcher.find_longest_match().size
    return 2 * common / (len(predicted) + len(gold)) if common else 0.0
