"""Documents: decoding, metadata, BEIR corpora, and what is said of a source that cannot be used."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from index.documents import find_sources, from_extract, read_documents, read_source
from index.errors import SourceError
from index.formats.extract import Extract
from index.types import Document
from rag import Library

ROOT = Path(__file__).parent.parent
SEEDS, DATA = ROOT / "seeds", ROOT / "tests" / "data"


def read(*sources: Path) -> tuple[Document, ...]:
    return read_documents(sources)


def article(text: str, document_id: str, source: str) -> Document:
    return from_extract(Extract(text), document_id, source)


def fault(*sources: Path) -> str:
    """The message of the SourceError; every one of them is Chinese."""
    with pytest.raises(SourceError) as caught:
        read_documents(sources)
    message = str(caught.value)
    assert re.search(r"[\u4e00-\u9fff]{4}", message)
    return message


# --- metadata -----------------------------------------------------------------------------


def test_seed_metadata() -> None:
    (document,) = read(SEEDS)
    assert document.id == "000_5a7c3fc200021728.txt"
    assert document.title == "李传荣:以高质量基层党建 推动“三高四新”战略在张家界落地见效"
    assert document.metadata == {
        "subtitle": "以高质量基层党建 推动“三高四新”战略在张家界落地见效",
        "author": "李传荣",
        "editor": "胡小红",
        "date": "2021-11-05",
        "publisher": "红网张家界站",
    }


def test_second_article_metadata() -> None:
    (document,) = read(DATA / "second_article.txt")
    assert document.title == "一滴水怎样多浇一分地"
    assert document.metadata == {
        "subtitle": "——栖河县白石湾灌区节水灌溉试点三年观察",
        "author": "周敏",
        "editor": "何佳",
        "date": "2023-04-12",
        "publisher": "栖河日报",
    }


def test_markdown_title_has_no_marks() -> None:
    text = "# 节水办法\n\n作者：周敏\n\n" + "为了节约用水，制定本办法。" * 5
    document = article(text, "a.md", "a.md")
    assert document.title == "节水办法"
    assert document.metadata == {"author": "周敏"}


def test_text_without_front_matter_is_named_after_its_file() -> None:
    document = article("这一段没有标题，上来就是正文，" * 4 + "完。", "a/水库.txt", "a/水库.txt")
    assert document.title == "水库"
    assert document.metadata == {}


def test_credits_alone_are_no_title() -> None:
    text = "记者：周敏\n\n" + "这一段没有标题，上来就是正文。" * 4 + "\n\n（责任编辑：何佳）\n"
    document = article(text, "水库.txt", "水库.txt")
    assert document.title == "水库"
    assert document.metadata == {"author": "周敏", "editor": "何佳"}


def test_text_is_the_files_own(tmp_path: Path) -> None:
    text = "标题\r\n\r\n\u3000\u3000正文一。\r正文二。 \n\n"
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    assert read(path)[0].text == text


# --- BEIR ---------------------------------------------------------------------------------


def corpus(folder: Path, *lines: object) -> Path:
    path = folder / "corpus.jsonl"
    rows = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_corpus_lines_are_documents(tmp_path: Path) -> None:
    path = corpus(
        tmp_path,
        {"_id": "d1", "title": "水库", "text": "库容三千万。", "metadata": {"author": "周敏"}},
        "",
        {"_id": "d2", "text": "没有标题。", "date": "2021-11-05", "votes": 3},
        {"_id": "d3", "title": "只有标题", "text": ""},
    )
    first, second, third = read(path)
    assert (first.id, first.title, first.text) == ("d1", "水库", "库容三千万。")
    assert first.metadata == {"author": "周敏"}
    assert first.source == f"{path}:1"
    assert (second.id, second.title, second.text) == ("d2", "没有标题", "没有标题。")
    assert second.metadata == {"date": "2021-11-05"}
    assert second.source == f"{path}:3"
    assert (third.id, third.title, third.text) == ("d3", "只有标题", "只有标题")


def test_blank_titles_and_texts_are_none(tmp_path: Path) -> None:
    path = corpus(
        tmp_path,
        {"_id": "d1", "title": " \n", "text": "青石水库动工。工期两年。"},
        {"_id": "d2", "title": " 青石水库 ", "text": "\n "},
        {"_id": "d3", "title": None, "text": " 水库。"},
    )
    assert [(document.title, document.text) for document in read(path)] == [
        ("青石水库动工", "青石水库动工。工期两年。"),
        ("青石水库", "青石水库"),
        ("水库", " 水库。"),
    ]


def test_a_title_without_a_text_is_found(tmp_path: Path) -> None:
    path = corpus(
        tmp_path,
        {"_id": "d1", "title": "青石水库", "text": ""},
        {"_id": "d2", "title": "灌区", "text": "灌区装了九百套节水设备。"},
    )
    hit = Library.build(path, tmp_path / "data").search("青石水库", 1)[0]
    assert (hit.passage.document_id, hit.passage.text) == ("d1", "青石水库")


@pytest.mark.parametrize(
    "line",
    [
        '{"_id": "d2", "text": ',
        "[" * 100_000,
        '{"_id": 2, "text": "甲"}',
        '{"_id": "d2", "text": ["甲"]}',
        '{"_id": "d2"}',
        '{"_id": "d2", "text": " ", "title": ""}',
        '{"_id": "d2", "text": " ", "title": " "}',
        '"甲"',
    ],
    ids=[
        "cut off",
        "too deep",
        "number id",
        "list text",
        "no text",
        "all empty",
        "all blank",
        "no object",
    ],
)
def test_malformed_line_is_named_by_number(tmp_path: Path, line: str) -> None:
    path = corpus(tmp_path, {"_id": "d1", "text": "好的。"}, line)
    message = fault(path)
    assert f"{path}:2" in message
    assert "请" in message


def test_duplicate_ids_name_both_places(tmp_path: Path) -> None:
    path = corpus(tmp_path, {"_id": "d1", "text": "甲。"}, {"_id": "d1", "text": "乙。"})
    message = fault(path)
    assert f"{path}:2" in message
    assert f"{path}:1" in message
    assert "'d1'" in message
    assert "请改名" in message


# --- folders and paths ----------------------------------------------------------------------


def test_folders_are_read_through_and_named_by_path(tmp_path: Path) -> None:
    for name in ("b.txt", "a/一.md", "README.md", "a/readme.zh.txt", ".hidden.txt", ".git/x.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("水库。", "utf-8")
    assert [document.id for document in read(tmp_path)] == ["a/一.md", "b.txt"]


def test_missing_path(tmp_path: Path) -> None:
    message = fault(tmp_path / "没有.txt")
    assert str(tmp_path / "没有.txt") in message
    assert "youju index" in message


def test_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("不是文章。", "utf-8")
    message = fault(tmp_path)
    assert str(tmp_path) in message
    assert ".txt、.md" in message
    assert "youju index" in message


def test_every_bad_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "好.txt").write_text("水库。", "utf-8")
    (tmp_path / "空.txt").write_text(" \n", "utf-8")
    (tmp_path / "表.xls").write_bytes(b"PK")
    (tmp_path / "Makefile").write_text("all:", "utf-8")
    # A file that is there, is allowed, and yet cannot be read: true for root too.
    (tmp_path / "锁.txt").symlink_to("/proc/self/mem")
    message = fault(tmp_path)
    assert "有 4 处" in message
    lines = {line.strip().partition("：")[0]: line for line in message.split("\n")[1:]}
    assert "空的" in lines[str(tmp_path / "空.txt")]
    assert ".xlsx" in lines[str(tmp_path / "表.xls")]
    assert "没有扩展名" in lines[str(tmp_path / "Makefile")]
    assert "读不了" in lines[str(tmp_path / "锁.txt")]
    assert all("请" in line for line in lines.values())


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("甲", "乙"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text("水库。", "utf-8")
    message = fault(tmp_path / "甲" / "a.txt", tmp_path / "乙" / "a.txt")
    assert str(tmp_path / "甲" / "a.txt") in message
    assert str(tmp_path / "乙" / "a.txt") in message
    # Found in one folder, they have names of their own.
    assert [d.id for d in read(tmp_path)] == ["乙/a.txt", "甲/a.txt"]


def test_one_bad_file_leaves_the_others_readable(tmp_path: Path) -> None:
    (tmp_path / "好.txt").write_text("水库。", "utf-8")
    (tmp_path / "空.txt").write_text(" \n", "utf-8")
    good, bad = find_sources([tmp_path])
    assert [document.id for document in read_source(good)] == ["好.txt"]
    with pytest.raises(SourceError, match=r"空\.txt"):
        read_source(bad)
