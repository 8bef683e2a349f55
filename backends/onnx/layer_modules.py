"""Nodes of ONNX as modules of PyTorch, where a node is one of its layers with constant weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from .onnx_graph import Node
from .op_table import constant, items, shortest

Make = Callable[["Call"], "nn.Module | None"]


@dataclass(frozen=True)
class Call:
    """A node with its constant inputs, by their places, and the shape of the first input."""

    node: Node
    constants: Sequence[Any]
    shape: Sequence[Any]
    result: Sequence[Any]
    opset: int

    def get(self, name: str, default: Any) -> Any:
        value = self.node.attributes.get(name, default)
        return shortest(value) if isinstance(value, float) else value

    @property
    def axes(self) -> int:
        """The number of axes of space."""
        return len(self.shape) - 2


@dataclass(frozen=True)
class Maker:
    """``weights`` are the names of the layer's weights, in the order of the node's inputs from
    ``first`` on."""

    make: Make
    weights: tuple[str, ...]
    first: int

    def weights_of(self, node: Node) -> list[str]:
        """The inputs of a node that are weights."""
        return node.inputs[self.first : self.first + len(self.weights)]

    def piped(self, node: Node) -> list[str]:
        """The input of a node that is no weight. The others of a layer are settings."""
        return node.inputs[:1] if self.first else node.inputs[len(self.weights) :][:1]


MAKERS: Final[dict[str, Maker]] = {}


def makes(*ops: str, weights: str = "", first: int = 1) -> Callable[[Make], Make]:
    """Declares the function that makes the layer for some ops."""

    def declare(make: Make) -> Make:
        MAKERS.update(dict.fromkeys(ops, Maker(make, tuple(weights.split()), first)))
        return make

    return declare


def layer_of(call: Call) -> nn.Module | None:
    """The layer that a node is; None if it is none. The weights are its own tensors."""
    maker = MAKERS.get(call.node.op)
    if maker is None:
        return None
    inputs = maker.weights_of(call.node)
    tensors = [call.constants[maker.first + i] for i, name in enumerate(inputs) if name]
    if any(not isinstance(tensor, Tensor) for tensor in tensors) or len(tensors) < len(
        maker.weights[:1]
    ):
        return None
    with torch.device("meta"):
        layer = maker.make(call)
    if layer is None:
        return None
    given = {n: call.constants[maker.first + i] for i, n in enumerate(maker.weights[: len(inputs)])}
    for name, tensor in given.items():
        if tensor is None:
            continue
        if getattr(layer, name, None) is None or getattr(layer, name).shape != tensor.shape:
            return None
        if name in layer._buffers:
            layer._buffers[name] = tensor
        else:
            setattr(layer, name, nn.Parameter(tensor, requires_grad=tensor.is_floating_point()))
    _fill(layer)
    return layer


def _fill(layer: nn.Module) -> None:
    """Gives values to the buffers that a file does not have."""
    for name, buffer in layer._buffers.items():
        if buffer is not None and buffer.is_meta:
            layer._buffers[name] = torch.zeros(buffer.shape, dtype=buffer.dtype)


def _numbers(tensor: Tensor) -> list[Any]:
    return items(constant(tensor))


def _symmetric(call: Call, axes: int) -> Any:
    """The padding if both sides have the same, else None."""
    auto = call.get("auto_pad", "NOTSET")
    pads = call.get("pads", [0] * (2 * axes))
    if auto == "VALID":
        return [0] * axes
    if auto != "NOTSET":
        return _automatic(call, axes)
    return list(pads[:axes]) if list(pads[:axes]) == list(pads[axes:]) else None


def _automatic(call: Call, axes: int) -> Any:
    """The padding of ``SAME_UPPER``, if the sizes of the input do not matter."""
    kernel = call.get("kernel_shape", None)
    if kernel is None or any(s != 1 for s in call.get("strides", [1] * axes)):
        return None
    dilations = call.get("dilations", [1] * axes)
    sums = [(k - 1) * d for k, d in zip(kernel, dilations, strict=True)]
    return [s // 2 for s in sums] if all(s % 2 == 0 for s in sums) else None


@makes("Conv", weights="weight bias")
def _conv(call: Call) -> nn.Module | None:
    weight = call.constants[1]
    axes = weight.dim() - 2
    padding = _symmetric(call, axes)
    if padding is None or not 1 <= axes <= 3:
        return None
    groups = call.get("group", 1)
    kind: Any = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1]
    return kind(  # type: ignore[no-any-return]
        weight.shape[1] * groups,
        weight.shape[0],
        tuple(weight.shape[2:]),
        tuple(call.get("strides", [1] * axes)),
        tuple(padding),
        tuple(call.get("dilations", [1] * axes)),
        groups,
        bias=_has(call, 2),
    )


def _has(call: Call, place: int) -> bool:
    return len(call.constants) > place and call.constants[place] is not None


@makes("ConvTranspose", weights="weight bias")
def _conv_transpose(call: Call) -> nn.Module | None:
    weight = call.constants[1]
    axes = weight.dim() - 2
    padding = _symmetric(call, axes)
    if padding is None or not 1 <= axes <= 3 or call.get("auto_pad", "NOTSET") != "NOTSET":
        return None
    groups = call.get("group", 1)
    kind: Any = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[axes - 1]
    return kind(  # type: ignore[no-any-return]
        weight.shape[0],
        weight.shape[1] * groups,
        tuple(weight.shape[2:]),
        tuple(call.get("strides", [1] * axes)),
        tuple(padding),
        tuple(call.get("output_padding", [0] * axes)),
        groups,
        _has(call, 2),
        tuple(call.get("dilations", [1] * axes)),
    )


@makes("Linear", weights="weight bias")
def _linear(call: Call) -> nn.Module:
    out, width = call.constants[1].shape
    return nn.Linear(width, out, bias=_has(call, 2))


@makes("Embedding", weights="weight", first=0)
def _embedding(call: Call) -> nn.Module:
    return nn.Embedding(*call.constants[0].shape)


@makes("BatchNormalization", weights="weight bias running_mean running_var")
def _batch_norm(call: Call) -> nn.Module | None:
    if not 0 <= call.axes <= 3 or call.get("training_mode", 0):
        return None
    kinds: Any = (nn.BatchNorm1d, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    momentum = round(1 - call.get("momentum", 0.9), 6)
    kind = kinds[call.axes]
    return kind(call.shape[1], eps=call.get("epsilon", 1e-5), momentum=momentum)  # type: ignore[no-any-return]


@makes("InstanceNormalization", weights="weight bias")
def _instance_norm(call: Call) -> nn.Module | None:
    if not 1 <= call.axes <= 3:
        return None
    kind: Any = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)[call.axes - 1]
    return kind(call.shape[1], eps=call.get("epsilon", 1e-5), affine=True)  # type: ignore[no-any-return]


@makes("LayerNormalization", weights="weight bias")
def _layer_norm(call: Call) -> nn.Module | None:
    shape = tuple(call.constants[1].shape)
    axis = call.get("axis", -1)
    if len(call.node.outputs) > 1 or axis % len(call.shape) != len(call.shape) - len(shape):
        return None
    return nn.LayerNorm(shape, eps=call.get("epsilon", 1e-5), bias=_has(call, 2))


@makes("RMSNormalization", weights="weight")
def _rms_norm(call: Call) -> nn.Module | None:
    shape = tuple(call.constants[1].shape)
    if call.get("axis", -1) % len(call.shape) != len(call.shape) - len(shape):
        return None
    return nn.RMSNorm(shape, eps=call.get("epsilon", 1e-5))


@makes("GroupNorm", "GroupNormalization", weights="weight bias")
def _group_norm(call: Call) -> nn.Module | None:
    if call.node.op == "GroupNormalization" and call.opset < 21:
        return None
    groups, eps = call.get("num_groups", 1), call.get("epsilon", 1e-5)
    return nn.GroupNorm(groups, call.shape[1], eps=eps)


@makes("PRelu", weights="weight")
def _prelu(call: Call) -> nn.Module | None:
    slope = call.constants[1]
    flat = slope.dim() == 1 or all(size == 1 for size in slope.shape[1:])
    return nn.PReLU(slope.shape[0]) if flat and slope.dim() == 1 else None


# --- layers without weights -------------------------------------------------------------------


_PLAIN: Final[dict[str, Callable[[], nn.Module]]] = {
    "Relu": nn.ReLU,
    "Sigmoid": nn.Sigmoid,
    "Tanh": nn.Tanh,
    "HardSwish": nn.Hardswish,
    "Silu": nn.SiLU,
    "Mish": nn.Mish,
    "Softplus": nn.Softplus,
    "Softsign": nn.Softsign,
    "Selu": nn.SELU,
    "Identity": nn.Identity,
}


@makes(*_PLAIN)
def _plain(call: Call) -> nn.Module:
    return _PLAIN[call.node.op]()


@makes("Gelu")
def _gelu(call: Call) -> nn.Module:
    return nn.GELU(call.get("approximate", "none"))


@makes("HardSigmoid")
def _hard_sigmoid(call: Call) -> nn.Module | None:
    usual = math.isclose(call.get("alpha", 0.2), 1 / 6, rel_tol=1e-4)
    return nn.Hardsigmoid() if usual and call.get("beta", 0.5) == 0.5 else None


@makes("LeakyRelu")
def _leaky_relu(call: Call) -> nn.Module:
    return nn.LeakyReLU(call.get("alpha", 0.01))


@makes("Elu")
def _elu(call: Call) -> nn.Module:
    return nn.ELU(call.get("alpha", 1.0))


@makes("Softmax")
def _softmax(call: Call) -> nn.Module:
    return nn.Softmax(call.get("axis", -1))


@makes("Clip")
def _clip(call: Call) -> nn.Module | None:
    bounds = [_numbers(c)[0] if c is not None else None for c in call.constants[1:]]
    return nn.ReLU6() if bounds == [0, 6] else None


@makes("Dropout")
def _dropout(call: Call) -> nn.Module:
    ratio = call.constants[1] if _has(call, 1) else None
    return nn.Dropout(0.5 if ratio is None else _numbers(ratio)[0])


@makes("MaxPool")
def _max_pool(call: Call) -> nn.Module | None:
    axes = call.axes
    padding = _symmetric(call, axes)
    if padding is None or len(call.node.outputs) > 1 or not 1 <= axes <= 3:
        return None
    kind: Any = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[axes - 1]
    settings = [call.get("kernel_shape", []), call.get("strides", [1] * axes), padding]
    settings.append(call.get("dilations", [1] * axes))
    ceil = bool(call.get("ceil_mode", 0))
    return kind(*map(_collapsed, settings), ceil_mode=ceil)  # type: ignore[no-any-return]


def _collapsed(sizes: Sequence[int]) -> Any:
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)


@makes("AveragePool")
def _average_pool(call: Call) -> nn.Module | None:
    axes = call.axes
    padding = _symmetric(call, axes)
    if padding is None or not 1 <= axes <= 3 or set(call.get("dilations", [1])) != {1}:
        return None
    kind: Any = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)[axes - 1]
    include = bool(call.get("count_include_pad", 0)) or not any(padding)
    settings = (call.get("kernel_shape", []), call.get("strides", [1] * axes), padding)
    ceil = bool(call.get("ceil_mode", 0))
    return kind(*map(_collapsed, settings), ceil, include)  # type: ignore[no-any-return]


@makes("GlobalAveragePool", "ReduceMean")
def _global_pool(call: Call) -> nn.Module | None:
    if not 1 <= call.axes <= 3:
        return None
    if call.node.op == "ReduceMean":
        axes = call.node.attributes.get("axes") or (
            _numbers(call.constants[1]) if _has(call, 1) else []
        )
        rank = len(call.shape)
        pools = sorted(a % rank for a in axes) == list(range(2, rank)) and call.axes > 1
        if not pools or not call.get("keepdims", 1):
            return None
    kinds: Any = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
    return kinds[call.axes - 1](1)  # type: ignore[no-any-return]


@makes("Flatten", "Reshape")
def _flatten(call: Call) -> nn.Module | None:
    if call.node.op == "Flatten":
        return nn.Flatten() if call.get("axis", 1) == 1 else None
    is_flat = len(call.result) == 2 and len(call.shape) > 2 and call.result[0] == call.shape[0]
    return nn.Flatten() if is_flat else None


@makes("DepthToSpace")
def _depth_to_space(call: Call) -> nn.Module | None:
    return nn.PixelShuffle(call.get("blocksize", 1)) if call.get("mode", "") == "CRD" else None
