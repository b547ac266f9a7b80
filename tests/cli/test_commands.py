"""The installed command, building, and the state of an index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index import journal, uploads
from rag import Library
from rag.types import answer_json
from tests import ROOT
from tests.cli.commands import FACT, Run, failed, rows

# --- the real thing -----------------------------------------------------------------------------


def test_command_in_its_own_process(seed_data: Path, seed_library: Library) -> None:
    """The installed command, in a terminal without Chinese: UTF-8 all the same."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "youju"), "ask", FACT, "--data", seed_data, "--json"],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.decode("utf-8").splitlines()
    # Another process gives the same answer, to the last digit.
    assert json.loads(line) == json.loads(json.dumps(answer_json(seed_library.ask(FACT))))


def test_reader_that_goes_away_is_no_crash(tmp_path: Path) -> None:
    program = (
        "import os, sys; os.close(1); r, w = os.pipe(); os.close(r); os.dup2(w, 1)\n"
        "from ui import cli, doctor, terminal\n"
        "doctor.examine = lambda *_: terminal.line({'a': 1})\n"
        "sys.exit(cli.main(['doctor']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


# --- index --------------------------------------------------------------------------------------


def test_index_builds_and_says_what(run: Run, tmp_path: Path) -> None:
    source, data = tmp_path / "a.txt", tmp_path / "数据"
    source.write_text("水库\n\n青石水库总库容1.26亿立方米，可以灌溉农田。\n", "utf-8")
    code, out, err = run("index", source, "--data", data)
    assert (code, out) == (0, "")
    assert "1 篇文档，2 个段落" in err
    assert str(data) in err
    code, out, _ = run("index", source, "--data", data, "--json")
    assert code == 0
    (row,) = rows(out)
    assert list(row) == [
        *("generation", "built_at", "model", "documents", "passages"),
        *("added", "changed", "moved", "removed", "unchanged", "bad_files"),
    ]
    assert (row["documents"], row["passages"], row["unchanged"]) == (1, 2, 1)
    code, out, _ = run("search", "库容多少", "--data", data, "--json")
    assert code == 0
    assert "1.26亿立方米" in out


def test_most_of_an_index_does_not_go_unsaid(run: Run, tmp_path: Path) -> None:
    first, second, data = tmp_path / "甲", tmp_path / "乙", tmp_path / "数 据"
    for folder, names in ((first, "abc"), (second, "d")):
        folder.mkdir()
        for name in names:
            text = f"{name}号水库\n\n{name}号水库可以灌溉农田。\n"
            (folder / f"{name}.txt").write_text(text, "utf-8")
    assert "youju rollback" not in run("index", first, "--data", data)[2]
    code, _, err = run("index", second, "--data", data)
    (said,) = (line for line in err.splitlines() if "youju rollback" in line)
    assert code == 0
    assert "3 篇中有 3 篇" in said
    assert str(first) in said
    assert f"youju rollback --data '{data}'" in said
    assert run("rollback", "--data", data)[0] == 0
    assert "youju rollback" not in run("index", first, second, "--data", data)[2]
    # Deleted on purpose: the path was given again.
    for name in "abc":
        (first / f"{name}.txt").unlink()
    assert "youju rollback" not in run("index", second, first, "--data", data)[2]


def test_a_question_limited_to_some_documents(run: Run, seed_data: Path) -> None:
    limited = ("--document", "李传荣", "--since", "2021年", "--until", "2021-11")
    code, out, err = run("ask", FACT, "--data", seed_data, *limited)
    assert (code, err) == (0, "")  # all of it: nothing to tell
    assert out.startswith("96.56%")
    message = failed(run("search", FACT, "--data", seed_data, "--publisher", "人民日报"))
    assert "人民日报" in message
    assert "2021-11-05" in failed(run("ask", FACT, "--data", seed_data, "--since", "2022"))


def test_how_much_is_searched_is_told(run: Run, tmp_path: Path) -> None:
    for name, text in (("甲", "水库\n\n2021-09-01\n\n库容很大。"), ("乙", "茶园\n\n收成很好。")):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    data = tmp_path / "data"
    assert run("index", tmp_path, "--data", data)[0] == 0
    code, out, err = run("search", "库容", "--data", data, "--until", "2021")
    assert (code, err) == (0, "只在 1 篇文档中查找；另有 1 篇没有日期，不在其中。\n")
    assert "收成" not in out


def test_data_folder_from_the_environment(
    run: Run, seed_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUJU_DATA", str(seed_data))
    assert run("search", FACT, "-k", 1)[0] == 0


def test_doctor(run: Run, seed_data: Path, tmp_path: Path) -> None:
    code, _, err = run("doctor", "--data", seed_data)
    assert code == 0
    assert "完好" in err
    assert "7 个段落" in err
    assert "没做完" not in err
    assert "还没有收入索引" not in err
    (tmp_path / journal.NAME).write_bytes(b"\0" * (3 << 19))
    assert "没做完的建立，存下了 1.5 MB" in run("doctor", "--data", tmp_path)[2]
    (tmp_path / uploads.CHANGED).touch()
    code, _, err = run("doctor", "--data", tmp_path)
    assert code == 1
    assert "上传的文件有变动，还没有收入索引" in err
    assert "还没有索引" in err


# --- wrong usage: exit code 2 -------------------------------------------------------------------


@pytest.mark.parametrize("command", ["chat", "ask", "search", "index", "eval", "doctor"])
def test_help_is_chinese(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "索引所在文件夹" in out
    assert command in run("--help")[1]
