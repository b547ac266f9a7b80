"""From files to Documents: which files, metadata, BEIR corpora."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import layout
from index.encodings import decode
from index.errors import SourceError
from index.layout import Kind
from index.simplified import simplified
from index.types import Document

SUFFIXES = (".txt", ".md")
_CREDITS = {
    "author": r"(?:作者|记者|撰文|文)",
    "editor": r"(?:责任编辑|责编|编辑)",
    "publisher": r"(?:来源|稿源|发布单位|发布机构)",
}
_NAME_MAX = 20  # characters of a publisher's name
_REBUILD = "youju index 文件夹 --data 数据目录"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read. ``name`` is its path below the source that it was found in, with ``/``.

    The id of its document is that name; documents of a BEIR corpus have ids of their own.
    """

    path: Path
    name: str


def read_documents(sources: Sequence[Path]) -> tuple[Document, ...]:
    """Read every article in ``sources``, all or none.

    Raises:
        SourceError: see ``find_sources`` and ``read_source``; also where two documents have one
            id, or there is none. All bad files are named at once.
    """
    documents: dict[str, Document] = {}
    faults: list[str] = []
    for source in find_sources(sources):
        try:
            for document in read_source(source):
                if document.id in documents:
                    raise SourceError(
                        f"{document.source}：编号 {document.id!r} 与 "
                        f"{documents[document.id].source} 重复。"
                        "请改名或去掉其中一个"
                    )
                documents[document.id] = document
        except SourceError as error:
            faults.append(str(error))
    if faults:
        listed = "\n  ".join(faults)
        raise SourceError(f"有 {len(faults)} 处源文件不能用，未建索引：\n  {listed}")
    if not documents:
        where = "、".join(str(source) for source in sources)
        kinds = "、".join(SUFFIXES)
        raise SourceError(
            f"{where} 里没有文章。请放入 {kinds} 文件或 BEIR 的 corpus.jsonl，再运行：{_REBUILD}"
        )
    return tuple(documents.values())


def find_sources(sources: Sequence[Path]) -> tuple[SourceFile, ...]:
    """The files in ``sources``: files as they are, folders recursively in the order of names.

    In a folder, hidden files and README files are not articles; every other file is listed,
    whatever its kind, so that none is silently left out.

    Raises:
        SourceError: nothing is there.
    """
    return tuple(_files(sources))


def read_source(source: SourceFile) -> tuple[Document, ...]:
    """Read one file: its article, or the articles of a BEIR ``corpus.jsonl``.

    Raises:
        SourceError: an unknown kind of file, unreadable or empty, undecodable text, a malformed
            corpus line. The message names the file, the reason and the remedy.
    """
    return tuple(_read_file(source.path, source.name))


def article(text: str, document_id: str, source: str) -> Document:
    """A Document from one article's text; title and metadata come from its own lines."""
    front = [line.span.of(text) for line in layout.lines(text) if line.kind is Kind.FRONT]
    titles = [line for line in front if not layout.is_credit_line(line)]
    title = titles[0].lstrip("# ") if titles else Path(source).stem
    metadata = dict(_credits(front))
    plain = [line for line in titles[1:] if not layout.is_credit(line)]
    author = metadata.get("author", "")
    headline = [line for line in plain if not (author and line.endswith(author))]
    if headline:
        metadata["subtitle"] = " ".join(headline)
    return Document(document_id, title, text, source, metadata)


def _files(sources: Sequence[Path]) -> Iterator[SourceFile]:
    for source in sources:
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                name = path.relative_to(source)
                hidden = any(part.startswith(".") for part in name.parts)
                if path.is_file() and not hidden and not path.stem.upper().startswith("README"):
                    yield SourceFile(path, name.as_posix())
        elif source.exists():
            yield SourceFile(source, source.name)
        else:
            raise SourceError(f"找不到源文件或文件夹：{source}。请检查路径，再运行：{_REBUILD}")


def _read_file(path: Path, name: str) -> Iterator[Document]:
    if path.suffix.lower() not in (*SUFFIXES, ".jsonl"):
        raise SourceError(
            f"{path}：不认识 {path.suffix or '没有扩展名的'} 文件。请移走，或存为 .txt、.md、.jsonl"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}：读不了（{error.strerror}）。请检查权限和磁盘") from error
    text = decode(data, str(path))
    if path.suffix.lower() == ".jsonl":
        yield from _corpus(text, path)
    elif not text.strip():
        raise SourceError(f"{path}：文件是空的。请写入内容或移走")
    else:
        yield article(text, name, str(path))


def _corpus(text: str, path: Path) -> Iterator[Document]:
    """One document a line, as BEIR writes them: ``_id``, ``title``, ``text``."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{where}：不是 JSON（{error}）。请改正这一行或删去") from error
        match row:
            case {"_id": str(document_id), "text": str(body)} if body.strip() or row.get("title"):
                metadata = _metadata(row)
                yield Document(document_id, str(row.get("title") or ""), body, where, metadata)
            case _:
                raise SourceError(
                    f"{where}：需要字符串字段 _id 和 text，并且 title 或 text 不空。请补上"
                )


def _metadata(row: Mapping[str, object]) -> dict[str, str]:
    own = {"_id", "title", "text"}
    found = row.get("metadata")
    extra = {**row, **(found if isinstance(found, dict) else {})}
    return {k: v for k, v in extra.items() if k not in own and isinstance(v, str) and v}


def _credits(front: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Metadata fields from credit lines: date, author, editor, publisher."""
    for line in front:
        for field, label in _CREDITS.items():
            if match := re.search(rf"{label}\s*[:：\s]\s*([^\s:：|]+)", simplified(line)):
                yield field, line[slice(*match.span(1))].strip("（）()【】[]")
        if date := layout.date_in(line):
            yield "date", date
            rest = layout.without_dates(line).strip()
            if rest and not layout.is_credit(rest) and len(rest) <= _NAME_MAX:
                yield "publisher", rest
