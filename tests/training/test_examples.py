"""What the reader is trained on: who is held out, what an example asks, how a span is read."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from index import bundled_model
from index.errors import InputError
from training import corpus, examples, wording
from training.batches import NO_ANSWER, batched, encode
from training.decode import best_span
from training.validation import auroc


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
