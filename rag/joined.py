"""Things that one 和 joins in a question: A和B的面积分别是多少, A的面积和人口是多少."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index import tokens
from index.types import Span
from rag import nouns, when
from rag.masking import MASK, QUOTED, masked

ASKS = re.compile(
    r"什么(?!的)|啥|谁|哪(?!怕)|多少|(?<![前近去这后上十])几(?=[个名位人家项条座次年月天亿万千百岁所场种类])|多[大长高远久重]|怎么|怎样|如何|为何|何[时处地]"
    r"|是否|能否|可否|是不是|有没有|能不能|会不会|吗"
)
_EACH = re.compile(r"(?<!的)(?:分别|各(?=是|为|有|占|达|多少|几))(?:都)?")
# What each thing has one of; 分别抓什么 is answered as one list.
_ONE_EACH = re.compile(
    r"多少|几|多[大长高远久重]|什么时候|什么时间|何[时处地年]|谁|哪里|哪儿|哪一?[年天月日个家位]|如何|怎么样"
)
_EACH_REACH = 14  # characters from 分别 to what it asks
_AND, _AND_WITH = re.compile(r"[和与及]|以及"), re.compile(r"[和与及跟]|以及")
_HOW_MUCH = re.compile(r"^(?:总共|一共|共|分别|各)?(?:是|为|有|达到?|约)?(?:多少|几|多[大长高])")
_INSIDE = tuple("n j m q t eng b vn a s f".split())  # tags of a named thing's words
_NEVER = frozenset("分别 各自 多少 几 什么 哪些 哪 谁 时候".split())
_SHARED_MIN = 2  # characters of a noun that several things share


def coordinated(clause: str) -> list[str]:
    """A和B的面积分别是多少, A的面积和人口是多少: one question for each thing that is joined."""
    pair = _pair(clause)
    if pair is None:
        return [clause]
    rest = _EACH.sub("", clause[pair.end :], count=1)
    return [f"{clause[: pair.start]}{item}{rest}" for item in pair.items]


@dataclass(frozen=True, slots=True)
class Pair:
    """Things joined in ``[start:end]`` of a clause."""

    start: int
    end: int
    items: tuple[str, ...]


def _pair(clause: str) -> Pair | None:
    bare = masked(clause)
    each = _EACH.search(bare)
    asked_soon = bool(each and _ONE_EACH.search(bare[each.end() : each.end() + _EACH_REACH]))
    joints = list(_AND.finditer(bare, 0, each.start() if each else len(bare)))
    if len(joints) != 1 or (each and not asked_soon):
        return None
    pair = _things(clause, bare, Span(*joints[0].span()))
    if pair is None or each:
        return pair
    measured = all(nouns.ATTRIBUTE.search(item) for item in pair.items)
    return pair if measured and _HOW_MUCH.match(clause[pair.end :]) else None


def things(clause: str) -> Pair | None:
    """The things that one 和 joins in ``clause``; None where there is none, or several."""
    bare = masked(clause)
    joints = list(_AND_WITH.finditer(bare))
    return _things(clause, bare, Span(*joints[0].span())) if len(joints) == 1 else None


def _things(clause: str, bare: str, joint: Span) -> Pair | None:
    """What stands on both sides of a joint, as long as it is a name or a noun."""
    words = _words(clause, bare)
    left = [word for word in words if word.span.end <= joint.start]
    right = [word for word in words if word.span.start >= joint.end]
    before = _run(left[::-1])[::-1]
    after = _run(right)
    if not before or not after:
        return None
    start, end = before[0].span.start, after[-1].span.end
    items = [item for item in clause[start : joint.start].split("、") if item]
    shared = _shared_head(len(before) if len(items) == 1 else 1, after, clause[end:])
    first, *others = [*(_overlapped(item, shared) for item in items), clause[joint.end : end]]
    return Pair(start, end, (first, *(_shared_beginning(first, other) + other for other in others)))


def _shared_beginning(first: str, other: str) -> str:
    """What the first thing alone says of all: [2021年]腾讯和阿里, [腾讯2021年]营收和净利润; ''."""
    time = when.time(first)
    if not time or when.time(other):
        return ""
    measure = nouns.ATTRIBUTE.search(first)
    if measure and nouns.ATTRIBUTE.match(QUOTED.sub("", other)):
        return first[: measure.start()]
    return time.of(first) if time.start == 0 else ""


def _shared_head(words_before: int, after: Sequence[_Word], rest: str) -> str:
    """What the last thing alone says of all: 石桥镇和河湾镇[节水率]分别是; '' for 石桥镇和南坪[乡]."""
    extra = "".join(word.text for word in after[words_before:])
    own = rest.startswith("的") or len(extra) < _SHARED_MIN or QUOTED.match(extra)
    return "" if own else extra


def _overlapped(one: str, other: str) -> str:
    """Both, what ends one and begins the other only once: words are not cut alike everywhere."""
    both = next((n for n in range(len(other), 0, -1) if one.endswith(other[:n])), 0)
    return one + other[both:]


def _run(words: Sequence[_Word]) -> list[_Word]:
    run = []
    for word in words:
        if not word.inside:
            break
        run.append(word)
    while run and run[-1].text == "、":
        run.pop()
    return run


@dataclass(frozen=True, slots=True)
class _Word:
    span: Span
    text: str
    inside: bool
    is_quoted: bool


def _words(clause: str, bare: str) -> list[_Word]:
    """jieba's words; quoted and bracketed text belongs to the thing that it stands at."""
    words: list[_Word] = []
    at = 0
    for word, tag in tokens.tagged_words(bare):
        span = Span(at, at + len(word))
        at = span.end
        quoted = not word.strip(MASK)
        if quoted and words and words[-1].is_quoted:  # one word, however it is cut
            span = Span(words.pop().span.start, at)
        inside = quoted or word == "、" or (tag.startswith(_INSIDE) and word not in _NEVER)
        words.append(_Word(span, span.of(clause), inside, quoted))
    return words
