"""Bytes to text: the encoding that makes them Chinese, or a refusal; never mojibake.

Every encoding that decodes the bytes strictly is a candidate. Each reading has a likelihood:
its Han characters as frequent as jieba's dictionary counted them, in either script, the rest by
kind. The likeliest reading is taken, if it is so by a clear margin and likelier than noise; but what
is valid UTF-8 is read as UTF-8 or not at all.
Measured in docs/decisions/0005-documents.md (``python -m benchmarks.encodings``).
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections import Counter
from functools import cache

from index.errors import SourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# With the log-probability of each beforehand. Big5 is as Windows writes it, with Hong Kong's
# characters where that fails. Japanese and Korean encodings share the bytes of Chinese ones:
# what is theirs must not be read as odd Chinese.
_ENCODINGS = {
    ("utf-8",): 6.0,
    ("gb18030",): 0.0,
    ("cp950", "big5hkscs"): 0.0,
    ("utf-16-le",): 0.0,
    ("utf-16-be",): 0.0,
    ("cp932",): -14.0,
    ("euc_jp",): -14.0,
    ("cp949",): -14.0,
}
_REMEDY = "请用原来的程序打开，另存为 UTF-8"

# Log-probabilities of one character, in nats.
_SMALL = -3.3  # ASCII small letters and space
_DIGIT = -4.3  # ASCII digits, line ends
_MARK = -5.5  # other ASCII, Chinese punctuation
_UNKNOWN_HAN = -16.0
_KANA = -7.0
_HANGUL = -9.3
_LETTER = -9.0  # Latin with accents, Greek, Cyrillic
_OTHER = -13.0  # letters and signs of other scripts
_NOISE = math.log(1 / 256)  # of one byte
# By which the likeliest reading must lead. Chinese in UTF-16 may look like ASCII (浙江: Ym_l).
_MARGIN, _MARGIN_ASCII = 6.0, 12.0
_SAMPLE = 4000  # characters judged; all are decoded
_NOT_TEXT = re.compile(r"[\x00-\x06]")  # but UTF-16: \x01 and \x02 are halves of 、 and 。
_FOREIGN = re.compile(r"[^\x00-\x7f]+")

_SCRIPTS = (("\u3041", "\u30ff", _KANA), ("가", "힣", _HANGUL), ("À", "ӿ", _LETTER))
_MARKS = frozenset("，。、：；？！“”‘’（）《》〈〉【】「」『』…—·－～％")
_SPACES = frozenset("\t\n\r\f\v\x1a")  # \x1a ends files of DOS


def decode(data: bytes, source: str) -> str:
    """The text of a file; ``source`` names it in the error.

    Raises:
        SourceError: no encoding gives readable text, or two give equally likely ones.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _marked(data, encoding, source)
    readings = sorted(_readings(data), key=lambda reading: -reading[0])
    if not readings:
        raise SourceError(f"{source}：认不出文字编码，或者不是文字文件。{_REMEDY}")
    (best, text), *others = readings
    margin = _MARGIN_ASCII if data.isascii() else _MARGIN
    sure = not others or best - others[0][0] >= margin
    if not sure or text != (_strictly(data, "utf-8") or text):
        shown = "、".join(f"“{reading[:12]}”" for _, reading in readings[:2])
        raise SourceError(f"{source}：文字太少，编码不能确定（可以读成{shown}）。{_REMEDY}")
    return text


def _marked(data: bytes, encoding: str, source: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{source}：标明是 {encoding}，第 {error.start} 字节却不合规。{_REMEDY}"
        ) from error
    if "\0" in text:
        raise SourceError(f"{source}：标明是 {encoding}，却有空字符，不是文字文件。{_REMEDY}")
    return text


def _readings(data: bytes) -> list[tuple[float, str]]:
    """Log-likelihood and text of each way to read ``data`` that is likelier than noise."""
    found: dict[str, float] = {}
    for encodings, prior in _ENCODINGS.items():
        text = next((t for e in encodings if (t := _strictly(data, e)) is not None), None)
        if text is None or text in found or (data.isascii() and found and text.isspace()):
            continue
        sample = _sample(text)
        if "utf-8" in encodings or _beats_noise(sample, encodings[0]):
            found[text] = prior + sum(map(_log_probability, sample))
    return [(score, text) for text, score in found.items()]


def _sample(text: str) -> str:
    """The text's beginning, and its first characters beyond ASCII: a web page begins with code."""
    return text[:_SAMPLE] + "".join(_FOREIGN.findall(text[_SAMPLE:])[:_SAMPLE])[:_SAMPLE]


def _strictly(data: bytes, encoding: str) -> str | None:
    """The text, or None where the bytes or the characters are no text in this encoding."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    if encoding == "utf-8":
        return None if _NOT_TEXT.search(text) else text
    return text if all(map(_assigned, set(text))) else None


@cache
def _assigned(character: str) -> bool:
    return character in _SPACES or unicodedata.category(character) not in ("Cc", "Cn", "Co", "Cs")


def _beats_noise(text: str, encoding: str) -> bool:
    """Whether what is not ASCII is likelier as this text than as random bytes."""
    foreign = [character for character in text if not character.isascii()]
    size = len("".join(foreign).encode(encoding, "replace"))
    return sum(map(_log_probability, foreign)) > _NOISE * size if foreign else True


@cache
def _log_probability(character: str) -> float:
    if character.isascii():
        return _ascii(character)
    if character in _MARKS or character.isspace():
        return _MARK
    if "\u3400" <= character <= "\u9fff" or character >= "\U00020000":
        return _han().get(character, _UNKNOWN_HAN)
    return next((p for first, last, p in _SCRIPTS if first <= character <= last), _OTHER)


def _ascii(character: str) -> float:
    if character.islower() or character == " ":
        return _SMALL
    if character.isdigit() or character in "\r\n":
        return _DIGIT
    return _MARK if character.isprintable() or character in _SPACES else _UNKNOWN_HAN


@cache
def _han() -> dict[str, float]:
    """Log-probability of each Han character; a traditional one has its simplified one's."""
    from index.simplified import traditional_pairs
    from index.tokens import dictionary

    counts: Counter[str] = Counter()
    for word, count in dictionary().items():
        for character in word:
            counts[character] += count
    total = math.log(counts.total())
    known = {c: math.log(n) - total for c, n in counts.items() if n}
    for old, new in traditional_pairs():
        if new in known:
            known[old] = max(known.get(old, _UNKNOWN_HAN), known[new])
    return known
