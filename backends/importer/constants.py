"""The source of a constant: a formula that gives it, or its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from ...compiler.layers.position import OFFSETS
from ...grammar import syntax as s
from . import tree
from .types import dtype_of

if TYPE_CHECKING:
    from torch import Tensor

SMALL: Final = 512
"""The most numbers of a constant that is written as a list."""


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


def formula(tensor: Tensor) -> s.Expr | None:
    """A source that computes a tensor; None if none is known."""
    return next((text for text, made in _formulas(tensor) if _equal(made, tensor)), None)


def numbers(tensor: Tensor) -> s.Expr | None:
    """A tensor as the list of its numbers; None if there are too many."""
    if tensor.numel() > SMALL:
        return None
    return tree.call("constant", [tree.literal(tensor.tolist())])


def _equal(a: Tensor, b: Tensor) -> bool:
    import torch

    return a.dtype == b.dtype and torch.equal(a, b.detach())


def _formulas(tensor: Tensor) -> Iterator[tuple[s.Expr, Tensor]]:
    import torch

    dtype, shape = dtype_of(tensor), list(tensor.shape)
    if tensor.numel() == 0 or not shape:
        return
    first = tensor.flatten()[0].item()
    for value, word in ((0, "zeros"), (1, "ones")):
        if first == value:
            settings = [] if dtype == "float" else [("dtype", tree.name(dtype))]
            full = tree.call(word, [tree.literal(shape)], settings)
            yield full, torch.full(shape, value, dtype=tensor.dtype)
    if dtype == "int" and shape[-1] == tensor.numel():
        count = tree.number(shape[-1])
        text: s.Expr = tree.call("arange", [count])
        if len(shape) > 1:
            text = tree.pipe(text, tree.call("reshape", map(tree.literal, shape)))
        yield text, torch.arange(shape[-1]).reshape(shape)
    if dtype == "int":
        yield from _windows(tensor)


def _windows(tensor: Tensor) -> Iterator[tuple[s.Expr, Tensor]]:
    """The offsets between the places of a window (Swin)."""
    places = math.isqrt(tensor.numel())
    if places**2 != tensor.numel() or tensor.shape not in ((places, places), (places**2,)):
        return
    flat = tensor.dim() == 1
    for sizes in _sizes(places):
        settings = [("flat", tree.literal(True))] if flat else []
        text = tree.call("window_offsets", map(tree.number, sizes), settings)
        made = _offsets(sizes)
        yield text, made.flatten() if flat else made


def _sizes(places: int) -> Iterator[tuple[int, ...]]:
    """Windows with so many places, of two or three axes; square ones first."""
    sides = [n for n in range(2, places + 1) if places % n == 0]
    pairs = [(a, places // a) for a in sides if places // a > 1]
    yield from sorted(pairs, key=lambda pair: abs(pair[0] - pair[1]))
    for a, b in product(sides, sides):
        if places % (a * b) == 0 and places // (a * b) > 1:
            yield a, b, places // (a * b)


def _offsets(sizes: tuple[int, ...]) -> Tensor:
    """What ``window_offsets`` computes."""
    import torch

    names: dict[str, Any] = {"torch": torch, "Tensor": torch.Tensor}
    exec(OFFSETS.source, names)
    made: Tensor = names[OFFSETS.name](*sizes)
    return made
