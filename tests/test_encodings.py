"""Encodings: one text from all of them, or a refusal; never another text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.documents import read_documents
from index.encodings import decode
from index.errors import SourceError
from index.passages import chunk

Encode = Callable[[str], bytes]

SIMPLIFIED = (
    "栖河县白石湾灌区节水灌溉试点三年观察\r\n\r\n来源：栖河日报  2023年4月12日\r\n\r\n"
    "水省下来了吗?地里的收成受不受影响?县里请人逐块地量了三年，答案写在这份报告里。\r\n"
)
TRADITIONAL = (
    "臺灣的水庫與灌溉\r\n\r\n作者：陳志明\r\n\r\n"
    "這篇文章講的是節約用水，以及過去三年裡水庫與農田發生的事：每畝地省下三成的水。\r\n"
)
UNICODE: dict[str, Encode] = {
    "utf-8": lambda text: text.encode("utf-8"),
    "utf-8-bom": lambda text: codecs.BOM_UTF8 + text.encode("utf-8"),
    "utf-16-le-bom": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16-be-bom": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "gb18030": lambda text: text.encode("gb18030"),
}
ENCODINGS = [(SIMPLIFIED, encode) for encode in UNICODE.values()]
ENCODINGS += [(TRADITIONAL, encode) for encode in UNICODE.values()]
ENCODINGS += [(TRADITIONAL, lambda text: text.encode("big5"))]
IDS = [f"{script}-{name}" for script in ("simplified", "traditional") for name in UNICODE]
IDS += ["traditional-big5"]


@pytest.mark.parametrize(("text", "encode"), ENCODINGS, ids=IDS)
def test_every_encoding_gives_the_same_passages(tmp_path: Path, text: str, encode: Encode) -> None:
    path = tmp_path / "水.txt"
    path.write_bytes(encode(text))
    (document,) = read_documents([path])
    assert document.text == text
    chunks = chunk(document, lambda texts: [True for _ in texts])
    found = "\r\n".join(c.passage.text for c in chunks)
    assert found.split() == text.split()


@pytest.mark.parametrize("encode", UNICODE.values(), ids=UNICODE)
@pytest.mark.parametrize(
    "text", ["水库有水。", "节水灌溉试点", "今年的收成怎么样？", "会议定于3月5日下午举行"]
)
def test_short_texts(text: str, encode: Encode) -> None:
    assert decode(encode(text), "短.txt") == text


@pytest.mark.parametrize(
    "text", ["水庫有水。", "節水灌溉試點", "今年的收成怎麼樣？", "周書‧王褒傳"]
)
def test_short_texts_in_big5(text: str) -> None:
    assert decode(text.encode("cp950"), "短.txt") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("灌区有个㐂字，还有𠮷野。" + SIMPLIFIED, "gb18030"),
        (TRADITIONAL + "香港人噉樣講嘢，喺街市買嘅餸。", "big5hkscs"),
        ("plain words, no mark.", "utf-16-le"),
        ("これは日本語で書かれた長い文書である。", "cp932"),
        ("이것은 한국어로 쓴 조금 더 긴 문서입니다. 물을 아낍시다." * 3, "cp949"),
        ("naïve café", "utf-8"),
        ("Привет, мир", "utf-8"),
        ("ok\n", "ascii"),
    ],
)
def test_other_characters(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (codecs.BOM_UTF8 + b"\xe6\xb0\xff", "utf-8-sig"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x41\x00", "utf-16"),
        (codecs.BOM_UTF16_LE + b"a\0\0\0b\0", "空字符"),
        (bytes(range(128, 256)) * 3, "认不出"),
        (b"\0" * 64, "认不出"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 8, "认不出"),
        ("Übergröße und Straße".encode("cp1252"), "认不出"),
        (SIMPLIFIED.encode("gb18030")[:-3] + b"\xff\xff", "认不出"),
        ("牛".encode("gbk"), "不能确定"),  # is ţ in UTF-8
        ("浙江".encode("utf-16-le"), "不能确定"),  # is Ym_l in ASCII
    ],
    ids=[
        "broken utf-8",
        "broken utf-16",
        "nul in utf-16",
        "no encoding",
        "zeros",
        "jpeg",
        "western",
        "broken gb18030",
        "ambiguous two-byte",
        "ambiguous ascii",
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "坏.txt"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_documents([path])
    message = str(caught.value)
    assert str(path) in message
    assert said in message
    assert "另存为 UTF-8" in message


# Everyday characters: what is rare may be refused, what is common may not be misread.
COMMON = sorted(set(re.findall(r"[\u4e00-\u9fff，。：？]", SIMPLIFIED)))


# Derandomized: one in thousands has only bytes of ASCII letters in UTF-16, and is refused.
@settings(deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(COMMON), min_size=10, unique=True).map("".join))
def test_ten_common_characters_are_enough(text: str) -> None:
    for encode in UNICODE.values():
        assert decode(encode(text), "a.txt") == text


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
@example("\ufeff字")
def test_utf8_is_itself_or_refused(text: str) -> None:
    try:
        read = decode(text.encode("utf-8"), "a.txt")
    except SourceError:
        return
    assert read == text.removeprefix("\ufeff")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(SourceError):  # anything else would end a build
        assert "\0" not in decode(data, "a.txt")
