"""Web pages and their style sheets."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from index.errors import SourceError
from index.formats import hidden
from index.passages import ABOUT
from tests import samples
from tests.formats.reading import document, fault, section_of
from tests.samples import HIDDEN, PURPOSE, TABLE, TITLE


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk"])
def test_web_page(folder: Path, charset: str) -> None:
    found = document(folder, "a.html", samples.html(charset))
    assert found.title == TITLE
    assert found.metadata == {"author": "周敏", "date": "2023-04-12", "publisher": "栖河日报"}
    assert section_of(found, TITLE) == ABOUT
    assert section_of(found, PURPOSE) == "第一章 总则"
    assert section_of(found, "18600") == "第二章 定额"
    assert "\n".join("\t".join(row) for row in TABLE) in found.text
    assert "首页" not in found.text
    assert "版权所有" not in found.text


def test_short_web_page_keeps_all(folder: Path) -> None:
    page = "<div>很短<br>第二行。</div><ul><li>甲<li>乙</ul>节水 &lt;b&gt;<b>5%</b>"
    assert document(folder, "b.html", page.encode()).text.split() == [
        "很短", "第二行。", "甲", "乙", "节水", "<b>5%",
    ]  # fmt: skip


def test_page_made_by_scripts_is_refused(folder: Path) -> None:
    page = b"<html><body><div id=app></div><script>render('...')</script></body></html>"
    assert "脚本" in fault(folder, "c.html", page)


def test_deep_and_odd_pages(folder: Path) -> None:
    deep = "<div>" * 100_000 + PURPOSE
    with suppress(SourceError):
        document(folder, "d.html", deep.encode())
    assert PURPOSE in document(folder, "e.html", f"<table><tr><td>{PURPOSE}".encode()).text


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        (".a{display:none}", True),
        ("p.a, h6 {color:red; visibility:hidden}", True),
        ("#b{opacity:0}", True),
        ("/* .a{} */ p{font-size:0px}", True),
        ("@media print{.a{display:none}}", False),
        (".a .c{display:none}", False),  # not understood: shown rather than lost
        (".a{opacity:0.5; font-size:0.9em; display:block}", False),
        ("div.a{display:none}", False),
    ],
)
def test_style_sheets(rule: str, gone: bool) -> None:
    from lxml import html

    tree = html.document_fromstring(f"<style>{rule}</style><p class='x a' id=b>{HIDDEN}</p>")
    hidden.remove(tree)
    assert (HIDDEN not in tree.text_content()) == gone
