"""The trained reader: looks at question and text together, for the answer's span and its odds.

The bundled encoder with a start and an end score for each token; position 0 stands for "no
answer here" (Devlin et al. 2019, section 4.3). Runs in 8 bits on ONNX Runtime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index import embedding
from index.onnx_runtime import Model
from index.types import Span
from rag import reader_model

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

_MAX_TOKENS = 384
_SPAN_TOKENS = 40

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
        ones = np.ones(sums.shape, bool)
        allowed = np.triu(ones) & ~np.triu(ones, _SPAN_TOKENS)
        start, end = divmod(int(np.argmax(np.where(allowed, sums, -np.inf))), sums.shape[1])
        span = Span(self.tokens[first + start].start, self.tokens[first + end].end)
        return Finding(span, float(sums[start, end]))


class Reader:
    """Reads questions against texts; deterministic."""

    def __init__(self, model: Model, tokenizer: Tokenizer) -> None:
        self._model, self._tokenizer = model, tokenizer

    @classmethod
    def load(cls) -> Reader:
        """Open the reader, preparing it the first time.

        Raises:
            ModelError: the bundled encoder that it needs is missing or damaged.
        """
        from tokenizers import Tokenizer

        files = reader_model.prepare()
        tokenizer = Tokenizer.from_file(str(files.tokenizer))
        tokenizer.enable_truncation(_MAX_TOKENS, strategy="only_second")
        return cls(Model(files.model, files.words), tokenizer)

    def read(self, question: str, texts: Sequence[Text]) -> list[Logits]:
        """Logits of each text, in order."""
        query = embedding.encodable(f"query: {question}")
        pairs = [
            (query, embedding.encodable(f"{t.context}\n{t.text}" if t.context else t.text))
            for t in texts
        ]
        encodings = self._tokenizer.encode_batch(pairs)
        outputs = self._model.run([encoding.ids for encoding in encodings])
        return [
            _logits(encoding, second, text, starts, ends)
            for encoding, (_, second), text, (starts, ends) in zip(
                encodings, pairs, texts, outputs, strict=True
            )
        ]


def _logits(encoding: Encoding, second: str, text: Text, starts: Floats, ends: Floats) -> Logits:
    shift = len(second) - len(text.text)
    at = [
        i
        for i, (part, (start, end)) in enumerate(
            zip(encoding.sequence_ids, encoding.offsets, strict=True)
        )
        if part == 1 and start >= shift and end > start
    ]
    spans = tuple(Span(encoding.offsets[i][0] - shift, encoding.offsets[i][1] - shift) for i in at)
    return Logits(spans, starts[at] - starts[0], ends[at] - ends[0])
