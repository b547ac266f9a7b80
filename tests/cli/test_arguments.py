"""Which options a command takes, and that help and complaints are Chinese throughout."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from index import collections
from rag import Library
from tests.cli.commands import Run
from tests.evaluation.scripted import write_folder

COMMANDS = (
    *("chat", "ask", "search", "index", "eval"),
    *("generations", "collections", "rollback", "doctor"),
)
ENGLISH = re.compile(r"\b(usage|arguments?|options?|show|help|exit|expected|invalid|choice|the)\b")


def words(text: str) -> str:
    """``text`` without the names of options."""
    return re.sub(r"--?[a-z-]+", "", text)


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)])
def test_help_has_no_english_of_its_own(run: Run, command: tuple[str, ...]) -> None:
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert not ENGLISH.findall(words(out))
    assert "显示本帮助并退出" in out
    assert out.startswith("用法：")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "缺少参数：命令"),
        (("index",), "缺少参数：paths"),
        (("answer",), "参数 命令：没有 'answer'（可用：'chat', "),
        (("ask", "问", "--model"), "参数 --model：后面要有一个值"),
        (("search", "问", "-k", "many"), "参数 -k：'many' 不是整数"),
        (("ask", "问", "--json=3"), "参数 --json：不带值，多了 '3'"),
        (("ask", "问", "--k", "3"), "不认识的参数：--k 3"),
        (("search", "--qu", "x", "--p", "y", "--un", "z", "--d", "w"), "--d 可以是 --data, --doc"),
    ],
)
def test_complaints_are_chinese(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not ENGLISH.findall(words(err).replace("[question]", ""))


def test_the_version(run: Run) -> None:
    assert run("--version") == (0, f"youju {version('youju')}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_is_taken_only_where_it_is_used(run: Run, command: str) -> None:
    out = run(command, "--help")[1]
    assert ("--model" in out) == (command not in ("generations", "collections", "rollback"))
    assert ("--collection" in out) == (command != "collections")


def test_collections_lists_those_of_the_data_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("水库\n\n水库可以灌溉农田。\n", "utf-8")
    data = tmp_path / "data"
    Library.build(tmp_path / "a.txt", data, collection="policy")
    assert run("collections", "--collection", "policy", "--data", data)[0] == 2
    code, out, _ = run("collections", "--data", data)
    assert code == 0
    assert "policy" in out
    assert collections.DEFAULT not in out


def test_a_folder_is_evaluated_in_a_new_collection(run: Run, tmp_path: Path) -> None:
    folder, data = tmp_path / "folder", tmp_path / "data"
    folder.mkdir()
    write_folder(folder)
    code, _, err = run("eval", folder, "--collection", "新", "--data", data, "--limit", 1)
    assert code == 0, err
    assert (data / "collections" / "新" / "eval" / "folder" / "CURRENT").exists()
