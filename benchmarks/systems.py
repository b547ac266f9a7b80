"""The same passages and questions through what a user would pick instead, as its docs show it.

Every embedding is by the same weights. Building: passages to an index that can be asked;
asking: a question to its five best passages.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import material, timing
from index import bundled_model

QUERIES = 20


@dataclass(frozen=True, slots=True)
class System:
    """How to build from passages, and how to ask what was built."""

    build: Callable[[Sequence[str]], Any]
    ask: Callable[[Any, str], object]


def run(folder: Path, rounds: int, count: int = 48) -> None:
    """Build and ask by turns."""
    texts, questions = material.passages(folder, count), material.questions(folder, QUERIES)
    systems = {
        "youju": _youju(),
        "sentence-transformers + faiss": _sentence_transformers(),
        "langchain + faiss": _langchain(),
        "txtai": _txtai(),
        "bm25s (words only)": _bm25s(),
        "BM25 rebuilt for each question (words only)": _rebuilt(),
    }
    built: dict[str, Any] = {}

    def build(name: str) -> Callable[[], None]:
        return lambda: built.__setitem__(name, systems[name].build(texts))

    building = timing.alternate({name: build(name) for name in systems}, rounds)

    def ask(name: str) -> Callable[[], None]:
        return lambda: [systems[name].ask(built[name], q) for q in questions] and None

    asking = {
        name: {**asdict(taken), "ms_per_question": round(1e3 * taken.median / QUERIES, 2)}
        for name, taken in timing.alternate({name: ask(name) for name in systems}, rounds).items()
    }
    timing.save(
        "systems",
        {"passages": count, "questions": QUERIES, "building": building, "asking": asking},
    )


def _youju() -> System:
    from rag import Library

    work = Path(tempfile.mkdtemp())
    turns = iter(range(1000))

    def build(texts: Sequence[str]) -> Library:
        rows = ({"_id": str(i), "title": "", "text": text} for i, text in enumerate(texts))
        folder = work / str(next(turns))
        folder.mkdir()
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / "corpus.jsonl").write_text(lines, "utf-8")
        return Library.build(folder / "corpus.jsonl", folder / "data")

    return System(build, lambda library, question: library.search(question, k=5))


def _sentence_transformers() -> System:
    import faiss
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model.prepare()), device="cpu")

    def build(texts: Sequence[str]) -> Any:
        rows = model.encode(list(texts), prompt_name="document", normalize_embeddings=True)
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        return index

    def ask(index: Any, question: str) -> object:
        return index.search(model.encode([question], prompt_name="query"), 5)

    return System(build, ask)


def _langchain() -> System:
    from langchain_community.embeddings import HuggingFaceEmbeddings
    from langchain_community.vectorstores import FAISS

    embeddings = HuggingFaceEmbeddings(model_name=str(bundled_model.prepare()))
    return System(
        lambda texts: FAISS.from_texts([f"passage: {text}" for text in texts], embeddings),
        lambda store, question: store.similarity_search(f"query: {question}", k=5),
    )


def _txtai() -> System:
    from txtai import Embeddings

    folder = str(bundled_model.prepare())

    def build(texts: Sequence[str]) -> Any:
        embeddings = Embeddings(
            path=folder, instructions={"query": "query: ", "data": "passage: "}, content=True
        )
        embeddings.index(list(texts))
        return embeddings

    return System(build, lambda embeddings, question: embeddings.search(question, 5))


def _bm25s() -> System:
    import bm25s
    import jieba

    def build(texts: Sequence[str]) -> Any:
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        index.index([jieba.lcut_for_search(text) for text in texts], show_progress=False)
        return index

    def ask(index: Any, question: str) -> object:
        return index.retrieve([jieba.lcut_for_search(question)], k=5, show_progress=False)

    return System(build, ask)


def _rebuilt() -> System:
    """As Langchain-Chatchat's ensemble retriever: the words are indexed anew for each question."""
    words = _bm25s()
    return System(list, lambda texts, question: words.ask(words.build(texts), question))
