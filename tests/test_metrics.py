"""The measures against cases worked by hand and against brute force."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import metrics

DOCUMENTS = [f"d{i}" for i in range(30)]
SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), min_size=1, max_size=25)


def one(grades: dict[str, int], ranking: list[str]) -> metrics.RankingScores:
    return metrics.ranking_scores({"q": grades}, {"q": ranking})


def test_one_relevant_document_at_rank_two() -> None:
    scores = one({"b": 1}, ["a", "b", "c"])
    assert (scores.recall_1, scores.recall_5, scores.recall_20) == (0, 1, 1)
    assert (scores.hit_1, scores.hit_5, scores.hit_20) == (0, 1, 1)
    assert scores.mrr_10 == pytest.approx(1 / 2)
    assert scores.ndcg_10 == pytest.approx(1 / math.log2(3))


def test_recall_is_a_share_of_the_relevant_and_hit_is_not() -> None:
    scores = one({"a": 1, "x": 1, "y": 1, "z": 1}, ["a", "b", "x"])
    assert (scores.recall_1, scores.recall_5) == (0.25, 0.5)
    assert (scores.hit_1, scores.hit_5) == (1, 1)


@pytest.mark.parametrize(("rank", "expected"), [(1, 1.0), (10, 0.1), (11, 0.0), (25, 0.0)])
def test_reciprocal_rank_stops_after_ten(rank: int, expected: float) -> None:
    assert one({DOCUMENTS[rank - 1]: 1}, DOCUMENTS).mrr_10 == pytest.approx(expected)


@pytest.mark.parametrize("rank", [1, 5, 6, 20, 21])
def test_recall_cuts(rank: int) -> None:
    scores = one({DOCUMENTS[rank - 1]: 1}, DOCUMENTS)
    found = (scores.recall_1, scores.recall_5, scores.recall_20)
    assert found == (rank <= 1, rank <= 5, rank <= 20)


def test_a_query_without_a_ranking_counts_as_zero() -> None:
    judged = {"q": {"a": 1}, "empty": {"a": 1}, "absent": {"a": 1}}
    scores = metrics.ranking_scores(judged, {"q": ["a"], "empty": []})
    assert scores.recall_1 == scores.ndcg_10 == scores.mrr_10 == pytest.approx(1 / 3)


def test_the_given_order_is_scored_not_the_order_of_ids() -> None:
    for ranking in (["a", "b"], ["b", "a"]):
        assert one({ranking[0]: 1}, ranking).recall_1 == 1


def test_nothing_judged_is_refused() -> None:
    with pytest.raises(ValueError):
        metrics.ranking_scores({}, {"q": ["a"]})


@given(st.permutations(DOCUMENTS), st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(1, 3)))
def test_ranking_against_the_definitions(ranking: list[str], grades: dict[str, int]) -> None:
    grades = grades or {"d0": 1}
    scores = one(grades, ranking)
    gains = [grades.get(name, 0) / math.log2(rank + 1) for rank, name in enumerate(ranking, 1)]
    best = [g / math.log2(i + 1) for i, g in enumerate(sorted(grades.values())[::-1], 1)]
    assert scores.ndcg_10 == pytest.approx(sum(gains[:10]) / sum(best[:10]), abs=1e-6)
    first = min(ranking.index(name) for name in grades) + 1
    assert scores.mrr_10 == pytest.approx(1 / first if first <= 10 else 0.0)
    for k, recall in ((1, scores.recall_1), (5, scores.recall_5), (20, scores.recall_20)):
        found = sum(name in grades for name in ranking[:k])
        assert recall == pytest.approx(found / len(grades))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("光荣和ω-force", ["光", "荣", "和", "ωforce"]),
        ("《战国无双3》。", ["战", "国", "无", "双", "3"]),
        ("增长23.4%，达9.89亿元", [*"增长", "23.4", "%", "达", "9.89", *"亿元"]),
        ("1,000 Tons, U.S.", ["1,000", "tons", ",", "u.s", "."]),
        ("(2019) a...b", ["(", "2019", ")", "a", "...", "b"]),
        ("唐…宋", ["唐", "…", "宋"]),
        ("  ", []),
    ],
)
def test_segments(text: str, expected: list[str]) -> None:
    assert metrics.segments(text) == expected


@pytest.mark.parametrize(
    ("prediction", "golds", "expected"),
    [
        ("《八篇书》", ["八篇书"], True),
        ("CCTV-1", ["cctv1"], True),
        (" 2019年。", ["2018年", "2019年"], True),
        ("2019年,", ["2019年"], False),  # CMRC drops full-width commas, not ASCII ones
        ("十九世纪", ["19世纪"], False),
        ("", ["踢爆"], False),
    ],
)
def test_exact_match(prediction: str, golds: list[str], expected: bool) -> None:
    assert metrics.exact_match(prediction, golds) is expected


def test_f1_by_hand() -> None:
    # 北京市 in both: 3 of 5 segments given, 3 of 4 wanted; 2 * .6 * .75 / (.6 + .75)
    assert metrics.f1("在北京市里", ["北京市区"]) == pytest.approx(2 / 3)
    # 2019 is one segment: [2019, 年] of [2019, 年, 5, 月]
    assert metrics.f1("2019年", ["2019年5月"]) == pytest.approx(2 * 2 / (2 + 4))


def test_f1_counts_one_contiguous_run_only() -> None:
    # A subsequence would have 4 characters in common; the longest run has 2.
    assert metrics.f1("甲乙丙丁", ["甲乙零丙丁"]) == pytest.approx(2 * 2 / (4 + 5))


def test_f1_takes_the_best_gold_and_zero_for_nothing() -> None:
    assert metrics.f1("村雨城", ["任天堂", "村雨城"]) == 1
    assert metrics.f1("甲", ["乙"]) == metrics.f1("", ["乙"]) == metrics.f1("甲", []) == 0


@given(st.text("甲乙丙 a1.", max_size=12), st.text("甲乙丙 a1.", max_size=12))
def test_f1_against_brute_force(prediction: str, gold: str) -> None:
    a, b = metrics.segments(prediction), metrics.segments(gold)
    runs = [
        n
        for i, j in product(range(len(a)), range(len(b)))
        for n in range(1, len(a) + 1)
        if i + n <= len(a) and j + n <= len(b) and a[i : i + n] == b[j : j + n]
    ]
    common = max(runs, default=0)
    precision, recall = common / max(len(a), 1), common / max(len(b), 1)
    expected = 2 * precision * recall / (precision + recall) if common else 0.0
    assert metrics.f1(prediction, [gold]) == pytest.approx(expected)


def test_contains_any() -> None:
    assert metrics.contains_any("比例是96.56%，全省第一。", ["96.56%"])
    assert metrics.contains_any("他说“好，就这样”。", ["好就这样"])
    assert not metrics.contains_any("比例是96.56%。", ["96.5 %", "95%"])
    assert not metrics.contains_any("没有符号", ["+"])  # nothing is left of it without marks
    assert not metrics.contains_any("任何文字", [])


def test_auroc_by_hand() -> None:
    assert metrics.auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert metrics.auroc([0.5], [0.5]) == 0.5
    assert metrics.auroc([0.9, 0.2], [0.5]) == 0.5
    assert metrics.auroc([], [0.5]) is metrics.auroc([0.5], []) is None


@given(SCORES, SCORES)
def test_auroc_against_all_pairs(positive: list[float], negative: list[float]) -> None:
    wins = sum((p > n) + (p == n) / 2 for p, n in product(positive, negative))
    expected = wins / (len(positive) * len(negative))
    assert metrics.auroc(positive, negative) == pytest.approx(expected)


@given(SCORES, SCORES, st.sampled_from([0.0, 0.05, 0.2, 0.29, 1.0]))
def test_coverage_against_every_threshold(
    positive: list[float], negative: list[float], share: float
) -> None:
    allowed = [
        sum(p >= threshold for p in positive) / len(positive)
        for threshold in [*positive, *negative, 2.0]
        if sum(n >= threshold for n in negative) <= share * len(negative) + 1e-9
    ]
    assert metrics.coverage_at(positive, negative, share) == pytest.approx(max(allowed))


def test_coverage_of_nothing() -> None:
    assert metrics.coverage_at([], [0.1], 0.05) is metrics.coverage_at([0.1], [], 0.05) is None
    assert metrics.coverage_at([0.1], [0.9], 1.0) == 1
