"""The ``youju`` command: what it prints where, its JSON, its exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from index import journal, passages
from rag import Library
from rag.types import answer_json
from tests.llm_server import says, serving
from ui import cli, terminal

ROOT = Path(__file__).parent.parent
FACT = "村主职“一肩挑”的比例是多少？"
UNRELATED = "贵州茅台今天的股价是多少？"
ANSWER_FIELDS = ["question", "status", "text", "short", "confidence", "citations", "hits"]
CITATION_FIELDS = ["marker", "document_id", "section", "start", "end", "quote"]
HIT_FIELDS = ["passage", "score", "rank", "sentences", "found_by"]
PASSAGE_FIELDS = ["id", "document_id", "section", "text", "start", "end"]


@pytest.fixture(autouse=True)
def opened(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, seed_data: Path
) -> None:
    """Commands on the seed's own index find it open already; all others open theirs."""
    library: Library = request.getfixturevalue("seed_library")
    real = Library.open

    def open_once(data: Path, *, model: str | None = None) -> Library:
        if (Path(data), model) == (seed_data, None):
            return library
        return real(data, model=model)

    monkeypatch.setattr(Library, "open", open_once)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return Run(capfd)


class Run:
    """Runs one command in this process: exit code, what it wrote to stdout and to stderr."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse ends the process itself
            code = int(stop.code or 0)
        out, err = self._capture.readouterr()
        return code, out, err


def rows(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def question_file(folder: Path, *lines: object) -> Path:
    path = folder / "questions.jsonl"
    text = (x if isinstance(x, str) else json.dumps(x, ensure_ascii=False) for x in lines)
    path.write_text("\n".join(text) + "\n", "utf-8")
    return path


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


# --- JSON ---------------------------------------------------------------------------------------


def test_ask_json_is_one_answer_with_exactly_its_fields(
    run: Run, seed_data: Path, seed_library: Library
) -> None:
    code, out, err = run("ask", FACT, "--data", seed_data, "--json")
    assert (code, err) == (0, "")
    (row,) = rows(out)
    assert list(row) == ANSWER_FIELDS
    assert row == json.loads(json.dumps(answer_json(seed_library.ask(FACT))))
    answer = seed_library.ask(FACT)
    assert [list(c) for c in row["citations"]] == [CITATION_FIELDS] * len(answer.citations)  # type: ignore[attr-defined]
    assert [list(h) for h in row["hits"]] == [HIT_FIELDS] * len(answer.hits)  # type: ignore[attr-defined]
    assert "一肩挑" in out  # as it is, not escaped


def test_a_model_that_is_away_is_told_once_and_the_text_answers(
    run: Run, seed_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    path = question_file(tmp_path, {"_id": "甲", "text": FACT}, {"_id": "乙", "text": FACT})
    code, out, err = run("ask", "--questions", path, "--data", seed_data, "--llm", "qwen")
    assert code == 0
    assert err.count("连不上") == 1
    assert out.count("96.56%") >= 2


def test_a_model_writes_the_answer(
    run: Run, seed_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(says("比例达到95.56%[1]。“一肩挑”比例实现率达96.56%。")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("YOUJU_LLM", "qwen")
        code, out, err = run("ask", FACT, "--data", seed_data)
    assert (code, err) == (0, "")
    assert "“一肩挑”比例实现率达96.56%。[1]" in out
    assert "✗ 比例达到95.56%。（已划去：原文没有95.56%）" in out


def test_search_json_is_one_hit_a_line(run: Run, seed_data: Path, seed_library: Library) -> None:
    code, out, err = run("search", FACT, "-k", 3, "--data", seed_data, "--json")
    assert (code, err) == (0, "")
    found = rows(out)
    assert found == json.loads(json.dumps([asdict(h) for h in seed_library.search(FACT, 3)]))
    assert [list(row) for row in found] == [HIT_FIELDS] * 3
    assert list(found[0]["passage"]) == PASSAGE_FIELDS  # type: ignore[call-overload]
    assert {tuple(s) for s in found[0]["sentences"]} == {("start", "end")}  # type: ignore[attr-defined]


def test_questions_repeat_their_ids(run: Run, seed_data: Path, tmp_path: Path) -> None:
    path = question_file(
        tmp_path,
        {"_id": "甲", "text": FACT},
        "",
        {"_id": "乙", "text": UNRELATED, "history": [{"question": "前一问"}]},
    )
    code, out, err = run("ask", "--questions", path, "--data", seed_data, "--json")
    assert (code, err) == (0, "")
    assert [list(row) for row in rows(out)] == [["_id", *ANSWER_FIELDS]] * 2
    assert [(r["_id"], r["question"], r["status"]) for r in rows(out)] == [
        ("甲", FACT, "answered"),
        ("乙", UNRELATED, "no_evidence"),
    ]


def test_searching_many_gives_a_line_a_question(
    run: Run, seed_data: Path, tmp_path: Path, seed_library: Library
) -> None:
    path = question_file(tmp_path, {"_id": "1", "text": FACT}, {"_id": "2", "text": UNRELATED})
    code, out, _ = run("search", "--questions", path, "-k", 2, "--data", seed_data, "--json")
    assert code == 0
    assert [list(row) for row in rows(out)] == [["_id", "question", "hits"]] * 2
    assert rows(out)[0]["hits"] == json.loads(
        json.dumps([asdict(hit) for hit in seed_library.search(FACT, 2)])
    )


def test_one_bad_question_does_not_stop_the_others(
    run: Run, seed_data: Path, tmp_path: Path
) -> None:
    path = question_file(
        tmp_path,
        {"_id": "1", "text": ""},
        {"_id": "2", "text": "长" * 3000},
        {"_id": "3", "text": FACT},
    )
    code, out, err = run("search", "--questions", path, "--data", seed_data, "--json")
    assert code == 1
    first, second, third = rows(out)
    assert list(first) == list(second) == ["_id", "question", "error"]
    assert "空" in str(first["error"])
    assert "3000" in str(second["error"])
    assert third["_id"] == "3"
    assert third["hits"]
    assert err.count("错误：") == 2


# --- for people ---------------------------------------------------------------------------------


def test_answer_for_people(run: Run, seed_data: Path) -> None:
    code, out, err = run("ask", FACT, "--data", seed_data)
    assert (code, err) == (0, "")
    assert out.startswith("96.56%\n")
    assert "村(社区)主职“一肩挑”比例实现率达96.56%。[1]" in out
    assert "以“素质提升”蓄足发展动能（1226–1251）" in out


def test_refusal_for_people(run: Run, seed_data: Path) -> None:
    code, out, _ = run("ask", UNRELATED, "--data", seed_data)
    assert code == 0
    assert out.startswith("文中没有找到依据。")
    assert "最接近的段落（不是答案）" in out
    assert "没有找到依据（" in out


def test_hits_for_people(run: Run, seed_data: Path) -> None:
    code, out, _ = run("search", FACT, "-k", 2, "--data", seed_data)
    assert code == 0
    assert out.startswith("1. 以“素质提升”蓄足发展动能")
    assert "\n2. " in out
    assert "语义" in out or "字词" in out


def test_documents_cannot_drive_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    terminal.note("标题\x1b[2J\x07\u202e结束")
    terminal.complain("\x1b]0;标题\x07")
    err = capfd.readouterr().err
    assert not set(err) & {"\x1b", "\x07", "\u202e"}
    assert "结束" in err


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
    (tmp_path / journal.NAME).write_bytes(b"\0" * (3 << 19))
    assert "没做完的建立，存下了 1.5 MB" in run("doctor", "--data", tmp_path)[2]
    code, _, err = run("doctor", "--data", tmp_path)
    assert code == 1
    assert "还没有索引" in err


# --- failures: exit code 1, a Chinese message on stderr, nothing on stdout ----------------------


def failed(result: tuple[int, str, str]) -> str:
    code, out, err = result
    assert (code, out) == (1, "")
    assert "错误：" in err
    assert "Traceback" not in err
    return err


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


@pytest.mark.parametrize("command", ["chat", "ask", "search", "index", "eval", "doctor"])
def test_help_is_chinese(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "索引所在文件夹" in out
    assert command in run("--help")[1]
