"""Types and sizes of traced tensors, as the language has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...compiler.dims import Dim, floor_div, symbol
from ...compiler.types import Dtype, TensorType

if TYPE_CHECKING:
    from torch import Tensor


class CannotImport(Exception):
    """A model that cannot become a spec. ``reasons`` say what stands in the way, a line each."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def type_of(tensor: Tensor, symbols: Mapping[str, Dim]) -> TensorType:
    """The type of a tensor. ``symbols`` are what export's symbols mean: N is ``s77``."""
    return TensorType(tuple(size(d, symbols) for d in tensor.shape), dtype_of(tensor))


def dtype_of(tensor: Tensor) -> Dtype:
    import torch

    if tensor.dtype == torch.bool:
        return "bool"
    if tensor.dtype.is_complex:
        return "complex"
    return "float" if tensor.dtype.is_floating_point else "int"


def size(value: Any, symbols: Mapping[str, Dim]) -> Dim:
    """A size of export as one of the language."""
    if isinstance(value, int):
        return value
    return _of_expression(value.node.expr, symbols)


def _of_expression(expression: Any, symbols: Mapping[str, Dim]) -> Dim:
    import sympy
    from torch.utils._sympy.functions import FloorDiv

    if expression.is_Integer:
        return int(expression)
    if expression.is_Symbol:
        return symbols.get(expression.name) or symbol(expression.name)
    parts = [_of_expression(part, symbols) for part in expression.args]
    if isinstance(expression, FloorDiv):
        return floor_div(*parts)
    result, *others = parts
    if isinstance(expression, sympy.Add):
        for part in others:
            result = result + part
        return result
    if isinstance(expression, sympy.Mul):
        for part in others:
            result = result * part
        return result
    raise CannotImport(f"the size {expression} has no form in the language")
