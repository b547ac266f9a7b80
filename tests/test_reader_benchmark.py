"""The reader by itself: on what it was tuned on, and on the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import check_reader
from rag.reader import Reader
from tests.evaluation.scripted import write_folder, write_rows


def test_questions_that_constants_were_chosen_on_are_printed_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folder(tmp_path)
    asked = [
        ("水库哪年建的？", "一九五八年"),
        ("校长是谁？", "周明"),
        ("学校有多少学生？", "五百人"),
    ]
    rows = [{"_id": f"q{n}", "text": q, "answers": [a]} for n, (q, a) in enumerate(asked, 1)]
    write_rows(tmp_path / "queries.jsonl", rows)
    judged = "query-id\tcorpus-id\tscore\nq1\triver\t1\nq2\tschool\t1\nq3\tschool\t1\n"
    (tmp_path / "qrels" / "test.tsv").write_text(judged, encoding="utf-8")
    reader = Reader.load()
    check_reader._print_answers(reader, tmp_path, 1, every=False)
    (alone,) = capsys.readouterr().out.splitlines()
    check_reader._print_answers(reader, tmp_path, 1, every=True)
    sample, others, every = capsys.readouterr().out.splitlines()
    assert sample == alone  # the same question
    heads = [line.split(": ")[0] for line in (sample, others, every)]
    name = f"{tmp_path.name}, gold article"
    assert heads == [f"{name}, 1", f"{name}, the others, 2", f"{name}, all, 3"]
    one, two, three = (float(line.split("EM ")[1][:5]) for line in (sample, others, every))
    assert three == pytest.approx((one + 2 * two) / 3, abs=1e-3)
