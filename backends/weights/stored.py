"""What a checkpoint says about a tensor."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, TypeAlias

from ...grammar.record import Record

if TYPE_CHECKING:
    import torch

Shape: TypeAlias = tuple[int, ...]


class Stored(Record):
    """The shape and the dtype of a tensor, in PyTorch's words (``float32``)."""

    shape: Shape
    dtype: str = "float32"

    @property
    def kind(self) -> str:
        """``float``, ``int``, ``complex`` or ``bool``: numbers of one kind can be converted.
        Packed numbers are of their own kind."""
        if self.dtype.endswith("_x2"):
            return self.dtype
        for kind in ("float", "complex", "bool"):
            if kind in self.dtype:
                return kind
        return "int"

    @property
    def size(self) -> int:
        return prod(self.shape)

    def __str__(self) -> str:
        return shape_text(self.shape)


def stored(tensor: torch.Tensor) -> Stored:
    """What a checkpoint says about this tensor."""
    return Stored(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


def shape_text(shape: Shape) -> str:
    """``[64, 3, 7, 7]``."""
    return f"[{', '.join(map(str, shape))}]"
