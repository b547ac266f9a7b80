"""A model in this process: a tiny real one against transformers' own generation."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from index.errors import LanguageModelError
from rag import generators
from rag.limits import Limits
from rag.local_model import LocalModel
from rag.prompting import Prompt, prompt

TEXT = "全县投资300余万元，建成“澧兰党建”云平台。问题：投资多少？回答：材料[1]"
PROMPT = prompt("投资多少？", ["全县投资300余万元，建成云平台。"])


def writing(tokens: int) -> Limits:
    return Limits(whole=3600, tokens=tokens)  # other work may share the machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of one layer with random weights and a byte-level tokenizer of few pieces."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    path = tmp_path_factory.mktemp("tiny")
    bytes_ = ByteLevelBPETokenizer()
    bytes_.train_from_iterator([TEXT], vocab_size=300, special_tokens=["<eos>"])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytes_._tokenizer, eos_token="<eos>")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=512, eos_token_id=0, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


def generated(folder: Path, ids: list[int], tokens: int) -> str:
    """What transformers' own greedy generation writes after ``ids``."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    out = model.generate(torch.tensor([ids]), max_new_tokens=tokens, do_sample=False)
    return str(AutoTokenizer.from_pretrained(folder).decode(out[0, len(ids) :], True))


def tokenizer_of(folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def test_the_stream_is_what_transformers_generates(folder: Path) -> None:
    tokens = 40
    text = generated(folder, tokenizer_of(folder)(PROMPT.as_text())["input_ids"][-470:], tokens)
    short = Prompt("", "甲")
    ids = tokenizer_of(folder)(short.as_text())["input_ids"]
    assert 256 < len(ids) < 470  # read in two slices, and not cut
    wanted = generated(folder, ids, tokens).lstrip("\n").partition("\n")[0]
    pieces = list(LocalModel(str(folder), writing(tokens)).stream(short))
    assert wanted.startswith("".join(pieces))
    assert len(wanted) - len("".join(pieces)) <= 1  # a character whose bytes were not all there
    assert text  # an over-long prompt is cut, not refused
    assert "".join(LocalModel(str(folder), writing(tokens)).stream(PROMPT)) is not None


def test_two_runs_write_the_same_and_a_stream_can_be_stopped(folder: Path) -> None:
    model = LocalModel(str(folder), writing(30))
    short = Prompt("规则", "问题：甲？")
    first = list(model.stream(short))
    assert list(model.stream(short)) == first
    stream = model.stream(short)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert list(model.stream(short)) == first  # the model is free again


def test_a_chat_template_is_used_where_there_is_one(folder: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    tokenizer = tokenizer_of(folder)
    tokenizer.chat_template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<a>"
    tokenizer.save_pretrained(tmp_path)
    AutoModelForCausalLM.from_pretrained(folder).save_pretrained(tmp_path)
    ids = tokenizer("<user>规则\n\n问题<a>")["input_ids"]
    pieces = LocalModel(str(tmp_path), writing(20)).stream(Prompt("规则", "问题"))
    assert generated(tmp_path, ids, 20).startswith("".join(pieces))
    # It writes without end, and no line end stops what chats.
    assert len(list(LocalModel(str(tmp_path), writing(700)).stream(Prompt("规则", "问题")))) == 400


def test_what_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(LanguageModelError, match="载入不了语言模型"):
        list(LocalModel(str(tmp_path)).stream(PROMPT))
    broken = tmp_path / "model.gguf"
    broken.write_bytes(b"GGUF no")
    with pytest.raises(LanguageModelError, match="载入不了语言模型"):
        list(LocalModel(str(broken)).stream(PROMPT))


def test_a_stream_ends_once_it_is_told_to(folder: Path) -> None:
    model, stop = LocalModel(str(folder), writing(200)), threading.Event()
    stream = generators.Stoppable(model, stop).stream(PROMPT)
    next(stream)
    stop.set()
    assert list(stream) == []
    assert next(model.stream(PROMPT)) is not None  # the model is free again


def test_time_that_is_up_ends_it_and_frees_the_model(folder: Path) -> None:
    model = LocalModel(str(folder), Limits(silence=0.2, whole=0, tokens=30))
    with pytest.raises(LanguageModelError, match="YOUJU_LLM_TIMEOUT"):
        list(model.stream(PROMPT))
    with pytest.raises(LanguageModelError, match="没有写完"):  # and not: another is being answered
        list(model.stream(PROMPT))


def test_who_waits_too_long_for_his_turn_is_told(folder: Path) -> None:
    model = LocalModel(str(folder), Limits(silence=0.2, whole=3600, tokens=30))
    first = model.stream(PROMPT)
    next(first)
    with pytest.raises(LanguageModelError, match="正在回答别的问题"):
        list(model.stream(PROMPT))
    assert list(first)
