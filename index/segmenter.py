"""jieba with a dictionary that is read where it is needed; cuts and tags as jieba does.

jieba parses its 350,000 words at the first cut, and again for tags: two seconds. Here the file
is only searched for the places where the first character changes, and a text's characters
bring the words that begin with them.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

TOTAL = 60_101_967  # all counts of jieba 0.42's dictionary

_importing = threading.Lock()  # two threads' first questions both need the tagger


class Segmenter:
    """Cuts text into words; safe to share between threads."""

    def __init__(self) -> None:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        # Our own: words that a host program adds do not change the index.
        self._tokenizer = jieba.Tokenizer()
        self._data = Path(jieba.__file__).with_name("dict.txt").read_bytes()
        self._places = _places(self._data)
        self._loaded: set[str] = set()
        self._counts: dict[str, int] = {}
        self._tags: dict[str, str] = {}
        self._tokenizer.FREQ, self._tokenizer.total = self._counts, TOTAL
        self._tokenizer.initialized = True

    def search_words(self, text: str) -> list[str]:
        """Long words and the words inside them."""
        self._load(text)
        words: list[str] = self._tokenizer.lcut_for_search(text)
        return words

    def tagged(self, text: str) -> list[tuple[str, str]]:
        """Words with their parts of speech; joined they give ``text``."""
        self._load(text)
        return [(pair.word, pair.flag) for pair in self._tagger.lcut(text)]

    def count(self, word: str) -> int:
        """How often the dictionary counted ``word``; 0 where it does not have it."""
        self._load(word[:1])
        return self._counts.get(word, 0)

    def counts(self) -> Mapping[str, int]:
        """All words with their counts (0: only the beginning of one)."""
        self._load(map(chr, range(0x30000)))
        return MappingProxyType(self._counts)

    def _load(self, characters: Iterable[str]) -> None:
        """Read the words that begin with ``characters``, and with them all their beginnings."""
        for character in set(characters) - self._loaded:
            for part in self._places.get(_key(character), ()):
                fields = self._data[part].decode("utf-8").split()  # word, count, tag, word, ...
                words = fields[::3]
                self._counts.update(zip(words, map(int, fields[1::3]), strict=True))
                self._tags.update(zip(words, fields[2::3], strict=True))
                for start in {word[:end] for word in words for end in range(1, len(word))}:
                    self._counts.setdefault(start, 0)
            self._loaded.add(character)  # last: another thread may be cutting

    @cached_property  # has no lock from Python 3.12: made twice, both are the same
    def _tagger(self) -> Any:
        tagger_type = _import_posseg().POSTokenizer
        tagger = tagger_type.__new__(tagger_type)  # its __init__ parses the dictionary
        tagger.tokenizer, tagger.word_tag_tab = self._tokenizer, self._tags
        return tagger


class _LateTags(dict[str, str]):
    """The tags of jieba's own global tagger, for whoever uses it: parsed when looked up."""

    def get(self, word: str, default: Any = None) -> Any:
        import jieba
        from jieba import posseg

        if posseg.dt.word_tag_tab is self:
            posseg.dt.load_word_tag(jieba.dt.get_dict_file())
        return posseg.dt.word_tag_tab.get(word, default)


def _import_posseg() -> Any:
    """``jieba.posseg``, which parses the dictionary for a global tagger when it is imported."""
    import sys

    import jieba

    with _importing:
        if "jieba.posseg" not in sys.modules:
            jieba.dt.get_dict_file = lambda: io.BytesIO(b"")
            try:
                from jieba import posseg
            finally:
                del jieba.dt.get_dict_file
            posseg.dt.word_tag_tab = _LateTags()
        from jieba import posseg  # waits where a host program is importing it
    return posseg


def _places(data: bytes) -> dict[bytes, list[slice]]:
    """Runs of lines whose words begin with one character, by that character's ``_key``."""
    array = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(array == ord("\n")) + 1
    starts = np.concatenate([[0], ends[:-1]])
    first, second, third = (array[starts + i].astype(np.int64) for i in range(3))
    keys = first << 16 | np.where(first >= 0xC0, second, 0) << 8 | np.where(first >= 0xE0, third, 0)
    runs = np.flatnonzero(np.diff(keys, prepend=-1))
    borders = [*starts[runs].tolist(), len(data)]
    places: dict[bytes, list[slice]] = {}
    for i, key in enumerate(keys[runs].tolist()):
        places.setdefault(key.to_bytes(3, "big"), []).append(slice(borders[i], borders[i + 1]))
    return places


def _key(character: str) -> bytes:
    """The first three bytes of a character, zeros behind; what shares them is read with it."""
    return character.encode("utf-8", "surrogatepass")[:3].ljust(3, b"\0")
