"""The ``youju`` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from index.errors import IndexMissing, InputError, YoujuError
from ui import generations, indexing, terminal
from ui.question_file import Asked, read_questions

if TYPE_CHECKING:
    from rag import Library

DONE, FAILED, WRONG_USAGE = 0, 1, 2
_LLM = (
    "写答案的语言模型：服务上的名称、模型文件夹或 .gguf 文件（默认取 YOUJU_LLM；不设则直接取原文）"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed with a message on stderr, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except YoujuError as error:
        terminal.complain(str(error))
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        terminal.complain("已中断。")
    return FAILED


def _chat(options: argparse.Namespace) -> int:
    from ui.app import check_address, serve

    check_address(options.host, options.port)
    library: Library | None = None
    try:
        library = _open(options)
    except IndexMissing:
        library = indexing.build([options.seeds], options)
    except YoujuError as error:
        terminal.complain(f"{error}\n页面照常打开，可在页面上重建。")
    serve(
        options.data,
        options.seeds,
        options.host,
        options.port,
        options.model,
        announce=_announce,
        library=library,
        llm=options.llm,
    )
    return DONE


def _ask(options: argparse.Namespace) -> int:
    return _each(
        options,
        lambda library, asked: [library.ask(asked.text, asked.history, options.llm)],
        terminal.answer,
    )


def _search(options: argparse.Namespace) -> int:
    return _each(
        options, lambda library, asked: library.search(_standalone(asked), options.k), terminal.hits
    )


def _standalone(asked: Asked) -> str:
    from rag.conversation import complete

    return complete(asked.text, asked.history)


def _index(options: argparse.Namespace) -> int:
    if options.watch:
        indexing.watch(options)
        return DONE
    return DONE if indexing.run(options) else FAILED


def _generations(options: argparse.Namespace) -> int:
    return DONE if generations.run(options.data, options.json) else FAILED


def _rollback(options: argparse.Namespace) -> int:
    generations.rollback(options.data, options.generation)
    return DONE


def _eval(options: argparse.Namespace) -> int:
    from rag import evaluation
    from ui import eval_report

    if options.target.is_dir():
        options.data = options.data / "eval" / options.target.resolve().name
        library = indexing.build([options.target / "corpus.jsonl"], options)
        with terminal.progress() as report:
            result: Any = evaluation.evaluate(
                library,
                options.target,
                progress=report,
                limit=options.limit,
                answers=options.answers,
            )
    else:
        result = evaluation.evaluate_spans(_open(options), options.target)
    if options.json:
        terminal.line(evaluation.as_json(result))
    else:
        terminal.show(eval_report.render(result))
    return DONE


def _doctor(options: argparse.Namespace) -> int:
    from ui import doctor

    return DONE if doctor.examine(options.data, options.model) else FAILED


def _each(
    options: argparse.Namespace,
    run: Callable[[Library, Asked], Sequence[Any]],
    show: Callable[[Library, Any], None],
) -> int:
    """Answer the one question, or each of a file, in one process."""
    if (options.question is None) == (options.questions is None):
        terminal.complain("请给出一个问题，或用 --questions 给出问题文件（二者选一）。")
        return WRONG_USAGE
    if options.questions is None:
        library = _open(options)
        results = run(library, Asked("", options.question))
        if options.json:
            for result in results:
                terminal.line(result)
        else:
            show(library, results)
        return DONE
    questions = list(read_questions(options.questions))
    library = _open(options)
    failed = [_one(library, question, run, show, options) for question in questions]
    return FAILED if any(failed) else DONE


def _one(
    library: Library,
    question: Asked,
    run: Callable[[Library, Asked], Sequence[Any]],
    show: Callable[[Library, Any], None],
    options: argparse.Namespace,
) -> bool:
    """Answer one question of a file; whether it failed (the others are still answered)."""
    identity, text = question.id, question.text
    try:
        results = run(library, question)
    except InputError as error:
        terminal.complain(f"{identity}: {error}")
        if options.json:
            terminal.line({"_id": identity, "question": text, "error": str(error)})
        return True
    if options.json:
        terminal.line(terminal.with_id(identity, text, options.command, results))
    else:
        terminal.heading(f"{identity}  {text}")
        show(library, results)
    return False


def _open(options: argparse.Namespace) -> Library:
    from rag import Library

    return Library.open(options.data, model=options.model)


def _announce(address: str) -> None:
    terminal.note(f"有据已就绪：{address}  （按 Ctrl+C 结束）")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        terminal.complain(f"用法不对：{message}。用法见 {self.prog} --help")
        sys.exit(WRONG_USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="youju", description="有据：问文章，句句有出处。")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    data = Path(os.environ.get("YOUJU_DATA", "data"))

    def command(name: str, run: Callable[[argparse.Namespace], int], help_: str) -> Any:
        sub = commands.add_parser(name, help=help_, description=help_)
        sub.add_argument(
            "--data", type=Path, default=data, help="索引所在文件夹（默认 %(default)s）"
        )
        sub.add_argument("--model", help="嵌入模型的名称或路径（默认用自带模型）")
        sub.set_defaults(run=run)
        return sub

    chat = command("chat", _chat, "打开问答网页")
    chat.add_argument("--seeds", type=Path, default=Path("seeds"), help="文章所在文件夹")
    chat.add_argument("--host", default="127.0.0.1")
    chat.add_argument("--port", type=int, default=7860)
    chat.add_argument("--llm", help=_LLM)
    for name, run, help_ in (("ask", _ask, "回答问题"), ("search", _search, "查找段落")):
        sub = command(name, run, help_)
        sub.add_argument("question", nargs="?", help="问题")
        sub.add_argument(
            "--questions", type=Path, help="问题文件：每行一个 JSON，含 _id、text，可含 history"
        )
        sub.add_argument("--json", action="store_true", help="每行输出一个 JSON 对象")
        if name == "ask":
            sub.add_argument("--llm", help=_LLM)
        if name == "search":
            sub.add_argument("-k", type=int, default=5, help="段落数（默认 %(default)s）")
    index = command("index", _index, "建立索引，或只更新改动的文件；索引里只有这次给出的文件")
    index.add_argument("paths", nargs="+", type=Path, help="文件、文件夹或 BEIR 的 corpus.jsonl")
    index.add_argument("--query-prompt", help="加在问题前的提示语")
    index.add_argument("--passage-prompt", help="加在段落前的提示语")
    index.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
    index.add_argument("--watch", action="store_true", help="一直留意改动，随时更新索引")
    evaluate = command("eval", _eval, "在有标准答案的问题上评测")
    evaluate.add_argument("target", type=Path, help="BEIR 文件夹，或带标注的问题文件（.jsonl）")
    evaluate.add_argument("--limit", type=int, help="只用前若干个问题")
    evaluate.add_argument("--answers", type=int, help="检索用全部问题，回答只用前若干个")
    evaluate.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
    listing = command("generations", _generations, "列出最近几版索引")
    listing.add_argument("--json", action="store_true", help="每行输出一个 JSON 对象")
    back = command("rollback", _rollback, "恢复以前的一版索引")
    back.add_argument("generation", nargs="?", help="版号（默认当前版的前一版）")
    command("doctor", _doctor, "检查环境、模型和索引")
    return parser


if __name__ == "__main__":
    sys.exit(main())
