"""The language model that writes: what ``doctor`` says of it, and names that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import DATA
from tests.cli.commands import FACT, Run, failed
from tests.llm_server import Script, garbage, says, serving, silent


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YOUJU_LLM", "YOUJU_LLM_TIMEOUT", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")


def test_doctor_asks_the_language_model(
    run: Run, seed_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "语言模型：没有设" in run("doctor", "--data", seed_data)[2]
    with serving(says("在")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url.replace("//", "//me:secret@"))
        code, _, err = run("doctor", "--data", seed_data)
        assert (code, server.requests) == (0, [])
        assert "没有写用哪个模型。请设 YOUJU_LLM" in err
        monkeypatch.setenv("YOUJU_LLM", "qwen")
        code, out, err = run("doctor", "--data", seed_data)
        assert code == 0
        assert f"语言模型：qwen（由 YOUJU_LLM 选定，{server.url}）" in err
        assert "语言模型会回答" in err
        assert "secret" not in out + err
    code, out, err = run("doctor", "--data", seed_data)  # the server is gone
    assert code == 1
    assert "连不上" in err
    assert "完好" in err  # the index all the same
    assert "secret" not in out + err


@pytest.mark.parametrize("script", [lambda talk: talk.fail(401), silent, garbage])
def test_doctor_tells_of_a_model_that_does_not_answer(
    script: Script, run: Run, seed_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUJU_LLM", "qwen")
    monkeypatch.setenv("YOUJU_LLM_TIMEOUT", "0.5")
    with serving(script) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        code, out, err = run("doctor", "--data", seed_data)
    assert code == 1
    assert f"模型服务 {server.url}" in err
    assert "secret" not in out + err


@pytest.mark.parametrize("name", ["/nowhere/qwen", "./nowhere/qwen", "/nowhere/qwen.gguf"])
def test_a_path_where_nothing_is(
    name: str, run: Run, seed_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    page = ("chat", "--port", "65536")  # nor is this an address, should it come so far
    for command in page, ("ask", FACT), ("eval", DATA / "seed_questions.jsonl"):
        assert "没有模型文件" in failed(run(*command, "--data", seed_data, "--llm", name))


def test_a_folder_that_is_no_model_is_told_and_the_text_answers(
    run: Run, seed_data: Path, tmp_path: Path
) -> None:
    code, out, err = run("ask", FACT, "--data", seed_data, "--llm", tmp_path)
    assert (code, "96.56%" in out) == (0, True)
    assert f"载入不了语言模型 {tmp_path}" in err
    assert "请检查它是不是 transformers 的模型文件夹。（以下直接取自原文。）" in err


def test_a_time_limit_that_is_none(
    run: Run, seed_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUJU_LLM_TIMEOUT", "很久")
    assert "'很久'，应是 0 到" in failed(run("ask", FACT, "--data", seed_data, "--llm", "qwen"))


def test_a_key_with_odd_characters_is_told_and_not_shown(
    run: Run, seed_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-密钥secret")
    code, out, err = run("ask", FACT, "--data", seed_data, "--llm", "qwen")
    assert (code, "96.56%" in out) == (0, True)
    assert "OPENAI_API_KEY" in err
    assert "secret" not in err
