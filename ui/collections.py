"""``youju collections``: the indexes that lie side by side in a data folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index import collections
from index.collections import Collection
from ui import terminal


def run(data: Path, as_json: bool) -> bool:
    """List them with their counts; whether all of them can be used."""
    found = collections.listed(data)
    if as_json:
        for collection in found:
            terminal.line(collection)
    elif found:
        terminal.show(_table(found))
    else:
        terminal.note(f"{data} 里还没有文库。要新建：youju index 路径 --collection 名称")
    for collection in found:
        if collection.fault:
            terminal.complain(f"文库“{collection.name}”：{collection.fault}")
    return not any(collection.fault for collection in found)


def _table(found: Sequence[Collection]) -> object:
    from rich.table import Table
    from rich.text import Text

    table = Table("文库", "文档", "段落", "建立时间（UTC）")
    for column in table.columns[1:3]:
        column.justify = "right"
    for one in found:
        counts = ("—", "—") if one.fault else (str(one.documents), str(one.passages))
        table.add_row(Text(one.name), *counts, one.built_at.replace("+00:00", ""))
    return table
