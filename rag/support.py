"""Whether sentences of the text bear a written sentence out: its values, its names, its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.tokens import bigrams, words
from rag import claims, questions
from rag.claims import Flaw, Source

# Of the written words, by weight, so many must stand in the evidence; from the curve in
# docs/decisions/0011 (python -m benchmarks.check_support).
THRESHOLD = 0.65
_TOGETHER = 0.5  # of a clause's words must stand in one sentence or with it
_SENTENCES_MAX = 3
_TRIED = 8  # sources that are tried for a value that is still open
_NEAR = 0.7  # ... and have so much of the words that the best has: else they are on other things
_WORTH = 0.08  # coverage that a further sentence must add
_DENIED = re.compile(
    r"(?:(?:不|未|没有?|非)(?!过|少|仅|但|断|同|久|光|论|管|足|超|低于|高于|来|常|法)|无(?!论|锡|线|人机)|禁止|严禁|切?勿)"
    r"(?:得|能|可|会|应|要|予|准|许|再|是|曾|有|需|必|用|在){0,2}(?P<what>[\u4e00-\u9fff]{2})"
)
_CLAUSE_END = re.compile(r"[，。；;：:！？!?]+")


@dataclass(frozen=True, slots=True)
class Support:
    """The best evidence for a sentence: places in the list of sources, the best first.

    ``coverage``: the share of its words, by weight, that stand there (0 to 1). ``flaws``: its
    values and names that do not.
    """

    places: tuple[int, ...]
    coverage: float
    flaws: tuple[Flaw, ...]

    @property
    def holds(self) -> bool:
        """Whether the sentence may be shown as said by the text."""
        return bool(self.places) and not self.flaws and self.coverage >= THRESHOLD


def best(sentence: str, sources: Sequence[Source]) -> Support:
    """The few sources that together carry most of ``sentence``."""
    asked = _words(_without_numbers(sentence))
    have = [_words(source.text) for source in sources]
    places = _by_words(asked, have)
    if not places:
        return Support((), 0.0, claims.flaws(sentence, []))
    places = _by_values(sentence, sources, places, _likeliest(asked, have))
    chosen = [sources[i] for i in places]
    texts = "".join(source.text for source in chosen)
    around = "\n".join(source.around for source in chosen)
    coverage = asked.share_in(_words(f"{texts}\n{around}"))
    if _turned_round(sentence, texts) or not _is_together(sentence, chosen):
        coverage = 0.0
    return Support(tuple(places), coverage, claims.flaws(sentence, chosen))


def _is_together(sentence: str, chosen: Sequence[Source]) -> bool:
    """Whether each clause has half of its words in one source, and all have in the sources' own text.

    Words picked from everywhere say nothing that one of the sentences says.
    """
    bare = claims.read(sentence).without_numbers.replace("\0", " ")
    parts = [_words(clause) for clause in _CLAUSE_END.split(bare)]
    wholes = [_words(f"{source.text}\n{source.around}") for source in chosen]
    own = _words("".join(source.text for source in chosen))
    said = _words(_without_numbers(sentence)).share_in(own) >= _TOGETHER
    return said and all(
        max(part.share_in(whole) for whole in wholes) >= _TOGETHER
        for part in parts
        if len(part.content) > 1
    )


def nearest(sentence: str, sources: Sequence[Source], count: int) -> list[int]:
    """Places of the ``count`` sources that have the most of a sentence's words, the best first."""
    shares = _shares(_words(_without_numbers(sentence)), [_words(s.text) for s in sources])
    return list(shares)[:count]


def _by_words(asked: _Words, have: Sequence[_Words]) -> list[int]:
    """Greedily, the sources that add most of the words."""
    chosen: list[int] = []
    covered, reached = _Words((), frozenset()), 0.0
    while len(chosen) < _SENTENCES_MAX:
        rest = [i for i in range(len(have)) if i not in chosen]
        shares = [(asked.share_in(covered.with_(have[i])), -i) for i in rest]
        top, place = max(shares, default=(0.0, 0))
        if top - reached < (_WORTH if chosen else 1e-9):
            break
        chosen.append(-place)
        covered, reached = covered.with_(have[-place]), top
    return chosen


def _by_values(
    sentence: str, sources: Sequence[Source], places: Sequence[int], order: Sequence[int]
) -> list[int]:
    """``places``, and sources that bear out a value which those leave open."""
    chosen = list(places)
    flaws = len(claims.flaws(sentence, [sources[i] for i in chosen]))
    for i in order:
        if not flaws or len(chosen) >= _SENTENCES_MAX:
            break
        left = len(claims.flaws(sentence, [sources[n] for n in (*chosen, i)]))
        if i not in chosen and left < flaws:
            chosen, flaws = [*chosen, i], left
    return chosen


def _likeliest(asked: _Words, have: Sequence[_Words]) -> list[int]:
    """Places of the sources that are tried for a value, the best first."""
    shares = _shares(asked, have)
    least = _NEAR * max(shares.values(), default=0.0)
    return [i for i, share in shares.items() if share >= least][:_TRIED]


def _shares(asked: _Words, have: Sequence[_Words]) -> dict[int, float]:
    """Of the asked words, the share at each place that has any, the highest first."""
    found = [(i, asked.share_in(words_)) for i, words_ in enumerate(have)]
    return dict(sorted([one for one in found if one[1] > 0], key=lambda one: (-one[1], one[0])))


def _without_numbers(sentence: str) -> str:
    """What is left to find by words; the values are looked up by themselves."""
    rest = claims.read(sentence).without_numbers.replace("\0", " ")
    return rest if questions.content_words(rest) else sentence


def _turned_round(sentence: str, text: str) -> bool:
    """Whether one of the two denies what the other says: 可以出售 for 不得出售."""
    return _denies_what_is_said(sentence, text) or _denies_what_is_said(text, sentence)


def _denies_what_is_said(one: str, other: str) -> bool:
    denied, elsewhere = _denied(one), _denied(other)
    return any(
        what in other and what not in elsewhere and one.count(what) == times
        for what, times in denied.items()
    )


def _denied(text: str) -> Counter[str]:
    return Counter(match["what"] for match in _DENIED.finditer(text))


@dataclass(frozen=True, slots=True)
class _Words:
    """Content words in order, and all words and character pairs to find them among."""

    content: tuple[str, ...]
    found: frozenset[str]

    def with_(self, other: _Words) -> _Words:
        return _Words(self.content, self.found | other.found)

    def share_in(self, other: _Words) -> float:
        """The share of these content words, by weight, that ``other`` has."""
        total = sum(map(questions.weight, self.content))
        have = sum(questions.weight(word) for word in self.content if word in other.found)
        return have / total if total else 0.0


@lru_cache(maxsize=4096)  # the sentences of the passages are looked at for every written one
def _words(text: str) -> _Words:
    return _Words(questions.content_words(text), frozenset(words(text)) | frozenset(bigrams(text)))
