"""BERT as an ONNX file of ONNX Runtime's 8-bit operators, written from its weights.

The graph starts behind the word embeddings (``index/word_table.py`` looks those up) and runs one
text at a time, so that it needs neither mask nor padding. Matrices have 7 bits, one scale an
output channel: without VNNI, ONNX Runtime adds pairs of u8 x s8 products in 16 bits, which 8
would overflow; with 7 every machine computes the same integers. Activations are quantised on
the fly, by the text alone, so that a vector does not depend on what else is embedded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from index.onnx_graph import ORT, Graph

if TYPE_CHECKING:
    import onnx

INPUT = "words"  # float32 (1, tokens, hidden)
Head = Literal["mean", "cls", "span"]
Floats = npt.NDArray[np.float32]

# ``model_type``s that count positions from behind the padding's id, and all that can be written.
_ROBERTA = ("roberta", "xlm-roberta")
KINDS = ("bert", *_ROBERTA)

_LEVELS = 63


@dataclass(frozen=True, slots=True, eq=False)
class Evened:
    """What keeps single channels from setting the scale of all; `index/smoothing.py` finds it.

    ``divisors``: of the input channels of a product, by the name of its first matrix.
    ``neurons``: one of a layer's feed-forward, which is computed in 32 bits, by the layer's name.
    """

    divisors: Mapping[str, Floats] = field(default_factory=dict)
    neurons: Mapping[str, int] = field(default_factory=dict)


def write(
    tensors: Mapping[str, Floats],
    config: Mapping[str, Any],
    head: Head,
    target: Path,
    evened: Evened | None = None,
) -> None:
    """Write the graph of a model of ``KINDS`` (transformers' names of tensors, and its config).

    ``head``: "mean" and "cls" give ``vectors`` (1, hidden), the mean over the tokens or the first
    one at unit length; "span" gives ``starts`` and ``ends`` (tokens,), by ``head.weight`` (2, hidden) and
    ``head.bias``.
    """
    import onnx

    graph = _Graph(tensors, float(config["layer_norm_eps"]), evened or Evened())
    x = _body(graph, config)
    outputs = _span(graph, x) if head == "span" else _vector(graph, head, x)
    onnx.save(graph.model(INPUT, (1, "tokens", config["hidden_size"]), outputs), target)


def exact(tensors: Mapping[str, Floats], config: Mapping[str, Any]) -> onnx.ModelProto:
    """The graph in 32 bits whose outputs are the inputs of every product, by the product's name."""
    graph = _Exact(tensors, float(config["layer_norm_eps"]))
    _body(graph, config)
    for name, x in graph.products.items():
        graph.output(name, x)
    shapes: dict[str, list[int | str]] = {name: [1, "tokens", name] for name in graph.products}
    return graph.model(INPUT, (1, "tokens", config["hidden_size"]), shapes)


def first_position(config: Mapping[str, Any]) -> int:
    """The row of the position embeddings that a text begins with."""
    return int(config["pad_token_id"]) + 1 if config["model_type"] in _ROBERTA else 0


class _Graph(Graph):
    """With the weights that its nodes are made from."""

    def __init__(self, tensors: Mapping[str, Floats], epsilon: float, evened: Evened) -> None:
        super().__init__()
        self.tensors, self._epsilon, self.evened = dict(tensors), epsilon, evened

    def tensor(self, name: str) -> str:
        """A weight as it is."""
        return self.constant(name, self.tensors[name])

    def taken(self, name: str, part: Any) -> Floats:
        """A part of a weight, which has zeros there from now on."""
        weight = self.tensors[name]
        self.tensors[name] = weight.copy()
        self.tensors[name][part] = 0
        taken: Floats = weight[part]
        return taken

    def normalised(self, name: str, x: str) -> str:
        """Layer norm; ONNX Runtime's own fusion with the sum before it is seven times slower."""
        scale, bias = self.tensor(f"{name}.weight"), self.tensor(f"{name}.bias")
        return self.one("LayerNormalization", x, scale, bias, epsilon=self._epsilon)

    def side_by_side(self, names: Sequence[str]) -> tuple[Floats, Floats]:
        """Weights (out, in) and biases of several matrices."""
        weights = np.concatenate([self.tensors[f"{name}.weight"] for name in names])
        return weights, np.concatenate([self.tensors[f"{name}.bias"] for name in names])

    def linear(self, names: Sequence[str], x: str) -> str:
        """``x`` times the matrices side by side, in 8 bits."""
        weights, bias = self.side_by_side(names)
        divisors = self.evened.divisors.get(names[0])
        if divisors is not None:
            weights = weights * divisors
            x = self.one("Mul", x, self.constant(f"{names[0]}.factors", 1 / divisors))
        scales = np.maximum(np.abs(weights).max(axis=1), np.float32(1e-12)) / np.float32(_LEVELS)
        rounded = np.round(weights / scales[:, None]).astype(np.int8)
        inputs = (
            self.constant(f"{names[0]}.int8", rounded.T),
            self.constant(f"{names[0]}.scales", scales),
            "",  # zero points: none
            self.constant(f"{names[0]}.biases", bias),
        )
        return self.one("DynamicQuantizeMatMul", x, *inputs, domain=ORT)


class _Exact(_Graph):
    """The same in 32 bits, with the inputs of its products (``products``, by the first name)."""

    def __init__(self, tensors: Mapping[str, Floats], epsilon: float) -> None:
        super().__init__(tensors, epsilon, Evened())
        self.products: dict[str, str] = {}

    def linear(self, names: Sequence[str], x: str) -> str:
        """``x`` times the matrices side by side."""
        self.products[names[0]] = x
        weights, bias = self.side_by_side(names)
        product = self.one("MatMul", x, self.constant(f"{names[0]}.exact", weights.T))
        return self.one("Add", product, self.constant(f"{names[0]}.biases", bias))


def _body(graph: _Graph, config: Mapping[str, Any]) -> str:
    x = _embed(graph, first_position(config))
    for layer in range(config["num_hidden_layers"]):
        x = _layer(graph, f"encoder.layer.{layer}", config["num_attention_heads"], x)
    return x


def _embed(graph: _Graph, first: int) -> str:
    """Words plus position and type, normalised."""
    prefix = "embeddings"
    table = (
        graph.tensors[f"{prefix}.position_embeddings.weight"][first:]
        + graph.tensors[f"{prefix}.token_type_embeddings.weight"][0]
    )
    tokens = graph.one("Shape", INPUT, start=1, end=2)
    start = graph.constant("zero", np.zeros(1, np.int64))
    places = graph.one("Slice", graph.constant("positions", table), start, tokens, start)
    return graph.normalised(f"{prefix}.LayerNorm", graph.one("Add", INPUT, places))


def _layer(graph: _Graph, name: str, heads: int, x: str) -> str:
    own = f"{name}.attention.self"
    parts = graph.linear([f"{own}.{part}" for part in ("query", "key", "value")], x)
    qkv = graph.node("Split", [parts], 3, axis=-1, num_outputs=3)
    mixed = graph.one("Attention", *qkv, q_num_heads=heads, kv_num_heads=heads)
    attended = graph.linear([f"{name}.attention.output.dense"], mixed)
    x = graph.normalised(f"{name}.attention.output.LayerNorm", graph.one("Add", attended, x))
    neuron = graph.evened.neurons.get(name)
    rest = x if neuron is None else graph.one("Add", x, _alone(graph, name, neuron, x))
    inner = graph.one("Gelu", graph.linear([f"{name}.intermediate.dense"], x))
    out = graph.linear([f"{name}.output.dense"], inner)
    return graph.normalised(f"{name}.output.LayerNorm", graph.one("Add", out, rest))


def _alone(graph: _Graph, name: str, neuron: int, x: str) -> str:
    """What one neuron of a feed-forward gives, in 32 bits; it goes from the 8-bit products."""
    first, second = f"{name}.intermediate.dense", f"{name}.output.dense"
    own = slice(neuron, neuron + 1)
    ways_in = graph.constant(f"{first}.alone", graph.taken(f"{first}.weight", own).T)
    bias = graph.constant(f"{first}.alone_bias", graph.taken(f"{first}.bias", own))
    ways_out = graph.taken(f"{second}.weight", (slice(None), own)).T
    excited = graph.one("Gelu", graph.one("Add", graph.one("MatMul", x, ways_in), bias))
    return graph.one("MatMul", excited, graph.constant(f"{second}.alone", ways_out))


def _vector(graph: _Graph, head: Head, x: str) -> dict[str, list[int | str]]:
    if head == "cls":
        pooled = graph.one("Gather", x, graph.constant("first", np.array(0)), axis=1)
    else:
        axis = graph.constant("token_axis", np.array([1]))
        pooled = graph.one("ReduceMean", x, axis, keepdims=0)
    graph.output("vectors", graph.one("LpNormalization", pooled, axis=-1, p=2))
    return {"vectors": [1, "hidden"]}


def _span(graph: _Graph, x: str) -> dict[str, list[int | str]]:
    weight = graph.constant("head.weight", graph.tensors["head.weight"].T)
    logits = graph.one("Add", graph.one("MatMul", x, weight), graph.tensor("head.bias"))
    axes = graph.constant("outer_axes", np.array([0, 2]))
    for name, part in zip(
        ("starts", "ends"),
        graph.node("Split", [logits], 2, axis=-1, num_outputs=2),
        strict=True,
    ):
        graph.output(name, graph.one("Squeeze", part, axes))
    return {"starts": ["tokens"], "ends": ["tokens"]}
