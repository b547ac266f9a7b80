"""Books and PDF."""

from __future__ import annotations

from pathlib import Path

from tests import samples
from tests.formats.reading import document, fault, passages, sample, section_of
from tests.samples import PURPOSE, QUOTA, TABLE, TITLE

# --- slides, books ----------------------------------------------------------------------------


def test_book(folder: Path) -> None:
    found = document(folder, "a.epub", sample("a.epub"))
    assert found.title == TITLE
    assert found.metadata == {"author": "周敏", "publisher": "栖河出版社", "date": "2023-04-12"}
    assert section_of(found, PURPOSE) == "第一章 总则"
    assert section_of(found, QUOTA) == "第二章 定额"
    assert found.text.index(PURPOSE) < found.text.index(QUOTA)  # in the order of reading


def test_encrypted_book(folder: Path) -> None:
    assert "DRM" in fault(folder, "b.epub", samples.epub(encrypted=True))


# --- PDF --------------------------------------------------------------------------------------


def test_pdf(folder: Path) -> None:
    found = document(folder, "a.pdf", sample("a.pdf"))
    assert found.title == TITLE
    assert found.metadata["author"] == "周敏"
    texts = [p.text for p in passages(found)]
    assert PURPOSE + "本办法自二〇二三年五月一日起施行，由县水务局解释。" in texts
    assert "第二段从这里开始，说的是另外一件事情，写满了这一整行没有多余的地方。" in texts
    assert section_of(found, "由县水务局解释").startswith("第 1 页")
    assert section_of(found, "小麦").startswith("第 2 页")
    assert section_of(found, "GDP growth was high in county in the year 2021.").startswith(
        "第 3 页"
    )
    assert "• 第一条写得很长，从左边一直写到右边，一行还是放不下，所以要换到第二行来写。" in texts
    assert "• 第二条很短。" in texts
    assert "\n".join("\t".join(row) for row in TABLE) in found.text


def test_running_titles_and_page_numbers_are_no_passages(folder: Path) -> None:
    found = document(folder, "a.pdf", sample("a.pdf"))
    for debris in ("栖河县文件", "- 2 -"):
        assert debris in found.text
        assert all(debris not in p.text for p in passages(found))


def test_scanned_pages_are_named(folder: Path) -> None:
    assert "OCR" in fault(folder, "扫描.pdf", samples.printed([[], []]))
    pages = [[(72, 700, 12, PURPOSE[:30])], [], []]
    found = document(folder, "半.pdf", samples.printed(pages))
    assert found.metadata["pages_without_text"] == "2、3"


def test_encrypted_pdf(folder: Path) -> None:
    key = f"/O<{'11' * 32}>/U<{'22' * 32}>"
    trailer = f"/ID[<{'00' * 16}><{'00' * 16}>]/Encrypt<</Filter/Standard/V 1/R 2{key}/P -4>>"
    data = samples.printed([[(72, 700, 12, PURPOSE)]], trailer)
    assert "密码" in fault(folder, "锁.pdf", data)
