"""The table of ONNX's ops: which function of PyTorch computes each, and the values that it takes.

The inputs of an op are the positional parameters of its function, and the attributes are those
after the star, with their defaults; ``opset`` is there for ops that have changed, ``outputs`` for
those whose results depend on how many are wanted. The functions are in ``ops/``.

A value is a tensor, or an array of numbers: sizes, and constants that are few. What is computed of
numbers alone is computed by Python, so that it becomes a size of PyTorch, and no op.

https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import torch
from torch import Tensor

from .onnx_graph import Node

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.object_]

Value: TypeAlias = Any
"""A tensor, or numbers."""
Setting: TypeAlias = Any
"""Numbers that say what an op does. They are never a weight."""
LARGEST: Final = 2**31
"""The most elements of a tensor that a graph may make."""
FEW: Final = 64
"""The most elements of a constant that counts as numbers."""


class CannotRun(Exception):
    """An op with inputs or attributes that no function here computes; the text says why."""


@dataclass(frozen=True)
class Op:
    """An op. ``attributes`` are their defaults by name. ``kinds`` are the annotations of inputs:
    where one is ``Tensor``, numbers become a tensor."""

    function: Callable[..., Any]
    attributes: Mapping[str, Any]
    takes_opset: bool
    kinds: tuple[str, ...]

    def __call__(self, *values: Value, **settings: Any) -> Value:
        filled = (
            tensor(value) if self.kind(at) == "Tensor" and value is not None else value
            for at, value in enumerate(values)
        )
        return self.function(*filled, **settings)

    def kind(self, at: int) -> str:
        """The annotation of an input; the last one is that of all others."""
        return self.kinds[min(at, len(self.kinds) - 1)] if self.kinds else ""


_DECLARED: Final[dict[str, Op]] = {}


@cache
def ops() -> Mapping[str, Op]:
    """All ops by name, from the files of the folder ``ops``."""
    folder = Path(__file__).parent / "ops"
    for path in sorted(folder.glob("[a-z]*.py")):
        import_module(f"{__package__}.ops.{path.stem}")
    return _DECLARED


def op(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a function as that of some ops."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        parameters = inspect.signature(function).parameters.values()
        kinds = tuple(str(p.annotation) for p in parameters if p.kind is not p.KEYWORD_ONLY)
        attributes = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        takes_opset = attributes.pop("opset", None) is not None
        for name in names:
            _DECLARED[name] = Op(function, attributes, takes_opset, kinds)
        return function

    return declare


def function_of(node: Node, opset: int) -> Callable[..., Any]:
    """The function that computes a node from its inputs. Raises CannotRun."""
    declared = ops()[node.op]
    given = {n: v for n, v in node.attributes.items() if n not in _IDLE}
    unknown = [n for n in given if n not in declared.attributes]
    if unknown:
        raise CannotRun(f"its attribute {unknown[0]} has no counterpart")
    if declared.takes_opset:
        given["opset"] = opset
    if "outputs" in declared.attributes:
        given["outputs"] = len(node.outputs)
    return partial(declared, **given)


_IDLE: Final = frozenset(["stash_type", "saturate", "round_mode"])
"""Attributes that say how something is computed, and not what."""


# --- values --------------------------------------------------------------------------------------


def is_numbers(value: Value) -> bool:
    return isinstance(value, np.ndarray)


def numbers(values: Any) -> Numbers:
    """An array of numbers: those of a list, or one alone. Sizes of PyTorch stay what they are."""
    items = list(values) if isinstance(values, list | tuple) else values
    if isinstance(items, list):
        array = np.empty(len(items), dtype=object)
        array[:] = items
        return array
    single = np.empty((), dtype=object)
    single[()] = items
    return single


def constant(tensor: Tensor) -> Value:
    """A constant: numbers if it is a list of few, or a number."""
    if tensor.numel() == 1 or (tensor.dim() <= 1 and tensor.numel() <= FEW):
        plain = [shortest(v) if isinstance(v, float) else v for v in tensor.flatten().tolist()]
        return numbers(plain).reshape(tuple(tensor.shape))
    return tensor


def items(value: Value) -> list[Any]:
    """The numbers of a list of sizes. Raises CannotRun for a tensor."""
    if not is_numbers(value):
        raise CannotRun("it needs the values of a tensor where sizes are expected")
    return list(value.reshape(-1))


def operand(value: Value) -> Any:
    """A value for an op on tensors: a number alone as such."""
    if not is_numbers(value):
        return value
    if value.size > 1:
        return tensor(value)
    number = value.reshape(-1)[0]
    return shortest(number) if isinstance(number, float) else number


def tensor(value: Value) -> Tensor:
    """A value as a tensor."""
    if not is_numbers(value):
        return value  # type: ignore[no-any-return]
    if any(isinstance(item, torch.SymInt | torch.SymFloat) for item in value.reshape(-1)):
        raise CannotRun("it computes a tensor of sizes that are open")
    return torch.tensor(value.tolist())


def elementwise(of_numbers: Callable[..., Any], *arrays: Numbers) -> Numbers:
    """A function of numbers on each of some arrays."""
    made = np.frompyfunc(of_numbers, len(arrays), 1)(*arrays)
    return made if isinstance(made, np.ndarray) else numbers(made)


def maybe_tensor(value: Value) -> Tensor | None:
    """An input that may be left out, as a tensor."""
    return None if value is None else tensor(value)


def require(condition: bool, what: str) -> None:
    """Raises CannotRun if a condition does not hold."""
    if not condition:
        raise CannotRun(f"{what} has no counterpart")


def shortest(value: float) -> float:
    """The shortest number that is the same in single precision: ``0.1`` for 0.10000000149."""
    short = float(str(np.float32(value)))
    return value if abs(short) > abs(value) > 1e38 else short


def same_size(a: Any, b: Any) -> bool:
    """Whether two sizes are equal whatever the open ones are. (A comparison would decide it for
    the example.)"""
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    if isinstance(a, torch.SymInt) and isinstance(b, torch.SymInt):
        return bool(a.node.expr == b.node.expr)
    return False


# --- bounds --------------------------------------------------------------------------------------


def check_size(sizes: Sequence[Any]) -> None:
    known = math.prod(size for size in sizes if isinstance(size, int))
    if known > LARGEST:
        raise CannotRun(f"it makes {known:,} numbers, and at most {LARGEST:,} are allowed")


def checked(value: Value) -> Value:
    """A result, if it is not too large. Raises CannotRun."""
    for part in value if isinstance(value, tuple | list) else (value,):
        check_size(part.shape)
    return value
