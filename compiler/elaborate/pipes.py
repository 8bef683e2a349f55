"""The pipe: what it carries, and what it leads into."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix
from ...grammar.source import Span
from ..environment import Environment
from ..layers import layers
from ..values import (
    UNKNOWN,
    Chain,
    Data,
    Network,
    Tensor,
    describe,
    is_number,
    networks_in,
    tensors_in,
    unknown_in,
)
from .elaborator import Elaborator
from .failures import fail
from .networks import as_network, means_network


def pipe(el: Elaborator, node: syntax.Binary, left: Data, env: Environment) -> Data:
    right = pipe_target(el, node.right, env)
    if unknown_in(left) or unknown_in(right):
        return _fail_piped(el, node, left)
    network = _piped_into(el, node, right)
    if network is None:
        return _fail_piped(el, node, left)
    if isinstance(left, Tensor) or tensors_in(left):
        if _joined_with_itself(el, node):
            return _fail_piped(el, node, left)
        inputs = bundle(el, left, node.left.span)
        value = UNKNOWN if inputs is None else el.apply(network, inputs, node.right.span)
        return _fail_piped(el, node, left) if value is UNKNOWN else value
    first = as_network(el, left)
    if first is None and networks_in(left):
        return UNKNOWN
    if first is None:
        return not_piped(el, left, node.left.span)
    members = first.members if isinstance(first, Chain) and first.span is not None else (first,)
    return Chain((*members, network), node.span)


def _fail_piped(el: Elaborator, node: syntax.Binary, left: Data) -> Data:
    """What the right side of a pipe could not make of the tensors on its left."""
    tensors = [t for t in _flatten(left) if isinstance(t, Tensor)] if el.findings.unplaced else []
    return fail(el, node.right.span.text, tensors, node.right.span) if tensors else UNKNOWN


def pipe_target(el: Elaborator, expr: syntax.Expr, env: Environment) -> Data:
    """The right side of a pipe: there ``sum([1, 2])`` is the layer, not the function."""
    outer, el.wants_network = el.wants_network, True
    try:  # `with wanting_network` would be a tenth of a long chain's time
        return el.evaluate(expr, env)
    finally:
        el.wants_network = outer


def _piped_into(el: Elaborator, node: syntax.Binary, right: Data) -> Network | None:
    network = as_network(el, right)
    if network is not None or means_network(right):
        return network
    if isinstance(node.right, syntax.For) and right is None:
        el.report(
            "E209",
            "this `for` only assigns: it gives no result",
            node.right.span,
            help="end its body with a network: `for i in range(3) { f }`",
        )
        return None
    text = node.right.span.text
    if isinstance(node.right, syntax.Name) and text in layers():
        el.report(
            "E207",
            "a pipe leads into a tensor",
            node.right.span,
            detail=f"this is {describe(right)}",
            help=f"`{text}` names it here, and not the layer: call it something else",
        )
        return None
    compared = f"`... > gt({text})` compares elementwise"
    fix = Fix(f"write `gt({text})`", (Edit(node.right.span, f"gt({text})"),))
    if is_number(right):
        el.report(
            "E207", "a tensor is piped into a number", node.right.span, help=compared, fix=fix
        )
    elif isinstance(right, Tensor) and right.draft.layer and right.draft.layer.arity == (0, 0):
        message = f"nothing is piped into `{right.draft.layer.word}`: it is a source"
        help = "`x + source` and `[source, x] > concat` join it"
        el.report("E207", message, node.right.span, help=help)
    elif isinstance(right, Tensor) or tensors_in(right):
        el.report(
            "E207",
            "a pipe leads into a tensor",
            node.right.span,
            detail=f"this is {describe(right)}",
            fix=fix if isinstance(right, Tensor) else None,
            help=[compared, "`(x > f) + y` adds"],
        )
    else:
        el.report(
            "E207",
            f"a pipe leads into {describe(right)}",
            node.right.span,
            help="layers, blocks and lists of them can be piped into",
        )
    return None


def not_piped(el: Elaborator, value: Data, span: Span) -> Data:
    return el.report("E207", f"{describe(value)} cannot be piped", span, help="pipes carry tensors")


def _joined_with_itself(el: Elaborator, node: syntax.Binary) -> bool:
    left = node.left
    if not isinstance(left, syntax.Binary) or left.operator not in ("+", "-", "*", "/", "@"):
        return False
    sides = (left.left, left.right)
    if not all(isinstance(s, syntax.Name) for s in sides) or left.left != left.right:
        return False
    x, op, f = left.left.span.text, left.operator, node.right.span.text
    el.report(
        "E210",
        f"`{x}` is joined only with itself before the pipe",
        left.span,
        help=f"did you mean `{x} {op} ({x} > {f})`? `>` binds looser than `{op}`",
        fix=Fix("put the pipe in parentheses", (Edit(node.span, f"{x} {op} ({x} > {f})"),)),
    )
    return True


def bundle(el: Elaborator, value: Data, span: Span) -> list[Tensor] | None:
    """The tensors that a pipe carries; None after an error."""
    if isinstance(value, Tensor):
        return [value]
    flat = list(_flatten(value))
    if all(isinstance(v, Tensor) for v in flat):
        return flat
    other = next(v for v in flat if not isinstance(v, Tensor))
    if other is not UNKNOWN:
        el.report("E207", f"a bundle holds tensors only, here is {describe(other)}", span)
    return None


def _flatten(value: Data) -> Iterator[Data]:
    if isinstance(value, list):
        for item in value:
            yield from _flatten(item)
    else:
        yield value
