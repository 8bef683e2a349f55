"""The sources of constants, and of the tensors of a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...grammar import syntax as s
from . import tree
from .formulas import formula
from .types import dtype_of

if TYPE_CHECKING:
    from torch import Tensor

SMALL: Final = 512
"""The most numbers of a constant that is written as a list."""
FEW: Final = 12
"""The most numbers that are easier to read than the ops that make them."""


def source_of_state(tensor: Tensor, *, is_parameter: bool) -> s.Expr:
    """A tensor of a checkpoint, whose values the checkpoint brings: ``param([1, 1, 768])``, or
    ``zeros([16], persistent=true)`` for a buffer."""
    shape = tree.literal(list(tensor.shape))
    if is_parameter:
        return tree.call("param", [shape])
    dtype = dtype_of(tensor)
    kind = [] if dtype == "float" else [("dtype", tree.name(dtype))]
    return tree.call("zeros", [shape], [*kind, ("persistent", tree.literal(True))])


def another_name(tensor: Tensor, weight: s.Expr) -> s.Expr:
    """A parameter that is the weight of a layer: ``param([50], weight=head.bias)``."""
    return tree.call("param", [tree.literal(list(tensor.shape))], [("weight", weight)])


def numbers(tensor: Tensor) -> s.Expr | None:
    """A tensor as the list of its numbers; None if there are too many."""
    if tensor.numel() > SMALL:
        return None
    return tree.call("constant", [tree.literal(tensor.tolist())])


def is_short(tensor: Tensor) -> bool:
    """Whether a formula or a few numbers say what a constant is."""
    return tensor.numel() <= FEW or formula(tensor) is not None
