"""Each op computes what onnxruntime computes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper

from netwright.backends.onnx.assembling import assemble, prepare
from netwright.backends.onnx.onnx_file import read_graph
from netwright.backends.onnx.onnx_runs import compare
from netwright.backends.onnx.op_table import ops

from .graphs import model, write

FIRST = 13
"""The opset of most cases."""


def array(*shape: int, seed: int = 0, low: float = -2.0, high: float = 2.0) -> Any:
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def ints(*values: int) -> Any:
    return np.array(values, np.int64)


IMAGE, ROWS = (2, 4, 6, 8), (2, 5, 6)
NUMBER = np.array(0.5, np.float32)

Case = tuple[str, tuple[int, ...], tuple[Any, ...], dict[str, Any], int]


PLAIN = """
    Abs Neg Sign Floor Ceil Round Relu Sigmoid Tanh Erf Exp Sin Cos Tan Atan Sinh Cosh Asinh
    Softplus Softsign HardSigmoid HardSwish Elu Celu Selu LeakyRelu Identity Reciprocal
"""


def cases() -> Iterator[Case]:
    """Ops with the shape of the first input, the other inputs, which are constant, the attributes
    and the opset."""
    for name in PLAIN.split():
        yield name, IMAGE, (), {}, 14
    for name in ("Sqrt", "Log", "Acosh"):
        yield f"Exp {name}" if name != "Sqrt" else "Abs Sqrt", IMAGE, (), {}, FIRST
    yield "Gelu", IMAGE, (), {}, 20
    yield "Gelu", IMAGE, (), {"approximate": "tanh"}, 20
    yield "Mish", IMAGE, (), {}, 18
    yield "LeakyRelu", IMAGE, (), {"alpha": 0.3}, 16
    yield "Elu", IMAGE, (), {"alpha": 0.7}, FIRST
    yield "HardSigmoid", IMAGE, (), {"alpha": 1 / 6}, FIRST
    for name in ("Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean"):
        yield name, IMAGE, (NUMBER,), {}, FIRST
        yield name, IMAGE, (array(4, 1, 1, low=1.0),), {}, FIRST
        yield name, IMAGE, (array(*IMAGE[1:], low=1.0),), {}, FIRST
    yield "Pow", IMAGE, (np.array(2, np.float32),), {}, FIRST
    yield "Mod", IMAGE, (np.array(1.5, np.float32),), {"fmod": 1}, FIRST
    yield "PRelu", IMAGE, (array(4, 1, 1),), {}, 16
    yield "PRelu", IMAGE, (array(1),), {}, 16
    yield "Clip", IMAGE, (np.array(-0.5, np.float32), np.array(1, np.float32)), {}, FIRST
    yield "Clip", IMAGE, (np.array(0, np.float32), np.array(6, np.float32)), {}, FIRST
    yield "Clip", IMAGE, (np.array(0, np.float32),), {}, FIRST
    yield "Softmax", ROWS, (), {"axis": 1}, FIRST
    yield "Softmax", ROWS, (), {}, FIRST
    yield "LogSoftmax", ROWS, (), {"axis": -2}, FIRST
    yield "MatMul", ROWS, (array(6, 3),), {}, FIRST
    yield "MatMul", ROWS, (array(2, 6, 3),), {}, FIRST
    yield "Gemm", (2, 6), (array(6, 3), array(3)), {}, FIRST
    yield "Gemm", (2, 6), (array(3, 6), array(3)), {"transB": 1}, FIRST
    yield "Gemm", (2, 6), (array(3, 6), array(3)), {"transB": 1, "alpha": 0.5, "beta": 2.0}, FIRST
    yield "Gemm", (2, 6), (array(6, 3),), {"alpha": 0.5}, FIRST
    yield from convolutions()
    yield from pools()
    yield from norms()
    yield from shapes()
    yield from reductions()


def convolutions() -> Iterator[Case]:
    weight, bias = array(6, 4, 3, 3), array(6)
    yield "Conv", IMAGE, (weight,), {}, FIRST
    yield "Conv", IMAGE, (weight, bias), {"pads": [1] * 4, "strides": [2, 1]}, FIRST
    yield "Conv", IMAGE, (weight, bias), {"pads": [0, 1, 1, 0]}, FIRST
    yield "Conv", IMAGE, (weight, bias), {"dilations": [2, 2], "pads": [2] * 4}, FIRST
    yield "Conv", IMAGE, (array(4, 1, 3, 3),), {"group": 4}, FIRST
    for auto in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        yield "Conv", IMAGE, (weight, bias), {"auto_pad": auto, "strides": [2, 2]}, FIRST
        yield "Conv", IMAGE, (weight, bias), {"auto_pad": auto, "kernel_shape": [3, 3]}, FIRST
    yield "Conv", ROWS, (array(3, 5, 3),), {"pads": [1, 1]}, FIRST
    yield "Conv", (2, 2, 4, 5, 6), (array(3, 2, 2, 2, 2),), {}, FIRST
    up = array(4, 3, 3, 3)
    yield "ConvTranspose", IMAGE, (up,), {}, FIRST
    yield "ConvTranspose", IMAGE, (up, array(3)), {"strides": [2, 2], "pads": [1] * 4}, FIRST
    settings = {"strides": [2, 2], "pads": [1] * 4, "output_padding": [1, 1], "group": 2}
    yield "ConvTranspose", IMAGE, (up, array(6)), settings, FIRST


def pools() -> Iterator[Case]:
    for name in ("MaxPool", "AveragePool"):
        yield name, IMAGE, (), {"kernel_shape": [2, 3]}, FIRST
        yield name, IMAGE, (), {"kernel_shape": [3, 3], "strides": [2, 2]}, FIRST
        yield name, IMAGE, (), {"kernel_shape": [2, 2], "strides": [3, 3], "ceil_mode": 1}, FIRST
        padding = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4}
        yield name, IMAGE, (), padding, FIRST
        yield name, ROWS, (), {"kernel_shape": [2]}, FIRST
    yield "MaxPool", IMAGE, (), {"kernel_shape": [3, 3], "pads": [0, 0, 1, 1]}, FIRST
    yield "MaxPool", IMAGE, (), {"kernel_shape": [2, 2], "auto_pad": "SAME_UPPER"}, FIRST
    yield "MaxPool", IMAGE, (), {"kernel_shape": [2, 2], "dilations": [2, 2]}, FIRST
    counted = {"kernel_shape": [3, 3], "pads": [1] * 4, "count_include_pad": 1}
    yield "AveragePool", IMAGE, (), counted, FIRST
    yield "AveragePool", IMAGE, (), {**counted, "pads": [0, 0, 1, 1]}, FIRST
    yield "GlobalAveragePool", IMAGE, (), {}, FIRST
    yield "GlobalAveragePool", ROWS, (), {}, FIRST
    yield "GlobalMaxPool", IMAGE, (), {}, FIRST


def norms() -> Iterator[Case]:
    four = (array(4), array(4, seed=1))
    statistics = (array(4, seed=2), array(4, seed=3, low=0.5))
    yield "BatchNormalization", IMAGE, (*four, *statistics), {}, 15
    yield "BatchNormalization", IMAGE, (*four, *statistics), {"epsilon": 0.1}, FIRST
    yield "BatchNormalization", (2, 4), (*four, *statistics), {}, 15
    yield "InstanceNormalization", IMAGE, four, {"epsilon": 1e-3}, FIRST
    yield "LayerNormalization", ROWS, (array(6), array(6)), {"epsilon": 1e-3}, 17
    yield "LayerNormalization", ROWS, (array(5, 6),), {"axis": 1}, 17
    yield "GroupNormalization", IMAGE, four, {"num_groups": 2}, 21
    yield "RMSNormalization", ROWS, (array(6),), {}, 23
    yield "LpNormalization", ROWS, (), {"axis": 1, "p": 2}, FIRST
    yield "LRN", IMAGE, (), {"size": 3}, FIRST


def shapes() -> Iterator[Case]:
    yield "Reshape", IMAGE, (ints(0, -1),), {}, FIRST
    yield "Reshape", IMAGE, (ints(-1, 4, 48),), {}, FIRST
    yield "Reshape", IMAGE, (ints(0, 2, 2, 6, 8),), {}, FIRST
    yield "Flatten", IMAGE, (), {}, FIRST
    yield "Flatten", IMAGE, (), {"axis": 2}, FIRST
    yield "Flatten", IMAGE, (), {"axis": -1}, FIRST
    yield "Transpose", IMAGE, (), {"perm": [0, 2, 3, 1]}, FIRST
    yield "Transpose", IMAGE, (), {"perm": [0, 1, 3, 2]}, FIRST
    yield "Unsqueeze", ROWS, (ints(1, -1),), {}, FIRST
    yield "Squeeze", (2, 1, 4, 1), (ints(1, 3),), {}, FIRST
    yield "Squeeze", (2, 1, 4), (ints(-2),), {}, FIRST
    yield "Slice", IMAGE, (ints(1, 0), ints(3, -1), ints(2, 3)), {}, FIRST
    yield "Slice", IMAGE, (ints(0), ints(2**62), ints(3), ints(2)), {}, FIRST
    yield "Slice", IMAGE, (ints(-1), ints(-(2**62)), ints(2), ints(-1)), {}, FIRST
    yield "Gather", IMAGE, (ints(1, 0, 3),), {"axis": 1}, FIRST
    yield "Gather", IMAGE, (np.array(-1, np.int64),), {"axis": 2}, FIRST
    yield "Gather", IMAGE, (np.array([[0, 1], [2, 3]], np.int64),), {"axis": 1}, FIRST
    yield "Split", IMAGE, (ints(1, 3),), {"axis": 1}, FIRST
    yield "Split", IMAGE, (), {"axis": 1, "num_outputs": 2}, 18
    yield "Split", ROWS, (), {"axis": 1, "num_outputs": 2}, 18
    yield "Concat", IMAGE, (array(*IMAGE),), {"axis": 1}, FIRST
    yield "Expand", (2, 1, 6), (ints(1, 4, 1),), {}, FIRST
    yield "Expand", (2, 1, 6), (ints(3, 1, 4, 6),), {}, FIRST
    yield "Tile", ROWS, (ints(1, 2, 3),), {}, FIRST
    yield "Pad", IMAGE, (ints(0, 0, 1, 2, 0, 0, 3, 0), np.array(1.5, np.float32)), {}, FIRST
    for mode in ("reflect", "edge"):
        yield "Pad", IMAGE, (ints(0, 0, 1, 2, 0, 0, 3, 1),), {"mode": mode}, FIRST
    yield "Pad", IMAGE, (ints(0, 0, 1, 2, 0, 0, 3, 1),), {"mode": "wrap"}, 19
    for mode in ("DCR", "CRD"):
        yield "DepthToSpace", IMAGE, (), {"blocksize": 2, "mode": mode}, FIRST
    yield "SpaceToDepth", IMAGE, (), {"blocksize": 2}, FIRST
    yield "Trilu", ROWS, (), {"upper": 0}, 14
    yield "Trilu", ROWS, (np.array(1, np.int64),), {"upper": 1}, 14
    yield "CumSum", ROWS, (np.array(1, np.int64),), {}, 14
    none = np.array([], np.float32)
    twice = np.array([1, 1, 2, 2], np.float32)
    for how in (
        {
            "mode": "nearest",
            "coordinate_transformation_mode": "asymmetric",
            "nearest_mode": "floor",
        },
        {"mode": "linear", "coordinate_transformation_mode": "half_pixel"},
        {"mode": "linear", "coordinate_transformation_mode": "align_corners"},
        {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"},
        {"mode": "cubic", "coordinate_transformation_mode": "half_pixel"},
    ):
        yield "Resize", IMAGE, (none, twice), how, FIRST
        yield "Resize", IMAGE, (none, none, ints(2, 4, 9, 11)), how, FIRST
        yield "Resize", IMAGE, (none, none, ints(2, 4, 12, 16)), how, FIRST
    yield "Cast", IMAGE, (), {"to": TensorProto.INT64}, FIRST
    yield "Cast", IMAGE, (), {"to": TensorProto.BOOL}, FIRST


def reductions() -> Iterator[Case]:
    for name in ("Mean", "Max", "Min", "L1", "L2", "SumSquare", "LogSumExp"):
        yield f"Reduce{name}", IMAGE, (), {"axes": [1, 2], "keepdims": 0}, FIRST
        yield f"Reduce{name}", IMAGE, (ints(-1),), {}, 18
    yield "ReduceMean", IMAGE, (ints(2, 3),), {"keepdims": 1}, 18
    yield "ReduceMean", IMAGE, (), {"axes": [2, 3], "keepdims": 0}, FIRST
    yield "ReduceSum", IMAGE, (ints(1, 3),), {"keepdims": 0}, FIRST
    yield "ReduceProd", IMAGE, (), {"axes": [1], "keepdims": 0}, FIRST
    for name in ("ArgMax", "ArgMin"):
        yield name, ROWS, (), {"axis": 1, "keepdims": 0}, FIRST
        yield name, ROWS, (), {"axis": -1}, FIRST
    yield "TopK", ROWS, (ints(3),), {}, FIRST
    yield "TopK", ROWS, (ints(2),), {"axis": 1, "largest": 0}, FIRST


TWO_RESULTS = {"Split", "TopK"}
CASES = list(cases())


def check(proto: Any, inputs: dict[str, Any], path: Path) -> None:
    """Compares a file with onnxruntime."""
    tensors = {name: torch.from_numpy(value) for name, value in inputs.items()}
    file = write(proto, path)
    graph = read_graph(file)
    prepare(graph)
    module = assemble(graph, tensors)
    result = compare(file, graph, module, tuple(tensors.values()))
    assert not result.reasons
    assert result.difference < 1e-5


@pytest.mark.parametrize("case", [pytest.param(c, id=f"{c[0]} {i}") for i, c in enumerate(CASES)])
def test_an_op(case: Case, tmp_path: Path) -> None:
    names, shape, others, attributes, opset = case
    *before, name = names.split()
    outputs = ["y", "z"] if name in TWO_RESULTS else ["y"]
    nodes = [helper.make_node(op, ["x"], ["b"]) for op in before]
    constants = {f"c{i}": value for i, value in enumerate(others)}
    first = "b" if before else "x"
    nodes.append(helper.make_node(name, [first, *constants], outputs, **attributes))
    proto = model(nodes, {"x": ["N", *shape[1:]]}, constants, outputs=outputs, opset=opset,
                  kinds=kinds(name, attributes))  # fmt: skip
    check(proto, {"x": array(*shape)}, tmp_path / "op.onnx")


def kinds(name: str, attributes: dict[str, Any]) -> dict[str, int]:
    if name.startswith("Arg"):
        return {"y": TensorProto.INT64}
    if name == "TopK":
        return {"z": TensorProto.INT64}
    return {"y": attributes["to"]} if name == "Cast" else {}


LOGIC = ("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual")


@pytest.mark.parametrize("name", LOGIC)
def test_comparisons(name: str, tmp_path: Path) -> None:
    nodes = [
        helper.make_node(name, ["x", "c"], ["b"]),
        helper.make_node("Not", ["b"], ["n"]),
        helper.make_node("Where", ["n", "x", "half"], ["y"]),
    ]
    constants = {"c": array(5, 6), "half": NUMBER}
    check(
        model(nodes, {"x": ["N", 5, 6]}, constants, opset=16), {"x": array(*ROWS)}, tmp_path / "l"
    )


@pytest.mark.parametrize("name", ["And", "Or", "Xor"])
def test_logic(name: str, tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Greater", ["x", "half"], ["a"]),
        helper.make_node("Less", ["x", "one"], ["b"]),
        helper.make_node(name, ["a", "b"], ["c"]),
        helper.make_node("Where", ["c", "one", "x"], ["y"]),
    ]
    constants = {"half": NUMBER, "one": np.array(1, np.float32)}
    check(
        model(nodes, {"x": ["N", 5, 6]}, constants, opset=16), {"x": array(*ROWS)}, tmp_path / "l"
    )


@pytest.mark.parametrize("rank", [3, 4])
@pytest.mark.parametrize("causal", [0, 1])
def test_attention(rank: int, causal: int, tmp_path: Path) -> None:
    shape = (2, 5, 12) if rank == 3 else (2, 3, 5, 4)
    heads: dict[str, Any] = {"q_num_heads": 3, "kv_num_heads": 3} if rank == 3 else {}
    node = helper.make_node("Attention", ["q", "k", "v"], ["y"], is_causal=causal, **heads)
    inputs = {name: array(*shape, seed=i) for i, name in enumerate("qkv")}
    proto = model([node], {name: ["N", *shape[1:]] for name in inputs}, opset=23)
    proto.ir_version = 11
    check(proto, inputs, tmp_path / "attention.onnx")


def test_rows_of_a_table(tmp_path: Path) -> None:
    node = helper.make_node("Gather", ["table", "x"], ["y"])
    proto = model([node], {"x": ["N", 3]}, {"table": array(7, 4)}, kinds={"x": TensorProto.INT64})
    check(proto, {"x": np.array([[0, 6, 2], [1, 1, 5]])}, tmp_path / "gather.onnx")


def test_sizes_that_are_computed(tmp_path: Path) -> None:
    """Shape, Gather, Concat and the like become sizes, also for other batches."""
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "zero"], ["n"]),
        helper.make_node("Unsqueeze", ["n", "axis"], ["n1"]),
        helper.make_node("Slice", ["s", "one", "three"], ["rest"]),
        helper.make_node("ReduceProd", ["rest"], ["product"], keepdims=1),
        helper.make_node("Div", ["product", "two"], ["half"]),
        helper.make_node("Concat", ["n1", "two", "half"], ["shape"], axis=0),
        helper.make_node("Reshape", ["x", "shape"], ["y"]),
    ]
    constants = {
        "zero": np.array(0, np.int64),
        "axis": ints(0),
        "one": ints(1),
        "two": ints(2),
        "three": ints(3),
    }
    proto = model(nodes, {"x": ["N", 4, 6]}, constants, opset=13)
    check(proto, {"x": array(3, 4, 6)}, tmp_path / "sizes.onnx")


def test_most_ops_are_tried() -> None:
    tried = {word for case in CASES for word in case[0].split()} | {*LOGIC, "And", "Or", "Xor"}
    untried = {
        *("Not", "Where", "Attention", "Shape", "Size", "Constant", "ConstantOfShape", "Range"),
        *("Dropout", "CastLike", "Einsum", "EyeLike", "OneHot", "GatherElements"),
        *("ScatterElements", "IsNaN", "ReduceLogSum", "Asin", "Acos", "Atanh"),
        *("Linear", "Embedding", "GroupNorm", "Silu"),  # joined by netwright
    }
    assert set(ops()) - tried - untried == set()
