"""A tiny folder of questions, and a library whose every answer is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from rich.console import Console

from index.types import Document
from rag import Library, Turn
from rag.reports import Report, SpanReport
from rag.retrieval import DocumentScore, LegRankings
from rag.types import Answer, Citation
from ui.eval_report import render

RIVER = "石桥水库建于一九五八年。库容三千万立方米。它在石桥镇北面。"
SCHOOL = "南坪小学有学生五百人。校长是周明。"
QUERIES = [
    {"_id": "q1", "text": "水库哪年建的？", "answers": ["1958年", "一九五八年"]},
    {"_id": "q2", "text": "校长是谁？", "answers": ["周明"], "history": [{"q": "小学在哪？"}]},
    {"_id": "q3", "text": "水库有多少鱼？", "answers": [], "unanswerable": True},
    {"_id": "q4", "text": "学校和水库在哪？", "answers": []},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\triver\t1\nq2\tschool\t2\nq4\triver\t1\nq4\tschool\t1\n"


@dataclass
class Scripted:
    """Answers as told; what it does not know it refuses with confidence 0.1."""

    answers: Mapping[str, Answer]
    rankings: Mapping[str, LegRankings] = field(default_factory=dict)
    written: Mapping[tuple[str, str | None], Answer] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(
        default_factory=lambda: {
            "river": Document("river", "水库", RIVER, "river.txt"),
            "school": Document("school", "小学", SCHOOL, "school.txt"),
        }
    )
    asked: list[str] = field(default_factory=list)
    passages: Sequence[None] = (None, None, None)
    info: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(model="scripted"))

    def ask(self, question: str, history: Sequence[Turn] = (), llm: str | None = None) -> Answer:
        self.asked.append(question)
        if (question, llm) in self.written:
            return self.written[question, llm]
        return self.answers.get(question) or answer(question, "", 0.1)

    def rank_documents(self, question: str, k: int = 100) -> LegRankings:
        return self.rankings[question]


def answer(question: str, short: str, confidence: float, *cited: tuple[str, str]) -> Answer:
    """Cites each (document id, quote); with none of them it is a refusal."""
    texts = {"river": RIVER, "school": SCHOOL}
    citations = tuple(
        Citation(
            n, name, "", texts[name].index(quote), texts[name].index(quote) + len(quote), quote
        )
        for n, (name, quote) in enumerate(cited, 1)
    )
    status: Any = "answered" if citations else "no_evidence"
    text = "\n".join(f"{cited.quote}[{cited.marker}]" for cited in citations)
    return Answer(question, status, text, short, confidence, citations, ())


def ranked(dense: str, lexical: str, fused: str) -> LegRankings:
    """Each leg as document ids in a row."""

    def scores(ids: str) -> tuple[DocumentScore, ...]:
        return tuple(DocumentScore(name, -float(at)) for at, name in enumerate(ids.split()))

    return LegRankings(scores(dense), scores(lexical), scores(fused), scores(fused))


def library(**changes: Any) -> Library:
    answers = [
        answer("水库哪年建的？", "一九五八年", 0.9, ("river", "石桥水库建于一九五八年。")),
        answer("校长是谁？", "", 0.4, ("school", "南坪小学有学生五百人。")),
        answer("水库有多少鱼？", "三千", 0.6, ("river", "库容三千万立方米。")),
    ]
    rankings = {
        "水库哪年建的？": ranked("school river", "river school", "river school"),
        "校长是谁？": ranked("school", "river", "school river"),
        "学校和水库在哪？": ranked("river", "", "school river"),
    }
    parts = {"answers": {a.question: a for a in answers}, "rankings": rankings} | changes
    return cast(Library, Scripted(**parts))


def write_folder(path: Path) -> None:
    write_rows(
        path / "corpus.jsonl",
        [
            {"_id": "river", "title": "水库", "text": RIVER},
            {"_id": "school", "title": "小学", "text": SCHOOL},
        ],
    )
    write_rows(path / "queries.jsonl", QUERIES)
    (path / "qrels").mkdir()
    (path / "qrels" / "test.tsv").write_text(QRELS, encoding="utf-8")


def write_rows(path: Path, rows: Sequence[object]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_questions(folder: Path, *texts: str) -> None:
    (folder / "qrels").mkdir(parents=True)
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n")
    write_rows(folder / "corpus.jsonl", [{"_id": "a", "title": "", "text": "一句话。"}])
    rows: Sequence[object] = [{"_id": f"q{n}", "text": text} for n, text in enumerate(texts)]
    write_rows(folder / "queries.jsonl", rows)


def printed(report: Report | SpanReport) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(render(report))
    return capture.get()


SPANS = [
    {
        "_id": "s1",
        "text": "水库哪年建的？",
        "type": "date",
        "answers": ["一九五八年"],
        "evidence": [[0, 12]],
        "document_id": "river",
    },
    {
        "_id": "s2",
        "text": "校长是谁？",
        "type": "name",
        "answers": ["周明"],
        "evidence": [[11, 17]],
        "document_id": "school",
    },
    {"_id": "s3", "text": "水库有多少鱼？", "type": "near_miss", "unanswerable": True},
    {"_id": "s4", "text": "水库几岁？", "type": "near_miss", "unanswerable": True},
    {
        "_id": "s5",
        "text": "水库的情况有哪些？",
        "type": "list",
        "answers": ["一九五八年", "三千万立方米"],
        "evidence": [[0, 12], [12, 21]],
        "document_id": "river",
    },
]
