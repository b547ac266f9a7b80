"""Other wordings of a question: the same one said otherwise, or one about something else."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.tokens import tagged_words

_SAME = (
    ("什么时候", "何时"), ("哪一年", "哪年"), ("哪年", "什么时候"), ("何时", "什么时间"),
    ("多少", "几"), ("几", "多少"), ("为什么", "为何"), ("为何", "为什么"), ("哪里", "什么地方"),
    ("何处", "哪里"), ("何地", "哪里"), ("谁", "什么人"), ("哪些", "什么"),
    ("哪个", "什么"), ("何种", "哪种"), ("如何", "怎么"), ("怎样", "怎么"), ("是什么", "是啥"),
)  # fmt: skip
_FILLERS = re.compile("[会的了请是有在]")
_QUESTION_END = re.compile("[?？。]+$")
_CONTENT_TAGS = ("n", "v", "m", "t", "e", "j", "a", "l", "i")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_YEAR = re.compile(r"\d{4}(?=年)")
_QUOTED = re.compile("[《「“]([^》」”]{2,15})[》」”]")
_NAME_TAGS = {"ns": "place", "nr": "person", "nrt": "person", "nrfg": "person", "nt": "group"}
_NOUN_TAGS = ("n", "nz", "vn", "t", "b")


@dataclass(frozen=True, slots=True)
class Detail:
    """A part of a question that fixes what it asks about; ``kind`` says what it is."""

    kind: str
    text: str


def details(question: str) -> tuple[Detail, ...]:
    """Years, figures, quoted names, places, persons and nouns of a question."""
    years = set(_YEAR.findall(question))
    found = [Detail("year", y) for y in years]
    found += [Detail("figure", f) for f in set(_FIGURE.findall(question)) - years]
    found += [Detail("quoted", q) for q in _QUOTED.findall(question)]
    for word, tag in tagged_words(question):
        kind = _NAME_TAGS.get(tag) or ("noun" if tag in _NOUN_TAGS else "")
        if kind and len(word) > 1:
            found.append(Detail(kind, word))
    return tuple(dict.fromkeys(found))


class DetailPool:
    """Details of many questions, to exchange one for another of its kind."""

    def __init__(self, questions: Iterable[tuple[str, str]]) -> None:
        """Take ``(group, question)`` pairs; questions of one group are about one subject."""
        self._of: dict[str, tuple[Detail, ...]] = {}
        self._all: dict[str, list[str]] = {}
        self._near: dict[tuple[str, str], list[str]] = {}
        for group, question in questions:
            self._of[question] = details(question)
            for detail in self._of[question]:
                self._all.setdefault(detail.kind, []).append(detail.text)
                self._near.setdefault((group, detail.kind), []).append(detail.text)

    def about_another(
        self, question: str, group: str, window: str, rng: random.Random
    ) -> str | None:
        """``question`` with a detail that ``window`` has exchanged for one that it lacks."""
        mine = [d for d in self._of[question] if d.text in window]
        names = [d for d in mine if d.kind != "noun"]
        # Nouns may have synonyms in the window, so that names and figures come first.
        chosen = names if names and rng.random() < 0.75 else mine
        if not chosen:
            return None
        detail = rng.choice(chosen)
        for pool in (self._near[group, detail.kind], self._all[detail.kind]):
            for other in rng.sample(pool, min(len(pool), 8)):
                if other not in window and other not in question and detail.text not in other:
                    return question.replace(detail.text, other)
        return None


def said_otherwise(question: str, rng: random.Random) -> str:
    """The same question in other words, as keywords, or with a word left out."""
    ways = (_synonym, _synonym, _without_filler, _keywords, _without_mark, _polite, _word_lost)
    return rng.choice(ways)(question, rng) or question


def _synonym(question: str, rng: random.Random) -> str:
    fitting = [(old, new) for old, new in _SAME if old in question]
    return question.replace(*rng.choice(fitting), 1) if fitting else question


def _without_filler(question: str, rng: random.Random) -> str:
    return _FILLERS.sub(lambda m: "" if rng.random() < 0.5 else m.group(), question)


def _without_mark(question: str, rng: random.Random) -> str:
    return _QUESTION_END.sub("", question)


def _polite(question: str, rng: random.Random) -> str:
    return rng.choice(("请问", "我想知道", "请问一下，", "想了解")) + question


def _keywords(question: str, rng: random.Random) -> str:
    asks = rng.random() < 0.6  # keep the question word
    kept = [w for w, t in tagged_words(question) if _is_content(t) or (asks and t == "r")]
    return rng.choice((" ", "")).join(kept)


def _word_lost(question: str, rng: random.Random) -> str:
    tagged = tagged_words(question)
    light = [i for i, (_, tag) in enumerate(tagged) if not _is_content(tag) and tag != "r"]
    lost = rng.choice(light) if light else -1
    return "".join(word for i, (word, _) in enumerate(tagged) if i != lost)


def _is_content(tag: str) -> bool:
    return tag.startswith(_CONTENT_TAGS)


def choose_weighted(weights: Sequence[tuple[str, float]], rng: random.Random) -> list[str]:
    """All names, in a random order in which heavier ones tend to come first."""
    return [n for _, n in sorted((rng.random() ** (1 / w), n) for n, w in weights)][::-1]
