"""The noun phrases of a question: what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index import tokens
from index.types import Span
from rag.attributes import MEASURED

_INSIDE = ("n", "j", "vn", "an", "b", "eng", "l", "i")  # tags of words inside a noun phrase
_NEVER = frozenset(
    "什么 谁 哪 哪些 哪个 哪里 哪年 多少 几 怎么 如何 怎样 何时 为什么 请问 时候 情况 有关 相关 主要 具体 "
    "一共 总共".split()
)
_BEGINNINGS = ("v", "x", "a", "g", "z")  # tags that may begin an institution's name: 应用经济学院
_REACH = 4  # words from there to the institution's own
# How names of institutions and undertakings end.
INSTITUTION = re.compile(
    r"(?:学院|学科|大学|学校|公司|集团|银行|医院|中心|平台|工程|项目|系统|计划|行动|办法|协会|专业|委员会|研究所|基地|条例|规定)$"
)
_DOING = frozenset(
    "是 有 建成 建设 建 提供 实施 开展 设立 成立 举办 参加 拥有 包括 属于 打造 加入 负责 支持 要求 叫 到 去 来".split()
)
_LOOSE_ENDS = frozenset("总 共 全 各 主要 年均 人均".split())
_ASKING = re.compile(r"[哪几]|什么|多少")
_QUOTED = re.compile(r"[“《「『][^”》」』]{1,40}[”》」』]")
# What is asked of a thing: not part of its name.
ATTRIBUTE = re.compile(
    r"(?:[净总毛]|[人户]均|平均)?"
    rf"(?:时间|日期|年份|地点|地址|位置|{MEASURED})$"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase of a question; spans in the question.

    高瓴人工智能学院的院长: ``subject`` is 高瓴人工智能学院, ``head`` the span of its first word.
    """

    span: Span
    head: Span
    subject: str


def phrases(question: str) -> list[Phrase]:
    """The noun phrases in reading order."""
    return [_phrase(question, run) for run in _runs(_words(question))]


def _runs(words: Sequence[_Word]) -> Iterator[list[_Word]]:
    run: list[_Word] = []
    for i, word in enumerate(words):
        if not run and i and _ASKING.search(words[i - 1].text):  # 哪个城市 names no city
            continue
        if word.inside or _begins_a_name(words[i:]) or (run and word.text == "的"):
            run.append(word)
            continue
        if trimmed := _trimmed(run):
            yield trimmed
        run = []
    if trimmed := _trimmed(run):
        yield trimmed


def _begins_a_name(words: Sequence[_Word]) -> bool:
    for word in words[: _REACH + 1]:
        if not (word.inside or word.may_begin):
            return False
        if word.inside and INSTITUTION.search(word.text):
            return True
    return False


def _trimmed(run: Sequence[_Word]) -> list[_Word]:
    kept = list(run)
    while kept and not kept[-1].inside:
        kept.pop()
    return kept


@dataclass(frozen=True, slots=True)
class _Word:
    span: Span
    text: str
    inside: bool
    may_begin: bool


def _words(question: str) -> list[_Word]:
    """jieba's words, quoted names kept whole."""
    words: list[_Word] = []
    at = 0
    for quoted in [*_QUOTED.finditer(question), None]:
        end = quoted.start() if quoted else len(question)
        for word, tag in tokens.tagged_words(question[at:end]):
            inside = tag.startswith(_INSIDE) and word not in _NEVER
            may_begin = tag.startswith(_BEGINNINGS) and word not in _NEVER | _DOING
            words.append(_Word(Span(at, at + len(word)), word, inside, may_begin))
            at += len(word)
        if quoted:
            words.append(_Word(Span(*quoted.span()), quoted[0], True, False))
            at = quoted.end()
    return words


def _phrase(question: str, run: Sequence[_Word]) -> Phrase:
    joints = [i for i, word in enumerate(run) if word.text == "的"]
    named = list(run[: joints[-1]] if joints else run)
    if len(named) > 1 and not joints and ATTRIBUTE.search(named[-1].text):
        named.pop()
    while len(named) > 1 and named[-1].text in _LOOSE_ENDS:
        named.pop()
    whole = Span(run[0].span.start, run[-1].span.end)
    return Phrase(whole, run[0].span, question[whole.start : named[-1].span.end])
