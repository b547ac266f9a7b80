"""A model behind an OpenAI-compatible endpoint: Ollama, vLLM, DeepSeek, transformers serve."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from index.errors import LanguageModelError
from rag.prompting import Prompt


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, of silence between two pieces, and for the whole answer; tries again."""

    connect: float = 5.0
    silence: float = 60.0
    whole: float = 180.0
    retries: int = 2
    tokens: int = 700


class Endpoint:
    """A model by its name at an address (None: OpenAI's own)."""

    def __init__(self, model: str, url: str | None, key: str, limits: Limits = Limits()) -> None:
        self.name, self._url, self._key, self._limits = model, url, key, limits

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """See `Generator.stream`."""
        import openai

        try:
            with self._client() as client:
                yield from self._pieces(client, prompt)
        except openai.OpenAIError as error:
            raise self._failure(error) from error
        except (OSError, ValueError, _transport_errors()) as error:
            raise LanguageModelError(
                f"模型服务 {self._where} 中途断开或回了看不懂的内容（{error!r:.120}）。请检查服务后再试。"
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
                if time.monotonic() - began > self._limits.whole:
                    raise LanguageModelError(
                        f"模型 {self.name} 写了 {self._limits.whole:g} 秒还没有写完，已停止。"
                    )
                choices = getattr(chunk, "choices", None)
                if choices:
                    answered = True
                    yield getattr(choices[0].delta, "content", None) or ""
        if not answered:
            raise LanguageModelError(
                f"模型服务 {self._where} 没有回出任何内容。它可能不是 OpenAI 兼容接口。"
            )

    @property
    def _where(self) -> str:
        return self._url or "api.openai.com"

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
                text = f"超过 {self._limits.silence:g} 秒没有回应。请检查服务是否太忙。"
            case openai.APIConnectionError():
                text = "连不上。请检查 OPENAI_BASE_URL，以及服务是否已启动。"
            case openai.APIStatusError():
                text = f"出错（HTTP {error.status_code}）。请查看服务的日志。"
            case _:
                text = f"回了看不懂的内容（{error!r:.120}）。请检查它是不是 OpenAI 兼容接口。"
        return LanguageModelError(f"模型服务 {self._where} {text}")


def _transport_errors() -> type[Exception]:
    """What the client's transport raises while an answer streams."""
    import httpx2

    return httpx2.HTTPError
