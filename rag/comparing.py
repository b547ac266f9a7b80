"""Comparisons: A和B谁的投资更大, A的X比B多多少: each side found by itself, then held together.

The conclusion is computed from two cited values of one measure, exactly; where they are not of
one, or hedged (300余万), that is said instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from rag import claims, features, joined, nouns, questions
from rag.types import Answer
from rag.values import Value

_LESS = frozenset("少低小短便宜矮轻慢")
_ADJECTIVE = r"(?P<adjective>多|少|高|低|大|小|长|短|贵|便宜|矮|重|轻|快|慢)"
_BARE = {
    "多": "有多少",
    "少": "有多少",
    "贵": "多少钱",
    "便宜": "多少钱",
    "低": "多高",
    "小": "多大",
}
_WHICH = r"(?:哪一?[个家边者年方种类]|谁|何者)"
_END = r"(?:一些|一点|些|点)?[？?。]*$"
# A和B，谁的投资更大; A和B的节水率哪个高
_OF_TWO = re.compile(
    rf"^(?P<sides>.+?)(?:相比|比起来|比较)?[，,]?{_WHICH}(?P<asked>.{{0,14}}?)(?:更|比较|要|会)?{_ADJECTIVE}{_END}"
)
# 哪个投资更多，A还是B
_EITHER = re.compile(
    rf"^{_WHICH}(?P<asked>.{{0,14}}?)(?:更|比较|要)?{_ADJECTIVE}{_END[:-1]}[，,]?(?:是)?(?P<a>.+?)还是(?P<b>.+?)[？?。]*$"
)
# A的节水率比B高多少
_BY_HOW_MUCH = re.compile(
    rf"^(?P<a>.+?)(?<![同环占相对之分无])比(?![例较重如值赛分率])(?P<b>.+?){_ADJECTIVE}(?:了|出)*(?:多少|几)(?!倍|百分|%|成).{{0,8}}$"
)
_AGO = re.compile(r"去年|上年|前年|同期|以前|以往|之前|往年|过去|预期|计划|平均")
_ATTRIBUTE = re.compile(r"^(?P<of>.+?)(?P<asked>的[^的]+)$")
_OF_ITS_NAME = 0.5  # share of a side's words that the passage of its value must have


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two named sides, the question for the value of each, and what is asked: 多, 低.

    ``by_how_much``: the difference is asked for, not which side.
    """

    sides: tuple[str, str]
    questions: tuple[str, str]
    adjective: str
    by_how_much: bool = False


def read(question: str) -> Comparison | None:
    """The comparison of two named things that ``question`` asks for; None where it asks none."""
    question = re.sub(r"^请问[，,]?", "", question.strip())
    if match := _EITHER.match(question):
        sides = match["a"].strip("，, "), match["b"].strip("，, ")
        return _comparison(sides, match["asked"], match["adjective"])
    if match := _BY_HOW_MUCH.match(question):
        return _by_how_much(match)
    if match := _OF_TWO.match(question):
        return _of_two(match)
    return None


def _by_how_much(match: re.Match[str]) -> Comparison | None:
    one, other = match["a"], match["b"].strip("，,要还")
    if _AGO.search(other) or joined.ASKS.search(one + other):
        return None
    if of := _ATTRIBUTE.match(one):
        sides, asked = (of["of"], other.removesuffix(of["asked"])), of["asked"]
    elif last := nouns.ATTRIBUTE.search(other):  # A比B投资多多少
        sides, asked = (one.removesuffix(last[0]), other[: last.start()]), last[0]
    else:
        return None
    return _comparison(sides, asked, match["adjective"], by_how_much=True)


def _of_two(match: re.Match[str]) -> Comparison | None:
    said, asked = match["sides"].rstrip("，,"), match["asked"]
    if joined.ASKS.search(said):
        return None
    pair = joined.things(said)
    if pair is None or len(pair.items) != 2:
        return None
    before, after = said[: pair.start].rstrip("，,"), said[pair.end :].strip("，,")
    if before.endswith("在"):
        return None
    sides = (before + pair.items[0], before + pair.items[1])
    return _comparison(sides, after + asked, match["adjective"])


def _comparison(
    sides: tuple[str, str], asked: str, adjective: str, by_how_much: bool = False
) -> Comparison:
    how = f"{asked}是多少" if asked.strip("的") else _BARE.get(adjective, f"多{adjective}")
    first, second = (f"{side}{how}？" for side in sides)
    return Comparison(sides, (first, second), adjective, by_how_much)


def concluded(compared: Comparison, sides: Sequence[Answer], together: Answer) -> Answer:
    """``together``, the two sides' answers in one, with what their values come to."""
    if any(side.status != "answered" for side in sides):
        return replace(together, short="")
    said, short = _conclusion(compared, sides)
    markers = "".join(f"[{cited.marker}]" for cited in together.citations)
    return replace(together, text=f"{said}{markers if short else ''}\n{together.text}", short=short)


def _conclusion(compared: Comparison, sides: Sequence[Answer]) -> tuple[str, str]:
    """What is said of both sides, and the bare answer; '' where they cannot be compared."""
    one, other = (value(side) for side in sides)
    first, second = (side.short for side in sides)
    if not one or not other or not all(map(_is_of, compared.sides, sides)) or _is_one(sides):
        return "没有分别找到两边的数，无法比较。", ""
    if one.unit != other.unit:
        return f"“{first}”与“{second}”不是同一种数，无法比较。", ""
    if one.limits == other.limits and one.bound == "exact":
        return f"{compared.sides[0]}与{compared.sides[1]}一样，都是{first}。", "一样"
    if one.limits[0] <= other.limits[1] and other.limits[0] <= one.limits[1]:
        return f"“{first}”与“{second}”不都是确切的数，无法比较。", ""
    wants_less = compared.adjective in _LESS
    at = 0 if (one.amount < other.amount) == wants_less else 1
    exact = {one.bound, other.bound} == {"exact"}
    gap = _written(abs(one.amount - other.amount), one, (first, second)) if exact else ""
    said = (
        f"{compared.sides[at]}更{compared.adjective}：{sides[at].short}，"
        f"{compared.sides[1 - at]}是{sides[1 - at].short}{'，相差' + gap if gap else ''}。"
    )
    return said, (gap if at == 0 else "") if compared.by_how_much else compared.sides[at]


def value(side: Answer) -> Value | None:
    """The one value of a bare answer."""
    found = claims.read(side.short).values
    return found[0] if len(found) == 1 else None


def _is_of(name: str, side: Answer) -> bool:
    """Whether the passage of a value speaks of what it is taken to be the value of."""
    cited = side.citations[0]
    around = [
        f"{hit.passage.section}\n{hit.passage.text}"
        for hit in side.hits
        if hit.passage.document_id == cited.document_id
        and hit.passage.start <= cited.start < hit.passage.end
    ]
    said = questions.content_words("\n".join([cited.quote, *around]))
    return features.share(questions.content_words(name), said) >= _OF_ITS_NAME


def _is_one(sides: Sequence[Answer]) -> bool:
    """Whether both sides were given the same place for an answer."""
    places = {(s.citations[0].document_id, s.citations[0].start, s.short) for s in sides}
    return len(places) == 1


_NUMBER = re.compile(r"^[\d,.]+(?P<unit>.*)$")
_STEPS = ((Fraction(10**8), "亿"), (Fraction(10**4), "万"))


def _written(gap: Fraction, one: Value, texts: Sequence[str]) -> str:
    """A difference in the unit that both are written in; else in the measure's own."""
    units = [match["unit"] for text in texts if (match := _NUMBER.match(text.strip()))]
    if one.unit == "%":
        return f"{_decimal(gap)}个百分点"
    if len(units) == 2 and units[0] == units[1]:
        factor = _factor(texts[0], one)
        return f"{_decimal(gap / factor)}{units[0]}"
    step, name = next(((s, n) for s, n in _STEPS if gap >= s), (Fraction(1), ""))
    return f"{_decimal(gap / step)}{name}{one.unit}"


def _factor(text: str, value: Value) -> Fraction:
    """How many of the canonical unit one of the written unit is: 亿元 gives 10**8."""
    number = re.sub(r"[^\d.].*$", "", text.strip().replace(",", ""))
    return value.amount / Fraction(number) if Fraction(number) else Fraction(1)


def _decimal(amount: Fraction) -> str:
    """An amount in digits, exact up to four places."""
    return f"{float(amount):.4f}".rstrip("0").rstrip(".")
