"""Constants, casts and reductions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from ..op_table import (
    FEW,
    CannotRun,
    Setting,
    Value,
    check_size,
    elementwise,
    is_numbers,
    items,
    numbers,
    op,
    require,
)

F: Final[Any] = functional


_DTYPES: Final = {
    1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 10: torch.float16,
    11: torch.float64, 16: torch.bfloat16, 2: torch.uint8, 3: torch.int8,
}  # fmt: skip


def dtype_of(number: int) -> torch.dtype:
    """A dtype of PyTorch by its number in ONNX. Raises CannotRun."""
    if number not in _DTYPES:
        raise CannotRun(f"the dtype {number} has no counterpart")
    return _DTYPES[number]


@op("Cast")
def _cast(x: Value, *, to: int) -> Value:
    dtype = dtype_of(to)
    if not is_numbers(x):
        return x.to(dtype)
    if dtype.is_floating_point:
        return elementwise(_float, x)
    return elementwise(bool if dtype is torch.bool else _whole, x)


_SYMBOLIC: Final[Any] = torch


def _float(value: Any) -> Any:
    return _SYMBOLIC.sym_float(value) if isinstance(value, torch.SymInt) else float(value)


def _whole(value: Any) -> Any:
    return _SYMBOLIC.sym_int(value) if isinstance(value, torch.SymFloat) else (
        value if isinstance(value, torch.SymInt) else int(value)
    )  # fmt: skip


@op("CastLike")
def _cast_like(x: Value, other: Value) -> Value:
    if is_numbers(x) or is_numbers(other):
        return x
    return x.to(other.dtype)


@op("ConstantOfShape")
def _constant_of_shape(shape: Setting, *, value: Any = None) -> Value:
    sizes = items(shape)
    fill = 0.0 if value is None else value.reshape(-1)[0].item()
    dtype = torch.float32 if value is None else torch.from_numpy(value).dtype
    check_size(sizes)
    if len(sizes) <= 1 and all(isinstance(n, int) and n <= FEW for n in sizes):
        return numbers([fill] * sizes[0]) if sizes else numbers(fill)
    return torch.full(sizes, fill, dtype=dtype)


@op("Range")
def _range(start: Setting, limit: Setting, delta: Setting) -> Value:
    (begin,), (end,), (step,) = items(start), items(limit), items(delta)
    return torch.arange(begin, end, step)


@op("Trilu")
def _trilu(x: Tensor, k: Setting = None, *, upper: int = 1) -> Value:
    diagonal = items(k)[0] if k is not None else 0
    return torch.triu(x, diagonal) if upper else torch.tril(x, diagonal)


@op("EyeLike")
def _eye_like(x: Tensor, *, dtype: int = 1, k: int = 0) -> Value:
    require(k == 0, "its k")
    return torch.eye(x.shape[0], x.shape[1], dtype=dtype_of(dtype))


@op("CumSum")
def _cumsum(x: Tensor, axis: Setting, *, exclusive: int = 0, reverse: int = 0) -> Value:
    require(not exclusive and not reverse, "exclusive or reverse")
    return torch.cumsum(x, items(axis)[0])


@op("OneHot")
def _one_hot(x: Tensor, depth: Setting, values: Setting, *, axis: int = -1) -> Value:
    require(axis == -1 and items(values) in ([0, 1], [0.0, 1.0]), "its values or axis")
    made = F.one_hot(x, items(depth)[0])
    return made.float() if isinstance(items(values)[0], float) else made


def _declare_reduction(name: str, reduce: Callable[..., Tensor]) -> None:
    """Declares a reduction. Its axes are an attribute in older opsets, and an input in newer
    ones."""

    def compute(
        x: Value,
        axes_input: Setting = None,
        *,
        axes: Sequence[int] = (),
        keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> Value:
        where = items(axes_input) if axes_input is not None else list(axes)
        if is_numbers(x):
            require(name == "ReduceProd", "a reduction of sizes")
            return numbers([math.prod(items(x))] if keepdims else math.prod(items(x)))
        if not where and noop_with_empty_axes:
            return x
        dims = where or list(range(x.dim()))
        return reduce(x, dims[0] if len(dims) == 1 else dims, bool(keepdims))

    op(name)(compute)


def _reduced_mean(x: Tensor, dims: Any, keep: bool) -> Value:
    rank = x.dim()
    axes = sorted(d % rank for d in dims) if isinstance(dims, list) else []
    if keep and rank > 3 and axes == list(range(2, rank)):
        return _POOLS[rank - 3](x, [1] * (rank - 2))
    return torch.mean(x, dims, keepdim=keep)


_POOLS: Final = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)


@op("GlobalAveragePool")
def _global_average_pool(x: Tensor) -> Value:
    return _POOLS[x.dim() - 3](x, [1] * (x.dim() - 2))


def _product(x: Tensor, dims: Any, keep: bool) -> Value:
    require(isinstance(dims, int), "a product over several axes")
    return torch.prod(x, dims, keepdim=keep)


_declare_reduction("ReduceMean", _reduced_mean)
_declare_reduction("ReduceProd", _product)
_declare_reduction("ReduceSum", lambda x, d, k: torch.sum(x, d, keepdim=k))
_declare_reduction("ReduceMax", lambda x, d, k: torch.amax(x, d, keepdim=k))
_declare_reduction("ReduceMin", lambda x, d, k: torch.amin(x, d, keepdim=k))
_declare_reduction("ReduceL1", lambda x, d, k: torch.linalg.vector_norm(x, 1, d, keepdim=k))
_declare_reduction("ReduceL2", lambda x, d, k: torch.linalg.vector_norm(x, 2, d, keepdim=k))
_declare_reduction("ReduceSumSquare", lambda x, d, k: torch.sum(x * x, d, keepdim=k))
_declare_reduction("ReduceLogSumExp", lambda x, d, k: torch.logsumexp(x, d, keepdim=k))
_declare_reduction("ReduceLogSum", lambda x, d, k: torch.log(torch.sum(x, d, keepdim=k)))


@op("ArgMax")
def _argmax(x: Tensor, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Value:
    require(not select_last_index, "select_last_index")
    return torch.argmax(x, axis, bool(keepdims))


@op("ArgMin")
def _argmin(x: Tensor, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Value:
    require(not select_last_index, "select_last_index")
    return torch.argmin(x, axis, bool(keepdims))


@op("TopK")
def _topk(x: Tensor, k: Setting, *, axis: int = -1, largest: int = 1, sorted: int = 1) -> Any:
    return tuple(torch.topk(x, items(k)[0], axis, bool(largest), bool(sorted)))
