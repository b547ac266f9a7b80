"""Whether 8 bits find what 32 bits find: ``python -m benchmarks.agreement EVAL_FOLDER...``

Dense recall of documents by both encoders. Each document is searched through its first windows
only, so that torch is through in minutes.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np

from benchmarks import material, timing
from index import bundled_model
from index.embedding import Encoder, Prompts, load_encoder
from index.sentence_encoder import SentenceEncoder

_WINDOWS, _CHARACTERS = 2, 250
_DEPTHS = (1, 5, 20)


def run(folders: list[Path]) -> None:
    """Recall at several depths for each BEIR folder."""
    encoders = {
        "int8": load_encoder(),
        "fp32": SentenceEncoder.load(str(bundled_model.prepare()), Prompts("query: ", "passage: ")),
    }
    figures = {folder.name: _folder(folder, encoders) for folder in folders}
    timing.save("agreement", figures)


def _folder(folder: Path, encoders: dict[str, Encoder]) -> dict[str, object]:
    documents = [json.loads(line) for line in material.corpus_lines(folder)]
    windows = [
        (number, (row["title"] + "\n" + row["text"])[start : start + _CHARACTERS])
        for number, row in enumerate(documents)
        for start in range(0, _WINDOWS * _CHARACTERS, _CHARACTERS)
        if len(row["text"]) > start
    ]
    asked = _gold(folder, {row["_id"]: number for number, row in enumerate(documents)})
    owners = np.array([number for number, _ in windows])
    gold = np.array([number for _, number in asked])
    recall, scores = {}, {}
    for name, encoder in encoders.items():
        passages = encoder.encode_passages([text for _, text in windows])
        found = encoder.encode_queries([question for question, _ in asked]) @ passages.T
        best = np.full((len(asked), len(documents)), -1, np.float32)
        np.maximum.at(best, (slice(None), owners), found)
        ranks = (best > best[np.arange(len(asked)), gold][:, None]).sum(axis=1)
        recall[name] = {f"R@{k}": round(float((ranks < k).mean()), 4) for k in _DEPTHS}
        scores[name] = best
    same = (scores["int8"].argmax(axis=1) == scores["fp32"].argmax(axis=1)).mean()
    return {"questions": len(asked), **recall, "same_first_document": round(float(same), 4)}


def _gold(folder: Path, numbers: dict[str, int]) -> list[tuple[str, int]]:
    """Each question with the first document that answers it."""
    rows = (folder / "queries.jsonl").read_text("utf-8").splitlines()
    texts = {row["_id"]: row["text"] for row in map(json.loads, rows)}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as lines:
        pairs = {row[0]: row[1] for row in reversed(list(csv.reader(lines, delimiter="\t"))[1:])}
    return [(texts[query], numbers[document]) for query, document in pairs.items()]


if __name__ == "__main__":
    run([Path(folder) for folder in sys.argv[1:]])
