"""The trained reader: looks at question and text together, for the answer's span and its odds.

The bundled encoder with a start and an end score for each token; position 0 stands for "no
answer here" (Devlin et al. 2019, section 4.3). Runs in 8 bits on ONNX Runtime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from index import embedding
from index.bundled_runtime import Runtime
from index.types import Span
from index.unigram import Pair
from rag import reader_model

_MAX_TOKENS = 384
_SPAN_TOKENS = 40
_TOKEN_COST = 0.03  # log-odds of each further token: the shorter of two like answers

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Text:
    """A text to read; ``context`` (title or heading) is shown before it, and never answers."""

    context: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The best answer inside a range of a text: ``span`` in the text's characters.

    ``odds``: logit of the span minus that of "no answer"; above 0, an answer is likelier.
    """

    span: Span
    odds: float


@dataclass(frozen=True, slots=True)
class Logits:
    """A text read: per token of it, its characters and its start and end logits.

    ``starts`` and ``ends`` float32 (tokens,), already minus the logit of "no answer".
    """

    tokens: tuple[Span, ...]
    starts: Floats
    ends: Floats

    def best(self, inside: Span) -> Finding | None:
        """The best span that lies ``inside`` a range of the text; None without a token there."""
        at = [i for i, t in enumerate(self.tokens) if inside.start <= t.start < inside.end]
        if not at:
            return None
        first, last = at[0], at[-1] + 1
        sums = self.starts[first:last, None] + self.ends[None, first:last]  # (n, n)
        start, end = divmod(int(np.argmax(sums - _costs(len(sums)))), len(sums))
        # A token may reach beyond: 。” is one, and a sentence can end between its marks.
        last_character = min(self.tokens[first + end].end, inside.end)
        span = Span(self.tokens[first + start].start, last_character)
        return Finding(span, float(sums[start, end]))


class Reader:
    """Reads questions against texts; deterministic."""

    def __init__(self, runtime: Runtime) -> None:
        self._model, self._tokenizer = runtime.model, runtime.tokenizer

    @classmethod
    def load(cls) -> Reader:
        """Open the reader, preparing it the first time.

        Raises:
            ModelError: the bundled encoder that it needs is missing or damaged.
        """
        return cls(reader_model.open_reader())

    def read(self, question: str, texts: Sequence[Text]) -> list[Logits]:
        """Logits of each text, in order."""
        if not texts:
            return []
        query = embedding.encodable(f"query: {question}")
        pairs = [
            (query, embedding.encodable(f"{t.context}\n{t.text}" if t.context else t.text))
            for t in texts
        ]
        rows = self._tokenizer.encode_pairs(pairs, _MAX_TOKENS)
        outputs = self._model.run([row.ids for row in rows])
        return [
            _logits(row, len(second) - len(text.text), starts, ends)
            for row, (_, second), text, (starts, ends) in zip(
                rows, pairs, texts, outputs, strict=True
            )
        ]


@lru_cache(maxsize=512)
def _costs(tokens: int) -> Floats:
    """What each span from start (rows) to end (columns) costs; infinite where there is none."""
    places = np.arange(tokens, dtype=np.float32)
    lengths = places[None] - places[:, None]
    costs = np.float32(_TOKEN_COST) * lengths
    costs[(lengths < 0) | (lengths >= _SPAN_TOKENS)] = np.inf
    return costs


def _logits(row: Pair, shift: int, starts: Floats, ends: Floats) -> Logits:
    """``shift``: characters of the second text before the text itself."""
    own = {i: s for i, s in row.second.items() if s.start >= shift and s.end > s.start}
    at = list(own)
    spans = tuple(span.shifted(-shift) for span in own.values())
    return Logits(spans, starts[at] - starts[0], ends[at] - ends[0])
