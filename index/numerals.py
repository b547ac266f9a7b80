"""Chinese numerals as the digits that others write: 二〇二一 2021, 百分之五 5%, 二十三 23."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIGIT = "零〇一二两三四五六七八九"
_VALUES = dict(zip(_DIGIT, (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000}
_D = "[一二两三四五六七八九]"
# Below ten thousand: 万 and 亿 stand behind digits too (二千一百八十四万, 2184万).
_COUNT = rf"(?:{_D}千零?)?(?:{_D}百零?)?(?:{_D}?十)?{_D}?"
_NUMERAL = re.compile(
    rf"(?P<percent>百分之)?(?:(?P<arabic>\d+(?:\.\d+)?)|(?P<digits>[{_DIGIT}]{{4,}})"
    rf"|(?P<count>(?=[{_DIGIT}十]){_COUNT}|[百零])(?:点(?P<decimals>[{_DIGIT}]+))?)"
)


def digits(text: str) -> list[str]:
    """The numbers that ``text`` writes in Chinese numerals, as digits.

    A lone numeral (三个) says too little and is left out, except after 百分之.
    """
    return list(_found(text))


def _found(text: str) -> Iterator[str]:
    for match in _NUMERAL.finditer(text):
        percent = "%" if match["percent"] else ""
        if match["arabic"]:
            number = match["arabic"] if percent else ""  # else it stands in digits already
        elif match["digits"]:
            number = _read_out(match["digits"])
        else:
            number = _counted(match["count"], match["decimals"] or "", bool(percent))
        if number:
            yield number + percent


def _counted(count: str, decimals: str, percent: bool) -> str:
    if not count or not (percent or decimals or (len(count) > 1 and set(count) & set(_UNITS))):
        return ""
    return str(_value(count)) + ("." + _read_out(decimals) if decimals else "")


def _read_out(numerals: str) -> str:
    return "".join(str(_VALUES[numeral]) for numeral in numerals)


def _value(count: str) -> int:
    total, digit = 0, 0
    for character in count:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _VALUES[character]
    return total + digit
