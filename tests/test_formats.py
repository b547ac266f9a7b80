"""File formats: text, titles, headings, pages and tables; and hostile or damaged files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import records
from index.documents import SourceFile, from_extract, read_source
from index.errors import SourceError
from index.formats import hidden
from index.formats.extract import Writer
from index.passages import ABOUT, chunk
from index.types import Document, Passage
from tests import samples
from tests.samples import HIDDEN, PURPOSE, QUOTA, TABLE, TITLE

SAMPLES: dict[str, Callable[[], bytes]] = {
    "a.html": samples.html,
    "a.docx": samples.docx,
    "a.xlsx": samples.xlsx,
    "a.pptx": samples.pptx,
    "a.epub": samples.epub,
    "a.pdf": samples.pdf,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


@cache
def sample(name: str) -> bytes:
    return SAMPLES[name]()


def document(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.write_bytes(data)
    (found,) = read_source(SourceFile(path, name))
    return found


def fault(folder: Path, name: str, data: bytes) -> str:
    """The message of the SourceError, which names the file and says what to do."""
    with pytest.raises(SourceError) as caught:
        document(folder, name, data)
    message = str(caught.value)
    assert str(folder / name) in message
    assert "请" in message
    return message


def passages(found: Document) -> list[Passage]:
    """The passages, each checked to be what stands at its place."""
    cut = [c.passage for c in chunk(found, lambda texts: [True for _ in texts])]
    for passage in cut:
        assert found.text[passage.start : passage.end] == passage.text
    return cut


def section_of(found: Document, part: str) -> str:
    (section,) = {p.section for p in passages(found) if part in p.text}
    return section


# --- what holds for all of them ---------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_hidden_is_read(folder: Path, name: str) -> None:
    found = document(folder, name, sample(name))
    assert HIDDEN not in found.text
    assert passages(found)


@pytest.mark.parametrize("name", SAMPLES)
def test_structure_is_stored(folder: Path, name: str) -> None:
    found = document(folder, name, sample(name))
    (back,) = records.documents_from_bytes(records.documents_to_bytes([found]))
    assert back == found
    assert passages(back) == passages(found)


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files_are_read_or_refused(folder: Path, name: str) -> None:
    whole = sample(name)

    @settings(deadline=None, max_examples=25)
    @given(st.integers(0, len(whole) - 1), st.integers(1, 255), st.booleans())
    def check(at: int, by: int, cut: bool) -> None:
        flipped = whole[:at] + bytes([whole[at] ^ by]) + (b"" if cut else whole[at + 1 :])
        with suppress(SourceError):  # any other error would end a build
            passages(document(folder, name, flipped))

    check()


@pytest.mark.parametrize("name", [*SAMPLES, "a.csv", "a.txt"])
def test_empty_files(folder: Path, name: str) -> None:
    assert "空的" in fault(folder, name, b"")


@pytest.mark.parametrize("name", SAMPLES)
def test_another_format_under_this_name(folder: Path, name: str) -> None:
    wrong = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
    fault(folder, name, wrong)


# --- web pages --------------------------------------------------------------------------------


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


# --- Word -------------------------------------------------------------------------------------


def test_word(folder: Path) -> None:
    found = document(folder, "a.docx", sample("a.docx"))
    assert found.title == TITLE
    assert found.metadata["author"] == "周敏"
    assert section_of(found, TITLE) == ABOUT
    assert section_of(found, PURPOSE) == "总则"
    assert section_of(found, QUOTA) == "总则 › 定额"  # an accepted insertion is text
    assert "\n".join("\t".join(row) for row in TABLE) in found.text


def test_word_with_a_password(folder: Path) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    assert "密码" in fault(folder, "锁.docx", data)


# --- tables -----------------------------------------------------------------------------------


def test_every_row_of_a_sheet_is_a_passage_with_its_columns(folder: Path) -> None:
    found = document(folder, "a.xlsx", sample("a.xlsx"))
    title, *rows = passages(found)
    assert title.text == "2023年节水改造情况"
    assert [row.text for row in rows] == [
        "乡镇：石桥镇，改造面积（亩）：18600，节水率：29.6%，完工：2023-04-12",
        "乡镇：白石湾镇，改造面积（亩）：9000，节水率：31%，完工：2023-04-12",
    ]
    assert {row.section for row in rows} == {"工作表“改造”"}


def test_formulas_need_their_values(folder: Path) -> None:
    from openpyxl import Workbook

    book, buffer = Workbook(), io.BytesIO()
    for row in (["镇", "亩"], ["石桥", 5], ["合计", "=SUM(B2:B2)"]):
        book.active.append(row)
    book.save(buffer)
    assert "1 个公式" in fault(folder, "公式.xlsx", buffer.getvalue())
    sheet = "xl/worksheets/sheet1.xml"
    saved = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == sheet:  # as Excel writes it
                content = re.sub(rb"</f><v\s*/>|</f><v></v>", b"</f><v>5</v>", content)
            new.writestr(name, content)
    found = document(folder, "公式.xlsx", saved.getvalue())
    assert passages(found)[-1].text == "镇：合计，亩：5"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(folder: Path, encoding: str, delimiter: str) -> None:
    lines = [delimiter.join(row) for row in TABLE] + [delimiter.join(['"城\r\n关镇"', "", "5%"])]
    found = document(folder, "表.csv", "\r\n".join(lines).encode(encoding))
    assert found.title == "表"
    assert [p.text for p in passages(found)] == [
        "乡镇：石桥镇，改造面积（亩）：18600，节水率：29.6%",
        "乡镇：白石湾镇，改造面积（亩）：9000，节水率：31%",
        "乡镇：城 关镇，节水率：5%",
    ]


def test_long_table_tells_each_row_apart() -> None:
    writer = Writer()
    writer.table([["村", "人口"], *([f"第{i}村", str(i)] for i in range(40))])
    assert writer.extract().text.startswith("村：第0村，人口：0\n村：第1村，人口：1\n")


# --- slides, books ----------------------------------------------------------------------------


def test_slides(folder: Path) -> None:
    found = document(folder, "a.pptx", sample("a.pptx"))
    assert found.title == TITLE
    assert section_of(found, PURPOSE) == f"第 1 张幻灯片 › {TITLE}"
    assert section_of(found, QUOTA) == "第 2 张幻灯片 › 定额"
    assert section_of(found, "18600") == "第 2 张幻灯片 › 定额"
    assert "收费的办法" in found.text
    assert len(found.places) == 2


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


# --- hostile packages -------------------------------------------------------------------------

PACKAGES = ["a.docx", "a.xlsx", "a.pptx", "a.epub"]


def repacked(name: str, change: Callable[[str, bytes], bytes], extra: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sample(name))) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            new.writestr(entry, change(entry, old.read(entry)))
        if extra:
            new.writestr("extra.xml", extra)
    return buffer.getvalue()


@pytest.mark.parametrize("name", PACKAGES)
def test_zip_bombs(folder: Path, name: str) -> None:
    bomb = repacked(name, lambda _, content: content, b"0" * (60 << 20))
    assert len(bomb) < 1 << 20
    assert "炸弹" in fault(folder, name, bomb)


@pytest.mark.parametrize("name", PACKAGES)
def test_xml_entities(folder: Path, name: str) -> None:
    (folder / "secret.txt").write_text(HIDDEN, "utf-8")
    declared = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{folder}/secret.txt">]>'.encode()

    def change(entry: str, content: bytes) -> bytes:
        if not entry.endswith((".xml", ".opf", ".xhtml")):
            return content
        start = re.match(rb"\s*<\?xml[^>]*>", content)
        at = start.end() if start else 0
        return content[:at] + declared + content[at:]

    assert "实体" in fault(folder, name, repacked(name, change))


# --- the writer -------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["", " ", "水\n库", "一、总则", "\u3000节水。", "作者：周敏", "\u200b", QUOTA]
)
STEPS = st.one_of(
    st.tuples(st.just("place"), st.sampled_from(["第 1 页", "第 2 页"])),
    st.tuples(st.just("line"), WORDS),
    st.tuples(st.just("items"), st.lists(WORDS, max_size=3)),
    st.tuples(st.just("row"), st.lists(WORDS, max_size=3)),
    st.tuples(st.just("table"), st.lists(st.lists(WORDS, max_size=3), max_size=15)),
    st.tuples(st.just("records"), st.lists(st.lists(WORDS, max_size=3), max_size=5)),
)


@given(st.lists(STEPS, max_size=8))
def test_roles_and_places_are_at_the_beginning_of_lines(
    steps: list[tuple[str, object]],
) -> None:
    writer = Writer()
    for name, argument in steps:
        getattr(writer, name)(argument)
    extract = writer.extract()
    starts = {0} | {m.end() for m in re.finditer("\n", extract.text)}
    marks = [role.start for role in extract.roles], [place.start for place in extract.places]
    for places in marks:
        assert places == sorted(set(places))
        assert starts.issuperset(places)
    for passage in passages(from_extract(extract, "d", "d.docx")):
        named = {place.name for place in extract.places if place.start <= passage.start}
        assert not named or passage.section == ABOUT or passage.section.split(" › ")[0] in named


def test_word_without_styles_is_read_by_the_rules(folder: Path) -> None:
    from docx import Document as Word

    word, buffer = Word(), io.BytesIO()
    for line in (
        "关于节约用水的通知",
        "各乡镇人民政府：",
        "一、总体要求",
        PURPOSE,
        "二、定额",
        QUOTA,
    ):
        word.add_paragraph(line)
    word.save(buffer)
    found = document(folder, "通知.docx", buffer.getvalue())
    assert found.title == "关于节约用水的通知"
    assert section_of(found, PURPOSE) == "一、总体要求"
    assert section_of(found, QUOTA) == "二、定额"
