"""The bundled model in 8 bits on ONNX Runtime: several times faster than torch in 32 bits.

Made once from the prepared sentence-transformers folder: encoder, mean pooling and
normalisation exported to ONNX, then dynamic quantisation (weights int8 per channel,
activations quantised on the fly). The vectors agree with the 32-bit ones to a cosine of
about 0.99; tests hold both against each other.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index import bundled_model, onnx_runtime
from index.embedding import BUNDLED, Done, Prompts, Vector, encodable
from index.manifest import ModelInfo

if TYPE_CHECKING:
    import onnxruntime as ort
    from tokenizers import Tokenizer

_FILE = "model.int8.onnx"
_OPSET = 17
# Raise this when the same weights would give other vectors.
_RECIPE = "int8-v1"
_MAX_TOKENS = 512
_DIMENSION = 384
_END_ID = 2

Ids = list[int]


class Int8Encoder:
    """An ``Encoder`` over the bundled model; needs neither torch nor sentence-transformers."""

    def __init__(self, session: ort.InferenceSession, tokenizer: Tokenizer, prompts: Prompts):
        self._session, self._tokenizer = session, tokenizer
        own = bundled_model.PROMPTS
        self.info = ModelInfo(
            name=BUNDLED,
            fingerprint=f"{bundled_model.SOURCE_SHA256}:{_RECIPE}",
            dimension=_DIMENSION,
            max_tokens=_MAX_TOKENS,
            query_prompt=own["query"] if prompts.query is None else prompts.query,
            passage_prompt=own["document"] if prompts.passage is None else prompts.passage,
        )

    @classmethod
    def load(cls, prompts: Prompts) -> Int8Encoder:
        """Open the prepared model, preparing it the first time (under a minute).

        Raises:
            ModelError: the registry package's file is missing or damaged.
        """
        from tokenizers import Tokenizer

        folder = prepare()
        session = onnx_runtime.open_session(folder / _FILE)
        return cls(session, Tokenizer.from_file(str(folder / bundled_model.TOKENIZER)), prompts)

    def encode_queries(self, queries: Sequence[str]) -> Vector:
        """See ``Encoder``."""
        return self._encode([self.info.query_prompt + query for query in queries], None)

    def encode_passages(self, passages: Sequence[str], done: Done | None = None) -> Vector:
        """See ``Encoder``."""
        return self._encode([self.info.passage_prompt + passage for passage in passages], done)

    def fits(self, passages: Sequence[str]) -> list[bool]:
        """See ``Encoder``."""
        rows = self._ids([self.info.passage_prompt + passage for passage in passages])
        return [len(row) <= _MAX_TOKENS for row in rows]

    def _ids(self, texts: Sequence[str]) -> list[Ids]:
        safe = [encodable(text) for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch(safe)]

    def _encode(self, texts: Sequence[str], done: Done | None) -> Vector:
        rows = [_cut(ids) for ids in self._ids(texts)]
        vectors = np.zeros((len(rows), _DIMENSION), np.float32)
        finished = 0
        for batch in onnx_runtime.batches([len(row) for row in rows]):
            inputs = onnx_runtime.inputs([rows[i] for i in batch])
            (vectors[batch],) = self._session.run(None, inputs)
            finished += len(batch)
            if done:
                done(finished)
        # Rounding in 8 bits leaves norms a little off 1.
        norms = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
        vectors /= np.maximum(norms, np.float32(1e-12))
        return vectors


def prepare() -> Path:
    """The bundled model's folder with the int8 file in it, made the first time.

    Raises:
        ModelError: see ``bundled_model.prepare``.
    """
    return bundled_model.prepare(derive={_FILE: _export})


def _export(folder: Path, target: Path) -> None:
    """Write the int8 ONNX file for the model in ``folder`` to ``target``."""
    with (
        tempfile.TemporaryDirectory(dir=target.parent) as work,
        onnx_runtime.without_advice(),
    ):
        exact = Path(work) / "model.onnx"
        _export_exact(folder, exact)
        quantised = Path(work) / _FILE
        onnx_runtime.quantise(exact, quantised)
        shutil.move(quantised, target)


def _export_exact(folder: Path, target: Path) -> None:
    import torch
    from transformers import AutoModel
    from transformers.utils import logging as transformers_log

    transformers_log.set_verbosity_error()
    transformers_log.disable_progress_bar()

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        """Encoder, mean over the real tokens, unit length."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(folder, attn_implementation="eager")

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
            weights = attention_mask.unsqueeze(-1).to(torch.float32)  # (B, T, 1)
            summed = (hidden.last_hidden_state * weights).sum(1)  # (B, d)
            return torch.nn.functional.normalize(summed / weights.sum(1), dim=-1)

    example = torch.ones(2, 8, dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Pooled().eval(),
        (example, example),
        str(target),
        dynamo=False,
        opset_version=_OPSET,
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes},
    )


def _cut(ids: Ids) -> Ids:
    """At most the model's limit; windows are made to fit, so this guards only odd callers."""
    return ids if len(ids) <= _MAX_TOKENS else [*ids[: _MAX_TOKENS - 1], _END_ID]
