"""Arithmetic, comparisons and activations."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from ..op_table import (
    Setting,
    Value,
    elementwise,
    is_numbers,
    items,
    op,
    operand,
    require,
    shortest,
    tensor,
)

F: Final[Any] = functional


def _declare_elementwise(
    name: str, of_tensors: Callable[..., Any], of_numbers: Callable[..., Any] | None = None
) -> None:
    """Declares an op on tensors that is another one on numbers."""

    def compute(*values: Value) -> Value:
        if of_numbers is not None and all(map(is_numbers, values)):
            return elementwise(of_numbers, *values)
        if len(values) == 1 or all(map(is_numbers, values)):
            return of_tensors(tensor(values[0]), *map(operand, values[1:]))
        return of_tensors(*map(operand, values))

    op(name)(compute)


def _divide(a: Any, b: Any) -> Any:
    tensors = [v for v in (a, b) if isinstance(v, Tensor)]
    if any(t.is_floating_point() for t in tensors):
        return a / b
    return torch.div(a, b, rounding_mode="trunc")


def _divide_numbers(a: Any, b: Any) -> Any:
    if isinstance(a, float | torch.SymFloat) or isinstance(b, float | torch.SymFloat):
        return a / b
    if isinstance(a, int) and isinstance(b, int):
        return math.trunc(a / b) if (a < 0) != (b < 0) else a // b
    return a // b


def _larger(a: Any, b: Any) -> Any:
    return torch.maximum(a, b) if isinstance(b, Tensor) else a.clamp(min=b)


def _smaller(a: Any, b: Any) -> Any:
    return torch.minimum(a, b) if isinstance(b, Tensor) else a.clamp(max=b)


_NOT: Final = operator.not_
for _name, _of_tensors, _of_numbers in (
    ("Add", lambda a, b: a * 2 if a is b else a + b, operator.add),
    ("Sub", operator.sub, operator.sub),
    ("Mul", operator.mul, operator.mul),
    ("Div", _divide, _divide_numbers),
    ("Pow", operator.pow, operator.pow),
    ("Equal", lambda a, b: a == b, operator.eq),
    ("Greater", lambda a, b: a > b, operator.gt),
    ("Less", lambda a, b: a < b, operator.lt),
    ("GreaterOrEqual", lambda a, b: a >= b, operator.ge),
    ("LessOrEqual", lambda a, b: a <= b, operator.le),
    ("And", torch.logical_and, lambda a, b: a and b),
    ("Or", torch.logical_or, lambda a, b: a or b),
    ("Xor", torch.logical_xor, operator.xor),
    ("Not", torch.logical_not, _NOT),
    ("Neg", torch.neg, operator.neg),
    ("Abs", torch.abs, operator.abs),
    ("Sqrt", torch.sqrt, math.sqrt),
    ("Floor", torch.floor, lambda a: float(math.floor(a))),
    ("Ceil", torch.ceil, lambda a: float(math.ceil(a))),
    ("Reciprocal", torch.reciprocal, lambda a: 1 / a),
    ("Exp", torch.exp, math.exp),
    ("Log", torch.log, math.log),
    ("Round", torch.round, None),
    ("Sign", torch.sign, None),
    ("Sin", torch.sin, None),
    ("Cos", torch.cos, None),
    ("Tan", torch.tan, None),
    ("Asin", torch.asin, None),
    ("Acos", torch.acos, None),
    ("Atan", torch.atan, None),
    ("Sinh", torch.sinh, None),
    ("Cosh", torch.cosh, None),
    ("Asinh", torch.asinh, None),
    ("Acosh", torch.acosh, None),
    ("Atanh", torch.atanh, None),
    ("Erf", torch.erf, None),
    ("Relu", torch.relu, None),
    ("Sigmoid", torch.sigmoid, None),
    ("Tanh", torch.tanh, None),
    ("HardSwish", F.hardswish, None),
    ("Softplus", F.softplus, None),
    ("Softsign", F.softsign, None),
    ("Mish", F.mish, None),
    ("IsNaN", torch.isnan, None),
    ("Silu", F.silu, None),
):
    _declare_elementwise(_name, _of_tensors, _of_numbers)


@op("Max")
def _max(x: Value, *others: Value) -> Value:
    return _folded(_larger, max, x, *others)


@op("Min")
def _min(x: Value, *others: Value) -> Value:
    return _folded(_smaller, min, x, *others)


@op("Sum")
def _sum(x: Value, *others: Value) -> Value:
    return _folded(operator.add, operator.add, x, *others)


@op("Mean")
def _mean(x: Value, *others: Value) -> Value:
    return _folded(operator.add, operator.add, x, *others) / (1 + len(others))


def _folded(
    of_tensors: Callable[..., Any], of_numbers: Callable[..., Any], *values: Value
) -> Value:
    """An op of two values on several of them."""
    result, *others = sorted(values, key=is_numbers)  # a tensor first
    for value in others:
        if is_numbers(result):
            result = elementwise(of_numbers, result, value)
        else:
            result = of_tensors(result, operand(value))
    return result


@op("Mod")
def _mod(a: Value, b: Value, *, fmod: int = 0) -> Value:
    if is_numbers(a) and is_numbers(b):
        return elementwise(operator.mod, a, b)
    of_tensors = torch.fmod if fmod else torch.remainder
    return of_tensors(tensor(a), operand(b))


@op("Where")
def _where(condition: Value, a: Value, b: Value) -> Value:
    if is_numbers(condition) and is_numbers(a) and is_numbers(b):
        return elementwise(lambda c, x, y: x if c else y, condition, a, b)
    return torch.where(tensor(condition), operand(a), operand(b))


@op("Clip")
def _clip(x: Value, low: Setting = None, high: Setting = None) -> Value:
    if is_numbers(x):
        bounds = [items(v)[0] if v is not None else None for v in (low, high)]
        return elementwise(lambda v: _clipped(v, *bounds), x)
    low = operand(low) if low is not None else None
    high = operand(high) if high is not None else None
    if (low, high) == (0, 6):
        return F.relu6(x)
    return torch.clamp(x, low, high)


def _clipped(value: Any, low: Any, high: Any) -> Any:
    value = value if low is None else max(value, low)
    return value if high is None else min(value, high)


@op("Gelu")
def _gelu(x: Tensor, *, approximate: str = "none") -> Value:
    return F.gelu(x, approximate=approximate)


@op("LeakyRelu")
def _leaky_relu(x: Tensor, *, alpha: float = 0.01) -> Value:
    return F.leaky_relu(x, shortest(alpha))


@op("Elu")
def _elu(x: Tensor, *, alpha: float = 1.0) -> Value:
    return F.elu(x, shortest(alpha))


@op("Celu")
def _celu(x: Tensor, *, alpha: float = 1.0) -> Value:
    return F.celu(x, shortest(alpha))


@op("Selu")
def _selu(x: Tensor, *, alpha: float = 1.67326, gamma: float = 1.0507) -> Value:
    require(abs(alpha - 1.67326) < 1e-4 and abs(gamma - 1.0507) < 1e-4, "its alpha or gamma")
    return F.selu(x)


@op("HardSigmoid")
def _hard_sigmoid(x: Tensor, *, alpha: float = 0.2, beta: float = 0.5) -> Value:
    if abs(alpha - 1 / 6) < 1e-4 and beta == 0.5:
        return F.hardsigmoid(x)
    return torch.clamp(x * shortest(alpha) + shortest(beta), 0, 1)


@op("PRelu")
def _prelu(x: Tensor, slope: Value) -> Value:
    return torch.where(x >= 0, x, x * operand(slope))


@op("Softmax")
def _softmax(x: Tensor, *, axis: int = -1) -> Value:
    return torch.softmax(x, axis)


@op("LogSoftmax")
def _log_softmax(x: Tensor, *, axis: int = -1) -> Value:
    return torch.log_softmax(x, axis)


@op("Dropout")
def _dropout(x: Value, ratio: Setting = None, training: Setting = None, *, seed: int = 0) -> Value:
    require(training is None or not any(items(training)), "its training mode")
    return x


@op("Identity")
def _identity(x: Value) -> Value:
    return x
