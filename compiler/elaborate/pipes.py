"""The pipe: what it carries, what it leads into, and the networks that values mean there."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from .. import advice
from ..environment import Environment
from ..layer import Layer
from ..layers import layers
from ..values import (
    UNKNOWN,
    Builtin,
    Chain,
    Data,
    Fan,
    LayerNetwork,
    LayerWord,
    NetworkValue,
    Renamed,
    Tensor,
    is_number,
    networks_in,
    tensors_in,
    unknown_in,
)
from .elaborator import Elaborator
from .failures import fail
from .settings import bare_layer

# --- networks out of values: words, functions and lists that mean one -------------------------


def as_network(el: Elaborator, value: Data) -> NetworkValue | None:
    """The value as a network; None if it is not one, or if it is the word of a layer that lacks
    settings, which is reported."""
    if isinstance(value, Builtin) and value.name in layers():
        value = LayerWord(layers()[value.name], value.name, value.environment, value.span)
    if isinstance(value, LayerWord):
        return bare_layer(el, value)
    if isinstance(value, NetworkValue):
        return value
    if isinstance(value, list) and means_network(value):
        members = tuple(member_of(el, v) for v in value)
        return Fan(members)
    return None


def means_network(value: Data) -> bool:
    if isinstance(value, list):
        return any(means_network(v) for v in value)
    if isinstance(value, Builtin):
        return value.name in layers()
    return isinstance(value, NetworkValue)


def member_of(el: Elaborator, value: Data) -> Data:
    return value if isinstance(value, Tensor) or is_number(value) else network_or_value(el, value)


def network_or_value(el: Elaborator, value: Data) -> Data:
    return as_network(el, value) or value


def plain_layer(network: NetworkValue) -> LayerNetwork | None:
    """The layer network, if the network is one layer without weights; else None."""
    while isinstance(network, Renamed):
        network = network.network
    if isinstance(network, LayerNetwork):
        return network if type(network.layer).weights is Layer.weights else None
    return None


# --- what is piped ----------------------------------------------------------------------------


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
    """Adds a node for the right side of a pipe, which failed on the tensors on its left."""
    tensors = [t for t in _flatten(left) if isinstance(t, Tensor)] if el.findings.unplaced else []
    return fail(el, node.right.span.text, tensors, node.right.span) if tensors else UNKNOWN


def pipe_target(el: Elaborator, expr: syntax.Expr, env: Environment) -> Data:
    """The value of the right side of a pipe, where ``sum([1, 2])`` is the layer, not the
    function."""
    outer, el.wants_network = el.wants_network, True
    try:  # `with wanting_network` would be a tenth of a long chain's time
        return el.evaluate(expr, env)
    finally:
        el.wants_network = outer


def _piped_into(el: Elaborator, node: syntax.Binary, right: Data) -> NetworkValue | None:
    network = as_network(el, right)
    if network is None and not means_network(right):
        el.report(_no_target(node.right, right))
    return network


def _no_target(expr: syntax.Expr, value: Data) -> Diagnostic:
    """The error for a pipe into a value that is not a network."""
    if isinstance(expr, syntax.For) and value is None:
        return advice.pipes.loop_without_result(expr.span)
    if isinstance(expr, syntax.Name) and expr.id in layers():
        return advice.pipes.into_namesake(expr, value)
    if is_number(value):
        return advice.pipes.into_number(expr.span)
    source = _source(value) if isinstance(expr, syntax.Call) else ""
    if source:
        return advice.pipes.into_source(source, expr.span)
    if isinstance(value, Tensor) or tensors_in(value):
        return advice.pipes.into_tensor(value, expr.span)
    return advice.pipes.into_other(value, expr.span)


def _source(value: Data) -> str:
    """The word of the source that made a tensor; empty if another layer or block made it."""
    draft = value.draft if isinstance(value, Tensor) else None
    if draft is None or draft.inputs:
        return ""
    if draft.layer is not None:
        return draft.layer.word if draft.layer.arity == (0, 0) else ""
    return draft.child.name if draft.child is not None else ""


def not_piped(el: Elaborator, value: Data, span: Span) -> Data:
    return el.report(advice.pipes.not_piped(value, span))


def _joined_with_itself(el: Elaborator, node: syntax.Binary) -> bool:
    left = node.left
    if not isinstance(left, syntax.Binary) or left.operator not in ("+", "-", "*", "/", "@"):
        return False
    sides = (left.left, left.right)
    if not all(isinstance(s, syntax.Name) for s in sides) or left.left != left.right:
        return False
    el.report(advice.pipes.joined_with_itself(left, node))
    return True


def bundle(el: Elaborator, value: Data, span: Span) -> list[Tensor] | None:
    """The tensors that a pipe carries; None after an error."""
    if isinstance(value, Tensor):
        return [value]
    flat = list(_flatten(value))
    tensors = [v for v in flat if isinstance(v, Tensor)]
    if len(tensors) == len(flat):
        return tensors
    other = next(v for v in flat if not isinstance(v, Tensor))
    if other is not UNKNOWN:
        el.report(advice.pipes.no_bundle(other, span))
    return None


def _flatten(value: Data) -> Iterator[Data]:
    if isinstance(value, list):
        for item in value:
            yield from _flatten(item)
    else:
        yield value
