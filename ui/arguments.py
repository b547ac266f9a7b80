"""The arguments of the ``youju`` command."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import collections
from ui.parser import Parser, in_chinese, whole

if TYPE_CHECKING:
    from rag import Scope

DONE, FAILED = 0, 1  # exit codes, beside WRONG_USAGE
_LLM = (
    "写答案的语言模型：服务上的名称、模型文件夹或 .gguf 文件（默认取 YOUJU_LLM；不设则直接取原文）"
)

_MODEL = "嵌入模型的名称或路径（默认用索引自己的）"
_RERANKER = (
    "重排模型的名称或路径（sentence-transformers 的 CrossEncoder，"
    "如 BAAI/bge-reranker-v2-m3；默认用自带阅读器）"
)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of ``arguments`` (None: of this process); wrong ones end it with exit code 2."""
    with in_chinese():
        return _parser().parse_args(arguments)


def folder(options: argparse.Namespace) -> Path:
    """Where the index is that a command works on.

    Raises:
        InputError: there is no collection of that name; one to be built cannot be called that.
    """
    data: Path = options.data
    if options.command in ("chat", "collections"):  # these show them all
        return data
    if options.command == "index" or (options.command == "eval" and options.target.is_dir()):
        return collections.root(data, options.collection)
    return collections.existing(data, options.collection)


def scope(options: argparse.Namespace) -> Scope:
    """The documents that ``ask`` and ``search`` are limited to."""
    from rag import Scope

    return Scope(tuple(options.document), tuple(options.publisher), options.since, options.until)


def _parser() -> Parser:
    parser = Parser(prog="youju", description="有据：问文章，句句有出处。")
    said = f"youju {version('youju')}"
    parser.add_argument("--version", action="version", version=said, help="显示版本并退出")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    command = partial(_command, commands)
    _page(command("chat", "打开问答网页"))
    _asking(command("ask", "回答问题")).add_argument("--llm", help=_LLM)
    search = _asking(command("search", "查找段落"))
    search.add_argument("-k", type=whole, default=5, help="段落数（默认 %(default)s）")
    _building(command("index", "建立索引，或只更新改动的文件；索引里只有这次给出的文件"))
    _evaluation(command("eval", "在有标准答案的问题上评测"))
    _listing(command("generations", "列出最近几版索引"))
    _listing(command("collections", "列出各个文库", one=False))
    back = command("rollback", "恢复以前的一版索引")
    back.add_argument("generation", nargs="?", help="版号（默认当前版的前一版）")
    command("doctor", "检查环境、模型和索引").add_argument("--model", help=_MODEL)
    return parser


def _command(commands: Any, name: str, help_: str, one: bool = True) -> Any:
    """A command with the folder that it works on, and whether on ``one`` collection there."""
    command = commands.add_parser(name, help=help_, description=help_)
    data = Path(os.environ.get("YOUJU_DATA", "data"))
    command.add_argument(
        "--data", type=Path, default=data, help="索引所在文件夹（默认 %(default)s）"
    )
    if one:
        command.add_argument("--collection", metavar="名称", help="数据文件夹里的哪一个文库")
    return command


def _listing(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="每行输出一个 JSON 对象")


def _page(command: argparse.ArgumentParser) -> None:
    """What the page is made of, where it is served and who writes."""
    add = command.add_argument
    add("--seeds", type=Path, help="文章所在文件夹（默认用上次建索引的来源，没有则用 seeds）")
    add("--host", default="127.0.0.1", help="网页的地址（默认 %(default)s）")
    add("--port", type=whole, default=7860, help="网页的端口（默认 %(default)s）")
    add(
        "--model",
        help="嵌入模型的名称或路径（默认用索引自己的，重建时沿用；新索引用自带的 bundled）",
    )
    add("--llm", help=_LLM)
    add("--reranker", help=_RERANKER)


def _building(command: argparse.ArgumentParser) -> None:
    """What to build the index of, and how."""
    add = command.add_argument
    add("paths", nargs="+", type=Path, help="文件、文件夹或 BEIR 的 corpus.jsonl")
    add(
        "--model",
        help="嵌入模型的名称或路径；自带的叫 bundled（默认沿用上次建索引的，新索引用 bundled）",
    )
    add("--query-prompt", help="加在问题前的提示语（同一模型默认沿用上次的）")
    add("--passage-prompt", help="加在段落前的提示语（同一模型默认沿用上次的）")
    add("--json", action="store_true", help="输出一个 JSON 对象")
    add("--watch", action="store_true", help="一直留意改动，随时更新索引")


def _evaluation(command: argparse.ArgumentParser) -> None:
    """What to measure, and the language models to measure as well."""
    add = command.add_argument
    add("target", type=Path, help="BEIR 文件夹，或带标注的问题文件（.jsonl）")
    add(
        "--model",
        help="嵌入模型的名称或路径（默认：文件夹用自带的 bundled，问题文件用索引自己的）",
    )
    add("--limit", type=whole, help="只用前若干个问题")
    add("--answers", type=whole, help="检索用全部问题，回答只用前若干个")
    add("--reranker", help=_RERANKER)
    add("--llm", action="append", default=[], help="另外也让这个语言模型回答；可重复")
    add("--json", action="store_true", help="输出一个 JSON 对象")


def _asking(command: Any) -> Any:
    """``command`` with what every command takes that puts questions."""
    command.add_argument("question", nargs="?", help="问题")
    command.add_argument(
        "--questions", type=Path, help="问题文件：每行一个 JSON，含 _id、text，可含 history"
    )
    command.add_argument("--json", action="store_true", help="每行输出一个 JSON 对象")
    command.add_argument("--model", help=_MODEL)
    command.add_argument("--reranker", help=_RERANKER)
    _limits(command)
    return command


def _limits(command: argparse.ArgumentParser) -> None:
    """Options that limit a question to some of the documents."""
    group = command.add_argument_group("限定范围")
    add = group.add_argument
    add(
        "--document",
        action="append",
        default=[],
        metavar="题目",
        help="文档的题目或编号，可只写一部分；可重复",
    )
    add(
        "--publisher",
        action="append",
        default=[],
        metavar="来源",
        help="发布者，可只写一部分；可重复",
    )
    add("--since", default="", metavar="日期", help="从何时起：2021、2021-09、2021年9月15日")
    add("--until", default="", metavar="日期", help="到何时止（含）")
