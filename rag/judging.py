"""Whether a sentence that a model wrote may be shown: held against the passages that were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.tokens import normalise
from rag import claims, comparing, questions, rivals, support
from rag.claims import Source
from rag.drafts import Draft
from rag.instructions import speaks_to_a_model
from rag.quoting import Evidence, Quoted
from rag.reader import Reader
from rag.support import Support

_DECLINES = (
    "没有找到依据",
    "没有找到相关",
    "材料没有",
    "材料中没有",
    "无法从材料",
    "未提及",
    "没有提到",
)
_READ = 3  # sentences nearest to a claim that are read for what they say in its place
_BESIDE = 3  # sentences on each side of one that are read with it
_WINDOW_MAX = 280  # characters; the reader takes 384 tokens with question and title


@dataclass(frozen=True, slots=True)
class Verdict:
    """A written sentence with what was found for it; ``cited`` is () where nothing was."""

    text: str
    found: Support
    cited: tuple[Evidence, ...]


class Judge:
    """Holds sentences against ``passages``, as answers to ``question``."""

    def __init__(self, question: str, passages: Sequence[Quoted], reader: Reader) -> None:
        self._question = question
        self._evidence = [passage.evidence() for passage in passages]
        self._reader = reader

    def is_answer(self, draft: Draft) -> bool:
        """Whether a sentence says something: does not decline, and not merely repeat what is asked."""
        declines = any(word in draft.text for word in _DECLINES)
        return not declines and not _echoes(draft.text, self._question)

    def verdict(self, draft: Draft) -> Verdict:
        """Held against the passages that a sentence cites, then, if they fail, against all."""
        if speaks_to_a_model(draft.text):
            return Verdict(draft.text, Support((), 0.0, ()), ())
        cited = [self._evidence[n - 1] for n in draft.markers if 0 < n <= len(self._evidence)]
        verdict = self._held(draft.text, cited) if cited else None
        if verdict is None or not verdict.found.holds:
            verdict = self._held(draft.text, self._evidence)
        return verdict

    def _held(self, text: str, passages: Sequence[Sequence[Evidence]]) -> Verdict:
        evidence = [one for passage in passages for one in passage]
        sources = [one.source for one in evidence]
        found = support.best(text, sources)
        if found.holds:
            near = dict.fromkeys([*found.places, *support.nearest(text, sources, _READ)])
            windows = dict.fromkeys(_window(evidence, place) for place in near)
            found = replace(found, flaws=rivals.flaws(text, tuple(windows), self._reader))
        return Verdict(text, found, tuple(evidence[i] for i in found.places))


def _echoes(text: str, question: str) -> bool:
    """Whether a sentence has no word that the question has not, where that cannot be an answer."""
    if text.endswith(("？", "?")):
        return True
    offers = "还是" in question or comparing.read(question)
    if offers or questions.parse(question).kind is questions.Kind.YES_NO:
        return False
    asked = normalise(question)
    said = claims.read(text)
    values = [value.span for value in said.values] + [date.span for date in said.dates]
    parts = [span.of(text) for span in (*values, *said.names)]
    words = [*map(normalise, parts), *questions.content_words(text)]
    return all(word in asked for word in words)


def _window(evidence: Sequence[Evidence], at: int) -> Source:
    """A sentence with those beside it in its passage, as far as the reader takes them."""
    here = evidence[at]
    first = last = at
    for far in range(1, _BESIDE + 1):
        for place in (at - far, at + far):
            grown = evidence[min(first, place) : max(last, place) + 1] if place >= 0 else []
            fits = sum(len(one.source.text) for one in grown) <= _WINDOW_MAX
            if grown and fits and all(one.quoted is here.quoted for one in grown):
                first, last = min(first, place), min(max(last, place), len(evidence) - 1)
    text = "".join(one.source.text for one in evidence[first : last + 1])
    around = f"{here.quoted.title} {here.quoted.passage.section}".strip()
    return Source(text, around, here.source.day)
