"""From files to Documents: which files, by which reader, and what is said of a bad one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import front_matter
from index.errors import SourceError
from index.formats import beir, book, plain, sheets, slides, web, word
from index.formats.extract import Extract, damaged
from index.formats.pdf_process import PdfProcess
from index.types import Document

_CORPUS, _PDF = ".jsonl", ".pdf"
_READERS: dict[str, Callable[[bytes, str], Extract]] = {
    ".txt": plain.read,
    ".md": plain.read,
    ".html": web.read,
    ".htm": web.read,
    ".xhtml": web.read,
    ".docx": word.read,
    ".xlsx": sheets.read_xlsx,
    ".csv": sheets.read_csv,
    ".tsv": sheets.read_csv,
    ".pptx": slides.read,
    ".epub": book.read,
}
SUFFIXES = (*_READERS, _PDF, _CORPUS)
# Old formats that no well-kept library reads.
_SAVE_AS = {".doc": ".docx", ".wps": ".docx", ".rtf": ".docx", ".xls": ".xlsx", ".et": ".xlsx"}
_SAVE_AS |= {".ppt": ".pptx", ".dps": ".pptx", ".mht": ".html", ".mhtml": ".html"}
_SIZE_MAX = 512 << 20  # bytes of one file that is read whole; a corpus may be larger
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
            documents |= by_id(read_source(source), documents)
        except SourceError as error:
            faults.append(str(error))
    if faults:
        listed = "\n  ".join(faults)
        raise SourceError(f"有 {len(faults)} 处源文件不能用，未建索引：\n  {listed}")
    if not documents:
        where = "、".join(str(source) for source in sources)
        kinds = "、".join(SUFFIXES[:-1])
        raise SourceError(
            f"{where} 里没有文章。请放入 {kinds} 文件或 BEIR 的 corpus.jsonl，再运行：{_REBUILD}"
        )
    return tuple(documents.values())


def by_id(found: Sequence[Document], known: Mapping[str, Document]) -> dict[str, Document]:
    """``found`` by their ids, which are to be new.

    Raises:
        SourceError: a document has the id of another one, or of a ``known`` one.
    """
    own: dict[str, Document] = {}
    for document in found:
        if other := known.get(document.id) or own.get(document.id):
            raise SourceError(
                f"{document.source}：编号 {document.id!r} 与 {other.source} 重复。"
                "请改名或去掉其中一个"
            )
        own[document.id] = document
    return own


def find_sources(sources: Sequence[Path]) -> tuple[SourceFile, ...]:
    """The files in ``sources``: files as they are, folders recursively in the order of names.

    In a folder, hidden files, Office's lock files (``~$…``) and README files are not articles;
    every other file is listed, whatever its kind, so that none is silently left out.

    Raises:
        SourceError: nothing is there.
    """
    return tuple(_files(sources))


def read_source(source: SourceFile, pdfs: PdfProcess | None = None) -> tuple[Document, ...]:
    """Read one file: its article, or the articles of a BEIR ``corpus.jsonl``.

    ``pdfs`` is given where there are several files, so that their PDFs share one process.

    Raises:
        SourceError: an unknown kind of file, unreadable, empty, damaged, encrypted, undecodable
            or hostile. The message names the file, the reason and the remedy.
    """
    if pdfs is None:
        with PdfProcess() as own:
            return read_source(source, own)
    suffix, shown = source.path.suffix.lower(), str(source.path)
    if suffix not in SUFFIXES:
        raise _unknown(source.path)
    data = _bytes(source.path)
    if suffix == _CORPUS:
        return beir.read(data, shown)
    extract = _extracted(pdfs.read if suffix == _PDF else _READERS[suffix], data, shown)
    if not extract.text.strip():
        raise SourceError(f"{shown}：文件是空的，里面没有文字。请写入内容或移走")
    return (from_extract(extract, source.name, shown),)


def from_extract(extract: Extract, document_id: str, source: str) -> Document:
    """A Document; what the file does not say of title and metadata, its own lines do."""
    front = front_matter.read(extract.text, extract.roles)
    return Document(
        id=document_id,
        title=extract.title or front.title or Path(source).stem,
        text=extract.text,
        source=source,
        metadata={**extract.metadata, **front.metadata},
        roles=extract.roles,
        places=extract.places,
    )


def _files(sources: Sequence[Path]) -> Iterator[SourceFile]:
    for source in sources:
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                name = path.relative_to(source)
                hidden = any(part.startswith((".", "~$")) for part in name.parts)
                if path.is_file() and not hidden and not path.stem.upper().startswith("README"):
                    yield SourceFile(path, name.as_posix())
        elif source.exists():
            yield SourceFile(source, source.name)
        else:
            raise SourceError(f"找不到源文件或文件夹：{source}。请检查路径，再运行：{_REBUILD}")


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _SIZE_MAX and path.suffix.lower() != _CORPUS:
            raise SourceError(
                f"{path}：文件有 {size >> 20} MB，超过上限 {_SIZE_MAX >> 20} MB。请拆成几个文件"
            )
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}：读不了（{error.strerror}）。请检查权限和磁盘") from error


def _extracted(read: Callable[[bytes, str], Extract], data: bytes, source: str) -> Extract:
    if not data:
        raise SourceError(f"{source}：文件是空的。请写入内容或移走")
    try:
        return read(data, source)
    except SourceError:
        raise
    except Exception as error:  # format libraries raise anything on damaged files
        raise damaged(source, error) from error


def _unknown(path: Path) -> SourceError:
    suffix = path.suffix.lower()
    if suffix in _SAVE_AS:
        return SourceError(f"{path}：旧格式 {suffix} 读不了。请另存为 {_SAVE_AS[suffix]}")
    kinds = "、".join(SUFFIXES)
    return SourceError(
        f"{path}：不认识 {suffix or '没有扩展名的'} 文件。请移走，或存为其中一种：{kinds}"
    )
