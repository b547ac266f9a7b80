"""The labelled questions: every gold span is a whole sentence that holds its answer."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
SEED = ROOT / "seeds" / "000_5a7c3fc200021728.txt"
SECOND = DATA / "second_article.txt"

KEYS = {"_id", "text", "type", "answers", "evidence"}
TYPES = {
    *("number", "name", "date", "place", "list", "fact"),
    *("yes_no", "metadata", "paraphrase", "near_miss"),
}
ENDERS = "。！？；!?;"
CLOSERS = "”’」』）)》"

# Content bigrams that a paraphrase cannot avoid sharing with its evidence, by question id.
UNAVOIDABLE: dict[str, set[str]] = {}


@dataclass(frozen=True, slots=True)
class Gold:
    """One labelled question; ``evidence`` are half-open code point ranges of the article."""

    id: str
    text: str
    type: str
    answers: tuple[str, ...]
    evidence: tuple[tuple[int, int], ...]
    unanswerable: bool


def read_article(path: Path) -> str:
    # newline="" keeps every line end as it is in the file: the offsets count them.
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def parse(line: str) -> Gold:
    row = json.loads(line)
    extra = set(row) - KEYS
    assert set(row) >= KEYS, row
    assert extra <= {"unanswerable"}, row
    return Gold(
        row["_id"],
        row["text"],
        row["type"],
        tuple(row["answers"]),
        tuple((start, end) for start, end in row["evidence"]),
        row.get("unanswerable", False),
    )


def read_questions(name: str) -> list[Gold]:
    return [parse(line) for line in (DATA / name).read_text("utf-8").splitlines()]


SEED_ROWS = read_questions("seed_questions.jsonl")
SECOND_ROWS = read_questions("second_questions.jsonl")
ARTICLES = {"s": read_article(SEED), "t": read_article(SECOND)}
ALL = SEED_ROWS + SECOND_ROWS
ANSWERABLE = [row for row in ALL if not row.unanswerable]
PARAPHRASES = [row for row in ALL if row.type == "paraphrase"]


def sliced(row: Gold) -> list[str]:
    article = ARTICLES[row.id[0]]
    return [article[start:end] for start, end in row.evidence]


def starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\u3000")
    return not before or before[-1] == "\n" or before.rstrip(CLOSERS)[-1:] in tuple(ENDERS)


def ends_sentence(text: str, end: int) -> bool:
    return text[end : end + 1] in ("", "\n") or text[:end].rstrip(CLOSERS)[-1:] in tuple(ENDERS)


def han_bigrams(text: str) -> set[str]:
    runs = re.findall(r"[\u3400-\u9fff]+", text)
    return {run[i : i + 2] for run in runs for i in range(len(run) - 1)}


def shared_content(question: str, evidence: str) -> set[str]:
    """Han bigrams and figures or Latin words that stand in both texts."""
    figures = [set(re.findall(r"[0-9A-Za-z.%]+", text)) for text in (question, evidence)]
    return (han_bigrams(question) & han_bigrams(evidence)) | (figures[0] & figures[1])


def ids(rows: list[Gold]) -> list[str]:
    return [row.id for row in rows]


def test_ids_and_texts_are_unique() -> None:
    assert len({row.id for row in ALL}) == len(ALL)
    assert len({row.text for row in ALL}) == len(ALL)
    assert ids(SEED_ROWS) == [f"s{i:02d}" for i in range(1, 41)]
    assert ids(SECOND_ROWS) == [f"t{i:02d}" for i in range(1, 21)]


@pytest.mark.parametrize(
    ("rows", "answerable", "near_misses"), [(SEED_ROWS, 30, 10), (SECOND_ROWS, 15, 5)]
)
def test_counts(rows: list[Gold], answerable: int, near_misses: int) -> None:
    kinds = Counter(row.type for row in rows)
    assert kinds["near_miss"] == near_misses
    assert len(rows) - kinds["near_miss"] == answerable
    assert set(kinds) <= TYPES


def test_seed_questions_cover_every_type() -> None:
    kinds = Counter(row.type for row in SEED_ROWS)
    assert set(kinds) == TYPES
    assert kinds["paraphrase"] >= 8


def test_near_misses_and_only_they_are_unanswerable() -> None:
    for row in ALL:
        assert row.unanswerable == (row.type == "near_miss"), row.id
        assert bool(row.evidence) != row.unanswerable, row.id
        assert not (row.unanswerable and row.answers), row.id


@pytest.mark.parametrize("row", ANSWERABLE, ids=ids(ANSWERABLE))
def test_evidence_is_whole_sentences(row: Gold) -> None:
    article = ARTICLES[row.id[0]]
    for start, end in row.evidence:
        quote = article[start:end]
        assert 0 <= start < end <= len(article)
        assert quote == quote.strip()
        assert "\n" not in quote
        assert starts_sentence(article, start), quote
        assert ends_sentence(article, end), quote
        assert not set(quote.rstrip(CLOSERS)[:-1]) & set(ENDERS), quote


@pytest.mark.parametrize("row", ANSWERABLE, ids=ids(ANSWERABLE))
def test_evidence_is_in_reading_order_and_disjoint(row: Gold) -> None:
    edges = [edge for span in row.evidence for edge in span]
    assert edges == sorted(edges)
    assert len(set(row.evidence)) == len(row.evidence)


@pytest.mark.parametrize("row", ANSWERABLE, ids=ids(ANSWERABLE))
def test_answers_stand_in_the_evidence(row: Gold) -> None:
    quotes = sliced(row)
    assert row.answers or row.type == "paraphrase"
    for answer in row.answers:
        assert any(answer in quote for quote in quotes), answer
    if row.answers:
        for quote in quotes:
            assert any(answer in quote for answer in row.answers), quote


def test_only_lists_need_several_sentences() -> None:
    # Several spans elsewhere are alternatives: each must hold the same answer on its own.
    for row in ANSWERABLE:
        if len(row.evidence) > 1 and row.type != "list":
            assert all(row.answers[0] in quote for quote in sliced(row)), row.id


@pytest.mark.parametrize("row", PARAPHRASES, ids=ids(PARAPHRASES))
def test_paraphrases_share_no_content_with_their_evidence(row: Gold) -> None:
    shared = set().union(*(shared_content(row.text, quote) for quote in sliced(row)))
    assert shared == UNAVOIDABLE.get(row.id, set())


def test_checks_see_what_they_are_for() -> None:
    assert shared_content("村均经费增长多少？", "运转经费较去年增长11%") == {"经费", "增长"}
    assert shared_content("涨了11%吗", "增长11%。") == {"11%"}
    assert not shared_content("涨了多少？", "运转经费较去年增长11%")
    assert starts_sentence("他说：“好。”走了。", 7)
    assert not starts_sentence("一是抓，二是改。", 4)
    assert ends_sentence("甲。乙。", 2)
    assert not ends_sentence("甲，乙。", 2)


def test_second_article_has_the_shapes_it_is_for() -> None:
    text = ARTICLES["t"]
    lines = text.splitlines()
    assert 1800 <= len(text) <= 2500
    assert max(map(len, lines)) > 700
    assert sum(line.startswith(("记者：", "李站长：")) for line in lines) == 8
    for pattern in (r"^[一二三四五]、", r"^（[一二]）", r"^\d\. ", r"^（\d）"):
        assert sum(bool(re.match(pattern, line)) for line in lines) >= 2, pattern
    for debris in ("责任编辑", "分享到", "打印  关闭", "相关阅读"):
        assert debris in text[-120:]
    for trap in ("二〇二三年", "三成", "没有出一分钱"):
        assert trap in text


def test_second_article_figures_agree() -> None:
    rows = [line.split("\t") for line in ARTICLES["t"].splitlines() if "\t" in line]
    towns, total = rows[1:-1], rows[-1]
    assert len(towns) == 6
    assert {len(row) for row in rows} == {5}
    areas = [int(row[1]) for row in towns]
    assert sum(areas) == int(total[1])
    water = sum(area * int(row[2]) for area, row in zip(areas, towns, strict=True))
    assert round(water / sum(areas)) == int(total[2])
    for row in rows[1:]:
        assert row[3] == f"{(1 - int(row[2]) / 486) * 100:.1f}%"
