"""Amounts in Chinese text: numbers with their units, hedges and direction, across writings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from index.types import Span
from rag import hedges, names, numerals, units
from rag.hedges import Bound
from rag.units import Unit

_UNIT = units.PATTERN
_NUM = numerals.PATTERN
_FRACTION = rf"(?P<parts>[百千万]|{_NUM})分之(?P<share>{_NUM})"
_HOUR = r"(?<![\d十百千万])(?:\d{1,2}|二?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_MINUTE = r"[0-5]?\d|[二三四五]?十[一二三四五六七八九]?|[零〇]?[一二三四五六七八九]"
_CLOCK = (
    rf"(?P<half>上午|下午|晚上?|凌晨|中午)?(?P<hour>{_HOUR})(?::(?=[0-5]\d(?!\d))|[时点](?=(?:{_MINUTE})分|半|整))"
    rf"(?:(?P<minute>{_MINUTE})分?|(?P<past>半))?"
)
_DOUBLED = r"翻了?(?P<doubled>[一二两三四\d])?番"
_HALF = (
    r"(?P<only_half>一半|半数|对半)"
    r"|(?P<some_half>(?<![上下大小一两三四五六七八九十])半)个?(?P<half_unit>年|月|小时|天|世纪)"
)
_TENTHS = (
    r"(?P<tenths>(?<![组])(?:\d(?:\.\d)?|[一二两三四五六七八九]))成(?P<tenths_more>[一二三四五六七八九半])?"
    r"(?![立为员功果本长年都片批套份熟就交])"
)
_PLAIN = (
    rf"(?P<ordinal>第)?(?P<minus>零下|负|(?<![\dA-Za-z%℃)年月日元号个点倍成])-)?(?P<some>[数几上](?=[十百千万亿]))?(?P<number>{_NUM})"
    r"(?P<more>[余多来几](?=[十百千万亿]|个|人|名|元|家|项|年|天|[^\s，。；、的次]))?"
    rf"(?P<scale>[十百千万亿]*)(?P<more2>[余多](?!数|次|年来))?(?P<half_between>个半(?=小时|钟头|月))?"
    rf"\s*(?P<unit>{_UNIT})?"
    r"(?P<and_half>半)?(?P<more3>[多余](?![个数次]))?"
)
_AMOUNT = re.compile("|".join((_FRACTION, _CLOCK, _DOUBLED, _HALF, _TENTHS, _PLAIN)))

_TWO_DIGITS = re.compile(r"([一二三四五六七八九])[一二三四五六七八九](?=[十百千万亿]|$)")
_JOINED = re.compile(r"\s*(?:-|至|到|或)\s*")


@dataclass(frozen=True, slots=True)
class Value:
    """One amount: ``amount`` in the canonical ``unit`` ('' where none is written).

    ``bound`` is the hedge (300余万 is over 300万, 近三成 under 30%), ``trend`` 1 for 增长, -1
    for 下降, 0 for neither. A ``loose`` 一 (一个平台) is an article as often as a number.
    """

    span: Span
    amount: Fraction
    unit: str
    bound: Bound = "exact"
    trend: int = 0
    loose: bool = False

    def says(self, claim: Value) -> bool:
        """Whether this value in the evidence carries what ``claim`` says."""
        if self.trend * claim.trend < 0 or not self._same_measure(claim):
            return False
        if self._same_amount(claim):
            return claim.bound in (self.bound, "about")
        return claim.bound != "exact" and self.bound == "exact" and self._rounded(claim)

    @property
    def limits(self) -> tuple[Fraction, Fraction]:
        """The least and the greatest amount that is meant: 300余万 is 300万 to 400万."""
        step = _last_place(self.amount)
        below = {"exact": 0, "over": 0, "about": 1, "under": 2}[self.bound]
        above = {"exact": 0, "over": 2, "about": 1, "under": 0}[self.bound]
        return self.amount - below * step / 2, self.amount + above * step / 2

    def _same_measure(self, other: Value) -> bool:
        mine, its = self.unit, other.unit
        if mine == its or {mine, its} == {"%", "倍"}:
            return True
        if {mine, its} & units.MEASURED:
            # An amount of money may leave its 元 to the words around it.
            return {mine, its} == {"", "元"}
        return not mine or not its or "个" in (mine, its)

    def _same_amount(self, other: Value) -> bool:
        if self.unit != other.unit and {self.unit, other.unit} == {"%", "倍"}:
            times, percent = (self, other) if self.unit == "倍" else (other, self)
            grown = Fraction(percent.trend > 0)
            return times.amount == percent.amount / 100 + grown
        return self.amount == other.amount

    def _rounded(self, claim: Value) -> bool:
        """Whether the claim is this exact value rounded the way that its hedge says."""
        step = _last_place(claim.amount)
        if not step or not claim.amount or _last_place(self.amount) >= step:
            return False
        gap = self.amount - claim.amount
        return {
            "over": 0 < gap < step,
            "under": -step < gap < 0,
            "about": abs(gap) <= step / 2,
            "exact": False,
        }[claim.bound]


def read(text: str, dates: Sequence[Span] = ()) -> list[Value]:
    """The amounts of ``text`` in reading order; nothing is read inside ``dates``."""
    plain = list(numerals.folded(text))
    for span in (*dates, *names.latin(text)):
        plain[span.start : span.end] = "\0" * (span.end - span.start)
    line = "".join(plain)
    return list(_ranges(line, [v for m in _AMOUNT.finditer(line) for v in _value(line, m)]))


def _value(text: str, match: re.Match[str]) -> Iterator[Value]:
    part, span = match.groupdict(), Span(*match.span())
    amount, unit, bound = _measured(text, match)
    if part["number"] and _no_amount(text, match):
        return
    if amount is None:  # 四万万: no number that we can read, and so only ever said by itself
        yield Value(span, Fraction(-1), match[0])
        return
    bound = bound or hedges.bound(text, span)
    yield Value(span, amount, unit, bound, hedges.trend(text, span.start), _is_loose(match, unit))


def _measured(text: str, match: re.Match[str]) -> tuple[Fraction | None, str, Bound | None]:
    """Amount, canonical unit, and the hedge inside the number."""
    part = match.groupdict()
    number = numerals.value
    if part["parts"]:
        parts, share = number(part["parts"]), number(part["share"])
        return (100 * share / parts if parts and share is not None else None), "%", None
    if part["hour"]:
        hour, minute = number(part["hour"]), number(part["minute"] or "零")
        if hour is None or minute is None:
            return None, "", None
        late = part["half"] in ("下午", "晚", "晚上") and hour < 12
        return (hour + 12 * late) * 60 + (30 if part["past"] else minute), "钟点", None
    if match[0].startswith("翻"):
        return Fraction(2) ** int(number(part["doubled"] or "一") or 1), "倍", None
    if part["only_half"]:
        return Fraction(50), "%", None
    if part["some_half"]:
        unit = units.KNOWN[part["half_unit"]]
        return unit.factor / 2, unit.name, None
    if part["tenths"]:
        more = Fraction(5) if part["tenths_more"] == "半" else number(part["tenths_more"] or "零")
        tenths = number(part["tenths"])
        return (10 * tenths + (more or 0) if tenths is not None else None), "%", None
    return _plain(text, match)


def _plain(text: str, match: re.Match[str]) -> tuple[Fraction | None, str, Bound | None]:
    part = match.groupdict()
    amount, roughly = numerals.value(part["number"]), False
    if amount is None:  # 三四百, 十七八
        amount, roughly = numerals.value(_TWO_DIGITS.sub(r"\1", part["number"])), True
    scale = numerals.value(part["scale"]) if part["scale"] else Fraction(1)
    if amount is None or scale is None:
        return None, "", None
    unit = units.KNOWN[part["unit"]] if part["unit"] else units.NONE
    amount *= scale
    if part["and_half"] or part["half_between"]:
        amount += Fraction(1, 2)
    if part["unit"] == "倍" and hedges.grows(text, match.start()):
        amount += 1
    if part["minus"]:
        amount = -amount
    more = part["more"] or part["more2"] or part["more3"] or part["some"]
    bound: Bound | None = "about" if roughly or more in ("来", "数") else "over" if more else None
    return amount * unit.factor, _unit_name(unit, part), bound


def _unit_name(unit: Unit, part: Mapping[str, str | None]) -> str:
    if unit.name in ("季度", "季"):
        return "季度"
    return "第" if part["ordinal"] else unit.name


def _no_amount(text: str, match: re.Match[str]) -> bool:
    """Whether a match is no number at all: 十分重要, 第一，, a lone Han digit without a unit."""
    part, number = match.groupdict(), match["number"]
    after = text[match.end() : match.end() + 1]
    if part["ordinal"]:
        return not part["unit"] and after in set("，,、：:. ")
    if part["unit"] and not (number == "十" and part["unit"] == "分"):
        # 一线, 一点, 一片: a word, not a count
        return number == "一" and part["unit"] in set("线点片道度口间分")
    lone = number in numerals.HAN_DIGITS or all(c in numerals.MULTIPLIERS for c in number)
    return lone and not (part["some"] or part["more"] or part["and_half"])


def _is_loose(match: re.Match[str], unit: str) -> bool:
    counted = unit not in units.MEASURED or unit in ("分钟", "个月")
    return match["number"] == "一" and not match["ordinal"] and not match["and_half"] and counted


def _ranges(text: str, found: Sequence[Value]) -> Iterator[Value]:
    """Give the lower end of a range (10-15%, 三至五万元) the unit and scale of the upper."""
    if found:
        yield from (_lower_end(text, one, after) for one, after in pairwise(found))
        yield found[-1]


def _lower_end(text: str, one: Value, after: Value) -> Value:
    if one.unit or not _JOINED.fullmatch(text[one.span.end : after.span.start]):
        return one
    scale, factor = _scale_and_factor(after.span.of(text))
    amount = one.amount * factor
    if not re.search(r"[万亿]", one.span.of(text)) and amount * scale <= after.amount:
        amount *= scale
    return replace(one, amount=amount, unit=after.unit)


def _scale_and_factor(written: str) -> tuple[Fraction, Fraction]:
    """The multiplier and the unit's factor at the end of a number: 15万公里 gives 10000, 1000."""
    match = re.search(rf"([万亿]+)?({_UNIT})?$", written)
    assert match is not None  # every part may be empty
    scale = numerals.value(match[1]) if match[1] else Fraction(1)
    return scale or Fraction(1), units.KNOWN[match[2]].factor if match[2] else Fraction(1)


def _last_place(amount: Fraction) -> Fraction:
    """The place value of an amount's last digit that is not zero: 2180 gives 10."""
    if not amount:
        return Fraction(0)
    step = Fraction(1)
    while amount % step:
        step /= 10
        if step < Fraction(1, 10**6):
            return Fraction(0)
    while amount % (step * 10) == 0:
        step *= 10
    return step
