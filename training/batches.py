"""From examples to batches of tokens with start and end labels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from training.examples import Example

NO_ANSWER = 0  # the position that stands for it
TOKENS_MAX = 384
_ROUND = 16  # tokens
_BUCKET = 40  # batches whose examples are sorted by length together


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of one example and the first and last token of its answer.

    ``window_at`` is the first token of the second text (context and window).
    """

    ids: tuple[int, ...]
    window_at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Batch:
    """``input_ids`` and ``attention_mask`` int64 (batch, tokens); labels int64 (batch,)."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor


def model_input(question: str, context: str, window: str) -> tuple[str, str]:
    """The two texts that the reader sees, and nothing else of the example."""
    return f"query: {question}", f"{context}\n{window}" if context else window


def encode(tokenizer: Any, examples: Sequence[Example]) -> list[Encoded]:
    """Tokens and labels of ``examples``; an answer that was cut off is left out."""
    pairs = [model_input(e.question, e.context, e.window) for e in examples]
    tokens = tokenizer(
        [first for first, _ in pairs],
        [second for _, second in pairs],
        truncation="only_second",
        max_length=TOKENS_MAX,
        return_offsets_mapping=True,
    )
    encoded = []
    for i, example in enumerate(examples):
        ids = tuple(tokens["input_ids"][i])
        window_at = tokens.sequence_ids(i).index(1)
        if example.answer is None:
            encoded.append(Encoded(ids, window_at, NO_ANSWER, NO_ANSWER))
            continue
        shift = len(pairs[i][1]) - len(example.window)
        wanted = (example.answer.start + shift, example.answer.end + shift)
        covering = [
            at
            for at, ((start, end), part) in enumerate(
                zip(tokens["offset_mapping"][i], tokens.sequence_ids(i), strict=True)
            )
            if part == 1 and start < wanted[1] and wanted[0] < end
        ]
        if covering and tokens["offset_mapping"][i][covering[-1]][1] >= wanted[1]:
            encoded.append(Encoded(ids, window_at, covering[0], covering[-1]))
    return encoded


def batched(encoded: Sequence[Encoded], size: int, padding: int, rng: random.Random) -> list[Batch]:
    """Batches of examples of about one length, in random order."""
    order = list(range(len(encoded)))
    rng.shuffle(order)
    groups = []
    for at in range(0, len(order), size * _BUCKET):
        bucket = sorted(order[at : at + size * _BUCKET], key=lambda i: len(encoded[i].ids))
        groups += [bucket[i : i + size] for i in range(0, len(bucket), size)]
    rng.shuffle(groups)
    return [collate([encoded[i] for i in group], padding) for group in groups]


def collate(group: Sequence[Encoded], padding: int) -> Batch:
    """One padded batch."""
    # Few different shapes: each new one costs a compiled kernel that is kept.
    longest = -(-max(len(e.ids) for e in group) // _ROUND) * _ROUND
    ids = torch.full((len(group), longest), padding)
    mask = torch.zeros_like(ids)
    for row, example in enumerate(group):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        mask[row, : len(example.ids)] = 1
    starts = torch.tensor([e.start for e in group])
    return Batch(ids, mask, starts, torch.tensor([e.end for e in group]))
