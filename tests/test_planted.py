"""Contradictions: those that are told are counted, and those that were planted found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import check_disputes, planted
from rag import Library
from tests.evaluation.scripted import write_questions, write_rows

WATER = "青石水库除险加固工程"


def test_contradictions_that_are_told_are_counted_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = "青石水库除险加固工程"
    source = tmp_path / "源"
    source.mkdir()
    for name, amount in (("a", "3860万元"), ("b", "3200万元")):
        text = (
            f"青石水库{name}\n\n2023年6月2日 栖河文史\n\n{work}总投资{amount}，分两年拨付到县里。\n"
        )
        (source / f"{name}.txt").write_text(text, "utf-8")
    Library.build(source, tmp_path / "data")
    other = "青石水库在什么地方？"  # asks for neither a number nor a date
    write_questions(tmp_path / "set", f"{work}总投资多少？", f"{work}总投资的日期是哪天？", other)
    check_disputes.main([str(tmp_path / "set"), "--data", str(tmp_path / "data")])
    first, second, *rest = capsys.readouterr().out.splitlines()
    assert first == "set: 1 of 2 tell a contradiction"
    assert second == "set: 0 planted, 0 answered, 0 cite both values, 0 tell the contradiction"
    assert any("3860万元" in line and "3200万元" in line for line in rest)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles, a question for a number on each, one for a name and one with two numbers."""
    texts = {
        "water": f"{WATER}日前开工。{WATER}总投资3860万元，分两年拨付到县里。去年来过4.3万人。",
        "school": "南坪小学新校区今年启用。南坪小学新校区占地面积86亩，其中操场12亩。校长是周明。",
    }
    asked = [
        ("water", f"{WATER}总投资多少？", "3860万元"),
        ("water", f"{WATER}去年来过多少人？", "4.3万人"),
        ("school", "南坪小学新校区的校长是谁？", "周明"),
        ("school", "南坪小学新校区占地面积和操场分别是多少？", "86亩，其中操场12亩"),
    ]
    documents = [{"_id": name, "title": f"{name}的事", "text": t} for name, t in texts.items()]
    write_rows(tmp_path / "corpus.jsonl", documents)
    rows = [{"_id": f"q{n}", "text": q, "answers": [a]} for n, (_, q, a) in enumerate(asked)]
    write_rows(tmp_path / "queries.jsonl", rows)
    (tmp_path / "qrels").mkdir()
    judged = [f"q{n}\t{name}\t1" for n, (name, _, _) in enumerate(asked)]
    lines = ["query-id\tcorpus-id\tscore", *judged]
    (tmp_path / "qrels" / "test.tsv").write_text("\n".join(lines), "utf-8")
    return tmp_path


def test_one_number_of_a_document_is_changed_and_nothing_else(folder: Path) -> None:
    (one,) = planted.planted(folder, 9)  # one a document; two numbers and names are left out
    assert [one] == planted.planted(folder, 9)
    assert one.document.id == "water"
    assert one.changed != one.written
    assert one.document.text.replace(one.written, one.changed) == one.text
    assert one.written in ("3860万元", "4.3万人")


def test_what_was_planted_is_asked_for_beside_the_original(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = [query for query in planted.exact(folder) if "总投资" in query.text]
    monkeypatch.setattr(planted, "exact", lambda _: list(kept))
    Library.build(folder / "corpus.jsonl", folder / "data")
    check_disputes.main([str(folder), "--data", str(folder / "data")])
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.endswith(": 0 of 1 tell a contradiction")
    assert second.endswith(": 1 planted, 1 answered, 1 cite both values, 1 tell the contradiction")
    assert len(Library.open(folder / "data").documents) == 2  # the index itself is as before
