"""``youju index``: what it did, as a table or as JSON; once, or after every change."""

from __future__ import annotations

import argparse
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from index import origins
from index.errors import BuildBusy, IndexDamaged, YoujuError
from ui import terminal, watching

if TYPE_CHECKING:
    from rag import BuildReport, Library

_NAMED = 5  # documents that a row of the table names
_BUSY = 5.0  # seconds until a watcher tries again while another process builds


def run(options: argparse.Namespace) -> bool:
    """Index ``options.paths`` and say what changed; whether every file could be read."""
    absent = _absent(options.data, options.paths)
    library = build(options.paths, options)
    report = library.build_report
    assert report is not None
    terminal.aside(_table(report))
    if absent and len(report.removed) > _formerly(report) / 2:
        terminal.note(_emptied(report, absent, options.data))
    if options.json:
        terminal.line({**asdict(library.info), **asdict(report)})
    return not report.bad_files


def watch(options: argparse.Namespace) -> None:
    """Index ``options.paths`` now and after every change, until Ctrl+C."""
    try:
        for _ in watching.changes(options.paths, options.data):
            _patiently(options)
            terminal.note("正在留意改动。（按 Ctrl+C 结束）")
    except KeyboardInterrupt:
        terminal.note("不再留意改动。")


def build(paths: Sequence[Path], options: argparse.Namespace) -> Library:
    """Build the index with a bar a step; files that cannot be read are complained about."""
    from rag import Library

    with terminal.progress() as report:
        library = Library.build(
            paths,
            options.data,
            model=options.model,
            query_prompt=getattr(options, "query_prompt", None),
            passage_prompt=getattr(options, "passage_prompt", None),
            reranker=getattr(options, "reranker", None),
            progress=report,
        )
    info = library.info
    terminal.note(
        f"索引已建好：{info.documents} 篇文档，{info.passages} 个段落，模型 {info.model}，"
        f"在 {options.data}（第 {info.generation} 版）"
    )
    if library.build_report and (bad := library.build_report.bad_files):
        reasons = "\n  ".join(file.reason for file in bad)
        terminal.complain(f"有 {len(bad)} 个文件没有收录，其余的已建索引：\n  {reasons}")
    return library


def _absent(root: Path, paths: Sequence[Path]) -> list[str]:
    """The paths that the index was built of before, and that are not given now."""
    try:
        former = origins.recall(root)
    except IndexDamaged:
        return []
    given = {path.resolve() for path in paths}
    return [str(path) for path in former if path.resolve() not in given]


def _formerly(report: BuildReport) -> int:
    return sum(map(len, (report.changed, report.moved, report.removed))) + report.unchanged


def _emptied(report: BuildReport, absent: Sequence[str], root: Path) -> str:
    """Most of it has gone, and perhaps another path was only to be added."""
    return (
        f"注意：原来的 {_formerly(report)} 篇中有 {len(report.removed)} 篇已从索引中删除，因为这次没有给出 "
        f"{'、'.join(absent)}。要恢复：youju rollback --data {shlex.quote(str(root))}；"
        "要都收录，请把各个路径一起给出。"
    )


def _patiently(options: argparse.Namespace) -> None:
    """Index once; a failure is told, and the next change is waited for."""
    told = False
    while True:
        try:
            run(options)
        except BuildBusy as error:
            if not told:
                terminal.complain(str(error))
            told = True
            time.sleep(_BUSY)
        except YoujuError as error:
            terminal.complain(str(error))
            return
        else:
            return


def _table(report: BuildReport) -> object:
    from rich.table import Table
    from rich.text import Text

    table = Table("变化", "篇数", "文档")
    table.columns[1].justify = "right"
    for label, count, names in _rows(report):
        table.add_row(label, str(count), Text(terminal.printable(names)))
    return table


def _rows(report: BuildReport) -> Iterator[tuple[str, int, str]]:
    moved = [f"{move.before} → {move.after}" for move in report.moved]
    for label, names in (
        ("新增", report.added),
        ("改动", report.changed),
        ("移动", moved),
        ("删除", report.removed),
    ):
        more = " ……" if len(names) > _NAMED else ""
        yield label, len(names), "、".join(names[:_NAMED]) + more
    yield "未变", report.unchanged, ""
    yield "未收录", len(report.bad_files), "、".join(f.path for f in report.bad_files[:_NAMED])
