"""A model behind an OpenAI-compatible endpoint: Ollama, vLLM, DeepSeek, transformers serve."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from index.errors import LanguageModelError
from rag.limits import DEFAULT, Limits
from rag.prompting import Prompt


class Endpoint:
    """A model by its name at an address (None: OpenAI's own)."""

    def __init__(self, model: str, url: str | None, key: str, limits: Limits = DEFAULT) -> None:
        self.name, self._url, self._key, self._limits = model, url, key, limits

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """See `Generator.stream`."""
        import openai

        if not self._key.isascii():
            raise LanguageModelError(
                "OPENAI_API_KEY 里有英文字母、数字、符号以外的字符。请检查密钥。"
            )
        try:
            with self._client() as client:
                yield from self._pieces(client, prompt)
        except openai.OpenAIError as error:
            raise self._failure(error) from error
        except (OSError, ValueError, _transport_errors()) as error:
            raise LanguageModelError(
                f"模型服务 {self.where} 中途断开或回了看不懂的内容（{_said(error)}）。请检查服务后再试。"
            ) from error

    def _client(self) -> Any:
        import openai

        limits = self._limits
        return openai.OpenAI(
            base_url=self._url,
            api_key=self._key,
            timeout=openai.Timeout(limits.silence, connect=limits.connect),
            max_retries=limits.retries,
        )

    def _pieces(self, client: Any, prompt: Prompt) -> Iterator[str]:
        began = time.monotonic()
        chunks = client.chat.completions.create(
            model=self.name,
            messages=[
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            temperature=0,
            max_tokens=self._limits.tokens,
            stream=True,
        )
        answered = False
        with closing(chunks):
            for chunk in chunks:
                self._limits.check(began, self.name)
                choices = getattr(chunk, "choices", None)
                if choices:
                    answered = True
                    yield getattr(choices[0].delta, "content", None) or ""
        if not answered:
            raise LanguageModelError(
                f"模型服务 {self.where} 没有回出任何内容。它可能不是 OpenAI 兼容接口。"
            )

    @property
    def where(self) -> str:
        """Its address, for people; without a password that may be in it."""
        return re.sub(r"//[^/@]*@", "//", self._url or "api.openai.com")

    def _failure(self, error: Exception) -> LanguageModelError:
        import openai

        match error:
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                text = "不接受这个密钥。请检查 OPENAI_API_KEY。"
            case openai.NotFoundError():
                text = f"没有模型 {self.name!r}。请检查 --llm 或 YOUJU_LLM，以及 OPENAI_BASE_URL。"
            case openai.RateLimitError():
                text = "说请求太多或额度用完。请稍后再试。"
            case openai.APITimeoutError():
                text = f"超过 {self._limits.silence:g} 秒没有回应。请检查服务是否太忙，或用 YOUJU_LLM_TIMEOUT 放宽。"
            case openai.APIConnectionError():
                text = "连不上。请检查 OPENAI_BASE_URL，以及服务是否已启动。"
            case openai.APIStatusError():
                text = f"出错（HTTP {error.status_code}）。请查看服务的日志。"
            case _:
                text = f"回了看不懂的内容（{_said(error)}）。请检查它是不是 OpenAI 兼容接口。"
        return LanguageModelError(f"模型服务 {self.where} {text}")


def _said(error: Exception) -> str:
    # Not its repr, which of some errors holds what was sent, the key with it.
    return f"{type(error).__name__}: {error}"[:120]


def _transport_errors() -> type[Exception]:
    """What the client's transport raises while an answer streams."""
    import httpx2

    return httpx2.HTTPError
