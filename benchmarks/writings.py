"""Other writings of the numbers in a text: equal ones, and wrong ones."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import cn2an

from index.types import Span

_DIGITS = "0123456789"
_HAN_MAX = 10_000  # before 万 or 亿; nobody writes 一万零二点零二万
_HAN = "一二三四五六七八九"
_PLAIN = re.compile(r"(?<![\d.,:])(\d+)(\.\d+)?(?![\d,]*[\d.:])")
_PERCENT = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)%")
_DATE = re.compile(r"(?<!\d)(\d{4}) ?年(?: ?(\d{1,2}) ?月(?: ?(\d{1,2}) ?日)?)?")
_SCALED = re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?)(万|亿)")
_FULL_WIDTH = str.maketrans({chr(0x21 + i): chr(0xFF01 + i) for i in range(94)})
_YEAR_DIGITS = str.maketrans(_DIGITS, "〇一二三四五六七八九")


def equal(written: str) -> Iterator[str]:
    """Writings that say the same as a number or date ``written`` in a text."""
    yield written.translate(_FULL_WIDTH)
    if _DATE.search(written):
        yield _DATE.sub(_han_date, written)
        if match := re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})日", written):
            yield f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
        return
    if _PERCENT.search(written):
        yield _PERCENT.sub(lambda m: "百分之" + cn2an.an2cn(m[1]), written)
        return
    if _SCALED.search(written):
        yield _SCALED.sub(_unscaled, written)
        if float(_SCALED.search(written)[1]) < _HAN_MAX:
            yield _SCALED.sub(lambda m: cn2an.an2cn(m[1]) + m[2], written)
    elif match := _PLAIN.search(written):
        # 007 is a label, not a number.
        if not match[1].startswith("0") or match[1] == "0":
            yield _PLAIN.sub(lambda m: cn2an.an2cn(m[0]), written)
        if len(match[1]) > 3:
            yield _PLAIN.sub(lambda m: f"{int(m[1]):,}{m[2] or ''}", written)
        if len(match[1]) > 4 and not match[2]:
            yield _PLAIN.sub(lambda m: f"{int(m[1]) / 10000:.10g}万", written)


def wrong(written: str, chance: random.Random) -> Iterator[str]:
    """Each digit of ``written`` changed once, and its 万 or 亿 exchanged."""
    for at, character in enumerate(written):
        for kind in (_DIGITS, _HAN):
            if character in kind:
                first = kind is _DIGITS and (at == 0 or not written[at - 1].isdigit())
                others = [d for d in kind if d != character and not (first and d == "0")]
                yield written[:at] + chance.choice(others) + written[at + 1 :]
        if character in "万亿":
            yield written[:at] + {"万": "亿", "亿": "万"}[character] + written[at + 1 :]


def replaced(text: str, span: Span, by: str) -> str:
    """``text`` with the range ``span`` written otherwise."""
    return text[: span.start] + by + text[span.end :]


def _han_date(match: re.Match[str]) -> str:
    month = f"{cn2an.an2cn(match[2])}月" if match[2] else ""
    day = f"{cn2an.an2cn(match[3])}日" if match[3] else ""
    return f"{match[1].translate(_YEAR_DIGITS)}年{month}{day}"


def _unscaled(match: re.Match[str]) -> str:
    from decimal import Decimal

    number = Decimal(match[1]) * {"万": 10**4, "亿": 10**8}[match[2]]
    return f"{number:,f}".rstrip("0").rstrip(".") if "." in f"{number}" else f"{number:,}"
