"""What tells of a sentence whether it answers: pure functions of question and text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.layout import cells
from index.numerals import digits
from index.simplified import simplified
from index.tokens import dictionary_count, normalise, tagged_words
from rag import questions, spans
from rag.questions import Kind, Question

FEATURES = (
    "sentence_cosine",  # question and sentence, by the embedding model
    "cosine_lead",  # ... above the mean of all candidates
    "reader_odds",  # the reader's best answer in the sentence against "no answer here"
    "sentence_words",  # share of the question's words in the sentence and its lead, by weight
    "sentence_bigrams",  # share of the question's character bigrams in the sentence and its lead
    "nearby_words",  # ... or in the sentences beside it
    "passage_words",  # ... or in the passage, its heading and title
    "missing_weight",  # the weightiest word of the question that the passage lacks (0 to 1)
    "missing_specifics",  # numbers, Latin words and quoted names of the question not in the passage
    "passage_rank",  # place of the passage in the fused ranking, from 0
    "kind_found",  # a string of the kind that the question asks for
    "length",  # log of the sentence's characters
    "other_year",  # the question names a year, and the sentence only others
    "missing_entities",  # people, places and organisations of the question not in the passage
    "asked_missing",  # the post asked for, or the noun that is counted, is not in the text
    "about",  # a line on the article itself (title, credits), not of its content
)

_SPECIFIC = re.compile(r"\d+(?:\.\d+)?|[a-z][a-z0-9\-]+|[“《「]([^”》」]+)[”》」]")
# 2000立方米 and 2021亿元 name no year.
_YEAR = re.compile(
    r"(?<![\d.])((?:19|20)\d{2})(?![\d%]|\.\d"
    r"|[多余]?(?:[万亿个名位人家项条座次件元米吨亩户份所台套辆]|公[里顷斤]|平方|立方|毫米))"
)
# 与2022年同期相比, 恢复到2019年的53.4%: what is told is of another year.
_COMPARED = re.compile(r"(?:与|和|同|较|比|恢复到|相当于)((?:19|20)\d{2})年(?:同期|相比|的\d)")
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
# Shortest word of each part of speech that is taken for an entity: jieba tags many pairs of
# characters as people's names that are none.
_ENTITY_LENGTH = {"nr": 3, "nrt": 3, "nrfg": 3, "ns": 2, "nt": 2, "nz": 2}
# What jieba's dictionary has as names and is none.
_COMMON = frozenset(
    "城市 城镇 新区 入口 外国 两国 四国 台风 抗议 和平 维和 申报 印发 开园 上市 联网 普通 神圣 卡通 论文 东西 长度 "
    "哥哥 英文 英文名 新一轮 公共场所 公共信息 世界纪录 达成协议 夏令营 青少年 申请人 智能化 银行卡 维生素 "
    "公开赛".split()
)

_UNSURE_KINDS = (Kind.PLACE, Kind.NAME)
# Requirements of the question that a sentence can fail; one failed, and it is no answer.
_REQUIREMENTS = ("other_year", "missing_specifics", "missing_entities", "asked_missing")
# 张家界市 is found where the text says 张家界.
_DIVISION = re.compile(r"(?<=..)[省市县区州镇乡]$")


def fails_question(values: Sequence[float]) -> bool:
    """Whether a sentence with these ``FEATURES`` fails what the question requires of an answer."""
    named = dict(zip(FEATURES, values, strict=True))
    return named["kind_found"] < 0 or any(named[name] > 0 for name in _REQUIREMENTS)


def share(asked: Sequence[str], found: Iterable[str]) -> float:
    """Share of the asked words, weighted by how much each says, that were found."""
    have = found if isinstance(found, frozenset) else frozenset(found)
    total = sum(questions.weight(word) for word in asked)
    return sum(questions.weight(word) for word in asked if word in have) / total if total else 0.0


def overlap(asked: Sequence[str], found: Sequence[str]) -> float:
    """Share of the asked tokens that were found."""
    wanted = set(asked)
    return len(wanted.intersection(found)) / len(wanted) if wanted else 0.0


def missing_weight(asked: Sequence[str], have: frozenset[str]) -> float:
    """The weight of the weightiest asked word that the passage lacks, 0 to 1."""
    heaviest = max((questions.weight(word) for word in asked if word not in have), default=0.0)
    return heaviest / questions.MAX_WEIGHT


def missing_specifics(question: str, whole: str) -> float:
    """How many numbers, Latin words and quoted names of the question the passage lacks."""
    asked = [m[1] or m[0] for m in _SPECIFIC.finditer(normalise(question))]
    inside = normalise(whole)
    inside += " ".join([_digits(whole), *digits(inside)])
    return float(sum(item not in inside for item in asked))


def other_year(question: str, sentence: str) -> float:
    """1.0 where the question names a year and the sentence only others, not just to compare."""
    asked = years(question)
    said = years(_COMPARED.sub("", _digits(sentence))) if asked else frozenset()
    return float(bool(said) and not asked & said)


def years(text: str) -> frozenset[str]:
    """The years that ``text`` names, in digits."""
    return frozenset(_YEAR.findall(_digits(text)))


def _digits(text: str) -> str:
    """Years in Han numerals as digits: 二〇二一年 to 2021年."""
    return normalise(text).translate(_HAN_DIGITS)


def missing_entities(question: str, whole: str) -> float:
    """How many people, places and organisations of the question the passage does not have."""
    inside = normalise(whole)
    named = {
        _DIVISION.sub("", normalise(word))
        for word, tag in tagged_words(question)
        # jieba makes up names from characters it cannot place; its dictionary has the real ones
        if len(word) >= _ENTITY_LENGTH.get(tag, 99)
        and dictionary_count(word)
        and normalise(word) not in _COMMON
    }
    return float(sum(name not in inside for name in named))


def asked_missing(question: Question, text: str) -> float:
    """1.0 where ``text`` lacks the post asked for, or any character of the noun that is counted."""
    inside = simplified(text)
    if question.kind is Kind.PERSON:
        return float(question.asked not in inside)
    return float(bool(question.asked) and not set(question.asked) & set(inside))


def kind_found(question: Question, sentence: str) -> float:
    """1.0: has a string of the kind asked for; -1.0: has none; 0.0: no such kind is asked for."""
    if question.kind in (Kind.OTHER, Kind.YES_NO, Kind.LIST):
        return 0.0
    if len(cells(sentence)) > 1:  # a table's cells do not carry the units that its header names
        return 1.0 if any(character.isdigit() for character in sentence) else -1.0
    if spans.candidates(question, sentence):
        return 1.0
    # Places and names that jieba does not know are common: not finding one proves nothing.
    return 0.0 if question.kind in _UNSURE_KINDS and not question.suffix else -1.0
