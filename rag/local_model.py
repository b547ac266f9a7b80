"""A causal language model in this process, by transformers: a name, a folder or a GGUF file."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import LanguageModelError
from rag.limits import DEFAULT, Limits
from rag.prompting import Prompt

_TOKENS = 400  # of an answer at most: a small model that turns in circles does so without end
_CONTEXT = 4096  # tokens of a prompt, where the model does not say what it can hold
_SLICE = 256  # tokens of a prompt that are read before anyone can stop it
_UNFINISHED = "\N{REPLACEMENT CHARACTER}"  # a character whose bytes are not all there yet


class LocalModel:
    """Greedy, so that the same prompt gives the same answer. Loaded at the first question."""

    def __init__(self, name: str, limits: Limits = DEFAULT) -> None:
        self.name, self._limits = name, limits
        self._one_at_a_time = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None
        self._fault = ""

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """See `Generator.stream`; a piece is '' where the model took a step without a character."""
        if not self._one_at_a_time.acquire(timeout=self._limits.silence):
            raise LanguageModelError(
                f"模型 {self.name} 正在回答别的问题，等了 {self._limits.silence:g} 秒还没有轮到。"
                "请稍后再试，或用 YOUJU_LLM_TIMEOUT 放宽。"
            )
        try:
            yield from self._pieces(prompt, *self._load())
        finally:
            self._one_at_a_time.release()

    def _pieces(self, prompt: Prompt, tokenizer: Any, model: Any) -> Iterator[str]:
        limit = min(self._limits.tokens, _TOKENS)
        ids = _encoded(prompt, tokenizer, model, limit)
        began = time.monotonic()
        written: list[int] = []
        told = ""
        for tokens in _greedy(model, ids, limit):
            self._limits.check(began, self.name)
            written += tokens
            text, ended = tokenizer.decode(written, skip_special_tokens=True), ""
            if not tokenizer.chat_template:
                # A model that only goes on writing would next ask itself another question.
                text, ended, _ = text.lstrip("\n").partition("\n")
            new = "" if text.endswith(_UNFINISHED) else text[len(told) :]
            told += new
            yield new
            if ended and told:
                return

    def _load(self) -> tuple[Any, Any]:
        """Tokenizer and model; what could not be loaded is not tried again at every question."""
        if self._fault:
            raise LanguageModelError(self._fault)
        if self._loaded is None:
            try:
                self._loaded = _read(self.name)
            except LanguageModelError as error:
                self._fault = str(error)
                raise
        return self._loaded


def _read(name: str) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    place, options = name, {}
    if name.endswith(".gguf"):
        place, options = str(Path(name).parent), {"gguf_file": Path(name).name}
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, **options)
        model = AutoModelForCausalLM.from_pretrained(place, dtype=torch.bfloat16, **options)
    except Exception as error:  # a foreign file breaks a loader in any way it likes
        reason = " ".join(str(error).split())
        raise LanguageModelError(
            f"载入不了语言模型 {name}（{reason:.200}）。{_remedy(name)}"
        ) from error
    return tokenizer, model.eval()


def _remedy(name: str) -> str:
    if name.endswith(".gguf"):
        return "请检查文件是否完整；读 GGUF 文件需要：pip install 'youju[llm]'"
    if Path(name).exists():
        return "请检查它是不是 transformers 的模型文件夹。"
    return (
        "若是服务上的模型（如 Ollama），请设 OPENAI_BASE_URL，例如 http://127.0.0.1:11434/v1；"
        "若是本机的，请写它的文件夹或 .gguf 文件。"
    )


def _encoded(prompt: Prompt, tokenizer: Any, model: Any, writes: int) -> Any:
    """Token ids (1, tokens); an over-long prompt loses its middle, not rules or question."""
    import torch

    if tokenizer.chat_template:
        turns = [{"role": "user", "content": f"{prompt.system}\n\n{prompt.user}"}]
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    else:
        ids = tokenizer(prompt.as_text())["input_ids"]
    holds = getattr(model.config, "max_position_embeddings", _CONTEXT)
    room = holds - min(writes, holds // 2)
    if len(ids) > room:
        ids = ids[: room // 2] + ids[-(room - room // 2) :]
    return torch.tensor([ids])


def _greedy(model: Any, ids: Any, limit: int) -> Iterator[tuple[int, ...]]:
    """The likeliest next token each time, until one of the model's ends; () while it reads."""
    import torch

    ends = model.generation_config.eos_token_id
    ends = set(ends if isinstance(ends, list) else [ends])
    cache = None
    *before, ids = ids.split(_SLICE, dim=1)
    for part in before:
        cache = _step(model, part, cache).past_key_values
        yield ()
    for _ in range(limit):
        out = _step(model, ids, cache)
        cache, token = out.past_key_values, int(out.logits[0, -1].argmax())
        if token in ends:
            return
        yield (token,)
        ids = torch.tensor([[token]])


def _step(model: Any, ids: Any, cache: Any) -> Any:
    """One pass; where the model can, it scores its vocabulary after the last token only."""
    import torch

    can = "logits_to_keep" in inspect.signature(model.forward).parameters
    last = {"logits_to_keep": 1} if can else {}
    with torch.inference_mode():
        return model(input_ids=ids, past_key_values=cache, use_cache=True, **last)
