"""Errors in the arguments and counts of externs."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Label
from ...grammar.source import Span
from ..dims import Size, symbols
from ..values import BlockNetwork, Data, NetworkValue, Tensor, describe
from . import error


def no_literal(network: BlockNetwork, name: str, value: Data, wrong: Data) -> Diagnostic:
    """``wrong`` is the part of the value that cannot be written into Python source."""
    block = network.template.block
    place = next(p.span for p in block.parameters if p.name == name)
    what = describe(wrong)
    if isinstance(wrong, Size):
        what = f"the open size {wrong}"
        helps = f"give the input's size, or declare `{', '.join(symbols(wrong))}` as a number"
    elif isinstance(wrong, Tensor):
        ports = ", ".join([p.name for p in block.inputs or ()] + [name])
        helps = f"make it an input: `[{ports}] > {block.name}`"
    elif isinstance(wrong, NetworkValue):
        helps = "make the layers inside in Python, or pipe them after the extern"
    else:
        helps = ""
    inside = " with " if isinstance(value, list) else " "
    kind = "a list" if isinstance(value, list) else ""
    return error(
        "E226",
        f"`{network.word}` cannot take {kind}{inside if kind else ''}{what} as `{name}`",
        network.span,
        labels=[Label(place, "declared here")],
        notes=["Python source can hold numbers, texts, bools, none and lists of these"],
        help=helps,
    )


def no_count(extern: syntax.Extern, name: str, value: Data, span: Span) -> Diagnostic:
    """``value`` is not a number of parameters or MACs."""
    return error(
        "E226",
        f"`{name}` of `{extern.name}` is {describe(value)}, not a whole number from 0",
        span,
        help="leave it out if it is not known: then the total says `?`",
    )
