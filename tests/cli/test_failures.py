"""Exit codes 1 and 2: a Chinese message on stderr, nothing on stdout."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index import passages
from tests.cli.commands import FACT, Run, failed, question_file

# --- failures: exit code 1, a Chinese message on stderr, nothing on stdout ----------------------


def test_no_index(run: Run, tmp_path: Path) -> None:
    message = failed(run("ask", FACT, "--data", tmp_path / "空"))
    assert "还没有索引" in message
    assert "youju index PATH --data" in message
    assert str(tmp_path / "空") in message


def test_damaged_index(run: Run, seed_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(seed_data, data)
    (vectors,) = data.glob("generations/*/vectors.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1])
    message = failed(run("search", FACT, "--data", data))
    assert "vectors.faiss" in message
    assert "youju index" in message


def test_foreign_index(
    run: Run, seed_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(seed_data, data)
    stored = passages.SETTINGS
    monkeypatch.setattr(passages, "SETTINGS", replace(stored, version=99))
    message = failed(run("ask", FACT, "--data", data))
    assert f"version={stored.version}" in message
    assert "version=99" in message
    assert "youju index" in message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", " "), "空"),
        (("ask", "问" * 3000), "3000"),
        (("search", FACT, "-k", "0"), "至少为 1"),
    ],
)
def test_bad_question(run: Run, seed_data: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in failed(run(*arguments, "--data", seed_data))


def test_bad_sources(run: Run, tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_text("")
    message = failed(run("index", tmp_path, "--data", tmp_path / "data"))
    assert "空.txt" in message
    message = failed(run("index", tmp_path / "没有", "--data", tmp_path / "data"))
    assert "没有" in message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", ":2:"),
        ('{"_id": 1, "text": "水"}', ":2:"),
        ('{"text": "水"}', "_id"),
        ("[]", "_id"),
    ],
)
def test_bad_line_in_questions_is_named_before_anything_is_answered(
    run: Run, seed_data: Path, tmp_path: Path, line: str, said: str
) -> None:
    path = question_file(tmp_path, {"_id": "1", "text": FACT}, line)
    message = failed(run("ask", "--questions", path, "--data", seed_data, "--json"))
    assert str(path) in message
    assert said in message


def test_unreadable_questions(run: Run, seed_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "gbk.jsonl"
    path.write_bytes('{"_id": "1", "text": "水库"}'.encode("gbk"))
    assert "UTF-8" in failed(run("ask", "--questions", path, "--data", seed_data))
    gone = tmp_path / "gone.jsonl"
    assert str(gone) in failed(run("ask", "--questions", gone, "--data", seed_data))


# --- wrong usage: exit code 2 -------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("answer",),
        ("ask",),
        ("search",),
        ("ask", "问题", "--questions", "q.jsonl"),
        ("ask", "问题", "--k", "3"),
        ("search", "问题", "-k", "many"),
        ("index",),
        ("eval",),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "错误：" in err
    assert "Traceback" not in err
