from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from index import bert_graph, bundled_model
from index.errors import InputError
from rag import reader_model, reader_torch
from training import corpus, examples, wording
from training.batches import NO_ANSWER, batched, encode
from training.decode import best_span
from training.export import save_changes
from training.train import LOG, Recipe, learning_rate, train
from training.validation import auroc

ARTICLES = {
    "bridge": (
        "青石桥",
        "青石橋建於1897年，由工匠陳大山主持修建。橋長48公尺，寬6公尺。1952年洪水沖毀了南端的兩個橋墩。"
        "三年後，縣政府撥款12萬元重修。如今每天有大約3000人從橋上經過。橋頭的茶館由李家經營。",
        [
            ("青石橋建於哪一年？", "1897年"),
            ("青石橋由誰主持修建？", "陳大山"),
            ("1952年洪水沖毀了什麼？", "南端的兩個橋墩"),
            ("縣政府撥款多少重修青石橋？", "12萬元"),
        ],
    ),
    "orchard": (
        "白云果园",
        "白雲果園位於河谷東岸，佔地250畝。園主王秀蘭在2003年種下第一批梨樹。"
        "2016年果園引進滴灌，用水減少了四成。每年九月果園舉辦採摘節，去年接待遊客8600人。",
        [
            ("白雲果園佔地多少畝？", "250畝"),
            ("王秀蘭在哪一年種下第一批梨樹？", "2003年"),
            ("2016年果園引進了什麼？", "滴灌"),
            ("採摘節去年接待遊客多少人？", "8600人"),
        ],
    ),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The training folders, each with both articles under ids of its own."""
    for name in corpus.SOURCES:
        folder = tmp_path / "data" / name
        (folder / "qrels").mkdir(parents=True)
        documents, queries, qrels = [], [], ["query-id\tcorpus-id\tscore"]
        script = str if name in corpus.TRADITIONAL else corpus.simplified
        for key, (title, text, asked) in ARTICLES.items():
            document = f"{name}-{key}"
            documents.append({"_id": document, "title": title, "text": script(text)})
            for i, (question, answer) in enumerate(asked):
                row = {"text": script(question), "answers": [script(answer)]}
                queries.append({"_id": f"{document}-{i}", **row})
                qrels.append(f"{document}-{i}\t{document}\t1")
        queries.append({"_id": "blank", "text": "", "answers": ["1897年"]})
        for file, rows in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
            (folder / file).write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
        (folder / "qrels" / "test.tsv").write_text("\n".join(qrels), "utf-8")
    return tmp_path / "data"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A passage of another genre, and questions on it and on an article of a folder."""
    folder = tmp_path / "written"
    folder.mkdir()
    text = "青石桥维修公告。桥面自五月三日起封闭，行人请走东边的浮桥。工期约两个月。"
    rows = [{"id": "0-1", "title": "公告", "text": text}]
    asked = [
        ("written/0-1", "桥什么时候关", text, "五月三日"),
        ("written/0-1", "修桥要花多少钱", text, None),
        ("cmrc2018_trial/cmrc2018_trial-orchard", "白云果园谁出钱", "", None),
        ("drcd_dev/not-there", "这篇不在", "", None),
    ]
    questions = [
        {
            "article": article,
            "question": question,
            "answer": answer and [whole.index(answer), whole.index(answer) + len(answer)],
        }
        for article, question, whole, answer in asked
    ]
    for name, lines in ((corpus.PASSAGES, rows), (corpus.QUESTIONS, questions)):
        (folder / name).write_text("\n".join(map(json.dumps, lines)), "utf-8")
    (folder / corpus.HELD_OUT).write_text(
        "drcd_dev-orchard\ncmrc2018_trial-orchard\n0-1\n", "utf-8"
    )
    return folder


@pytest.fixture
def questions(data: Path, written: Path) -> corpus.Questions:
    return corpus.read_questions(data, written=written)


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled tokenizer with a two-layer encoder, so that a run takes seconds."""
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("model")
    tokenizer = AutoTokenizer.from_pretrained(bundled_model.prepare())
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=250_037,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def test_held_out_articles_are_not_trained_on(questions: corpus.Questions) -> None:
    train_articles = {q.article.id for q in questions.train}
    held_out = {q.article.id for q in questions.held_out}
    assert not train_articles & held_out
    assert held_out == {"drcd_dev-orchard", "cmrc2018_trial-orchard", "0-1"}


def test_written_questions_are_more_frequent_and_may_have_no_answer(
    data: Path, written: Path
) -> None:
    (written / corpus.HELD_OUT).write_text("", "utf-8")
    everything = corpus.read_questions(data, written=written).train
    assert len(everything) == 8 + 8 + 2 * 8 + 3 * 3
    asked = [q for q in everything if q.id.startswith("written")]
    answers = {q.answer.of(q.article.text) for q in asked if isinstance(q, corpus.Labelled)}
    assert answers == {"五月三日"}
    assert sum(isinstance(q, corpus.NearMiss) for q in asked) == 3 * 2
    near = [e for e in examples.ExampleMaker(everything).epoch(1) if e.kind == "near"]
    assert len(near) == 3 * 2
    assert all(e.answer is None and e.window for e in near)


def test_the_comparison_set_is_refused(data: Path) -> None:
    (data / "cmrc2018_dev").mkdir()
    with pytest.raises(InputError, match="cmrc2018_dev"):
        corpus.read_questions(data, ("drcd_dev", "cmrc2018_dev"))


def test_traditional_folders_are_read_as_simplified(questions: corpus.Questions) -> None:
    texts = {q.text for q in questions.train if q.article.id == "drcd_test-bridge"}
    assert "青石桥由谁主持修建？" in texts
    labelled = [q for q in questions.train if isinstance(q, corpus.Labelled)]
    assert all(q.answer.of(q.article.text) for q in labelled)


def test_examples_have_the_answer_or_have_it_not(questions: corpus.Questions) -> None:
    maker = examples.ExampleMaker(questions.train)
    labelled = [q for q in questions.train if isinstance(q, corpus.Labelled)]
    answers = {q.text: q.answer.of(q.article.text) for q in labelled}
    kinds = set()
    for example in [e for seed in range(12) for e in maker.epoch(seed)]:
        kinds.add(example.kind)
        if example.answer is not None:
            found = corpus.simplified(example.answer.of(example.window))
            assert found in answers.values()
            if example.kind == "answer":
                assert found == answers[corpus.simplified(example.question)]
        elif example.kind != "changed":
            gold = answers[corpus.simplified(example.question)]
            assert gold not in corpus.simplified(example.window)
        else:
            assert corpus.simplified(example.question) not in answers
    assert kinds == {"answer", "reworded", "elsewhere", "removed", "other", "changed", "swapped"}


def test_the_same_seed_gives_the_same_examples(questions: corpus.Questions) -> None:
    maker = examples.ExampleMaker(questions.train)
    assert maker.epoch(3) == examples.ExampleMaker(questions.train).epoch(3)
    assert maker.epoch(3) != maker.epoch(4)


def test_a_changed_question_asks_what_the_window_does_not_say() -> None:
    pool = wording.DetailPool([("a", "1952年洪水冲毁了什么？"), ("a", "2016年引进了什么？")])
    window = "1952年洪水冲毁了南端的两个桥墩。"
    changed = {
        pool.about_another("1952年洪水冲毁了什么？", "a", window, random.Random(i))
        for i in range(9)
    }
    assert "2016年洪水冲毁了什么？" in changed
    assert pool.about_another("2016年引进了什么？", "a", window, random.Random(0)) is None


def test_labels_are_the_tokens_of_the_answer(questions: corpus.Questions) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(bundled_model.prepare())
    made = examples.ExampleMaker(questions.train).epoch(0)
    encoded = encode(tokenizer, made)
    assert len(encoded) == len(made)
    for example, tokens in zip(made, encoded, strict=True):
        if example.answer is None:
            assert (tokens.start, tokens.end) == (NO_ANSWER, NO_ANSWER)
        else:
            text = tokenizer.decode(tokens.ids[tokens.start : tokens.end + 1])
            assert example.answer.of(example.window) in text
            assert len(text) <= example.answer.end - example.answer.start + 2
            assert tokens.start >= tokens.window_at
    rows = sum(len(batch.starts) for batch in batched(encoded, 5, 1, random.Random(0)))
    assert rows == len(encoded)


def test_best_span_is_valid_and_scored_against_no_answer() -> None:
    starts = np.array([1, 9, 0, 5, 0, 0], np.float32)
    ends = np.array([2, 9, 7, 0, 4, 0], np.float32)
    # Position 1 is the question's; 3..4 (9) is valid, 3..2 (12) is not.
    found = best_span(starts, ends, first=2)
    assert (found.first, found.last, found.score) == (3, 4, 6.0)
    assert best_span(starts, ends, first=2, tokens_max=1).score == 4.0
    assert best_span(starts, ends, first=6).score == -np.inf


def test_auroc_counts_ties_half() -> None:
    assert auroc([2.0, 1.0], [1.0, 0.0]) == pytest.approx(3.5 / 4)


def test_learning_rate_rises_and_falls_to_nothing() -> None:
    recipe = Recipe(steps=100)
    rates = [learning_rate(step, recipe) for step in range(101)]
    assert max(rates) == pytest.approx(recipe.rate, rel=0.02)
    assert rates[0] < rates[3] < rates[5] > rates[50] > rates[99] > rates[100] == 0


def test_resumed_training_gives_the_same_weights_and_ships(
    questions: corpus.Questions, small_model: Path, tmp_path: Path
) -> None:
    import onnxruntime

    recipe = Recipe(steps=4, batch=3, dropout=0.1, frozen_layers=1, save_every=2, validate_every=4)
    lines: list[object] = []
    whole = train(questions, small_model, tmp_path / "whole", recipe, lines.append)

    class Stop(Exception):
        pass

    def stop(line: object) -> None:
        raise Stop

    with pytest.raises(Stop):  # at the first report, after step 2
        train(questions, small_model, tmp_path / "parts", recipe, stop)
    parts = train(questions, small_model, tmp_path / "parts", recipe, lines.append)
    for name, value in whole.trained().items():
        torch.testing.assert_close(parts.trained()[name], value)
    logged = (tmp_path / "whole" / LOG).read_text("utf-8").splitlines()
    assert [json.loads(line)["step"] for line in logged] == [2, 4, 4]

    fresh = reader_torch.load(small_model, frozen_layers=1).eval()
    save_changes(whole, tmp_path / "reader.safetensors", {"recipe": {"steps": recipe.steps}})
    about = reader_torch.load_changes(fresh, tmp_path / "reader.safetensors")
    assert about == {"recipe": {"steps": 4}}
    ids = torch.tensor([[0, 4000, 2, 2, 5000, 6000, 2]])
    mask = torch.ones_like(ids)
    with torch.inference_mode():
        expected, shipped = whole(ids, mask)[0].numpy(), fresh(ids, mask)[0].numpy()
    np.testing.assert_allclose(shipped, expected, atol=0.1)

    reader_model.write(small_model, tmp_path / "reader.onnx", tmp_path / "reader.safetensors")
    words = fresh.encoder.embeddings.word_embeddings(ids).detach().numpy()
    session = onnxruntime.InferenceSession(tmp_path / "reader.onnx")
    (starts,) = session.run(["starts"], {bert_graph.INPUT: words})
    np.testing.assert_allclose(starts, expected[0], atol=0.5)


def test_a_run_with_another_recipe_is_not_resumed(
    questions: corpus.Questions, small_model: Path, tmp_path: Path
) -> None:
    recipe = Recipe(steps=1, batch=2, frozen_layers=1)
    train(questions, small_model, tmp_path, recipe, lambda line: None)
    with pytest.raises(InputError, match="frozen_layers"):
        train(
            questions,
            small_model,
            tmp_path,
            replace(recipe, frozen_layers=0),
            lambda line: None,
        )
