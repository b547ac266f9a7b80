"""Evaluation on tiny folders, with a scripted library whose every answer is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from index.errors import InputError
from index.types import Document, Progress, Span
from rag import Library, Turn
from rag.evaluation import as_json, evaluate, evaluate_spans
from rag.reports import Report, SpanReport
from rag.retrieval import DocumentScore, LegRankings
from rag.span_evaluation import overlaps
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, Path]:
    path = tmp_path_factory.mktemp("real")
    write_folder(path)
    write_rows(path / "labelled.jsonl", SPANS)
    return Library.build(path / "corpus.jsonl", path / "data"), path


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


def printed(report: Report | SpanReport) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(render(report))
    return capture.get()


def test_retrieval_by_hand(folder: Path) -> None:
    found = evaluate(library(), folder).retrieval
    assert found is not None
    assert (found.queries, found.several) == (3, 1)  # q3 is unanswerable; q4 has two documents
    assert found.dense.hit_1 == pytest.approx(2 / 3)
    assert found.dense.recall_1 == pytest.approx((0 + 1 + 1 / 2) / 3)
    assert found.dense.mrr_10 == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert found.lexical.recall_20 == pytest.approx(1 / 3)  # q4 has an empty ranking
    assert found.fused.recall_5 == found.fused.ndcg_10 == 1


def test_answers_by_hand(folder: Path) -> None:
    found = evaluate(library(), folder).answers
    assert found is not None
    assert (found.queries, found.answered) == (2, 2)  # q4 has no gold string
    assert (found.short.given, found.short.em, found.short.f1) == (1, 0.5, 0.5)
    # q1: 5 characters in common of 11 quoted and 5 wanted; q2: none
    assert found.evidence.f1 == pytest.approx((2 * 5 / (11 + 5)) / 2)
    assert (found.evidence.em, found.evidence_recall) == (0, 0.5)


def test_a_refusal_counts_as_zero_but_not_in_evidence_recall(folder: Path) -> None:
    only_q1 = {a.question: a for a in [cast(Any, library()).answers["水库哪年建的？"]]}
    found = evaluate(library(answers=only_q1), folder).answers
    assert found is not None
    assert (found.answered, found.evidence_recall) == (1, 1)
    assert (found.short.em, found.evidence.given) == (0.5, 1)


def test_quotes_are_joined_in_order_for_the_evidence(folder: Path) -> None:
    write_rows(
        folder / "queries.jsonl",
        [{"_id": "q1", "text": "库容和位置？", "answers": ["库容三千万立方米，它在石桥镇北面"]}],
    )
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n", encoding="utf-8")
    quotes = (("river", "库容三千万立方米。"), ("river", "它在石桥镇北面。"))
    told = {"库容和位置？": answer("库容和位置？", "", 0.9, *quotes)}
    report = evaluate(library(answers=told), folder)
    assert report.retrieval is None
    assert report.answers is not None
    assert (report.answers.evidence.em, report.answers.evidence.f1) == (1, 1)
    assert report.answers.evidence_recall == 0  # no single quote holds all of it


def test_refusal_by_hand(folder: Path) -> None:
    found = evaluate(library(), folder).refusal
    assert (found.answerable, found.unanswerable, found.weak) == (3, 1, 0)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.false_refusals == pytest.approx(1 / 3)
    assert found.false_answers == 1
    # confidences .9 .4 .1 of the answerable against .6
    assert found.auroc == found.coverage_at_limit == pytest.approx(1 / 3)


def test_out_of_corpus_questions_count_as_weak(folder: Path) -> None:
    write_rows(
        folder / "out_of_corpus.jsonl",
        [{"_id": f"o{n}", "text": f"第 {n} 个外来问题？", "answers": ["别处"]} for n in range(3)],
    )
    report = evaluate(library(), folder)
    assert (report.questions, report.refusal.unanswerable, report.refusal.weak) == (7, 4, 3)
    assert report.refusal.false_answers == 0.25
    assert report.answers is not None
    assert report.answers.queries == 2
    assert "其中 3 题是弱标注" in printed(report)


def test_a_set_without_unanswerable_questions_has_no_auroc(folder: Path) -> None:
    write_rows(folder / "queries.jsonl", [row for row in QUERIES if row["_id"] != "q3"])
    refusal = evaluate(library(), folder).refusal
    assert refusal.auroc is refusal.false_answers is refusal.coverage_at_limit is None
    assert refusal.coverage == pytest.approx(2 / 3)


def test_a_question_without_text_is_left_out_and_counted(folder: Path) -> None:
    without = evaluate(library(), folder)
    write_rows(folder / "queries.jsonl", [*QUERIES, {"_id": "q5", "text": " ", "answers": ["甲"]}])
    judged = QRELS + "q5\triver\t1\n"
    (folder / "qrels" / "test.tsv").write_text(judged, encoding="utf-8")
    report = evaluate(library(), folder)
    assert (report.questions, report.blank) == (4, 1)
    assert report == replace(without, blank=1)
    assert "另有 1 题没有文字" in printed(report)


def test_limit_and_progress(folder: Path) -> None:
    write_rows(folder / "out_of_corpus.jsonl", [{"_id": f"o{n}", "text": "？？"} for n in range(9)])
    steps: list[Progress] = []
    scripted = library()
    report = evaluate(scripted, folder, progress=steps.append, limit=2)
    assert cast(Scripted, scripted).asked == ["水库哪年建的？", "校长是谁？", "？？", "？？"]
    assert steps == [Progress("评测", done, 4) for done in (1, 2, 3, 4)]
    assert (report.limit, report.follow_ups) == (2, 1)
    assert "前 2 题" in printed(report)
    assert "1 个追问" in printed(report)
    with pytest.raises(InputError, match="现在是 0"):
        evaluate(scripted, folder, limit=0)


def test_json_and_tables_hold_the_figures(folder: Path) -> None:
    report = evaluate(library(), folder)
    values = cast(Any, json.loads(json.dumps(as_json(report), allow_nan=False)))
    assert values["retrieval"]["dense"]["hit_1"] == 0.6667
    assert values["refusal"]["coverage"] == 0.6667
    assert (values["model"], values["documents"], values["passages"]) == ("scripted", 2, 3)
    text = printed(report)
    assert "| 融合 | 0.833 | 1.000 |" in text
    assert "hit@1" in text
    assert report == evaluate(library(), folder)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("queries.jsonl", '{"_id": "q1", "text": "好？"}\n{"_id"', "queries.jsonl 第 2 行.*JSON"),
        ("queries.jsonl", '\n["q1"]', "第 2 行.*JSON 对象"),
        ("queries.jsonl", '{"_id": "q1"}', "第 1 行：text"),
        ("queries.jsonl", '{"_id": 7, "text": "好？"}', "第 1 行：_id.*7"),
        ("queries.jsonl", '{"_id": "q", "text": "好", "answers": "甲"}', "第 1 行：answers"),
        ("queries.jsonl", '{"_id": "q", "text": "好", "answers": [" "]}', "第 1 行：answers"),
        ("queries.jsonl", '{"_id": "q", "text": "好", "unanswerable": 1}', "unanswerable.*true"),
        ("queries.jsonl", '{"_id": "q", "text": "好"}\n' * 2, "第 2 行.*'q'.*出现过"),
        ("queries.jsonl", "\n", "没有问题"),
        ("queries.jsonl", "\udcff", "不是 UTF-8"),
        ("corpus.jsonl", '{"_id": "river"}', r"corpus\.jsonl.*1"),
        ("qrels/test.tsv", "q1\triver\t1\n", "第 1 行：表头"),
        ("qrels/test.tsv", "", "第 1 行：表头"),
        ("qrels/test.tsv", QRELS + "q1\tlake\t1\n", "第 6 行：corpus.jsonl 里没有文档 'lake'"),
        ("qrels/test.tsv", QRELS + "q9\triver\t1\n", "第 6 行：queries.jsonl 里没有问题 'q9'"),
        ("qrels/test.tsv", QRELS + "q1 river 1\n", "第 6 行.*三列"),
        ("qrels/test.tsv", QRELS + "q1\triver\t0.5\n", "第 6 行.*整数"),
        ("out_of_corpus.jsonl", '{"_id": "o"}', "out_of_corpus.jsonl 第 1 行：text"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(
    folder: Path, file: str, content: str, message: str
) -> None:
    (folder / file).write_bytes(content.encode("utf-8", "surrogateescape"))
    scripted = library()
    with pytest.raises(InputError, match=message):
        evaluate(scripted, folder)
    assert cast(Scripted, scripted).asked == []


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"里没有 {name}"):
        evaluate(library(), folder)


def test_an_index_of_another_corpus_is_refused(folder: Path) -> None:
    river = {"river": Document("river", "水库", RIVER, "river.txt")}
    with pytest.raises(InputError, match=r"'school'.*youju eval"):
        evaluate(library(documents=river), folder)


def test_a_question_that_cannot_be_asked_is_named(folder: Path) -> None:
    class Strict(Scripted):
        def ask(
            self, question: str, history: Sequence[Turn] = (), llm: str | None = None
        ) -> Answer:
            raise InputError("问题有 999 个字")

    with pytest.raises(InputError, match="'q1'：问题有 999 个字"):
        evaluate(cast(Library, Strict({}, cast(Any, library()).rankings)), folder)


def test_windows_lines_and_grade_zero(folder: Path) -> None:
    rows = QRELS.replace("q1\triver\t1", "q1\triver\t0").replace("\n", "\r\n")
    (folder / "qrels" / "test.tsv").write_bytes(rows.encode("utf-8-sig"))
    found = evaluate(library(), folder).retrieval
    assert found is not None
    assert found.queries == 2


@pytest.mark.parametrize(
    ("cited", "gold", "expected"),
    [
        (Span(0, 10), Span(0, 10), True),
        (Span(0, 10), Span(5, 100), True),  # half of the cited span
        (Span(0, 10), Span(6, 100), False),
        (Span(0, 100), Span(98, 102), True),  # half of the gold sentence
        (Span(0, 10), Span(10, 20), False),
        (Span(3, 3), Span(0, 10), False),
    ],
)
def test_overlaps(cited: Span, gold: Span, expected: bool) -> None:
    assert overlaps(cited, gold) is expected
    assert overlaps(gold, cited) is expected


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


def span_report(tmp_path: Path, rows: Sequence[object], **changes: Any) -> SpanReport:
    write_rows(tmp_path / "labelled.jsonl", rows)
    return evaluate_spans(library(**changes), tmp_path / "labelled.jsonl")


def test_spans_by_hand(tmp_path: Path) -> None:
    told = dict(cast(Any, library()).answers)
    text = "水库的情况有哪些？"
    told[text] = answer(text, "", 0.8, ("river", "库容三千万立方米。"))
    report = span_report(tmp_path, SPANS, answers=told)
    assert (report.answerable, report.unanswerable) == (3, 2)
    assert [row.right for row in report.rows] == [True, False, False, True, True]
    assert report.evidence_right == pytest.approx(2 / 3)
    assert (report.refusals_right, report.false_refusals, report.list_recall) == (0.5, 0, 0.5)
    assert report.short is not None
    assert (report.short.given, report.short.em, report.short.f1) == (1, 0.5, 0.5)
    values = cast(Any, json.loads(json.dumps(as_json(report), allow_nan=False)))
    assert values["rows"][4]["evidence_recall"] == 0.5
    table = printed(report)
    for words in ("对，找全 50%", "误答", "正确拒答", "水库的情况有哪些？"):
        assert words in table


def test_a_refused_answerable_question_is_wrong(tmp_path: Path) -> None:
    report = span_report(tmp_path, SPANS, answers={})
    assert (report.evidence_right, report.false_refusals, report.refusals_right) == (0, 1, 1)
    assert "误拒" in printed(report)


def test_evidence_at_the_same_offsets_of_another_document_is_wrong(tmp_path: Path) -> None:
    text = "水库哪年建的？"
    told = {text: answer(text, "一九五八年", 0.9, ("school", "南坪小学有学生五百人。"))}
    report = span_report(tmp_path, SPANS[:1], answers=told)
    assert report.evidence_right == 0


def test_one_document_needs_no_document_id(tmp_path: Path) -> None:
    river = {"river": Document("river", "水库", RIVER, "river.txt")}
    row = {name: value for name, value in SPANS[0].items() if name != "document_id"}
    assert span_report(tmp_path, [row], documents=river).evidence_right == 1
    with pytest.raises(InputError, match=r"第 1 行.*2 篇文档.*document_id"):
        span_report(tmp_path, [row])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evidence": [[0, 999]]}, rf"第 1 行.*\[0, 999\].*{len(RIVER)}"),
        ({"evidence": [[5, 5]]}, r"\[5, 5\]"),
        ({"evidence": [[1]]}, r"\[1\]"),
        ({"evidence": ["0-5"]}, "0-5"),
        ({"evidence": []}, "要有 evidence"),
        ({"document_id": "lake"}, "没有文档 'lake'"),
        ({"type": None}, "type"),
    ],
)
def test_a_wrong_label_is_named_with_its_line(
    tmp_path: Path, changes: Mapping[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        span_report(tmp_path, [SPANS[0] | changes])


def test_labelled_files_must_be_there_and_have_unique_ids(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jsonl：读不了"):
        evaluate_spans(library(), tmp_path / "gone.jsonl")
    with pytest.raises(InputError, match=r"第 2 行.*'s1'"):
        span_report(tmp_path, [SPANS[0], SPANS[0]])
    with pytest.raises(InputError, match="没有问题"):
        span_report(tmp_path, [])


@pytest.mark.model
def test_the_real_library_on_a_real_folder(real: tuple[Library, Path]) -> None:
    built, path = real
    report = evaluate(built, path)
    assert report.retrieval is not None
    assert report.retrieval.queries == 3
    for leg in (report.retrieval.dense, report.retrieval.lexical, report.retrieval.fused):
        assert leg.recall_5 == 1  # two documents, both ranked
        assert leg.hit_1 == 1
    assert (report.documents, report.model) == (2, built.info.model)
    assert report == evaluate(built, path)


@pytest.mark.model
def test_the_real_library_on_labelled_spans(real: tuple[Library, Path]) -> None:
    built, path = real
    report = evaluate_spans(built, path / "labelled.jsonl")
    for row in report.rows:
        given = built.ask(row.text)
        assert row.answered == (given.status != "no_evidence")
        assert (row.confidence, row.short) == (given.confidence, given.short)
        assert row.answered or not row.evidence_right
