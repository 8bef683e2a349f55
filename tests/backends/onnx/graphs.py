"""Files of ONNX that are written node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

Shape = Sequence[int | str]


def model(
    nodes: Sequence[Any],
    inputs: Mapping[str, Shape],
    constants: Mapping[str, Any] | None = None,
    *,
    outputs: Sequence[str] = ("y",),
    opset: int = 18,
    kinds: Mapping[str, int] | None = None,
) -> Any:
    """A model with these nodes. Its inputs are floats, unless ``kinds`` says otherwise."""
    kinds = kinds or {}
    float_ = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info(n, kinds.get(n, float_), s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(n, kinds.get(n, float_), None) for n in outputs],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in (constants or {}).items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = 9
    return made


def small() -> Any:
    """A convolution and its activation."""
    random = np.random.default_rng(0)
    weight = random.normal(size=(4, 3, 3, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight"], ["c"], "/conv/Conv", kernel_shape=[3, 3]),
        helper.make_node("Relu", ["c"], ["y"], "/relu/Relu"),
    ]
    return model(nodes, {"x": ["N", 3, 8, 8]}, {"conv.weight": weight})


def write(proto: Any, path: Path) -> Path:
    path.write_bytes(proto.SerializeToString())
    return path


def write_small(path: Path) -> Path:
    return write(small(), path)
