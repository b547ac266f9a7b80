"""A causal language model in this process, by transformers: a name, a folder or a GGUF file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from index.errors import LanguageModelError
from rag.prompting import Prompt

_TOKENS = 400  # of an answer at most
_CONTEXT = 4096  # tokens of a prompt, where the model does not say what it can hold
_UNFINISHED = "\N{REPLACEMENT CHARACTER}"  # a character whose bytes are not all there yet


class LocalModel:
    """Greedy, so that the same prompt gives the same answer. Loaded at the first question."""

    def __init__(self, name: str, tokens: int = _TOKENS) -> None:
        self.name, self._tokens = name, tokens
        self._one_at_a_time = threading.Lock()

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """See `Generator.stream`."""
        with self._one_at_a_time:
            tokenizer, model = self._loaded
            ids = self._encoded(prompt)
            chats = bool(tokenizer.chat_template)
            written: list[int] = []
            told = ""
            for token in _greedy(model, ids, self._tokens):
                written.append(token)
                text = tokenizer.decode(written, skip_special_tokens=True)
                if text.endswith(_UNFINISHED):
                    continue
                # A model that only goes on writing would next ask itself another question.
                line, ended, _ = text.lstrip("\n").partition("\n") if not chats else (text, "", "")
                yield line[len(told) :]
                told = line
                if ended and told:
                    return

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        place, options, dtype = self.name, {}, torch.bfloat16
        if self.name.endswith(".gguf"):
            path = Path(self.name)
            # Its kernels compute in 32 bits; the weights stay packed.
            place, options, dtype = str(path.parent), {"gguf_file": path.name}, torch.float32
        try:
            tokenizer = AutoTokenizer.from_pretrained(place, **options)
            model = AutoModelForCausalLM.from_pretrained(place, dtype=dtype, **options)
        except Exception as error:  # a foreign file breaks a loader in any way it likes
            raise LanguageModelError(
                f"载入不了语言模型 {self.name}（{error!s:.200}）。请检查名称或路径；"
                "GGUF 文件需要：pip install 'youju[llm]'"
            ) from error
        return tokenizer, model.eval()

    def _encoded(self, prompt: Prompt) -> Any:
        """Token ids (1, tokens); an over-long prompt loses its middle, not rules or question."""
        import torch

        tokenizer, model = self._loaded
        if tokenizer.chat_template:
            turns = [{"role": "user", "content": f"{prompt.system}\n\n{prompt.user}"}]
            text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        else:
            ids = tokenizer(prompt.as_text())["input_ids"]
        room = getattr(model.config, "max_position_embeddings", _CONTEXT) - self._tokens
        if len(ids) > room:
            ids = ids[: room // 2] + ids[-(room - room // 2) :]
        return torch.tensor([ids])


def _greedy(model: Any, ids: Any, limit: int) -> Iterator[int]:
    """The likeliest next tokens, until one of the model's ends."""
    import torch

    ends = model.generation_config.eos_token_id
    ends = set(ends if isinstance(ends, list) else [ends])
    cache = None
    for _ in range(limit):
        with torch.inference_mode():
            out = model(input_ids=ids, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        token = int(out.logits[0, -1].argmax())
        if token in ends:
            return
        yield token
        ids = torch.tensor([[token]])
