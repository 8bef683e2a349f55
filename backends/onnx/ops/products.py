"""Products, convolutions, pools and norms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from ..op_table import Value, maybe_tensor, op, operand, require, shortest, tensor

F: Final[Any] = functional


@op("MatMul")
def _matmul(a: Value, b: Value) -> Value:
    return torch.matmul(tensor(a), tensor(b))


@op("Gemm")
def _gemm(
    a: Tensor,
    b: Tensor,
    c: Value = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,  # noqa: N803
    transB: int = 0,  # noqa: N803
) -> Value:
    product = torch.matmul(a.mT if transA else a, b.mT if transB else b)
    product = product if alpha == 1 else product * alpha
    if c is None or beta == 0:
        return product
    return product + (operand(c) if beta == 1 else operand(c) * beta)


@op("Linear")
def _linear(x: Tensor, weight: Value, bias: Value = None) -> Value:
    """A product with a weight that is transposed, and a bias: several nodes of a file."""
    return F.linear(x, tensor(weight), maybe_tensor(bias))


@op("Einsum")
def _einsum(*tensors: Tensor, equation: str) -> Value:
    return torch.einsum(equation, *tensors)


def pads_of(
    x: Tensor,
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    pads: Sequence[int],
    auto_pad: str,
) -> list[int]:
    """The padding before each axis, then that after each axis."""
    if auto_pad in ("NOTSET", "VALID"):
        return list(pads) if pads and auto_pad == "NOTSET" else [0] * (2 * len(kernel))
    require(auto_pad in ("SAME_UPPER", "SAME_LOWER"), f"its auto_pad {auto_pad}")
    sums = []
    for size, k, stride, dilation in zip(x.shape[2:], kernel, strides, dilations, strict=True):
        count = -(-size // stride)
        sums.append(max(0, (count - 1) * stride + (k - 1) * dilation + 1 - size))
    less, more = [s // 2 for s in sums], [s - s // 2 for s in sums]
    return [*less, *more] if auto_pad == "SAME_UPPER" else [*more, *less]


def padded(x: Tensor, pads: Sequence[int], value: float = 0.0) -> tuple[Tensor, list[int]]:
    """The padding that a layer can do itself. If both sides differ, the tensor is padded before
    it."""
    half = len(pads) // 2
    before, after = list(pads[:half]), list(pads[half:])
    if before == after:
        return x, before
    sides = [side for pair in reversed(list(zip(before, after, strict=True))) for side in pair]
    return F.pad(x, sides, value=value), [0] * half


@op("Conv")
def _conv(
    x: Tensor,
    weight: Tensor,
    bias: Value = None,
    *,
    kernel_shape: Sequence[int] = (),
    strides: Sequence[int] = (),
    dilations: Sequence[int] = (),
    pads: Sequence[int] = (),
    group: int = 1,
    auto_pad: str = "NOTSET",
) -> Value:
    axes = weight.dim() - 2
    strides, dilations = strides or [1] * axes, dilations or [1] * axes
    pads = pads_of(x, weight.shape[2:], strides, dilations, pads, auto_pad)
    x, padding = padded(x, pads)
    function = (F.conv1d, F.conv2d, F.conv3d)[axes - 1]
    made: Tensor = function(x, weight, maybe_tensor(bias), strides, padding, dilations, group)
    return made


@op("ConvTranspose")
def _conv_transpose(
    x: Tensor,
    weight: Tensor,
    bias: Value = None,
    *,
    kernel_shape: Sequence[int] = (),
    strides: Sequence[int] = (),
    dilations: Sequence[int] = (),
    pads: Sequence[int] = (),
    output_padding: Sequence[int] = (),
    group: int = 1,
    auto_pad: str = "NOTSET",
) -> Value:
    axes = weight.dim() - 2
    require(auto_pad == "NOTSET", f"its auto_pad {auto_pad}")
    pads = pads or [0] * (2 * axes)
    require(list(pads[:axes]) == list(pads[axes:]), "its padding, which differs on both sides,")
    function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[axes - 1]
    made: Tensor = function(
        x,
        weight,
        maybe_tensor(bias),
        strides or [1] * axes,
        pads[:axes],
        output_padding or [0] * axes,
        group,
        dilations or [1] * axes,
    )
    return made


@op("MaxPool")
def _max_pool(
    x: Tensor,
    *,
    kernel_shape: Sequence[int],
    strides: Sequence[int] = (),
    dilations: Sequence[int] = (),
    pads: Sequence[int] = (),
    ceil_mode: int = 0,
    auto_pad: str = "NOTSET",
    storage_order: int = 0,
    outputs: int = 1,
) -> Value:
    axes = len(kernel_shape)
    require(outputs == 1, "its second output")
    strides, dilations = strides or [1] * axes, dilations or [1] * axes
    pads = pads_of(x, kernel_shape, strides, dilations, pads, auto_pad)
    x, padding = padded(x, pads, -math.inf)
    function = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[axes - 1]
    return function(x, kernel_shape, strides, padding, dilations, bool(ceil_mode))


@op("AveragePool")
def _average_pool(
    x: Tensor,
    *,
    kernel_shape: Sequence[int],
    strides: Sequence[int] = (),
    dilations: Sequence[int] = (),
    pads: Sequence[int] = (),
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    auto_pad: str = "NOTSET",
) -> Value:
    axes = len(kernel_shape)
    require(set(dilations) <= {1}, "its dilation")
    strides = strides or [1] * axes
    pads = pads_of(x, kernel_shape, strides, [1] * axes, pads, auto_pad)
    same = list(pads[:axes]) == list(pads[axes:])
    require(same or bool(count_include_pad), "its padding, which differs on both sides,")
    x, padding = padded(x, pads)
    function = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[axes - 1]
    include = bool(count_include_pad) or not any(pads)
    made: Tensor = function(x, kernel_shape, strides, padding, bool(ceil_mode), include)
    return made


@op("GlobalMaxPool")
def _global_max_pool(x: Tensor) -> Value:
    return torch.amax(x, list(range(2, x.dim())), keepdim=True)


@op("BatchNormalization")
def _batch_norm(
    x: Tensor,
    scale: Value,
    shift: Value,
    mean: Value,
    variance: Value,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    training_mode: int = 0,
) -> Value:
    require(not training_mode, "its training mode")
    values = map(tensor, (mean, variance, scale, shift))
    return F.batch_norm(x, *values, eps=shortest(epsilon))


@op("InstanceNormalization")
def _instance_norm(x: Tensor, scale: Value, shift: Value, *, epsilon: float = 1e-5) -> Value:
    weights = (tensor(scale), tensor(shift))
    return F.instance_norm(x, None, None, *weights, eps=shortest(epsilon))


@op("LayerNormalization")
def _layer_norm(
    x: Tensor,
    scale: Value,
    shift: Value = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    outputs: int = 1,
) -> Value:
    require(outputs == 1, "its second output")
    shape = list(x.shape[axis:])
    return F.layer_norm(x, shape, tensor(scale), maybe_tensor(shift), shortest(epsilon))


@op("RMSNormalization")
def _rms_norm(x: Tensor, scale: Value, *, axis: int = -1, epsilon: float = 1e-5) -> Value:
    return F.rms_norm(x, list(x.shape[axis:]), tensor(scale), shortest(epsilon))


@op("GroupNormalization")
def _group_norm(
    x: Tensor,
    scale: Value,
    shift: Value,
    *,
    num_groups: int,
    epsilon: float = 1e-5,
    opset: int = 21,
) -> Value:
    weights = [tensor(scale), tensor(shift)]
    if opset < 21:  # one number for each group
        weights = [w.repeat_interleave(x.shape[1] // num_groups) for w in weights]
    return F.group_norm(x, num_groups, *weights, eps=shortest(epsilon))


@op("GroupNorm")
def _group_norm_of_channels(
    x: Tensor, scale: Value, shift: Value, *, num_groups: int, epsilon: float = 1e-5
) -> Value:
    """A group norm with a number for each channel: several nodes of a file."""
    return F.group_norm(x, num_groups, tensor(scale), tensor(shift), shortest(epsilon))


@op("LpNormalization")
def _lp_normalization(x: Tensor, *, axis: int = -1, p: int = 2) -> Value:
    return F.normalize(x, p, axis)


@op("LRN")
def _lrn(
    x: Tensor, *, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0
) -> Value:
    return F.local_response_norm(x, size, shortest(alpha), shortest(beta), shortest(bias))


@op("Attention")
def _attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Value = None,
    *,
    is_causal: int = 0,
    q_num_heads: int = 0,
    kv_num_heads: int = 0,
    scale: float | None = None,
    softcap: float = 0.0,
    qk_matmul_output_mode: int = 0,
    outputs: int = 1,
) -> Value:
    require(softcap == 0 and outputs == 1, "its softcap or its other outputs")
    parts = [query, key, value]
    joined = query.dim() == 3
    if joined:
        heads = (q_num_heads, kv_num_heads, kv_num_heads)
        split = zip(parts, heads, strict=True)
        parts = [p.reshape(*p.shape[:2], h, -1).transpose(1, 2) for p, h in split]
    repeat = parts[0].shape[1] // parts[1].shape[1]
    if repeat > 1:
        parts[1:] = [p.repeat_interleave(repeat, 1) for p in parts[1:]]
    usual = scale is None or abs(scale - parts[0].shape[-1] ** -0.5) < 1e-6
    settings = {} if usual else {"scale": scale}
    mask = None if mask is None else tensor(mask)
    result = F.scaled_dot_product_attention(
        *parts, attn_mask=mask, is_causal=bool(is_causal), **settings
    )
    return result.transpose(1, 2).flatten(2) if joined else result
