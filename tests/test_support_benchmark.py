"""Claims that are held against the right document and the next one, by several scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import check_support
from tests.evaluation.scripted import write_folder, write_rows


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("青石桥建于哪一年？", "1897年", "青石桥建于1897年。"),
        ("校长是谁", "周明", "校长是周明。"),
        ("水库在哪里？", "石桥镇北面", "水库在石桥镇北面。"),
        ("水库库容多少？", "三千万立方米", "水库库容三千万立方米。"),
        ("谁在什么时候建了桥？", "陈大山", None),  # asks twice
        ("为什么要修桥？", "旧桥被冲毁", None),
        ("是什么样的人？", "工匠", None),
        ("校长是谁？", "一个从前在别的学校教了三十多年书后来才调来的人", None),
    ],
)
def test_a_question_with_its_answer_is_a_statement(
    question: str, answer: str, said: str | None
) -> None:
    assert check_support.statement(question, answer) == said


def test_every_score_has_a_curve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_folder(tmp_path)
    rows = [
        {"_id": "q1", "text": "水库？", "reference_answer": "石桥水库是一九五八年建的。"},
        {"_id": "q2", "text": "南坪小学的校长是谁？", "answers": ["周明"]},
        {"_id": "q3", "text": "水库有多少鱼？", "unanswerable": True},
        {"_id": "q4", "text": "学校和水库在哪里？", "answers": ["石桥镇"]},  # of two documents
    ]
    write_rows(tmp_path / "queries.jsonl", rows)
    check_support.main([str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert f"{tmp_path.name}: 2 claims" in lines
    assert "| 0.65 | 100.0% | 0.0% | 100.0% | 0.0% |" in lines
    at = next(i for i, line in enumerate(lines) if line.startswith("| score |"))
    found = {row.split(" | ")[0].strip("| "): row for row in lines[at + 2 : at + 6]}
    assert list(found) == list(check_support._SCORES)
    for row in found.values():
        assert "| 1.000 | 100.0% | 100.0% | 100.0% | 100.0% | 100.0% |" in row
