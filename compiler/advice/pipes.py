"""Errors in pipes: what a pipe cannot lead into, and what it does not carry."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix
from ...grammar.source import Span
from ..values import Data, NetworkValue, Tensor, describe
from . import error


def no_network(value: Data, expr: syntax.Expr) -> Diagnostic:
    return error(
        "E207",
        f"a network is needed here, and this is {describe(value)}",
        expr.span,
        help="pipes carry tensors",
    )


def not_piped(value: Data, span: Span) -> Diagnostic:
    return error("E207", f"{describe(value)} cannot be piped", span, help="pipes carry tensors")


def no_bundle(other: Data, span: Span) -> Diagnostic:
    message = f"a bundle holds only tensors, and this is {describe(other)}"
    if not isinstance(other, NetworkValue) or not span.text.startswith("["):
        return error("E207", message, span)
    start = Edit(Span(span.source, span.start, span.start), "id > ")
    return error(
        "E207",
        message,
        span,
        notes=["a pipe that starts with a tensor has no other input"],
        help=[
            "`id > [...]` pipes the input of the whole into the networks of the list; "
            "`[x > f, y]` pipes `x` into one"
        ],
        fix=Fix("begin with `id > `", (start,)),
    )


def loop_without_result(span: Span) -> Diagnostic:
    return error(
        "E209",
        "this `for` only assigns: it has no result",
        span,
        help="end its body with a network: `for i in range(3) { f }`",
    )


def into_namesake(name: syntax.Name, value: Data) -> Diagnostic:
    """A pipe into the name of a layer, where the name means something else."""
    return error(
        "E207",
        "a pipe leads into a tensor",
        name.span,
        detail=f"this is {describe(value)}",
        help=f"here `{name.id}` names this value, not the layer: choose another name for it",
    )


def into_number(span: Span) -> Diagnostic:
    return error(
        "E207",
        "a tensor is piped into a number",
        span,
        help=_compared(span),
        fix=_comparison(span),
    )


def into_source(word: str, span: Span) -> Diagnostic:
    help = "`x + source` and `[source, x] > concat` join it"
    message = f"nothing can be piped into `{word}`: it is a source"
    return error("E207", message, span, help=help)


def input_not_used(span: Span, block: str) -> Diagnostic:
    """A body that begins with a tensor, in the place of a network."""
    help = ["begin with a network, or give the input a name: `block f: x { ... }`"]
    if block:
        help = [
            f"a block without an input is written `block {block}(...): () {{ ... }}`, and "
            f"`{block}(...)` is then its tensor",
            f"a block with an input names it: `block {block}: x {{ ... }}`",
        ]
    message = "what is piped in is not used: this begins with a tensor"
    return error("E207", message, span, help=help)


def into_tensor(value: Data, span: Span) -> Diagnostic:
    return error(
        "E207",
        "a pipe leads into a tensor",
        span,
        detail=f"this is {describe(value)}",
        fix=_comparison(span) if isinstance(value, Tensor) else None,
        help=[_compared(span), "`(x > f) + y` adds"],
    )


def into_other(value: Data, span: Span) -> Diagnostic:
    help = "a pipe can lead into layers, blocks and lists of them"
    return error("E207", f"a pipe leads into {describe(value)}", span, help=help)


def _compared(span: Span) -> str:
    return f"`... > gt({span.text})` compares elementwise"


def _comparison(span: Span) -> Fix:
    return Fix(f"write `gt({span.text})`", (Edit(span, f"gt({span.text})"),))


def joined_with_itself(joined: syntax.Binary, node: syntax.Binary) -> Diagnostic:
    """``x + x > f``"""
    x, operator, f = joined.left.span.text, joined.operator, node.right.span.text
    meant = f"{x} {operator} ({x} > {f})"
    return error(
        "E210",
        f"before the pipe `{x}` is joined only with itself",
        joined.span,
        help=f"did you mean `{meant}`? `>` binds looser than `{operator}`",
        fix=Fix("put the pipe in parentheses", (Edit(node.span, meant),)),
    )
