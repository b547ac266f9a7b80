"""Zip packages (docx, xlsx, pptx, epub), checked before a library opens them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from index.errors import SourceError

_ENTRIES_MAX = 20_000
_SIZE_MAX = 1 << 30  # bytes unpacked
_RATIO_MAX = 200  # a real document packs to 1:5, of blank cells to 1:50
_SMALL = 10 << 20  # bytes unpacked that harm nobody, whatever the ratio
_XML = (".xml", ".rels", ".xhtml", ".html", ".opf", ".ncx")
_PROLOGUE = 4096  # bytes in which a document type would be declared
_ENTITY = re.compile(rb"<!(?:ENTITY|DOCTYPE[^>]*\[)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how Office stores encrypted and old files


def checked(data: bytes, source: str) -> io.BytesIO:
    """``data`` as a file, after it was looked through.

    Raises:
        SourceError: it is no zip, encrypted, unpacks to too much, or declares XML entities.
    """
    if data.startswith(_OLE):
        raise SourceError(
            f"{source}：文件加了密码，或者是旧版 Office 格式。请去掉密码，用新版格式另存"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_size(package, source)
            for entry in package.infolist():
                _check_entry(package, entry, source)
    except SourceError:
        raise
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise SourceError(f"{source}：文件损坏，打不开（{error}）。请重新下载或另存") from error
    return io.BytesIO(data)


def _check_size(package: zipfile.ZipFile, source: str) -> None:
    entries = package.infolist()
    # zipfile reads no more of an entry than the size that it declares.
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > _ENTRIES_MAX or unpacked > _SIZE_MAX:
        raise SourceError(
            f"{source}：解开后有 {len(entries)} 个部分、{unpacked >> 20} MB，"
            f"超过上限（{_ENTRIES_MAX} 个、{_SIZE_MAX >> 20} MB）。请拆成几个文件"
        )
    if unpacked > _SMALL and unpacked > _RATIO_MAX * packed:
        raise SourceError(
            f"{source}：压缩比 {unpacked // packed}:1 高得反常，像是压缩炸弹。请另存为普通文件"
        )


def _check_entry(package: zipfile.ZipFile, entry: zipfile.ZipInfo, source: str) -> None:
    if entry.flag_bits & 1:
        raise SourceError(f"{source}：压缩包加了密码。请去掉密码再存")
    if not entry.filename.lower().endswith(_XML):
        return
    with package.open(entry) as file:
        prologue = file.read(_PROLOGUE).replace(b"\0", b"")  # UTF-16 as well
    if _ENTITY.search(prologue):
        raise SourceError(f"{source}：文件里声明了 XML 实体，可能有害。请用原来的程序另存一份")
