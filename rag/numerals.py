"""Chinese and mixed numerals as exact numbers: 二千一百八十四万, 2184万, 21,840,000, 三点五亿."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

HAN_DIGITS = "零〇一二两三四五六七八九"
MULTIPLIERS = "十百千万亿"
# 千瓦 and 百分 begin with a multiplier that is none of the number's.
_SCALE = "(?:[十万亿]|百(?!分)|千(?![瓦克米卡]))"
# A digit run may be grouped in threes; a Han run mixes digits and multipliers.
PATTERN = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+)(?:\.\d+)?{_SCALE}*"
    rf"(?:(?<=[{MULTIPLIERS}])(?:\d+(?:\.\d+)?(?:[十万]|百(?!分)|千(?![瓦克米卡]))+)+)?"
    rf"|(?:[{HAN_DIGITS}]|{_SCALE})+(?:点[{HAN_DIGITS}]+{_SCALE}*)?"
)

_VALUES = dict(zip(HAN_DIGITS, (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_POSITIONAL = 3  # Han digits in a row that are read like 二〇二一; two are 七八 (seven or eight)
_SECTION = 10**4  # from here on a multiplier takes all that stands before it
_TOKEN = re.compile(rf"[\d,]+(?:\.\d+)?|点[{HAN_DIGITS}]+|[{HAN_DIGITS}]|[{MULTIPLIERS}]")
# Every character of these maps to one character, so that offsets stay.
_FOLDED = str.maketrans(
    {
        **{chr(0xFF01 + i): chr(0x21 + i) for i in range(94)},
        **dict(
            zip(
                "萬億兩貳叁參肆伍陸柒捌玖拾佰仟○Ｏ﹪",
                "万亿两二三三四五六七八九十百千〇〇%",
                strict=True,
            )
        ),
        **dict(zip("壹贰陆弌點", "一二六一点", strict=True)),
        "\u3000": " ",
        "\u00a0": " ",
        **dict.fromkeys("–—－−~～﹣‐‑‒―", "-"),
    }
)


def folded(text: str) -> str:
    """``text`` with full-width forms, dashes and financial or traditional numerals made plain.

    Character for character: an offset in the result is the same offset in ``text``.
    """
    return text.translate(_FOLDED)


def value(numeral: str) -> Fraction | None:
    """The number that a folded numeral writes; None where it writes none (一一百, 千万万)."""
    tokens = _TOKEN.findall(numeral)
    if "".join(tokens) != numeral or not tokens:
        return None
    if len(tokens) >= _POSITIONAL and all(token in _VALUES for token in tokens):
        return Fraction(int("".join(str(_VALUES[t]) for t in tokens)))  # 二〇二一
    if tokens[0].startswith("点"):
        return None
    elided = len(tokens) > 1 and tokens[-1] in _VALUES and tokens[-2] in _SCALES
    return _sum(list(_merged(tokens)), elided=elided)


def _merged(tokens: list[str]) -> Iterator[str | Fraction]:
    """Numbers as Fractions, multipliers as they are; 三 and 点五 become one number."""
    number: Fraction | None = None
    for token in tokens:
        if token in _SCALES:
            if number is not None:
                yield number
            number = None
            yield token
        elif token.startswith("点"):
            digits = "".join(str(_VALUES[d]) for d in token[1:])
            number = (number or Fraction(0)) + Fraction(int(digits), 10 ** len(digits))
        elif token in _VALUES:
            if number:  # two digits beside each other: 零五 is fine, 三五 is none
                yield number
            number = Fraction(_VALUES[token])
        else:
            if number is not None:
                yield number
            number = Fraction(token.replace(",", ""))
    if number is not None:
        yield number


def _sum(parts: list[str | Fraction], *, elided: bool) -> Fraction | None:
    total, section, current = Fraction(0), Fraction(0), None
    largest, last = None, None  # multipliers: that of the last section, the last one at all
    for part in parts:
        if isinstance(part, Fraction):
            if current is not None:
                return None
            current = part
            continue
        scale = _SCALES[part]
        if scale < _SECTION:
            section += scale * (1 if current is None else current)
        else:
            if current is None and not section:
                if largest is not None and scale <= largest:
                    return None  # 四万万
                inside = Fraction(largest is None)  # 万 by itself is one; in 三万亿 it adds none
            else:
                inside = section + (current or 0)
            if largest is not None and scale > largest:  # 三万亿, 二万三千亿
                total = (total + inside) * scale
            else:
                total += inside * scale
            section, largest = Fraction(0), scale
        current, last = None, scale
    if current is not None and elided and last and last > 10:
        current *= Fraction(last, 10)  # 三百五, 一万二
    return total + section + (current or 0)
