"""What the measure of refusals asks, and how it counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import check_refusal, nonsense
from tests.evaluation.scripted import write_questions


def test_of_foreign_questions_those_on_the_article_are_the_ones_answered(
    seed_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in check_refusal.SETS:  # of each pair the second is asked
        pairs = ["没人问", "村主职“一肩挑”的比例是多少？", "没人问", "贵州茅台今天的股价是多少？"]
        write_questions(tmp_path / name, *pairs)
    check_refusal.main([str(tmp_path), "--data", str(seed_data), "--count", "6"])
    *rows, nothing = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]
    assert [row[1:5] for row in rows] == [
        [name, "2", "0.50", "1.00"] for name in check_refusal.SETS
    ]
    assert all(float(row[5]) < float(row[-1].rstrip(" |")) for row in rows)
    assert nothing[1:3] == ["nonsense", "6"]
    assert float(nothing[3]) > 0.5


def test_nonsense_is_of_six_kinds_and_always_the_same() -> None:
    question = "青石水库除险加固工程总投资多少？"
    made = nonsense.nonsense([question], 50)
    assert made == nonsense.nonsense([question], 50)
    assert len(made) == 50
    assert all(text.strip() for text in made)
    han, keys, word, marks, syllables, shuffled = made[:6]
    assert all("\u4e00" <= character <= "\u9fff" for character in han)
    assert keys.isascii()
    assert keys.isalnum()
    assert word in nonsense._WORDS
    assert not any(character.isalnum() for character in marks)
    assert len(set(syllables)) == 1
    assert sorted(shuffled) == sorted(question)
    assert shuffled != question
