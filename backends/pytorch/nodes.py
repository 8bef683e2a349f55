"""What a node runs, be it at once or stepped by a scan."""

from __future__ import annotations

from ...compiler.ir import CallOp, Graph, LayerOp, Node, called


def layer_of(node: Node) -> LayerOp | None:
    op, _ = called(node)
    return op if isinstance(op, LayerOp) else None


def graph_of(node: Node) -> Graph | None:
    op, _ = called(node)
    return op.graph if isinstance(op, CallOp) else None


def graphs_in(graph: Graph) -> list[Graph]:
    """The graphs that a graph calls itself, in order."""
    return [inner for node in graph.nodes if (inner := graph_of(node)) is not None]
