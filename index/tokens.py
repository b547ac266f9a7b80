"""Search tokens of Chinese text: jieba's search words plus character bigrams.

Both scripts, full and half width, and numbers in numerals and in digits give the same tokens.

A change here changes stored indexes: raise ``index.passages.SETTINGS``' version with it.

Words alone miss what the dictionary cuts otherwise than the asker; bigrams alone rank
worse. Both together gave the best BM25 on official texts, news and encyclopedia.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from index.numerals import digits
from index.segmenter import Segmenter
from index.simplified import simplified

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_WORD = re.compile(r"\w")
_KEPT_MAX = 4000  # characters of a text whose folding is kept: 256 whole books would be a gigabyte


def normalise(text: str) -> str:
    """Width, compatibility characters (NFKC), case and script folded; not as long as ``text``."""
    return _kept(text) if len(text) <= _KEPT_MAX else _folded(text)


def _folded(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text).lower())


_kept = lru_cache(maxsize=256)(_folded)  # of one passage, each of its sentences is judged


def words(text: str) -> list[str]:
    """jieba's search words (long words and the words inside them); no punctuation.

    Numbers in Chinese numerals are there as digits too.
    """
    folded = normalise(text)
    cut = _segmenter().search_words(folded)
    return [word for word in cut if _WORD.search(word)] + digits(folded)


def bigrams(text: str) -> list[str]:
    """Two neighbouring Han characters each; a lone one stands for itself."""
    runs = _HAN.findall(normalise(text))
    return [run[i : i + 2] for run in runs for i in range(max(1, len(run) - 1))]


def search_tokens(text: str) -> list[str]:
    """The tokens that BM25 counts."""
    return words(text) + bigrams(text)


def dictionary_count(word: str) -> int:
    """How often jieba's dictionary counted a word (0: not a word that it knows)."""
    return _segmenter().count(simplified(word))


def dictionary() -> Mapping[str, int]:
    """jieba's words with their counts (0: only the beginning of one)."""
    return _segmenter().counts()


@cache
def _segmenter() -> Segmenter:
    return Segmenter()


def tagged_words(text: str) -> list[tuple[str, str]]:
    """Words and their parts of speech (nr: person, ns: place); joined they give ``text``."""
    at, found = 0, []
    for word, tag in _segmenter().tagged(simplified(text)):
        found.append((text[at : at + len(word)], tag))
        at += len(word)
    return found
