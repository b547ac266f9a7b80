"""EPUB: its chapters in the order of reading, each a web page."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Any
from urllib.parse import unquote

from index.encodings import decode
from index.errors import SourceError
from index.formats import package, web
from index.formats.extract import Extract, Writer

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS = ("obfuscation", "fontmangling")  # of fonts only: the text is plain
_CHAPTERS_MAX = 5000


def read(data: bytes, source: str) -> Extract:
    """Read an ``.epub``.

    Raises:
        SourceError: see ``index.formats.package``; its text is encrypted.
    """
    return _read(package.checked(data, source), source)


def _read(file: io.BytesIO, source: str) -> Extract:
    with zipfile.ZipFile(file) as book:
        _check_encryption(book, source)
        path = _xml(book, _CONTAINER).find(".//{*}rootfile").get("full-path")
        content = _xml(book, path)
        writer = Writer()
        hrefs = {item.get("id"): item.get("href") for item in content.findall(".//{*}item")}
        for reference in content.findall(".//{*}spine/{*}itemref")[:_CHAPTERS_MAX]:
            name = posixpath.normpath(
                posixpath.join(posixpath.dirname(path), unquote(hrefs[reference.get("idref")]))
            )
            web.write_page(writer, web.tree_of(decode(book.read(name), f"{source}（{name}）")))
    fields = {"author": "creator", "publisher": "publisher", "date": "date"}
    known = {key: _field(content, name) for key, name in fields.items()}
    known["date"] = known["date"][:10]
    return writer.extract(_field(content, "title"), known)


def _check_encryption(book: zipfile.ZipFile, source: str) -> None:
    if _ENCRYPTION not in book.namelist():
        return
    methods = [e.get("Algorithm", "") for e in _xml(book, _ENCRYPTION).iter("{*}EncryptionMethod")]
    if any(not any(font in method.lower() for font in _FONTS) for method in methods):
        raise SourceError(f"{source}：电子书加了密（DRM），读不出文字。请换没有加密的版本")


def _xml(book: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(book.read(name), parser)


def _field(content: Any, name: str) -> str:
    found = content.findall(f".//{{http://purl.org/dc/elements/1.1/}}{name}")
    return "、".join(element.text.strip() for element in found if element.text)
