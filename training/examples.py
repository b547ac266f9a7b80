"""Training examples: windows with the answer, and windows that only look as if they had it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.lexical import LexicalIndex
from index.tokens import bigrams, search_tokens
from index.types import Span
from training.corpus import Article, Labelled, NearMiss, Question, traditional
from training.wording import DetailPool, choose_weighted, said_otherwise

SIZES = (60, 220)  # characters of a window; an index has windows of up to 180
_LONG_SHARE = 0.6  # windows of at least _LONG_FROM characters
_LONG_FROM = 140
_NEGATIVES = 0.82  # negatives for each positive
_NEGATIVE_KINDS = (
    ("elsewhere", 0.22), ("removed", 0.18), ("other", 0.20), ("changed", 0.25), ("swapped", 0.15),
)  # fmt: skip
_NEAR_SHARE = 0.7  # of near-misses are put to the sentence nearest to them
_REWORDED, _TITLED, _TRADITIONAL = 0.3, 0.6, 0.15
_NEAREST = 8  # BM25's best windows of other articles to choose from


@dataclass(frozen=True, slots=True)
class Example:
    """A question on a window; ``answer`` is in the window's characters, None where it has none.

    ``context`` is the title or heading shown before the window; ``kind`` tells how it was made.
    """

    question: str
    context: str
    window: str
    answer: Span | None
    kind: str


class ExampleMaker:
    """Makes the examples of an epoch from labelled questions; the same seed, the same ones."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = questions
        labelled = [q for q in questions if isinstance(q, Labelled)]
        self._articles = {q.article.id: q.article for q in questions}
        self._by_subject: dict[str, list[Article]] = defaultdict(list)
        for article in self._articles.values():
            self._by_subject[_subject(article)].append(article)
        self._asked: dict[str, list[Labelled]] = defaultdict(list)
        for question in labelled:
            self._asked[question.article.id].append(question)
        self._pool = DetailPool((_subject(q.article), q.text) for q in labelled)
        self._windows = [(a, w) for a in self._articles.values() for w in packed(a)]
        self._lexical = LexicalIndex.build(
            [search_tokens(a.title + w.of(a.text)) for a, w in self._windows]
        )

    def epoch(self, seed: int) -> list[Example]:
        """An example of each question and, of those with answers, some without; shuffled."""
        rng = random.Random(seed)  # noqa: S311
        examples = []
        for question in self._questions:
            examples.append(_finish(_as_asked(question, rng), rng))
            if isinstance(question, NearMiss) or rng.random() >= _NEGATIVES:
                continue
            if negative := self._negative(question, rng):
                examples.append(_finish(negative, rng))
        rng.shuffle(examples)
        return examples

    def _negative(self, question: Labelled, rng: random.Random) -> Example | None:
        makers = {
            "elsewhere": self._elsewhere,
            "removed": self._removed,
            "other": self._other,
            "changed": self._changed,
            "swapped": self._swapped,
        }
        answer = question.answer.of(question.article.text)
        for kind in choose_weighted(_NEGATIVE_KINDS, rng):
            made = makers[kind](question, rng)
            if made and made.window and (kind == "changed" or answer not in made.window):
                return made
        return None

    def _elsewhere(self, question: Labelled, rng: random.Random) -> Example:
        """A window of the same article, or of another one on the same subject."""
        article = rng.choice(self._by_subject[_subject(question.article)])
        window = window_around(article, rng.choice(article.sentences), rng)
        return _without_answer(question.text, article, window.of(article.text), "elsewhere")

    def _removed(self, question: Labelled, rng: random.Random) -> Example:
        """The answer's window without the sentences that hold the answer."""
        article = question.article
        window = window_around(article, question.answer, rng, extra=60)
        answer = question.answer.of(article.text)
        kept = [
            part.of(article.text)
            for part in article.sentences
            if window.start <= part.start
            and part.end <= window.end
            and answer not in part.of(article.text)
            and not _overlap(part, question.answer)
        ]
        return _without_answer(question.text, article, "".join(kept), "removed")

    def _other(self, question: Labelled, rng: random.Random) -> Example | None:
        """One of BM25's best windows of articles on other subjects."""
        scores = self._lexical.scores(search_tokens(question.text))
        best = np.argsort(-scores, kind="stable")[: 4 * _NEAREST]
        subject = _subject(question.article)
        found = [self._windows[i] for i in best if _subject(self._windows[i][0]) != subject]
        if not found:
            return None
        article, window = rng.choice(found[:_NEAREST])
        return _without_answer(question.text, article, window.of(article.text), "other")

    def _changed(self, question: Labelled, rng: random.Random) -> Example | None:
        """The question about another year, number, name or thing, on the answer's window."""
        article = question.article
        window = window_around(article, question.answer, rng).of(article.text)
        seen = article.title + window
        other = self._pool.about_another(question.text, _subject(article), seen, rng)
        return _without_answer(other, article, window, "changed") if other else None

    def _swapped(self, question: Labelled, rng: random.Random) -> Example | None:
        """The question on the window of another question of the article."""
        article = question.article
        others = [q for q in self._asked[article.id] if q.answer != question.answer]
        if not others:
            return None
        window = window_around(article, rng.choice(others).answer, rng)
        if _overlap(window, question.answer):
            return None
        return _without_answer(question.text, article, window.of(article.text), "swapped")


def _as_asked(question: Question, rng: random.Random) -> Example:
    """The question on the window that answers it, or nearly does."""
    article = question.article
    reworded = rng.random() < _REWORDED
    text = said_otherwise(question.text, rng) if reworded else question.text
    if isinstance(question, NearMiss):
        window = window_around(article, _nearest(question, rng), rng)
        return _without_answer(text, article, window.of(article.text), "near")
    window = window_around(article, question.answer, rng)
    answer = question.answer.shifted(-window.start)
    kind = "reworded" if reworded else "answer"
    return Example(text, article.title, window.of(article.text), answer, kind)


def _nearest(question: NearMiss, rng: random.Random) -> Span:
    """A sentence of the article, mostly the one that shares most with the question."""
    asked, text = Counter(bigrams(question.text)), question.article.text
    shared = [(asked & Counter(bigrams(s.of(text)))).total() for s in question.article.sentences]
    nearest = question.article.sentences[int(np.argmax(shared))]
    return nearest if rng.random() < _NEAR_SHARE else rng.choice(question.article.sentences)


def _without_answer(question: str, article: Article, window: str, kind: str) -> Example:
    return Example(question, article.title, window, None, kind)


def _finish(made: Example, rng: random.Random) -> Example:
    """``made``, some without their title and some in traditional script."""
    asked, window = made.question, made.window
    context = made.context if rng.random() < _TITLED else ""
    roll = rng.random()
    if roll < _TRADITIONAL:
        converted = traditional(window)
        # Offsets of the answer stay right only where no word changed its length.
        window = converted if len(converted) == len(window) else window
        context = traditional(context)
    if roll < 0.7 * _TRADITIONAL or roll > 1 - 0.3 * _TRADITIONAL:
        asked = traditional(asked)
    return Example(asked, context, window, made.answer, made.kind)


def packed(article: Article, size: int = 260) -> list[Span]:
    """Runs of whole sentences of at most ``size`` characters (one sentence may be longer)."""
    windows: list[Span] = []
    for sentence in article.sentences:
        if windows and sentence.end - windows[-1].start <= size:
            windows[-1] = Span(windows[-1].start, sentence.end)
        else:
            windows.append(sentence)
    return windows


def window_around(article: Article, core: Span, rng: random.Random, extra: int = 0) -> Span:
    """A run of whole sentences of random length with ``core`` at a random place in it."""
    low, high = (_LONG_FROM, SIZES[1]) if rng.random() < _LONG_SHARE else (SIZES[0], _LONG_FROM)
    size = rng.randint(low, high) + extra
    inside = [i for i, part in enumerate(article.sentences) if _overlap(part, core)]
    first, last = inside[0], inside[-1]
    sides = [-1, 1]
    while sides:
        side = rng.choice(sides)
        new = (first + side, last) if side < 0 else (first, last + side)
        fits = new[0] >= 0 and new[1] < len(article.sentences)
        if not fits or article.sentences[new[1]].end - article.sentences[new[0]].start > size:
            sides.remove(side)
            continue
        first, last = new
    whole = Span(article.sentences[first].start, article.sentences[last].end)
    return _cut(whole, core, rng)


def _cut(whole: Span, core: Span, rng: random.Random) -> Span:
    """An over-long sentence cut to ``SIZES[1]`` characters or to ``core``."""
    room = SIZES[1] - (core.end - core.start)
    if whole.end - whole.start <= SIZES[1] + 100:
        return whole
    start = max(whole.start, core.start - rng.randint(0, max(0, room)))
    return Span(start, min(whole.end, max(core.end, start + SIZES[1])))


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _subject(article: Article) -> str:
    return article.title or article.id
