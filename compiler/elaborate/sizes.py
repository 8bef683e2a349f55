"""Sizes: whether a value is one, and which sizes must be equal, or large enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..dims import Dim, Extreme, Quotient, Size, isolated, less, symbols
from ..types import Shape
from ..values import UNKNOWN, Data, Tensor
from .elaborator import Elaborator
from .functions import beyond
from .knowledge import Learnt

BATCH: Final = "N"
"""The size of the batch, which shapes of inputs and results leave out."""


def as_size(el: Elaborator, value: Data, span: Span) -> Dim | None:
    """The value, if it is a size; None after an error."""
    if value is UNKNOWN:
        return None
    if not isinstance(value, int | Size) or isinstance(value, bool):
        el.report(advice.sizes.no_size(value, span))
        return None
    if less(value, 1):
        el.report(advice.sizes.too_small(value, span))
        return None
    return value


def all_sizes(el: Elaborator, values: Iterable[tuple[Data, Span]]) -> list[Dim] | None:
    """The values at these places, if all are sizes; None after an error."""
    sizes: list[Dim] = []
    for value, span in values:
        size = as_size(el, value, span)
        if size is None:
            return None
        sizes.append(size)
    return sizes


def check_size_name(el: Elaborator, name: syntax.Name) -> None:
    if name.id == BATCH:
        el.report(advice.sizes.batch_as_size(name.span))


def is_bounded(el: Elaborator, shape: Shape, span: Span) -> bool:
    """Whether PyTorch can have a tensor of this shape; if not, that is reported."""
    large = beyond(shape)
    if large is not None:
        el.report(large.diagnostic(span))
    return large is None


def unify(el: Elaborator, a: Dim, b: Dim, word: str, span: Span, inputs: Sequence[Tensor]) -> bool:
    """Makes two sizes equal if they can be; otherwise reports that they differ."""
    if may_be_equal(el, a, b, span):
        return True
    el.report(advice.sizes.not_equal(word, a, b, span, inputs))
    return False


def may_be_equal(el: Elaborator, a: Dim, b: Dim, span: Span) -> bool:
    """Whether two sizes can be equal: by a free symbol, which is then bound, or by an assumption,
    which is noted."""
    difference = a - b
    for name in symbols(difference):
        value = isolated(difference, name) if name in el.knowledge.free else None
        if value is not None:
            raise Learnt(el.knowledge.with_sizes({name: value}))
    if _rounded(a) or _rounded(b):
        el.demands.equal.append((a, b, span))
        return True
    return False


def is_declared(el: Elaborator, dim: Dim) -> bool:
    """Whether a size depends on a size that the spec declares. (``?`` is a size that failed.)"""
    names = symbols(dim)
    return "?" not in names and not el.knowledge.free.issuperset(names)


def ask_at_least(el: Elaborator, conditions: list[tuple[Dim, Dim]], span: Span) -> None:
    """Notes the least values of sizes that the spec declares."""
    for size, least in conditions:
        if is_declared(el, size - least):
            el.demands.least.append((size, least, span))


def _rounded(dim: Dim) -> bool:
    """Whether a size contains a floor, minimum or maximum: equality may hold for some inputs."""
    return isinstance(dim, Size) and any(
        isinstance(atom, Quotient | Extreme) for monomial, _ in dim.terms for atom in monomial
    )
