"""The type of a tensor: a shape and a dtype."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from ..grammar.record import Record
from .dims import Dim, substitute, symbols

Dtype: TypeAlias = Literal["float", "int", "bool", "complex"]
Shape: TypeAlias = tuple[Dim, ...]


class TensorType(Record):
    """``shape`` includes the batch: ``(N, 3, 224, 224)``."""

    shape: Shape
    dtype: Dtype = "float"

    @property
    def rank(self) -> int:
        return len(self.shape)

    def with_shape(self, *shape: Dim) -> TensorType:
        return TensorType(shape, self.dtype)

    def with_dtype(self, dtype: Dtype) -> TensorType:
        return TensorType(self.shape, dtype)

    def substitute(self, values: Mapping[str, Dim]) -> TensorType:
        if not values:
            return self
        return TensorType(tuple(substitute(d, values) for d in self.shape), self.dtype)

    def symbols(self) -> tuple[str, ...]:
        return symbols(*self.shape)

    def __str__(self) -> str:
        suffix = "" if self.dtype == "float" else f" {self.dtype}"
        return f"[{', '.join(map(str, self.shape))}]{suffix}"
