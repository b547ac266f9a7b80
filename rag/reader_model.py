"""The reader's weights: what ships is what training changed; the rest is the bundled model.

``reader.safetensors`` holds the trained matrices as int8 with one scale a row. Prepared once:
put over the encoder's weights and written as ONNX in 8 bits.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import bert_graph
from index.bundled_runtime import Runtime, open_runtime
from index.prepared import superseding

Floats = npt.NDArray[np.float32]

SCALE = ".scale"  # the name of an int8 matrix's scales, one a row, ends so
_RECIPE = "int8-v2"
WEIGHTS = Path(__file__).with_name("reader.safetensors")


@cache
def fingerprint(weights: Path = WEIGHTS) -> str:
    """SHA-256 of trained weights, by default the shipped ones."""
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def open_reader() -> Runtime:
    """The reader's model in the cache, made the first time; those of other versions go after a month unused.

    Raises:
        ModelError: see ``index.bundled_model.prepare``.
    """
    name = f"reader-{fingerprint()[:12]}.{_RECIPE}.onnx"
    return open_runtime(name, superseding(write, "reader-*.onnx"))


def write(folder: Path, target: Path, changes: Path = WEIGHTS) -> None:
    """Write the encoder in ``folder`` with the ``changes`` of a training as an ONNX file."""
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text("utf-8"))
    tensors = load_file(folder / "model.safetensors") | _read_changes(changes)
    bert_graph.write(tensors, config, "span", target)


def _read_changes(path: Path) -> dict[str, Floats]:
    """The trained tensors under the names that they have in the encoder."""
    from safetensors.numpy import load_file

    stored = load_file(path)
    changed: dict[str, Floats] = {}
    for name, value in stored.items():
        if not name.endswith(SCALE):
            scaled = value.dtype == np.int8
            exact = value * stored[name + SCALE][:, None] if scaled else value
            changed[name.removeprefix("encoder.")] = exact.astype(np.float32)
    return changed
