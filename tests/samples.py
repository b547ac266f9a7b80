"""One article in every file format, written by the formats' own libraries or by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

TITLE = "栖河县节约用水管理办法"
PURPOSE = "为了节约用水，保护水资源，根据有关法律，结合本县实际情况，制定本办法，请各乡镇遵照执行。"
QUOTA = "小麦每亩定额200立方米，玉米每亩定额120立方米，超过定额的部分加价收费，由管水员逐户登记。"
TABLE = [
    ["乡镇", "改造面积（亩）", "节水率"],
    ["石桥镇", "18600", "29.6%"],
    ["白石湾镇", "9000", "31%"],
]
HIDDEN = "这一句谁也看不见，不能成为依据。"

Printed = tuple[int, int, int, str]  # left and bottom in points, size, text


def html(charset: str = "utf-8") -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    hidden = "".join(
        (
            f'<p style="color:red; display : none">{HIDDEN}</p>',
            f'<p style="font-size:0">{HIDDEN}</p>',
            f'<div style="position:absolute;left:-9999px">{HIDDEN}</div>',
            f"<p hidden>{HIDDEN}</p>",
            f'<p class="x gone">{HIDDEN}</p>',
            f'<p id="veiled"><b>{HIDDEN}</b></p>',
            f"<script>document.write('{HIDDEN}')</script>",
            f"<template>{HIDDEN}</template><!-- {HIDDEN} -->",
        )
    )
    page = (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{TITLE}_栖河县政府</title>'
        '<meta name="ContentSource" content="栖河日报"><meta name="PubDate" content="2023-04-12 08:00">'
        "<style>.gone, .other {display:none} #veiled{visibility:hidden}"
        " @media print{p{display:none}}</style></head>"
        '<body><nav><a href="/">首页</a> <a href="/a">政务公开</a></nav>'
        f"<div class='content'><h1>{TITLE}</h1><p>作者：周敏</p>{hidden}"
        f"<h2>第一章 总则</h2><p>{PURPOSE}</p><h2>第二章 定额</h2><p>{QUOTA}</p>"
        f"<p>各乡镇情况如下：</p><table>{rows}</table></div>"
        "<footer>版权所有 栖河县政府办公室</footer></body></html>"
    )
    return page.encode(charset)


def docx() -> bytes:
    from docx import Document
    from docx.oxml import parse_xml

    document = Document()
    document.core_properties.author = "周敏"
    document.add_heading(TITLE, 0)
    document.add_heading("总则", 1)
    document.add_paragraph(PURPOSE).add_run(HIDDEN).font.hidden = True
    document.add_heading("定额", 2)
    paragraph = document.add_paragraph()
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for tag, text in (("ins", QUOTA), ("del", HIDDEN)):
        inside = "t" if tag == "ins" else "delText"
        run = f"<w:r><w:{inside}>{text}</w:{inside}></w:r>"
        paragraph._p.append(parse_xml(f'<w:{tag} {names} w:id="1" w:author="a">{run}</w:{tag}>'))
    document.add_paragraph("各乡镇情况如下：")
    table = document.add_table(0, 3)
    for row in TABLE:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return _saved(document)


def xlsx(rows: int = 0) -> bytes:
    from datetime import date

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "改造"
    sheet.append(["2023年节水改造情况"])
    sheet.append([*TABLE[0], "完工"])
    for name, area, share in TABLE[1:]:
        sheet.append([name, int(area), share, date(2023, 4, 12)])
    for number in range(rows):
        sheet.append([f"第{number}村", number])
    hidden = book.create_sheet("草稿")
    hidden.append([HIDDEN])
    hidden.sheet_state = "hidden"
    return _saved(book)


def pptx() -> bytes:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    for title, body in ((TITLE, PURPOSE), ("定额", QUOTA), ("草稿", HIDDEN)):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, body
        if body == HIDDEN:
            slide._element.set("show", "0")
        if body == QUOTA:
            shape = slide.shapes.add_table(3, 3, Inches(1), Inches(4), Inches(6), Inches(1))
            for cells, row in zip(shape.table.rows, TABLE, strict=True):
                for cell, text in zip(cells.cells, row, strict=True):
                    cell.text = text
            slide.notes_slide.notes_text_frame.text = "讲到这里时说明收费的办法。"
    return _saved(deck)


def epub(encrypted: bool = False) -> bytes:
    chapter = "<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>{}</h1><p>{}</p></body></html>"
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
        ),
        "OEBPS/content.opf": (
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata><dc:title>{TITLE}</dc:title><dc:creator>周敏</dc:creator>"
            "<dc:date>2023-04-12T00:00:00Z</dc:date><dc:publisher>栖河出版社</dc:publisher></metadata>"
            '<manifest><item id="b" href="b.xhtml"/><item id="a" href="text/a%201.xhtml"/></manifest>'
            '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
        ),
        "OEBPS/b.xhtml": chapter.format("第二章 定额", QUOTA),
        "OEBPS/text/a 1.xhtml": chapter.format("第一章 总则", PURPOSE),
    }
    if encrypted:
        files["META-INF/encryption.xml"] = (
            '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
            '<e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
            "</e:EncryptedData></encryption>"
        )
    return package(files)


def package(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def pdf() -> bytes:
    """Three pages with a running title and page numbers; the first has a table."""
    first = [
        *_at(72, 760, 22, TITLE),
        *_at(96, 720, 12, "为了节约用水，保护水资源，根据有关法律，结合本县实际情况，制"),
        *_at(72, 702, 12, "定本办法，请各乡镇遵照执行。本办法自二〇二三年五月一日起施行，"),
        *_at(72, 684, 12, "由县水务局解释。"),
        *_at(96, 666, 12, "第二段从这里开始，说的是另外一件事情，写满了这一整行没有多余"),
        *_at(72, 648, 12, "的地方。"),
    ]
    for number, row in enumerate(TABLE):
        for column, cell in enumerate(row):
            first += _at(72 + 130 * column, 610 - 18 * number, 12, cell)
    second = [*_at(72, 760, 12, "第二章 定额"), *_at(72, 740, 12, "小麦每亩定额200立方米。")]
    third = [
        *_at(72, 740, 12, "GDP growth was high in county"),
        *_at(72, 722, 12, "in the year 2021."),
        *_at(72, 704, 12, "• 第一条写得很长，从左边一直写到右边，一行还是放不下，所以要"),
        *_at(84, 686, 12, "换到第二行来写。"),
        *_at(72, 668, 12, "• 第二条很短。"),
    ]
    pages = (first, second, third)
    return printed(
        [
            [(72, 800, 10, "栖河县文件"), *lines, (280, 40, 10, f"- {number} -")]
            for number, lines in enumerate(pages, 1)
        ]
    )


def printed(pages: Sequence[Sequence[Printed]], trailer: str = "") -> bytes:
    """A PDF in a font that is not embedded, as Chinese office programs often write."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H"
        b"/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)"
        b"/Ordering(GB1)/Supplement 4>>/FontDescriptor 5 0 R/DW 1000>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 -200 1000 900]"
        b"/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
        f"<</Title<feff{_hex(TITLE)}>/Author<feff{_hex('周敏')}>/CreationDate(D:20230412101010)>>".encode(),
    ]
    kids = []
    for lines in pages:
        shown = "".join(
            f"BT /F1 {size} Tf {left} {bottom} Td <{_hex(text)}> Tj ET\n"
            for left, bottom, size, text in lines
        )
        objects.append(f"<</Length {len(shown)}>>stream\n{shown}\nendstream".encode())
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            b"/Contents %d 0 R>>" % len(objects)
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _numbered(objects, trailer)


def _numbered(objects: Sequence[bytes], trailer: str) -> bytes:
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {size}/Root 1 0 R/Info 6 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF"
    )
    return out + end.encode()


def _at(left: int, bottom: int, size: int, text: str) -> list[Printed]:
    return [(left, bottom, size, text)]


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex()


def _saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()
