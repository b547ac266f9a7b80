"""Word, sheets, CSV and slides."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from index.formats.extract import Writer
from index.passages import ABOUT
from tests.formats.reading import document, fault, passages, sample, section_of
from tests.samples import PURPOSE, QUOTA, TABLE, TITLE

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


# --- the writer -------------------------------------------------------------------------------


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
