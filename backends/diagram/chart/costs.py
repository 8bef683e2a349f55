"""The cost of a step: parameters, multiply-accumulates, or activations (numbers that its layers
return)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ....compiler.dims import Dim, substitute, symbols, unknowns
from ....compiler.ir import CallOp, Graph, LayerOp, Node, node_macs, node_params
from ....compiler.layer import numel
from ..errors import DiagramError
from .chart import Step

MEASURES: Final[Mapping[str, str]] = {
    "params": "parameters",
    "macs": "MACs",
    "activations": "activations",
}


def cost(step: Step, measure: str, sizes: Mapping[str, Dim]) -> int:
    """The cost of all copies of a step together, for one example. Raises DiagramError if it depends
    on an open size."""
    return _number(_step(step, measure), measure, sizes)


def node_cost(node: Node, measure: str, sizes: Mapping[str, Dim]) -> int:
    """The cost of one copy of a node, for one example. Raises DiagramError as ``cost``."""
    return _number(_node(node, measure), measure, sizes)


def _number(cost: Dim, measure: str, sizes: Mapping[str, Dim]) -> int:
    total = substitute(cost, {**sizes, "N": 1})
    undeclared = unknowns(total)
    if undeclared:
        raise DiagramError(
            f"the {MEASURES[measure]} of {undeclared[0].partition(' of ')[2]} are not declared",
            help=f"write `{measure}=` into the declaration of the extern",
        )
    if not isinstance(total, int):
        raise DiagramError(
            f"{MEASURES[measure]} depend on {', '.join(symbols(total))}",
            help="give the input's size with `--input`",
        )
    return total


def _step(step: Step, measure: str) -> Dim:
    total: Dim = 0
    inside = step.merged or [s for row in step.rows for s in row.steps]
    for s in inside:
        total = total + _step(s, measure)
    if inside:
        return total
    for part in step.parts:
        total = total + _node(part.counted, measure)
    return total * step.count


def _node(node: Node, measure: str) -> Dim:
    """The cost of one copy of a node, with the symbols of open sizes."""
    if measure == "macs":
        return node_macs(node)
    op = node.operation
    if measure == "params":
        return node_params(node)
    if isinstance(op, CallOp):
        return substitute(_activations(op.graph), dict(op.sizes)) * node.steps
    total: Dim = 0
    for type in node.types:
        total = total + numel(type.shape)
    return total if isinstance(op, LayerOp) else 0


def _activations(graph: Graph) -> Dim:
    total: Dim = 0
    for node in graph.running():
        total = total + _node(node, "activations") * node.count
    return total
