"""Figures on held-out examples: are spans right, are windows without an answer seen?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rag.reader_torch import ReaderModule, lower_precision
from training.batches import NO_ANSWER, Encoded, collate, encode
from training.decode import BestSpan, best_span
from training.examples import Example

_BATCH = 8


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in 0..1; ``exact`` and ``overlap`` (F1 of tokens) count examples with an answer.

    ``auroc`` is the chance that an example with an answer scores above one without.
    """

    exact: float
    overlap: float
    auroc: float
    examples: int


def validate(
    reader: ReaderModule, tokenizer: Any, examples: Sequence[Example], device: torch.device
) -> Figures:
    """Measure ``reader`` on ``examples``; its training mode is kept."""
    encoded = encode(tokenizer, examples)
    spans = _spans(reader, encoded, tokenizer.pad_token_id, device)
    pairs = list(zip(encoded, spans, strict=True))
    overlaps = [_overlap(e, s) for e, s in pairs if e.start != NO_ANSWER]
    exact = [(e.start, e.end) == (s.first, s.last) for e, s in pairs if e.start != NO_ANSWER]
    return Figures(
        exact=float(np.mean(exact)),
        overlap=float(np.mean(overlaps)),
        auroc=auroc(
            [s.score for e, s in pairs if e.start != NO_ANSWER],
            [s.score for e, s in pairs if e.start == NO_ANSWER],
        ),
        examples=len(pairs),
    )


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance that one of ``higher`` is above one of ``lower`` (ties count half)."""
    if not higher or not lower:
        return float("nan")
    a, b = np.asarray(higher)[:, None], np.asarray(lower)[None]
    return float(np.mean((a > b) + 0.5 * (a == b)))


def _spans(
    reader: ReaderModule, encoded: Sequence[Encoded], padding: int, device: torch.device
) -> list[BestSpan]:
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
    spans: dict[int, BestSpan] = {}
    training = reader.training
    reader.eval()
    for at in range(0, len(order), _BATCH):
        rows = order[at : at + _BATCH]
        batch = collate([encoded[i] for i in rows], padding)
        with torch.inference_mode(), lower_precision(device):
            logits = reader(batch.input_ids.to(device), batch.attention_mask.to(device))
        starts, ends = (part.cpu().numpy() for part in logits)
        for row, i in enumerate(rows):
            size = len(encoded[i].ids) - 1  # without the closing mark
            spans[i] = best_span(starts[row, :size], ends[row, :size], encoded[i].window_at)
    reader.train(training)
    return [spans[i] for i in range(len(encoded))]


def _overlap(example: Encoded, span: BestSpan) -> float:
    shared = min(example.end, span.last) - max(example.start, span.first) + 1
    sizes = example.end - example.start + 1 + span.last - span.first + 1
    return 2 * max(0, shared) / sizes
