"""Documents with odd ids, odd characters, or no text at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from rag import Library
from tests.building.articles import FIRST, SECOND, THIRD


def corpus(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "corpus.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def test_corpus_ids_become_document_ids(tmp_path: Path) -> None:
    path = corpus(
        tmp_path,
        {"_id": "doc-7", "title": "灌区", "text": FIRST},
        {"_id": "doc-9", "title": "渠道", "text": SECOND},
    )
    library = Library.build(path, tmp_path / "data")
    assert list(library.documents) == ["doc-7", "doc-9"]
    assert library.documents["doc-7"].title == "灌区"
    top = library.search("土渠换成了什么？", 1)[0]
    assert top.passage.document_id == "doc-9"


def test_documents_without_text_or_with_stray_surrogates(tmp_path: Path) -> None:
    path = corpus(
        tmp_path,
        {"_id": "title", "title": "只有标题", "text": ""},
        {"_id": "stray", "text": "水库\ud800有水，\udcff可以灌溉农田。"},
    )
    Library.build(path, tmp_path / "data")
    library = Library.open(tmp_path / "data")
    first, second = library.search("水库有水吗？")
    assert first.passage.text == "水库\ud800有水，\udcff可以灌溉农田。"
    assert (second.passage.text, second.passage.document_id) == ("只有标题", "title")


def test_long_paragraph_without_punctuation_is_found_by_its_end(tmp_path: Path) -> None:
    text = "灌区的冬小麦开始拔节了" * 270 + "站长李树根说管水员平均年龄五十七岁"
    path = corpus(tmp_path, {"_id": "long", "text": text}, {"_id": "other", "text": THIRD})
    library = Library.build(path, tmp_path / "data")
    index = library._index
    windows = [window.of(text) for window in index.chunks[0].windows]
    assert "".join(windows) == text
    vector = library._encoder.encode_queries(["管水员的平均年龄"])[0]
    scores = index.vectors.scores_at(vector, np.arange(len(windows)))
    assert "平均年龄" in windows[int(scores.argmax())]
