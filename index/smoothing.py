"""Evening out what the 8-bit products of a model multiply, so that one scale fits all channels.

The marks of a text's start and end have a few values ten times those of any word, and the scale
that a product gives its input has to reach them: what the words have is then rounded away. A
channel is therefore divided by a factor before the product, and its weights are multiplied by it
(SmoothQuant, Xiao et al. 2023, arXiv:2211.10438). Inside a feed-forward it is one neuron alone that
stands out; it is computed in 32 bits (after LLM.int8(), Dettmers et al. 2022, arXiv:2208.07339).
Both come from running the model in 32 bits on words drawn by chance between the two marks: the marks
do the same in any text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from index import bert_graph
from index.bert_graph import Evened

Floats = npt.NDArray[np.float32]

_WORDS = 250
_SHARE = 0.6  # of a channel's spread that goes to its weights
_STANDING_OUT = 2  # times what any other neuron of its feed-forward reaches
_LEAST = 1e-4
_WORD_TENSOR = "embeddings.word_embeddings.weight"


def evened(
    tensors: Mapping[str, Floats], config: Mapping[str, Any], start: int, end: int
) -> Evened:
    """What a model's products need.

    ``start`` and ``end`` are the token ids of a text's marks.
    """
    divisors: dict[str, Floats] = {}
    neurons: dict[str, int] = {}
    for name, spread in _spreads(tensors, config, start, end).items():
        if name.endswith("self.query"):
            parts = [name, name.replace("query", "key"), name.replace("query", "value")]
            divisors[name] = _shared(spread, [tensors[f"{part}.weight"] for part in parts])
        elif name.endswith("intermediate.dense"):
            divisors[name] = _shared(spread, [tensors[f"{name}.weight"]])
        elif not name.endswith("attention.output.dense"):  # whose input is even
            first, second = np.argsort(-spread)[:2].tolist()
            if spread[first] > _STANDING_OUT * spread[second]:
                neurons[name.removesuffix(".output.dense")] = first
    return Evened(divisors, neurons)


def _shared(spread: Floats, weights: list[Floats]) -> Floats:
    """SmoothQuant's factors: what stands out is shared between the input and its weights."""
    own = np.maximum(np.abs(np.concatenate(weights)).max(axis=0), _LEAST)
    factors = np.maximum(spread, _LEAST) ** _SHARE / own ** (1 - _SHARE)
    even: Floats = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
    return even


def _spreads(
    tensors: Mapping[str, Floats], config: Mapping[str, Any], start: int, end: int
) -> dict[str, Floats]:
    """The greatest absolute value of each input channel of each product."""
    import onnxruntime as ort

    table = tensors[_WORD_TENSOR]
    drawn = np.random.default_rng(0).integers(0, len(table), _WORDS)
    words = table[np.concatenate([[start], drawn, [end]])][np.newaxis]
    session = ort.InferenceSession(
        bert_graph.exact(tensors, config).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    inputs = session.run(names, {bert_graph.INPUT: words.astype(np.float32)})
    return {n: np.abs(x[0]).max(axis=0) for n, x in zip(names, inputs, strict=True)}
