"""The ``youju`` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from index import collections, origins
from index.embedding import BUNDLED
from index.errors import IndexMissing, InputError, YoujuError
from ui import collections as listing
from ui import generations, indexing, terminal
from ui.arguments import DONE, FAILED, folder, parse, scope
from ui.parser import WRONG_USAGE
from ui.question_file import Asked, read_questions

if TYPE_CHECKING:
    from rag import Library


_SEEDS = Path("seeds")  # what is asked where nothing else is said


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed with a message on stderr, 2 wrong usage."""
    options = parse(arguments)
    try:
        options.data = folder(options)
        return _COMMANDS[options.command](options)
    except YoujuError as error:
        terminal.complain(str(error))
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        terminal.complain("已中断。")
    return FAILED


def _chat(options: argparse.Namespace) -> int:
    from rag import generators
    from ui.app import check_address, serve

    generators.named(options.llm)  # what cannot be one is told now, not at the first question
    check_address(options.host, options.port)
    data, seeds = options.data, options.seeds
    options.data = collections.root(data, options.collection)
    if seeds is None and not origins.recall(options.data) and _SEEDS.is_dir():
        seeds = _SEEDS
    serve(
        data,
        seeds,
        options.host,
        options.port,
        options.model,
        options.reranker,
        announce=_announce,
        library=_opened_or_built(seeds, options),
        llm=options.llm,
        collection=options.collection or collections.DEFAULT,
    )
    return DONE


def _opened_or_built(seeds: Path | None, options: argparse.Namespace) -> Library | None:
    """The library; None where that fails, which the page can mend."""
    try:
        try:
            return _open(options)
        except IndexMissing:
            if seeds is None:
                raise
            return indexing.build([seeds], options)
    except YoujuError as error:
        terminal.complain(f"{error}\n页面照常打开，可在页面上重建或上传文件。")
        return None


def _ask(options: argparse.Namespace) -> int:
    within = scope(options)
    return _each(
        options,
        lambda library, asked: [library.ask(asked.text, asked.history, options.llm, within=within)],
        terminal.answer,
    )


def _search(options: argparse.Namespace) -> int:
    within = scope(options)
    return _each(
        options,
        lambda library, asked: library.search(_standalone(asked), options.k, within=within),
        terminal.hits,
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


def _collections(options: argparse.Namespace) -> int:
    return DONE if listing.run(options.data, options.json) else FAILED


def _rollback(options: argparse.Namespace) -> int:
    generations.rollback(options.data, options.generation)
    return DONE


def _eval(options: argparse.Namespace) -> int:
    from rag import evaluation, generators
    from ui import eval_report

    for llm in options.llm:
        generators.named(llm)  # what cannot be one is told now, not after all else is measured
    if options.target.is_dir():
        options.data = options.data / "eval" / options.target.resolve().name
        options.model = options.model or BUNDLED  # whatever was measured before
        library = indexing.build([options.target / "corpus.jsonl"], options)
        with terminal.progress() as report:
            result: Any = evaluation.evaluate(
                library,
                options.target,
                progress=report,
                limit=options.limit,
                answers=options.answers,
                llms=options.llm,
            )
    else:
        library = _open(options)
        with terminal.progress() as report:
            result = evaluation.evaluate_spans(
                library, options.target, progress=report, limit=options.limit, llms=options.llm
            )
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
        library = _open_within(options)
        results = run(library, Asked("", options.question))
        if options.json:
            for result in results:
                terminal.line(result)
        else:
            show(library, results)
        return DONE
    questions = list(read_questions(options.questions))
    library = _open_within(options)
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

    return Library.open(options.data, model=options.model, reranker=options.reranker)


def _open_within(options: argparse.Namespace) -> Library:
    """The library; how much of it the question is limited to is told once."""
    library, within = _open(options), scope(options)
    covered = library.covered(within)
    if covered.documents < len(library.documents):
        undated = f"；另有 {covered.undated} 篇没有日期，不在其中" if covered.undated else ""
        terminal.note(f"只在 {covered.documents} 篇文档中查找{undated}。")
    return library


def _announce(address: str) -> None:
    terminal.note(f"有据已就绪：{address}  （按 Ctrl+C 结束）")


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {
        "chat": _chat,
        "ask": _ask,
        "search": _search,
        "index": _index,
        "eval": _eval,
        "collections": _collections,
        "generations": _generations,
        "rollback": _rollback,
        "doctor": _doctor,
    }
)


if __name__ == "__main__":
    sys.exit(main())
