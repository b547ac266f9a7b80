"""A real sentence-transformers CrossEncoder in the place of the bundled reader's order."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError
from index.simplified import simplified
from rag import Library, ranking, retrieval
from rag.ranking import Reranked
from rag.reader import Text
from rag.reranker import CrossEncoderReranker
from tests.cli.commands import Run, failed
from tests.retrieval.scores import row
from tests.retrieval.test_ranking import pool, window
from tests.small_model import save_tokenizer
from ui.shelf import Shelf

QUESTION = "村主职“一肩挑”的比例是多少？"
Make = Callable[[int], Path]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, seed_library: Library) -> Make:
    """A way to a CrossEncoder of one small layer that knows the seed article's characters."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    text = "".join(document.text for document in seed_library.documents.values())
    characters = "".join(sorted(set(text + QUESTION) - {"\n"}))

    def made(outputs: int) -> Path:
        folder = tmp_path_factory.mktemp("reranker")
        config = BertConfig(
            vocab_size=save_tokenizer(folder, characters),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
            num_labels=outputs,
            initializer_range=0.5,
        )
        torch.manual_seed(5)
        BertForSequenceClassification(config).save_pretrained(folder)
        CrossEncoder(str(folder), max_length=512).save_pretrained(str(folder / "model"))
        return folder / "model"

    return made


@pytest.fixture(scope="module")
def model(make: Make) -> Path:
    return make(1)


@pytest.fixture(scope="module")
def library(seed_data: Path, model: Path) -> Library:
    return Library.open(seed_data, reranker=str(model))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return Run(capfd)


def said_by(model: Path, library: Library, question: str) -> dict[int, float]:
    """The model's own highest score of the windows of each passage, asked of it directly."""
    from sentence_transformers import CrossEncoder

    index, cross = library._index, CrossEncoder(str(model))
    rows = range(len(index.window_chunk))
    spans = [retrieval.window_span(index, at) for at in rows]
    owners = [index.documents[index.chunk_document[index.window_chunk[at]]] for at in rows]
    texts = [
        f"{simplified(owner.title)}\n{simplified(span.of(owner.text))}"
        for owner, span in zip(owners, spans, strict=True)
    ]
    # The default activation of one output is a sigmoid, which keeps the order.
    scores = cross.predict([(simplified(question), text) for text in texts])
    best: dict[int, float] = {}
    for at, score in zip(rows, scores, strict=True):
        chunk = int(index.window_chunk[at])
        best[chunk] = max(float(score), best.get(chunk, 0.0))
    return best


def test_the_reranker_orders_all_that_it_saw(
    library: Library, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "RERANKED", 1000)
    wanted = said_by(model, library, QUESTION)
    hits = library.search(QUESTION, 100)
    order = [library.passages.index(hit.passage) for hit in hits]
    assert order == sorted(wanted, key=lambda row: -wanted[row])
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    without = library_without(library).search(QUESTION, 100)
    assert [hit.passage for hit in hits] != [hit.passage for hit in without]


def library_without(library: Library) -> Library:
    return Library(library._manifest, library._index, library._encoder)


def test_only_a_fixed_number_of_windows_is_reranked(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = CrossEncoderReranker.scores

    def counted(self: CrossEncoderReranker, question: str, texts: list[Text]) -> object:
        seen.append(len(texts))
        return real(self, question, texts)

    monkeypatch.setattr(CrossEncoderReranker, "scores", counted)
    assert len(library.search(QUESTION, 100)) == len(library.passages)
    assert seen == [ranking.RERANKED] == [20]


def test_an_answer_is_cited_from_what_the_reranker_put_first(library: Library) -> None:
    answer = library.ask(QUESTION)
    assert [hit.passage for hit in answer.hits] == [
        hit.passage for hit in library.search(QUESTION, len(answer.hits))
    ]
    for citation in answer.citations:
        text = library.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote
    why = library.why(QUESTION, answer.hits[0])
    assert why.relevance is not None
    assert library_without(library).why(QUESTION, answer.hits[0]).relevance is None


def test_documents_are_ranked_for_evaluation_as_they_are_searched(library: Library) -> None:
    rankings = library.rank_documents(QUESTION)
    assert rankings.ranked[0].score > rankings.fused[0].score


def test_what_was_reranked_stands_above_the_rest_in_the_models_order() -> None:
    found = pool([9, 8, 3, 2, 1], [0, 0, 0, 0, 0], [0, 1, 2, 3, 0])
    reranked = Reranked(np.array([3, 1, 4]), row(-7, -9, -8))
    ranked = ranking.passages(found, (window(0, 0, 12.0),), 4, reranked)
    assert [one.row for one in ranked] == [3, 0, 1, 2]
    assert [one.relevance for one in ranked] == [-7, -8, -9, None]
    assert ranked[1].odds == 12.0
    assert ranked[2].score == pytest.approx(9)  # none below the best that it has not seen


def test_nothing_found_is_nothing_reranked() -> None:
    empty = Reranked(np.zeros(0, np.int64), row())
    assert ranking.passages(pool([], [], []), (), 4, empty) == ()


def test_one_model_in_memory_for_all_libraries_and_let_go_with_the_last(
    library: Library, model: Path
) -> None:
    first, second = (CrossEncoderReranker.load(str(model)) for _ in range(2))
    assert first._loaded is second._loaded is library._search._reranker._loaded  # type: ignore[union-attr]
    del first, second
    gc.collect()
    assert library.search(QUESTION, 1)


def test_what_is_no_reranker_is_refused_with_what_to_do(
    seed_data: Path, make: Make, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="不加 --reranker"):
        Library.open(seed_data, reranker=str(tmp_path))
    with pytest.raises(ModelError, match="打 3 个分，应只打一个"):
        Library.open(seed_data, reranker=str(make(3)))


def test_a_damaged_model_is_an_error_with_what_to_do(seed_data: Path, make: Make) -> None:
    folder = make(1)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    with pytest.raises(ModelError, match="载入不了重排模型"):
        Library.open(seed_data, reranker=str(folder))


def test_a_build_with_a_wrong_reranker_changes_nothing(tmp_path: Path) -> None:
    article = tmp_path / "文章.txt"
    article.write_text("全市有水库三座。", "utf-8")
    with pytest.raises(ModelError):
        Library.build(article, tmp_path / "data", reranker=str(tmp_path / "没有"))
    assert not (tmp_path / "data").exists()


def test_the_command_takes_one(seed_data: Path, model: Path, library: Library, run: Run) -> None:
    given = ("--data", seed_data, "--reranker", model, "--json")
    code, out, _ = run("search", QUESTION, *given, "-k", "3")
    assert code == 0
    found = [json.loads(line)["passage"]["id"] for line in out.splitlines()]
    assert found == [hit.passage.id for hit in library.search(QUESTION, 3)]
    assert "重排模型" in failed(run("ask", QUESTION, *given[:2], "--reranker", seed_data))


def test_the_page_asks_it_too(seed_data: Path, model: Path, library: Library) -> None:
    shelf = Shelf.at(seed_data, None, None, str(model))
    shelf.open()
    hits = shelf.library().search(QUESTION, 3)
    assert [hit.passage for hit in hits] == [h.passage for h in library.search(QUESTION, 3)]
    assert shelf.library().why(QUESTION, hits[0]).relevance is not None
