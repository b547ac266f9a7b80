"""An ONNX graph while its nodes and constants are collected; its input and outputs are float32."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnx

ORT = "com.microsoft"  # the domain of ONNX Runtime's own operators
_OPSETS = {"": 23, ORT: 1}
_IR_VERSION = 10

Shape = Sequence[int | str]  # a name stands for any size


class Graph:
    """Nodes and constants by their names."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        """The name of a constant that is stored once."""
        from onnx import numpy_helper

        array = np.asarray(value, order="C")
        self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def node(
        self, kind: str, inputs: Sequence[str], count: int = 1, domain: str = "", **settings: Any
    ) -> list[str]:
        """The names of a new node's outputs."""
        from onnx import helper

        name = f"{kind}_{len(self._nodes)}"
        outputs = [f"{name}.{i}" for i in range(count)]
        made = helper.make_node(kind, inputs, outputs, name, domain=domain, **settings)
        self._nodes.append(made)
        return outputs

    def one(self, kind: str, *inputs: str, domain: str = "", **settings: Any) -> str:
        """The name of a new node's only output."""
        return self.node(kind, inputs, domain=domain, **settings)[0]

    def output(self, name: str, x: str) -> None:
        """Give a value the name of an output."""
        from onnx import helper

        self._nodes.append(helper.make_node("Identity", [x], [name], name))

    def model(self, given: str, shape: Shape, outputs: Mapping[str, Shape]) -> onnx.ModelProto:
        """The finished model of the input ``given``; ``outputs`` gives each output's shape."""
        from onnx import TensorProto, helper

        def value(name: str, shape: Shape) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(
            self._nodes,
            "model",
            [value(given, shape)],
            [value(name, shape) for name, shape in outputs.items()],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
