"""Asking across scripts, on a training folder whose held-out articles are measured apart."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from benchmarks import scripts
from rag.beir import read_beir
from tests.evaluation.scripted import write_rows
from training import corpus

ARTICLES = {
    "bridge": ("青石橋建於1897年，由工匠陳大山主持修建。", "青石橋建於哪一年？", "1897年"),
    "orchard": ("白雲果園位於河谷東岸，佔地250畝。", "白雲果園佔地多少畝？", "250畝"),
    "school": ("南坪小學有學生五百人，校長是周明。", "南坪小學的校長是誰？", "周明"),
}
HELD_OUT = (corpus.WRITTEN / corpus.HELD_OUT).read_text("utf-8").split()[0]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Folders that may be trained on, with the same few articles."""
    for name in corpus.SOURCES:
        folder = tmp_path / name
        (folder / "qrels").mkdir(parents=True)
        rows = [(f"{name}-{key}", *parts) for key, parts in ARTICLES.items()]
        if name == "drcd_dev":
            rows[0] = (HELD_OUT, *rows[0][1:])
        documents = [{"_id": i, "title": "", "text": text} for i, text, _, _ in rows]
        queries = [{"_id": f"q-{i}", "text": q, "answers": [a]} for i, _, q, a in rows]
        write_rows(folder / "corpus.jsonl", documents)
        write_rows(folder / "queries.jsonl", queries)
        judged = [f"q-{i}\t{i}\t1" for i, *_ in rows]
        lines = ["query-id\tcorpus-id\tscore", *judged]
        (folder / "qrels" / "test.tsv").write_text("\n".join(lines), "utf-8")
    return tmp_path


def test_articles_that_are_held_out_of_training_are_measured_apart(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = scripts.held_out(root, read_beir(root / "drcd_dev"))
    trained = {q.id for q in corpus.read_questions(root).train}
    assert kept == {f"q-{HELD_OUT}"}
    assert not kept & trained
    scripts.main(root / "drcd_dev", root / "data")
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "questions" in line] == [
        "3 questions of the set",
        "1 questions on articles that training holds out",
    ]
    heads = [line.split() for line in lines if line.startswith("script")]
    assert heads == [["script", "dense", "lexical", "fused", "ranked", "answer"]] * 2
    rows = [line for line in lines if line.startswith(("as it is", "simplified", "traditional"))]
    shares = itertools.chain(*(row[12:].split() for row in rows))
    assert len(rows) == 6
    assert all(0 <= float(share) <= 1 for share in shares)
    assert float(rows[1][12:].split()[3]) == 1  # simplified questions find with the reader
