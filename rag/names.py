"""Proper names in a sentence: quoted names, Latin words, people, places and organisations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from index import tokens
from index.simplified import simplified
from index.types import Span
from rag import numerals, units

_LATIN = re.compile(
    r"[0-9０-９]*[A-Za-zＡ-Ｚａ-ｚ]+(?:[-+.&－]?[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]+)*[+＋²³]?"
)
_QUOTED = re.compile(r"《([^《》]{1,60})》|“([^“”]{1,40})”|「([^「」]{1,40})」|『([^『』]{1,40})』")
_DIVISION = re.compile(r"(?<=..)[省市县区州镇乡]$")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔"
)
_NUMERAL = numerals.HAN_DIGITS + numerals.MULTIPLIERS
_GIVEN = re.compile(r"[\u4e00-\u9fff]{2}")
_TITLE_COUNT = 500  # in jieba's dictionary; 站长 has 778, 树根 164
_PLAIN = re.compile(r"[^\w\u4e00-\u9fff]+")


def latin(text: str) -> list[Span]:
    """Latin words with the digits that belong to them (N95, 5G, COVID-19); not units (5 km)."""
    return [Span(*m.span()) for m in _LATIN.finditer(text) if not _is_unit(text, m)]


def read(text: str) -> list[Span]:
    """The proper names of ``text`` in reading order, without their quotation marks."""
    quoted = [Span(*m.span(m.lastindex or 0)) for m in _QUOTED.finditer(text)]
    single = [*latin(text), *_entities(text)]
    outside = [s for s in single if not any(q.start <= s.start < q.end for q in quoted)]
    return sorted([*quoted, *outside])


def bare(text: str) -> str:
    """``text`` as names are compared in: NFKC, simplified, lower case, only letters and digits."""
    return _PLAIN.sub("", simplified(unicodedata.normalize("NFKC", text)).lower())


def kind(name: str) -> str:
    """jieba's tag of a name: nr a person, ns a place; '' for what is several words."""
    found = list(tokens.tagged_words(name))
    if len(found) == 2 and found[0][0] in _SURNAMES and _may_be_given(found[1][0]):
        return "nr"
    return found[0][1][:2] if len(found) == 1 else ""


def stem(name: str) -> str:
    """A place's name without its 市 or 县: 张家界市 is found where the text says 张家界."""
    return _DIVISION.sub("", name)


def occurs(name: str, evidence: str) -> bool:
    """Whether a name stands in ``evidence`` (which is `bare`), perhaps without its 市 or 县."""
    plain = bare(name)
    return plain in evidence or stem(plain) in evidence


def _is_unit(text: str, match: re.Match[str]) -> bool:
    word = numerals.folded(match[0])
    letters = word.lstrip("0123456789")
    before = text[: match.start()].rstrip()[-1:]
    counted = len(letters) < len(word) or before.isdigit() or before in _NUMERAL
    return bool(before or letters != word) and counted and letters in units.KNOWN


def _entities(text: str) -> Iterator[Span]:
    at = 0
    surname: Span | None = None
    for word, tag in tokens.tagged_words(text):
        here = Span(at, at := at + len(word))
        if surname and _may_be_given(word):
            yield Span(surname.start, here.end)  # 李 树根: jieba knows few given names
        elif _is_entity(word, tag):
            yield here
        surname = here if tag == "nr" and word in _SURNAMES else None


def _may_be_given(word: str) -> bool:
    """Whether two characters after a surname are a name rather than a title (李站长, 李先生)."""
    return bool(_GIVEN.fullmatch(word)) and tokens.dictionary_count(word) < _TITLE_COUNT


def _is_entity(word: str, tag: str) -> bool:
    """jieba makes up names from characters it cannot place: its dictionary has the real ones."""
    if tag in ("nr", "nrt", "nrfg"):
        known = len(word) > 2 and tokens.dictionary_count(word) > 0
        return known or (1 < len(word) < 4 and word[0] in _SURNAMES)
    return tag in ("ns", "nt") and len(word) > 1 and tokens.dictionary_count(word) > 0
