"""Reading what is to be indexed: unchanged files are not read again, bad ones are listed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from index import collections, origins, uploads
from index.changes import BadFile
from index.documents import SourceFile, by_id, find_sources, read_source
from index.errors import IndexDamaged, SourceError, StoreError
from index.formats.pdf_process import PdfProcess
from index.types import Document

FILE = "sources.jsonl"

Report = Callable[[int, int], None]  # files that are done, and all of them


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read: the SHA-256 of its bytes, and how many documents it gave."""

    path: str
    name: str
    sha256: str
    documents: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The documents of ``sources``, in their order, and the files that gave none."""

    documents: tuple[Document, ...] = ()
    sources: tuple[Source, ...] = ()
    bad_files: tuple[BadFile, ...] = ()


def find(paths: Sequence[Path], root: Path) -> Sequence[SourceFile]:
    """The files in ``paths`` and those uploaded to the index in ``root``.

    Files of that index itself, and of those beside it, are left out, should they be in ``paths``.

    Raises:
        SourceError: a path is not there, or a folder is changing at this moment.
    """
    own = [folder.resolve() for folder in collections.own_folders(root)]
    uploaded = uploads.source(root)
    try:
        files = [file for path in paths for file in _foreign(path, own)]
        if uploaded.is_dir():
            files += find_sources([uploaded])
    except OSError as error:
        raise SourceError(
            f"{error.filename}：{error.strerror}。源文件夹正在变动，请稍后再建立索引。"
        ) from error
    return files


def is_last(root: Path, upload: str) -> bool:
    """Whether the uploaded file is all that the next build of ``root`` would find to read."""
    try:
        found = find(origins.recall(root), root)
    except (StoreError, SourceError):
        return False  # the next build says what is wrong there
    return [file.path for file in found] == [uploads.path(root, upload)]


def read(
    files: Sequence[SourceFile],
    former: Reading,
    report: Report = lambda *_: None,
    root: Path | None = None,
) -> Reading:
    """Read ``files``; those that ``former`` has with the same bytes are kept.

    What took too long is remembered in ``root``, and then not tried again.

    Raises:
        SourceError: none of them can be read; each is named with its reason.
    """
    kept = _by_file(former)
    documents: dict[str, Document] = {}
    sources: list[Source] = []
    bad: list[BadFile] = []
    with PdfProcess(root) as pdfs:
        for done, file in enumerate(files, 1):
            # Hashed before it is read: a change in between is seen by the next build.
            key = (str(file.path), file.name, _sha256(file.path))
            try:
                found = kept.get(key) or read_source(file, pdfs)
                documents |= by_id(found, documents)
            except SourceError as error:
                if file.path.exists():  # else it was deleted meanwhile, which is no fault
                    bad.append(BadFile(str(file.path), str(error)))
                continue
            finally:
                report(done, len(files))
            sources.append(Source(*key, len(found)))
    if not documents:
        raise _nothing(bad, len(former.documents))
    return Reading(tuple(documents.values()), tuple(sources), tuple(bad))


def to_bytes(sources: Iterable[Source]) -> bytes:
    """One source a line."""
    lines = (json.dumps(asdict(source), ensure_ascii=False) + "\n" for source in sources)
    return "".join(lines).encode("utf-8", "surrogatepass")


def from_bytes(data: bytes, documents: int) -> tuple[Source, ...]:
    """Read back ``to_bytes``.

    Raises:
        IndexDamaged: a line does not hold a source, or they do not add up to ``documents``.
    """
    try:
        lines = data.decode("utf-8", "surrogatepass").split("\n")
        sources = tuple(Source(**json.loads(line)) for line in lines if line)
        if sum(source.documents for source in sources) != documents:
            raise ValueError(f"应有 {documents} 篇文档")
    except (ValueError, TypeError) as error:
        raise IndexDamaged(
            f"索引文件 {FILE} 的内容不合规（{error!r}）。请重建：youju index 源文件夹 --data 数据目录"
        ) from error
    return sources


def _foreign(path: Path, own: Sequence[Path]) -> Sequence[SourceFile]:
    """The files in ``path`` that are in none of the folders ``own``."""
    files, here = find_sources([path]), path.resolve()
    inside = [folder for folder in own if folder.is_relative_to(here)]
    if not inside:
        return files
    return [f for f in files if not any(f.path.resolve().is_relative_to(o) for o in inside)]


def _by_file(former: Reading) -> dict[tuple[str, str, str], tuple[Document, ...]]:
    rest = iter(former.documents)
    return {
        (source.path, source.name, source.sha256): tuple(islice(rest, source.documents))
        for source in former.sources
    }


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""  # reading it meets the same error and explains it


def _nothing(bad: Sequence[BadFile], before: int) -> SourceError:
    still = (
        f"\n原来的索引没有动，里面的 {before} 篇仍会被查到；若不再要它，请删除它的数据目录。"
        if before
        else ""
    )
    if not bad:
        return SourceError(
            "给出的文件夹里没有文章。请放入文章，再运行：youju index 文件夹 --data 数据目录" + still
        )
    listed = "\n  ".join(file.reason for file in bad)
    return SourceError(f"没有一个源文件能用（共 {len(bad)} 个），未建索引：\n  {listed}{still}")
