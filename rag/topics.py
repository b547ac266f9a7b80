"""What a turn was about: names and noun phrases that a later question may stand on."""

from __future__ import annotations

import re

from index import tokens
from rag import names
from rag.nouns import phrases

_NAME_MAX = 12  # characters of an answer that is a name or a date
_SPECIFIC = 4  # characters of a phrase that is no mere noun
_OF_A_NAME = ("f", "a", "b", "j", "vn", "eng")  # tags of words inside one, beside nouns
_REFERRING = ("这", "那", "该", "此")
_PEOPLE = re.compile(r"[队员家者人们长师生民组团手军警]$")
_WORKS = frozenset("书片剧曲歌刊")


def of(question: str, answer: str = "") -> list[str]:
    """The specific phrases of a question in reading order, then the person it was answered."""
    asked = [
        topic.subject
        for topic in phrases(question)
        if _is_specific(topic.subject)
        and not question[: topic.span.start].endswith(_REFERRING)  # 这[段时间内]
    ]
    name = short(answer)
    return [*(asked or _opening(question)), *([name] if is_person(name) else [])]


def short(answer: str) -> str:
    """An answer that is no longer than a name or a date; ''."""
    name = answer.strip(" 。")
    return name if len(name) <= _NAME_MAX else ""


def is_person(name: str) -> bool:
    """Whether jieba takes all of it for a person's name."""
    return len(name) > 1 and all(tag.startswith("nr") for _, tag in tokens.tagged_words(name))


def are_people(name: str) -> bool:
    """Whether it ends as what people are called together or by what they do: 海牛队, 记者."""
    return bool(_PEOPLE.search(name))


def is_a(noun: str, name: str) -> bool:
    """Whether a name ends in a noun of one character, or is the title of such a work."""
    is_title = name.startswith("《") and noun in _WORKS
    return is_title or name.rstrip("》”」』").endswith(noun)


def up_to(noun: str, name: str) -> str:
    """The part of a name that ends in ``noun``: 应用经济学院 of 应用经济学院数字经济专业; ''."""
    return name[: name.find(noun) + len(noun)] if noun in name else ""


def _opening(question: str) -> list[str]:
    """What a question begins with, up to its verb, where it ends in a noun: 中老铁路, cut by jieba."""
    at, last = 0, ""
    for word, tag in tokens.tagged_words(question):
        if tag not in _OF_A_NAME and not tag.startswith("n"):
            break
        at, last = at + len(word), tag
    return [question[:at]] if at >= _SPECIFIC and last.startswith("n") else []


def _is_specific(subject: str) -> bool:
    """Whether a phrase can be what a conversation is about: a name, or more than a bare noun."""
    return len(subject) >= _SPECIFIC or (len(subject) > 1 and bool(names.read(subject)))
