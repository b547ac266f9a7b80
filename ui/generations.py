"""``youju generations`` and ``youju rollback``: the former indexes, and a way back to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from index import history
from index.history import Record
from ui import terminal


def run(data: Path, as_json: bool) -> bool:
    """List the stored generations; whether all of them are whole."""
    records = history.records(data)
    if as_json:
        for record in records:
            terminal.line({"number": record.number, **asdict(record)})
    else:
        terminal.show(_table(records))
    for record in records:
        if record.fault:
            terminal.complain(record.fault)
    return not any(record.fault for record in records)


def rollback(data: Path, wanted: str | None) -> None:
    """Bring one back and say which."""
    manifest = history.rollback(data, wanted)
    terminal.note(
        f"已恢复第 {manifest.generation} 版：建于 {manifest.built_at}，"
        f"{manifest.header.counts.documents} 篇文档。打开的网页下次提问即用它，其他程序重新打开后生效。"
    )


def _table(records: Sequence[Record]) -> object:
    from rich.filesize import decimal
    from rich.table import Table

    table = Table("版", "建立时间（UTC）", "文档", "段落", "大小", "状态")
    for column in table.columns[2:5]:
        column.justify = "right"
    for record in records:
        state = "已损坏" if record.fault else "完好"
        table.add_row(
            record.name,
            record.built_at.replace("+00:00", ""),
            str(record.documents),
            str(record.passages),
            decimal(record.size),
            f"{state}，当前使用" if record.current else state,
        )
    return table
