"""The bundled model's tokenizer, ready at once.

XLM-RoBERTa's: NFKC, white space collapsed, Metaspace, Unigram (Kudo 2018). Building it from all
its 250,000 pieces takes most of a second. A piece that is nowhere in a text has no part in how
it is cut, so a short text gets a tokenizer of just the pieces that occur in it: found by the
hashes of all its substrings, and the result is the same. Only long work builds the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index import e5_file
from index.types import Span

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

START, _PAD, END, _UNKNOWN = range(4)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
# Characters after which the whole tokenizer is worth its second.
_MANY = 20_000

Ids = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two texts as one row: token ``ids``, and for those of the second text where they stand.

    ``second``: place in ``ids`` to the characters of the second text.
    """

    ids: Ids
    second: dict[int, Span]


class Unigram:
    """Texts to token ids; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as arrays:
            self._text: bytes = arrays["text"].tobytes()
            self._ends = arrays["ends"]
            self._scores = arrays["scores"]
            self._hashes, self._ids = arrays["hashes"], arrays["ids"]
            self._longest = int(arrays["longest"])
        self._lowest = int(np.argmin(self._scores))
        self._characters = 0
        self._whole: _Part | None = None

    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """The ids of each text, with the marks of start and end."""
        part = self._part(texts)
        return [part.ids[e.ids] for e in part.tokenizer.encode_batch_fast(list(texts))]

    def encode_pairs(self, pairs: Sequence[tuple[str, str]], most: int) -> list[Pair]:
        """The ids of each pair, at most ``most``: the second text is cut."""
        part = self._part([text for pair in pairs for text in pair])
        encodings = part.tokenizer.encode_batch(list(pairs))
        return [_pair(part.ids[e.ids], e, most) for e in encodings]

    def _part(self, texts: Sequence[str]) -> _Part:
        self._characters += sum(map(len, texts))
        if self._characters > _MANY and self._whole is None:
            self._whole = self._built(np.arange(len(self._ends)))
        return self._whole or self._built(self._occurring(texts))

    def _built(self, ids: Ids) -> _Part:
        vocabulary = [(self._piece(i), float(self._scores[i])) for i in ids.tolist()]
        return _Part(build(vocabulary, _UNKNOWN), ids)

    def _piece(self, i: int) -> str:
        return self._text[self._ends[i - 1] if i else 0 : self._ends[i]].decode("utf-8")

    def _occurring(self, texts: Sequence[str]) -> Ids:
        """Ids of the pieces that occur in ``texts``, and of those that every tokenizer has."""
        normalizer = build([("", 0.0)], 0).normalizer
        plain = [normalizer.normalize_str(text) for text in texts]
        joined = "\n".join("▁" + text.replace(" ", "▁") for text in plain)
        hashes = np.unique(np.concatenate(_substrings(joined, self._longest)))
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        found = self._ids[places[self._hashes[places] == hashes]]
        # An unknown character costs a little more than the rarest piece.
        return np.union1d(found, [START, _PAD, END, _UNKNOWN, self._lowest])


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A tokenizer of some pieces; ``ids`` (pieces,) are theirs in the whole."""

    tokenizer: Tokenizer
    ids: Ids


def build(vocabulary: list[tuple[str, float]], unknown: int) -> Tokenizer:
    """The tokenizer over pieces with their log-probabilities."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", START), ("</s>", END)],
    )
    return tokenizer


def write(pieces: e5_file.Pieces, target: Path) -> None:
    """Write the file of ``Unigram``."""
    lengths = np.array([len(text) for text in pieces.texts])
    starts = np.cumsum(lengths) - lengths
    hashes = np.zeros(len(lengths), np.uint64)
    for length, found in enumerate(_substrings("".join(pieces.texts), int(lengths.max())), 1):
        hashes[lengths == length] = found[starts[lengths == length]]
    order = np.argsort(hashes)
    if len(np.unique(hashes)) < len(hashes):
        raise ValueError("two pieces have one hash: another _FACTOR is needed")
    encoded = [text.encode("utf-8") for text in pieces.texts]
    with target.open("wb") as file:
        np.savez(
            file,
            text=np.frombuffer(b"".join(encoded), np.uint8),
            ends=np.cumsum([len(text) for text in encoded]),
            scores=np.array(pieces.log_probabilities),
            hashes=hashes[order],
            ids=order,
            longest=lengths.max(),
        )


def _substrings(text: str, longest: int) -> list[Hashes]:
    """Hashes of all substrings of 1, 2, ... ``longest`` characters, by where they start."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    hashes = [np.zeros(len(codes) + 1, np.uint64)]
    for length in range(1, min(longest, len(codes)) + 1):
        hashes.append(hashes[-1][:-1] * _FACTOR + codes[length - 1 :])
    return hashes[1:]


def _pair(ids: Ids, encoding: Encoding, most: int) -> Pair:
    end = len(ids) - 1 if len(ids) <= most else most - 1
    second = {
        i: Span(*encoding.offsets[i])
        for i, part in enumerate(encoding.sequence_ids[:end])
        if part == 1
    }
    return Pair(np.append(ids[:end], END), second)
