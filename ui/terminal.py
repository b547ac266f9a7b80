"""What the command line writes: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from index.types import Passage, Progress

if TYPE_CHECKING:
    from rag import Library
    from rag.types import Answer, Hit, Struck

_CERTAINTY = {"strong": "依据充分", "weak": "依据较弱，请核对", "none": "没有找到依据"}


def line(value: Any) -> None:
    """One JSON object on one line of stdout, in UTF-8 whatever the locale."""
    plain = _plain(value)
    text = json.dumps(plain, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _plain(value: Any) -> Any:
    from rag.types import Answer, answer_json

    if isinstance(value, Answer):
        return answer_json(value)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def with_id(identity: str, text: str, command: str, results: Sequence[Any]) -> Mapping[str, Any]:
    """A line of a batch: an Answer with its ``_id``, or a question with its hits."""
    from rag.types import answer_json

    if command == "ask":
        return {"_id": identity, **answer_json(results[0])}
    return {"_id": identity, "question": text, "hits": [asdict(hit) for hit in results]}


def answer(library: Library, results: Sequence[Answer]) -> None:
    """An answer for a person: short, text, sources, certainty."""
    from rag import courtesy

    given = results[0]
    rows = [f"理解为：{given.understood}", ""] if given.understood else []
    rows += [given.short, ""] if given.short else []
    rows += [given.text, ""]
    rows += [_struck(struck) for struck in given.struck]
    if given.notice:
        _note_once(given.notice)
    for citation in given.citations:
        document = library.document(citation.document_id)
        where = " · ".join(x for x in (document.title or document.id, citation.section) if x)
        rows.append(f"[{citation.marker}] {where}（{citation.start}–{citation.end}）")
    if not given.citations and given.hits:
        rows.append("最接近的段落（不是答案）：")
        rows += [_nearest(library, hit.passage) for hit in given.hits[:3]]
    if not courtesy.reply(given.question):
        rows.append(f"{_CERTAINTY[library.confidence_words(given)]}（{given.confidence:.0%}）")
    _say("\n".join(rows))


def _nearest(library: Library, passage: Passage) -> str:
    return f"  {_where(library, passage)}\n    {_one_line(passage.text)}"


def _where(library: Library, passage: Passage) -> str:
    """Title, publisher and date of its document, as far as they are known, and its heading."""
    document = library.document(passage.document_id)
    known = (document.metadata.get(key, "") for key in ("publisher", "date"))
    parts = (document.title or document.id, *known, passage.section)
    return " · ".join(" ".join(part.split()) for part in parts if part)


def _struck(struck: Struck) -> str:
    flaws = "、".join(span.of(struck.text) for span in struck.flaws)
    return f"✗ {struck.text}（已划去：原文没有这样说{flaws and '：' + flaws}）"


@cache
def _note_once(text: str) -> None:
    """A model that is away is away for every question of a file."""
    note(text)


def hits(library: Library, results: Sequence[Hit]) -> None:
    """Hits for a person, a block each."""
    for hit in results:
        by = "、".join({"dense": "语义", "lexical": "字词"}[leg] for leg in hit.found_by)
        where = _where(library, hit.passage)
        _say(f"{hit.rank}. {where}  [{hit.score:.2f}，{by}]\n   {_one_line(hit.passage.text)}")


def heading(text: str) -> None:
    """What the next result is about."""
    _say(f"\n== {text}")


def show(renderable: Any) -> None:
    """A rich table or group on stdout."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 140).print(renderable)


def aside(renderable: Any) -> None:
    """A rich table or group on stderr."""
    from rich.console import Console

    Console(stderr=True, width=None if sys.stderr.isatty() else 140).print(renderable)


def note(text: str) -> None:
    """Something to know, on stderr."""
    sys.stderr.write(printable(text) + "\n")


def complain(text: str) -> None:
    """An error, on stderr."""
    sys.stderr.write("错误：" + printable(text) + "\n")


@contextmanager
def progress() -> Iterator[Callable[[Progress], None]]:
    """A bar a step on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeRemainingColumn(), console=console) as bars:
        tasks: dict[str, Any] = {}

        def report(state: Progress) -> None:
            if state.step not in tasks:
                tasks[state.step] = bars.add_task(state.step, total=state.total)
            bars.update(tasks[state.step], completed=state.done, total=state.total)

        yield report


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"


def _say(text: str) -> None:
    sys.stdout.buffer.write((printable(text) + "\n").encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def printable(text: str) -> str:
    """``text`` without control characters: a document must not drive the reader's terminal."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
