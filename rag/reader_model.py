"""The reader's weights: what ships is what training changed; the rest is the bundled model.

``reader.safetensors`` holds the trained matrices as int8 with one scale a row. Prepared once:
put into the encoder, exported to ONNX, quantised to 8 bits.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index import bundled_model, onnx_runtime

WEIGHTS = Path(__file__).with_name("reader.safetensors")


@dataclass(frozen=True, slots=True)
class ReaderFiles:
    """The prepared ONNX file and the tokenizer's JSON."""

    model: Path
    tokenizer: Path


@cache
def fingerprint() -> str:
    """SHA-256 of the shipped weights."""
    return hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()


def prepare() -> ReaderFiles:
    """The reader's files in the model cache, made the first time.

    Raises:
        ModelError: see ``index.bundled_model.prepare``.
    """
    name = f"reader-{fingerprint()[:12]}.int8.onnx"
    folder = bundled_model.prepare(derive={name: _export})
    return ReaderFiles(folder / name, folder / bundled_model.TOKENIZER)


def _export(folder: Path, target: Path) -> None:
    import rag.reader_torch as reader_torch

    with (
        tempfile.TemporaryDirectory(dir=target.parent) as work,
        onnx_runtime.without_advice(),
    ):
        exact = Path(work) / "reader.onnx"
        model = reader_torch.load(folder)
        reader_torch.load_changes(model, WEIGHTS)
        reader_torch.export_onnx(model, exact)
        onnx_runtime.quantise(exact, target)
