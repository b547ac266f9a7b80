"""The OpenAI-compatible endpoint, over a real connection that fails in every way."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from index.errors import LanguageModelError
from rag import generators, limits
from rag.endpoint import Endpoint
from rag.limits import Limits
from rag.prompting import Prompt
from tests.llm_server import Script, Talk, endless, garbage, says, serving, silent

PROMPT = Prompt("规则", "材料[1]：甲。\n问题：乙？")
QUICK = Limits(silence=0.5, retries=0)


def ask(script: Script, limits: Limits = QUICK) -> str:
    with serving(script) as server:
        return "".join(Endpoint("m", server.url, "key", limits).stream(PROMPT))


def test_an_answer_streams() -> None:
    with serving(says("甲是乙[1]。", size=1)) as server:
        pieces = list(Endpoint("m", server.url, "key").stream(PROMPT))
    assert "".join(pieces) == "甲是乙[1]。"
    assert len([piece for piece in pieces if piece]) == 7
    (request,) = server.requests
    assert (request["model"], request["temperature"], request["stream"]) == ("m", 0, True)
    assert [m["content"] for m in request["messages"]] == ["规则", PROMPT.user]


def test_pieces_come_before_the_answer_is_whole() -> None:
    go_on = threading.Event()

    def script(talk: Talk) -> None:
        talk.begin()
        talk.piece("甲。")
        go_on.wait(10)
        talk.piece("乙。")
        talk.done()

    with serving(script) as server:
        stream = Endpoint("m", server.url, "key").stream(PROMPT)
        assert next(stream) == "甲。"
        go_on.set()
        assert "".join(stream) == "乙。"


def test_stopping_hangs_up() -> None:
    with serving(endless("甲。" * 50)) as server:
        with closing(Endpoint("m", server.url, "key").stream(PROMPT)) as stream:
            assert next(stream)
        assert server.hung_up.wait(10)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "OPENAI_API_KEY"),
        (403, "OPENAI_API_KEY"),
        (404, "没有模型 'm'"),
        (429, "请求太多"),
        (500, "HTTP 500"),
    ],
)
def test_a_refusal_is_told_in_chinese(status: int, words: str) -> None:
    with pytest.raises(LanguageModelError, match=words):
        ask(lambda talk: talk.fail(status))


def test_a_server_error_is_tried_again() -> None:
    answers = iter([500, 200])

    def script(talk: Talk) -> None:
        if next(answers) == 500:
            talk.fail(500)
        else:
            says("甲。")(talk)

    assert ask(script, Limits(silence=5, retries=1)) == "甲。"


def test_nobody_is_there() -> None:
    with serving(says("")) as server:
        url = server.url
    with pytest.raises(LanguageModelError, match="连不上"):
        list(Endpoint("m", url, "key", QUICK).stream(PROMPT))


def silent_midway(talk: Talk) -> None:
    talk.begin()
    talk.piece("甲。")
    talk.server.hung_up.wait(5)


def dropped(talk: Talk) -> None:
    talk.send_response(200)
    talk.send_header("Content-Type", "text/event-stream")
    talk.send_header("Content-Length", "100000")
    talk.end_headers()
    talk.piece("甲。")


def a_web_page(talk: Talk) -> None:
    talk.begin(kind="text/html")
    talk.raw("<html><body>Welcome</body></html>")


def another_shape(talk: Talk) -> None:
    talk.begin()
    talk.raw('data: {"result": "甲"}\n\n')
    talk.done()


@pytest.mark.parametrize(
    "script", [silent, silent_midway, dropped, garbage, a_web_page, another_shape]
)
def test_a_broken_answer_is_one_clear_error(script: Script) -> None:
    with pytest.raises(LanguageModelError, match="模型服务 http"):
        ask(script)


def test_an_answer_that_takes_too_long_is_stopped() -> None:
    def script(talk: Talk) -> None:
        talk.begin()
        while not talk.server.hung_up.wait(0.1):
            talk.piece("甲")

    with pytest.raises(LanguageModelError, match="已停止"):
        ask(script, Limits(whole=0.5))


def test_which_generator_a_name_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YOUJU_LLM", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert generators.named(None) is None
    assert generators.named("") is None
    local = generators.named("some/model")
    assert local is not None
    assert type(local).__name__ == "LocalModel"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("YOUJU_LLM", "qwen")
    assert isinstance(generators.named(None), Endpoint)
    assert generators.named(None) is generators.named("qwen")
    with pytest.raises(LanguageModelError, match="没有模型文件"):
        generators.named("/nowhere/model.gguf")


def test_the_user_sets_how_long_a_model_may_be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_LLM_TIMEOUT", "0.5")
    assert limits.from_environment() == Limits(silence=0.5, whole=1.5)
    with serving(silent_midway) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        model = generators.named("m")
        assert model is not None
        with pytest.raises(LanguageModelError, match="模型服务 http"):
            list(model.stream(PROMPT))
    monkeypatch.setenv("YOUJU_LLM_TIMEOUT", " ")
    assert limits.from_environment() == Limits()


@pytest.mark.parametrize("value", ["abc", "0", "-5", "nan", "inf", "1e9", "60秒"])
def test_a_time_that_is_none_is_told(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_LLM_TIMEOUT", value)
    with pytest.raises(LanguageModelError, match=f"YOUJU_LLM_TIMEOUT 是 '{value}'，应是"):
        generators.named("m")
    assert generators.named("") is None  # no model, no matter
