"""One command run in this process, its lines, and files of questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ui import cli

FACT = "村主职“一肩挑”的比例是多少？"
UNRELATED = "贵州茅台今天的股价是多少？"
ANSWER_FIELDS = ["question", "status", "text", "short", "confidence", "citations", "hits"]
HIT_FIELDS = ["passage", "score", "rank", "sentences", "found_by", "query"]


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


def failed(result: tuple[int, str, str]) -> str:
    code, out, err = result
    assert (code, out) == (1, "")
    assert "错误：" in err
    assert "Traceback" not in err
    return err
