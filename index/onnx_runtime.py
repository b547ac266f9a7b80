"""Running 8-bit ONNX files on the CPU: sessions, batches of about one length, quantisation."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnxruntime as ort

# Padded tokens in one pass: small batches of one length stay in cache and pad little.
BATCH_TOKENS = 1024
_PAD_ID = 1  # XLM-RoBERTa's

Ids = Sequence[int]


def open_session(path: Path) -> ort.InferenceSession:
    """A session on the CPU with a thread for each processor that this process may use."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    return ort.InferenceSession(str(path), options, ["CPUExecutionProvider"])


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows by rising length, in batches of at most ``BATCH_TOKENS`` after padding."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and (len(batch) + 1) * lengths[row] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def inputs(rows: Sequence[Ids]) -> dict[str, npt.NDArray[np.int64]]:
    """``input_ids`` and ``attention_mask``, int64 ``(rows, longest)``."""
    longest = max(len(row) for row in rows)
    ids = np.full((len(rows), longest), _PAD_ID, np.int64)
    mask = np.zeros((len(rows), longest), np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def quantise(exact: Path, target: Path) -> None:
    """Write ``exact`` with int8 weights, one scale an output channel (dynamic quantisation)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(exact, target, per_channel=True, weight_type=QuantType.QInt8)


@contextmanager
def without_advice() -> Iterator[None]:
    """Exporter and quantiser give advice on their own tuning that no user can act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
