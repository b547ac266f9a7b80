"""How often which token is in which text: what BM25 is made from, and kept for the next build."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

COUNT_MAX = 65535  # a count is stored in two bytes; BM25 is saturated long before

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class TokenCounts:
    """Text after text: ``tokens`` and ``counts`` (postings,), the tokens by number.

    ``distinct`` (texts,) says how many of them each text has.
    """

    numbers: dict[str, int]
    tokens: Numbers
    counts: Numbers
    distinct: Numbers

    def lengths(self) -> npt.NDArray[np.int64]:
        """Tokens of each text: (texts,)."""
        ends = np.concatenate(([0], np.cumsum(self.counts, dtype=np.int64)))
        return np.diff(ends[self.starts()])

    def starts(self) -> npt.NDArray[np.int64]:
        """Where each text begins, and the end: (texts + 1,)."""
        return np.concatenate(([0], np.cumsum(self.distinct, dtype=np.int64)))


def count(texts: Iterable[Sequence[str] | int], former: TokenCounts | None = None) -> TokenCounts:
    """Count token lists, taken one by one; a number stands for that text of ``former``."""
    numbers = dict(former.numbers) if former else {}
    starts = former.starts() if former else np.zeros(1, np.int64)
    tokens, counts, distinct = (array("i") for _ in range(3))
    for text in texts:
        if isinstance(text, int):
            assert former is not None
            part = slice(int(starts[text]), int(starts[text + 1]))
            tokens.frombytes(former.tokens[part].tobytes())
            counts.frombytes(former.counts[part].tobytes())
            distinct.append(part.stop - part.start)
        else:
            tally = Counter(text)
            tokens.extend(numbers.setdefault(token, len(numbers)) for token in tally)
            counts.extend(min(n, COUNT_MAX) for n in tally.values())
            distinct.append(len(tally))
    arrays = (np.array(part, np.int32) for part in (tokens, counts, distinct))
    return _without_unused(TokenCounts(numbers, *arrays))


def _without_unused(counted: TokenCounts) -> TokenCounts:
    """Tokens of former texts that are gone must not be found again."""
    used = np.bincount(counted.tokens, minlength=len(counted.numbers)) > 0
    places = (np.cumsum(used) - 1).astype(np.int32)
    numbers = {token: int(places[i]) for token, i in counted.numbers.items() if used[i]}
    return TokenCounts(numbers, places[counted.tokens], counted.counts, counted.distinct)
