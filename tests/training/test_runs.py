"""A run of the training: its rates, going on where it was, what ships."""

from __future__ import annotations

import json
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from index import bert_graph
from index.errors import InputError
from rag import reader_model, reader_torch
from training import corpus
from training.average import average
from training.export import save_changes
from training.train import CHECKPOINT, LOG, Recipe, _resume, learning_rate, train


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


def test_what_is_resumed_lies_on_the_device_of_its_parameter(
    questions: corpus.Questions, small_model: Path, tmp_path: Path
) -> None:
    recipe = Recipe(steps=1, batch=2, frozen_layers=1)
    train(questions, small_model, tmp_path, recipe, lambda line: None)
    assert (tmp_path / CHECKPOINT).is_file()
    # "meta" stands for a GPU: a device that is not the CPU, and there on every machine.
    reader = reader_torch.load(small_model, frozen_layers=1).to("meta")
    optimizer = torch.optim.AdamW(reader.trained_parameters())
    assert _resume(reader, optimizer, recipe, tmp_path) == 1
    states = list(optimizer.state.values())
    assert len(states) == len(reader.trained_parameters())
    assert {value.device.type for state in states for value in state.values()} == {"meta"}


def test_without_opencc_the_command_says_what_to_install(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opencc", None)  # as where it is not installed
    corpus._converter.cache_clear()
    monkeypatch.setattr(sys, "argv", ["training", str(data), str(tmp_path / "out")])
    with pytest.raises(SystemExit, match=r"opencc.*pip install.*\[dev\]"):
        runpy.run_module("training", run_name="__main__")


def test_the_mean_of_readers_lies_between_them(small_model: Path, tmp_path: Path) -> None:
    files = [tmp_path / "one.safetensors", tmp_path / "other.safetensors"]
    readers = [reader_torch.load(small_model) for _ in files]  # heads of their own
    for reader, file in zip(readers, files, strict=True):
        save_changes(reader, file, {})
    average((0.25, 0.75), files, small_model, tmp_path / "mean.safetensors")
    mean = reader_torch.load(small_model)
    about = reader_torch.load_changes(mean, tmp_path / "mean.safetensors")
    assert [part["share"] for part in about["average"]] == [0.25, 0.75]
    one, other = (reader.head.weight.detach() for reader in readers)
    torch.testing.assert_close(mean.head.weight.detach(), 0.25 * one + 0.75 * other)


def test_a_layer_that_one_reader_does_not_have_counts_as_the_base(
    small_model: Path, tmp_path: Path
) -> None:
    part, whole = tmp_path / "part.safetensors", tmp_path / "whole.safetensors"
    save_changes(reader_torch.load(small_model, frozen_layers=1), part, {})
    changed = reader_torch.load(small_model)
    name, bias = next(
        (n, p) for n, p in changed.trained().items() if "layer.0.output.dense.bias" in n
    )
    bias += 2.0
    save_changes(changed, whole, {})
    average((0.5, 0.5), [part, whole], small_model, tmp_path / "mean.safetensors")
    mean = reader_torch.load(small_model)
    base = mean.trained()[name].clone()
    reader_torch.load_changes(mean, tmp_path / "mean.safetensors")
    torch.testing.assert_close(mean.trained()[name], base + 1.0)


def test_shares_must_add_up(small_model: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="加起来是 1"):
        average((0.5, 0.6), [tmp_path / "a", tmp_path / "b"], small_model, tmp_path / "out")
    with pytest.raises(InputError, match="1 个文件"):
        average((0.5, 0.5), [tmp_path / "a"], small_model, tmp_path / "out")
