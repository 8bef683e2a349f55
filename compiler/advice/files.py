"""Errors in files and nets: imports, names defined twice, inputs given from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...grammar.diagnostics import WRONG_OPTION, Diagnostic, Edit, Fix, Label
from ...grammar.source import Span
from ..types import TensorType
from ..values import Data, NetworkValue, describe, networks_in
from . import error

FRAMEWORKS: Final = frozenset(
    {"flax", "jax", "keras", "numpy", "tensorflow", "timm", "torch", "torchvision", "transformers"}
)
"""Python packages that people import by habit; no spec does."""


def defined_twice(name: str, span: Span, first: Span) -> Diagnostic:
    return error(
        "E223",
        f"`{name}` is defined twice in this file",
        span,
        detail="the second time",
        labels=[Label(first, "the first time")],
        help="give one of them another name",
    )


def circle(names: Sequence[str], span: Span) -> Diagnostic:
    return error(
        "E212",
        f"files import one another in a circle: {' > '.join(names)}",
        span,
        help="move what both need to a third file",
    )


def not_readable(module: str, reason: Exception, span: Span) -> Diagnostic:
    return error("E212", f"`{module}` cannot be imported: {reason}", span)


def input_differs(name: str, declared: TensorType, span: Span, given: TensorType) -> Diagnostic:
    return error(
        "E305",
        f"the net declares its input `{name}` as {declared}",
        span,
        detail=f"given {given}",
        help="a name stands for one size, and a number is fixed"
        if len(declared.symbols()) > 1
        else "a number is fixed; in `image[3, H=224, W=224]` the height and the width can be given",
    )


def no_input(name: str, close: str | None, names: list[str]) -> Diagnostic:
    return error(
        WRONG_OPTION,
        f"the net has no input `{name}`",
        None,
        help=f"did you mean `{close}`?" if close else f"its inputs: {', '.join(names) or 'none'}",
    )


def misplaced_input(span: Span) -> Diagnostic:
    return error(
        "E207",
        "`input` is for the pipeline of a file, not for a block",
        span,
        help="a block has ports: `block f(...): x, y {`",
    )


def framework(module: str, span: Span) -> Diagnostic:
    """``import torch``"""
    return error(
        "E212",
        f"a spec imports only specs, and `{module}` is not a spec",
        span,
        help="leave it out: layers need no import",
    )


def no_module(module: str, close: str | None, span: Span) -> Diagnostic:
    help = f"did you mean `{close}`?" if close else ""
    if close == module.removesuffix(".net"):
        help = "an import names the file without `.net`"
    return error(
        "E212",
        f"there is no `{module}` to import",
        span,
        notes=[
            "netwright looks beside this file, on the import path (`-I FOLDER`), and "
            "among the shipped specs (`netwright specs`)"
        ],
        help=help,
        fix=Fix(f"write `{close}`", (Edit(span, close),)) if close else None,
    )


def batch_as_none(none: Span, following: Span | None) -> Diagnostic:
    """``x[None, 3, 32, 32]``, as Keras shows a shape."""
    unwritten = Edit(Span(none.source, none.start, following.start), "") if following else None
    return error(
        "E204",
        "a size is needed here, and this is none",
        none,
        help="the batch axis is never written; any other open size gets a name: `x[T, 8]`",
        fix=Fix("leave it out", (unwritten,)) if unwritten else None,
    )


def two_pipelines(first: Span, others: Sequence[Span], *, from_inputs: bool) -> Diagnostic:
    """``from_inputs``: a later pipeline begins with an input of its own."""
    fix, help = None, ["for several networks write `net name = ...`"]
    if not from_inputs:
        starts = [Span(other.source, other.start, other.start) for other in others]
        title = "to continue the line above, begin the line with `>`"
        fix = Fix(title, tuple(Edit(s, "> ") for s in starts))
        help = [title, *help]
    return error(
        "E219",
        "a file has at most one bare pipeline",
        others[0],
        detail="the second",
        labels=[Label(first, "the first")],
        help=help,
        fix=fix,
    )


def no_tensor(value: Data, span: Span) -> Diagnostic:
    kind = "a network" if isinstance(value, NetworkValue) or networks_in(value) else describe(value)
    return error("E219", f"the pipeline gives {kind}, not a tensor", span)
