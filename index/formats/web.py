"""Web pages: the article without what stands around it, and nothing that a reader cannot see."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from index import layout
from index.encodings import decode
from index.errors import SourceError
from index.formats import hidden
from index.formats.extract import Extract, Writer, one_line
from index.types import Kind

_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.I)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950"}
_PROLOGUE = 4096  # bytes in which a page names its encoding

# Both the tags of HTML and those of trafilatura's result.
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "head": 2}
_ROWS, _CELLS, _LISTS, _ITEMS = (
    {"tr", "row"},
    {"td", "th", "cell"},
    {"ul", "ol", "list"},
    ("li", "item"),
)
_BREAKS = {"br", "lb", "hr"}
_BLOCKS = {
    *_HEADINGS, *_ROWS, *_CELLS, *_LISTS, *_ITEMS, "table", "p", "div", "section", "article", "main",
    "body", "blockquote", "quote", "pre", "dl", "dt", "dd", "figure", "figcaption", "center", "header",
    "footer", "address", "form", "fieldset", "details", "summary", "aside", "nav",
}  # fmt: skip
_AROUND = ("nav", "footer", "aside", "form", "button", "select", "textarea")
_WHITE = re.compile(r"[ \t\r\n\f]+")
_ARTICLE_MIN = "40"  # characters; the default of 250 is for languages with letters
_CELL_MAX = 200  # characters; a table with longer cells lays a page out
_SHARE_MIN = 0.3  # of the page's own words that an article must have kept
# The names that Chinese government and news sites use.
_META = {
    "author": ("author",),
    "date": ("pubdate", "publishdate", "article:published_time"),
    "publisher": ("contentsource", "source", "og:site_name"),
}


def read(data: bytes, source: str) -> Extract:
    """Read an ``.html`` page.

    Raises:
        SourceError: undecodable, or there is no text in it.
    """
    tree = tree_of(_decoded(data, source))
    found = _found(tree)
    title = (found.title if found else "") or tree.findtext(".//title") or ""
    writer = Writer()
    _walk(writer, _article(tree, found.body if found else None), one_line(title))
    extract = writer.extract(title, _metadata(tree, found))
    if not extract.text:
        raise SourceError(
            f"{source}：网页里没有文字，内容可能由脚本生成。请在浏览器里打开，另存为完整网页或 PDF"
        )
    return extract


def tree_of(text: str) -> Any:
    """The page as an lxml tree, without scripts and without what is hidden from its reader."""
    from lxml import html

    # A declared encoding contradicts text that is decoded already.
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text) or "<html/>", parser)
    hidden.remove(tree)
    return tree


def write_page(writer: Writer, tree: Any) -> None:
    """Write all that is on a page, as a chapter of a book."""
    body = tree.find("body")
    if body is not None:
        _walk(writer, body, "")


def _decoded(data: bytes, source: str) -> str:
    try:
        return decode(data, source)
    except SourceError:
        declared = _CHARSET.search(data[:_PROLOGUE])
        name = declared[1].decode("ascii").lower() if declared else ""
        with suppress(UnicodeDecodeError, LookupError):
            if name:
                return data.decode(_SUPERSETS.get(name, name))
        raise


def _found(tree: Any) -> Any:
    """What trafilatura finds of article, title, author and date; None for nothing."""
    import trafilatura
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", _ARTICLE_MIN)
    return trafilatura.bare_extraction(
        tree,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
        config=config,
    )


def _metadata(tree: Any, found: Any) -> dict[str, str]:
    named = {
        (meta.get("name") or meta.get("property") or "").lower(): meta.get("content") or ""
        for meta in tree.iter("meta")
    }
    known = {
        field: next((named[name] for name in names if named.get(name)), "")
        for field, names in _META.items()
    }
    date = layout.date_in(known["date"]) or (found.date if found else "") or ""
    return {
        **known,
        "author": known["author"] or (found.author if found else "") or "",
        "date": date,
    }


def _article(tree: Any, found: Any) -> Any:
    """The element that was found; all of the page, but navigation, where that is too little."""
    body = tree.find("body")
    if body is None:
        return tree
    for element in [element for tag in _AROUND for element in body.iter(tag)]:
        if element.getparent() is not None:
            element.drop_tree()
    if found is None or (len(found) == 1 and "\n" in (found[0].text or "")):
        return body  # where it recognises no article, it gives all text without its structure
    own = _size(body) - sum(map(_size, body.iter("a")))
    return found if _size(found) >= _SHARE_MIN * own else body


def _size(element: Any) -> int:
    return len(_WHITE.sub("", "".join(element.itertext())))


def _walk(writer: Writer, element: Any, title: str = "") -> None:
    """Write an element's blocks in order; what stands between blocks is a paragraph."""
    inline = [_flat(element.text)]
    for child in element:
        if child.tag in _BREAKS:
            inline.append("\n")
        elif child.tag in _BLOCKS or any(inner.tag in _BLOCKS for inner in child.iter()):
            _flush(writer, inline)
            _block(writer, child, title)
        else:
            inline.append(_text(child))
        inline.append(_flat(child.tail))
    _flush(writer, inline)


def _block(writer: Writer, element: Any, title: str) -> None:
    if level := _level(element):
        text = _text(element)
        same = level == 1 and one_line(text) == title
        writer.line(text, Kind.FRONT if same else Kind.HEADING, level)
    elif element.tag == "table" and _holds_data(element):
        writer.table([[_text(c) for c in row if c.tag in _CELLS] for row in element.iter(*_ROWS)])
    elif element.tag in _LISTS and not any(e.tag in _LISTS for e in list(element.iter())[1:]):
        writer.items([_text(item) for item in element.iter(*_ITEMS)])
    else:
        _walk(writer, element, title)


def _level(element: Any) -> int:
    """The level of a heading, 0 for anything else."""
    return _HEADINGS.get(
        element.get("rend") or element.tag if element.tag == "head" else element.tag, 0
    )


def _holds_data(table: Any) -> bool:
    """Whether a table holds cells rather than the parts of a page."""
    cells = list(table.iter(*_CELLS))
    nested = sum(1 for _ in table.iter("table")) > 1
    return not nested and all(_size(cell) <= _CELL_MAX for cell in cells)


def _flush(writer: Writer, inline: list[str]) -> None:
    for line in "".join(inline).split("\n"):
        writer.line(line)
    inline.clear()


def _text(element: Any) -> str:
    """An element's text on one line, but for the breaks in it."""
    parts = [_flat(element.text)]
    for child in element:
        parts += ["\n" if child.tag in _BREAKS else _text(child), _flat(child.tail)]
    return "".join(parts)


def _flat(text: str | None) -> str:
    return _WHITE.sub(" ", text or "")
