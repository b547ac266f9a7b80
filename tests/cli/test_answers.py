"""Answers and hits as JSON and for people."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from rag import Library
from rag.types import answer_json
from tests.cli.commands import ANSWER_FIELDS, FACT, HIT_FIELDS, UNRELATED, Run, question_file, rows
from tests.llm_server import says, serving
from ui import terminal

CITATION_FIELDS = ["marker", "document_id", "section", "start", "end", "quote"]
PASSAGE_FIELDS = ["id", "document_id", "section", "text", "start", "end"]


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
    assert "✗ 比例达到95.56%。（已划去：原文没有这样说：95.56%）" in out


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


def test_nearest_passages_and_hits_say_which_document_they_are_from(
    run: Run, tmp_path: Path
) -> None:
    for name, day in (("甲", "2021-09-01"), ("乙", "2022-09-01")):
        text = f"{name}县水库\n\n{day}　{name}县日报\n\n水库的大坝已经加固，工程花了两年。\n"
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    data = tmp_path / "data"
    assert run("index", tmp_path, "--data", data)[0] == 0
    froms = {"甲县水库 · 甲县日报 · 2021-09-01", "乙县水库 · 乙县日报 · 2022-09-01"}
    out = run("search", "大坝加固", "--data", data)[1]
    heads = [line for line in out.splitlines() if "  [" in line]
    assert froms <= {head[3:].partition("  [")[0] for head in heads}
    assert all(head[3:].startswith(tuple(froms)) for head in heads)
    out = run("ask", UNRELATED, "--data", data)[1]
    assert "最接近的段落" in out
    assert froms <= {line.strip() for line in out.splitlines()}


def test_hits_for_people(run: Run, seed_data: Path) -> None:
    code, out, _ = run("search", FACT, "-k", 2, "--data", seed_data)
    assert code == 0
    title = "李传荣:以高质量基层党建 推动“三高四新”战略在张家界落地见效"
    assert out.startswith(f"1. {title} · ")
    assert " · 2021-11-05 · 以“素质提升”蓄足发展动能  [" in out
    assert "\n2. " in out
    assert "语义" in out or "字词" in out


def test_documents_cannot_drive_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    terminal.note("标题\x1b[2J\x07\u202e结束")
    terminal.complain("\x1b]0;标题\x07")
    err = capfd.readouterr().err
    assert not set(err) & {"\x1b", "\x07", "\u202e"}
    assert "结束" in err
