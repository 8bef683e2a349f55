"""Shapes, and ops that move elements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..op_table import (
    Setting,
    Value,
    check_size,
    is_numbers,
    items,
    numbers,
    op,
    operand,
    require,
    same_size,
    tensor,
)

F: Final[Any] = functional


@op("Shape")
def _shape(x: Value, *, start: int = 0, end: int | None = None) -> Value:
    return numbers(list(x.shape)[start:end])


@op("Size")
def _size(x: Value) -> Value:
    return numbers(math.prod(x.shape))


@op("Reshape")
def _reshape(x: Value, shape: Setting, *, allowzero: int = 0) -> Value:
    target = items(shape)
    if not allowzero:
        target = [x.shape[i] if _is_zero(n) else n for i, n in enumerate(target)]
    if is_numbers(x):
        return x.reshape(target)
    if len(target) == 2 and x.dim() > 2 and _keeps_first(x, target):
        return torch.flatten(x, 1)
    return torch.reshape(x, target)


def _keeps_first(x: Tensor, target: Sequence[Any]) -> bool:
    """Whether a reshape keeps the first axis and joins all others."""
    return same_size(target[0], x.shape[0]) or (
        same_size(target[0], -1) and same_size(target[1], math.prod(x.shape[1:]))
    )


def _is_zero(size: Any) -> bool:
    return isinstance(size, int) and size == 0


@op("Flatten")
def _flatten(x: Tensor, *, axis: int = 1) -> Value:
    axis = axis + x.dim() if axis < 0 else axis
    if axis == 1:
        return torch.flatten(x, 1)
    return torch.reshape(x, [math.prod(x.shape[:axis]), math.prod(x.shape[axis:])])


@op("Transpose")
def _transpose(x: Value, *, perm: Sequence[int] = ()) -> Value:
    order = list(perm) or list(range(len(x.shape)))[::-1]
    if is_numbers(x):
        return np.transpose(x, order)
    moved = [i for i, axis in enumerate(order) if i != axis]
    if len(moved) == 2 and order[moved[0]] == moved[1]:
        return torch.transpose(x, *moved)
    return torch.permute(x, order)


@op("Squeeze")
def _squeeze(x: Value, axes: Setting = None) -> Value:
    if is_numbers(x):
        return x.reshape(()) if x.size == 1 else x
    if axes is None:
        known = [i for i, size in enumerate(x.shape) if isinstance(size, int) and size == 1]
    else:
        known = items(axes)
    return torch.squeeze(x, known[0] if len(known) == 1 else known)


@op("Unsqueeze")
def _unsqueeze(x: Value, axes: Setting) -> Value:
    places = items(axes)
    if is_numbers(x):
        return np.expand_dims(x, tuple(places))
    rank = x.dim() + len(places)
    for axis in sorted(axis % rank for axis in places):
        x = torch.unsqueeze(x, axis)
    return x


@op("Concat")
def _concat(*values: Value, axis: int) -> Value:
    if all(map(is_numbers, values)):
        return np.concatenate(values, axis)
    return torch.cat([tensor(value) for value in values], axis)


@op("Split")
def _split(
    x: Value,
    sizes: Setting = None,
    *,
    axis: int = 0,
    num_outputs: int = 0,
    outputs: int = 1,
) -> Value:
    lengths = items(sizes) if sizes is not None else _equal_parts(x.shape[axis], outputs)
    if is_numbers(x):
        return tuple(np.split(x, np.cumsum(lengths)[:-1].tolist(), axis))
    if len(set(lengths)) == 1 and lengths[0] * len(lengths) == x.shape[axis]:
        return torch.chunk(x, len(lengths), axis)
    return torch.split(x, lengths, axis)


def _equal_parts(size: int, count: int) -> list[int]:
    part = -(-size // count)
    return [part] * (count - 1) + [size - part * (count - 1)]


@op("Slice")
def _slice(
    x: Value, starts: Setting, ends: Setting, axes: Setting = None, steps: Setting = None
) -> Value:
    begin, stop = items(starts), items(ends)
    where = items(axes) if axes is not None else list(range(len(begin)))
    stride = items(steps) if steps is not None else [1] * len(begin)
    for axis, start, end, step in zip(where, begin, stop, stride, strict=True):
        if is_numbers(x):
            x = x[slice(start, _none(end), step)]
        elif step < 0:
            whole = start in (-1, x.shape[axis] - 1) and end < -x.shape[axis] and step == -1
            require(whole, "its step")
            x = torch.flip(x, [axis])
        else:
            x = _cut(x, axis % x.dim(), start, end, step)
    return x


def _none(end: Any) -> Any:
    return None if isinstance(end, int) and end >= 2**31 - 1 else end


def _cut(x: Tensor, axis: int, start: Any, end: Any, step: int) -> Value:
    start = None if _is_zero(start) else start
    cut = slice(start, _none(end), step if step != 1 else None)
    return x[(slice(None),) * axis + (cut,)]


@op("Gather")
def _gather(x: Value, indices: Value, *, axis: int = 0) -> Value:
    if is_numbers(x) and is_numbers(indices):
        return np.asarray(np.take(x, indices.astype(int), axis), dtype=object)
    if is_numbers(indices) and indices.ndim == 0:
        return torch.select(x, axis, indices[()])
    if is_numbers(indices):
        return torch.index_select(x, axis, tensor(indices))
    if indices.dim() == 1:
        return torch.index_select(tensor(x), axis, indices)
    x = tensor(x)
    return x[(slice(None),) * (axis % x.dim()) + (indices,)]


@op("Embedding")
def _embedding(weight: Tensor, indices: Tensor) -> Value:
    """Rows of a weight: a Gather of a file."""
    return F.embedding(indices, weight)


@op("GatherElements")
def _gather_elements(x: Tensor, indices: Value, *, axis: int = 0) -> Value:
    return torch.gather(x, axis, tensor(indices))


@op("ScatterElements")
def _scatter_elements(
    x: Tensor, indices: Value, updates: Value, *, axis: int = 0, reduction: str = "none"
) -> Value:
    require(reduction == "none", f"its reduction {reduction}")
    return torch.scatter(x, axis, tensor(indices), tensor(updates))


@op("Expand")
def _expand(x: Value, shape: Setting) -> Value:
    few = is_numbers(x) and len(items(shape)) <= 1
    if few and all(isinstance(n, int) for n in items(shape)):
        whole = np.broadcast_shapes(x.shape, tuple(items(shape)))
        check_size(whole)
        return np.broadcast_to(x, whole)
    target = items(shape)
    if is_numbers(x) and x.size == 1:
        return torch.full(target, operand(x))
    x = tensor(x)
    front = [1] * (len(target) - x.dim())
    own = [1] * (x.dim() - len(target)) + target
    sizes = [
        size if isinstance(wanted, int) and wanted == 1 else wanted
        for size, wanted in zip([*front, *x.shape], own, strict=True)
    ]
    kept = [same_size(a, b) for a, b in zip(x.shape, sizes, strict=False)]
    return x if len(sizes) == x.dim() and all(kept) else x.expand(sizes)


@op("Tile")
def _tile(x: Value, repeats: Setting) -> Value:
    if is_numbers(x):
        return np.tile(x, items(repeats))
    return x.repeat(items(repeats))


@op("Pad")
def _pad(
    x: Tensor, pads: Setting, value: Setting = None, axes: Setting = None, *, mode: str = "constant"
) -> Value:
    sides = items(pads)
    where = items(axes) if axes is not None else list(range(x.dim()))
    half = len(where)
    rank = x.dim()
    by_axis = {w % rank: (sides[i], sides[half + i]) for i, w in enumerate(where)}
    order = [by_axis.get(axis, (0, 0)) for axis in reversed(range(rank))]
    while order and order[-1] == (0, 0):
        order.pop()
    flat = [side for pair in order for side in pair]
    require(mode in _PADS, f"its mode {mode}")
    if mode == "constant":
        return F.pad(x, flat, value=operand(value) if value is not None else 0.0)
    return F.pad(x, flat, mode=_PADS[mode])


_PADS: Final = {
    "constant": "constant",
    "reflect": "reflect",
    "edge": "replicate",
    "wrap": "circular",
}


@op("DepthToSpace")
def _depth_to_space(x: Tensor, *, blocksize: int, mode: str = "DCR") -> Value:
    if mode == "CRD":
        return F.pixel_shuffle(x, blocksize)
    n, c, h, w = x.shape
    k = blocksize
    y = x.reshape(n, k, k, c // k**2, h, w).permute(0, 3, 4, 1, 5, 2)
    return y.reshape(n, c // k**2, h * k, w * k)


@op("SpaceToDepth")
def _space_to_depth(x: Tensor, *, blocksize: int) -> Value:
    n, c, h, w = x.shape
    k = blocksize
    y = x.reshape(n, c, h // k, k, w // k, k).permute(0, 3, 5, 1, 2, 4)
    return y.reshape(n, c * k**2, h // k, w // k)


@op("Resize")
def _resize(
    x: Tensor,
    roi: Setting = None,
    scales: Setting = None,
    sizes: Setting = None,
    *,
    mode: str = "nearest",
    coordinate_transformation_mode: str = "half_pixel",
    nearest_mode: str = "round_prefer_floor",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    antialias: int = 0,
    axes: Sequence[int] = (),
    keep_aspect_ratio_policy: str = "stretch",
) -> Value:
    require(keep_aspect_ratio_policy == "stretch", "its keep_aspect_ratio_policy")
    where = [axis % x.dim() for axis in axes] or list(range(x.dim()))
    by_size = sizes is not None and len(items(sizes)) > 0
    given = dict(zip(where, items(sizes if by_size else scales), strict=True))
    kept = x.shape[:2] if by_size else (1, 1)
    require(all(same_size(given.get(a, k), k) or given.get(a) == 1.0 for a, k in enumerate(kept)),
             "a new size of the batch or the channels")  # fmt: skip
    targets = [given.get(a, x.shape[a] if by_size else 1.0) for a in range(2, x.dim())]
    how = _interpolation(
        mode, coordinate_transformation_mode, nearest_mode, x.dim() - 2, bool(antialias)
    )
    if by_size:
        whole = [t // s for t, s in zip(targets, x.shape[2:], strict=True)]
        exact = all(t % s == 0 for t, s in zip(targets, x.shape[2:], strict=True))
        if exact and len(set(whole)) == 1:
            return F.interpolate(x, scale_factor=float(whole[0]), **how)
        return F.interpolate(x, size=targets, **how)
    factor = targets[0] if len(set(targets)) == 1 else targets
    return F.interpolate(x, scale_factor=factor, **how)


def _interpolation(
    mode: str, transform: str, rounding: str, axes: int, antialias: bool
) -> dict[str, Any]:
    """The settings of ``interpolate``. Raises CannotRun if it has none."""
    if mode == "nearest":
        if transform == "asymmetric" and rounding == "floor":
            return {"mode": "nearest"}
        centred = transform in ("half_pixel", "pytorch_half_pixel")
        require(centred, f"its coordinate_transformation_mode {transform}")
        return {"mode": "nearest-exact"}
    words = {"linear": ("linear", "bilinear", "trilinear"), "cubic": ("", "bicubic", "")}
    word = words.get(mode, ("",) * 3)[axes - 1]
    known = ("half_pixel", "pytorch_half_pixel", "align_corners")
    require(bool(word) and transform in known, f"its mode {mode} with {transform}")
    settings: dict[str, Any] = {"mode": word, "align_corners": transform == "align_corners"}
    return {**settings, "antialias": True} if antialias else settings
