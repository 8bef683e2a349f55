"""Sizes: what can be one, and which must be equal, or large enough."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar import syntax
from ...grammar.source import Span
from ..dims import Dim, Extreme, Quotient, Size, isolated, less, symbols
from ..types import Shape
from ..values import UNKNOWN, Data, Tensor, describe
from .elaborator import Elaborator
from .functions import beyond
from .knowledge import Learnt
from .tensors import producers


def is_size(el: Elaborator, value: Data, span: Span) -> bool:
    if value is UNKNOWN:
        return False
    if not isinstance(value, int | Size) or isinstance(value, bool):
        help = "sizes stand without quotes" if isinstance(value, str) else ""
        el.report("E204", f"a size is needed, this is {describe(value)}", span, help=help)
        return False
    if less(value, 1):
        el.report("E204", f"a size is at least 1, this is {value}", span)
        return False
    return True


def check_size_name(el: Elaborator, name: syntax.Name) -> None:
    if name.id == "N":
        el.report(
            "E204",
            "`N` is the size of the batch",
            name.span,
            help="the batch axis is never written: `image[3, 224, 224]`",
        )


def is_bounded(el: Elaborator, shape: Shape, span: Span) -> bool:
    """Whether PyTorch could have such a tensor; else reported."""
    large = beyond(shape)
    if large is not None:
        el.report("E214", str(large), span, help=large.help)
    return large is None


def unify(el: Elaborator, a: Dim, b: Dim, word: str, span: Span, inputs: Sequence[Tensor]) -> bool:
    """Make two sizes equal if that may be; else report."""
    if may_be_equal(el, a, b, span):
        return True
    el.report(
        "E304",
        f"`{word}` needs {a} and {b} to be equal, and nothing says that they are",
        span,
        labels=producers(inputs, span),
        help="use one name for both sizes in the ports, or give the inputs numbers",
    )
    return False


def may_be_equal(el: Elaborator, a: Dim, b: Dim, span: Span) -> bool:
    """By a free symbol, which is bound, or by an assumption, which is noted."""
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
    """Whether a size depends on one that the spec declares. (``?`` is one that failed.)"""
    names = symbols(dim)
    return "?" not in names and not el.knowledge.free.issuperset(names)


def ask_at_least(el: Elaborator, conditions: list[tuple[Dim, Dim]], span: Span) -> None:
    """Note what sizes must be at least, where the spec declares these sizes."""
    for size, least in conditions:
        if is_declared(el, size - least):
            el.demands.least.append((size, least, span))


def _rounded(dim: Dim) -> bool:
    """Whether a size contains a floor, minimum or maximum: equality may hold for some inputs."""
    return isinstance(dim, Size) and any(
        isinstance(atom, Quotient | Extreme) for monomial, _ in dim.terms for atom in monomial
    )
