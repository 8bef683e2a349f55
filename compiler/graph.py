"""The compiled graph as a networkx graph, hierarchical or flat.

A separate module, because importing networkx takes longer than a whole check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import networkx as nx

from .dims import Dim, substitute
from .ir import CallOp, Graph, InputOp, Node, Value

Producer = tuple[str, int]
"""A tensor in the flat graph: the key of the node that makes it, and which result it is."""


class NetGraph(nx.MultiDiGraph):  # type: ignore[misc]  # networkx has no types
    """A graph of nodes: each carries ``node`` (an ``ir.Node``), and ``graph`` if it is a call.

    Edges run from producer to consumer. Their key and ``slot`` are the consumer's input slot;
    ``result`` is which result of the producer flows, ``type`` its type. ``graph["ir"]`` is the
    ``ir.Graph`` that the view was made of.
    """

    def flatten(self) -> NetGraph:
        """Every layer by its full module path, calls and repeats expanded, inputs included."""
        return _Flattener().flatten(self.graph["ir"])


def to_networkx(graph: Graph) -> NetGraph:
    """The hierarchical view: calls are nodes that hold the view of the called graph."""
    view = NetGraph(ir=graph, name=graph.name)
    inner: dict[int, NetGraph] = {}
    for node in graph.nodes:
        view.add_node(node.key, node=node, **_inner_view(node, inner))
    for node in graph.nodes:
        for slot, value in enumerate(node.inputs):
            view.add_edge(value.node, node.key, key=slot, slot=slot, result=value.result,
                          type=graph.type(value))  # fmt: skip
    view.graph["results"] = graph.results
    return view


def _inner_view(node: Node, inner: dict[int, NetGraph]) -> Mapping[str, Any]:
    if not isinstance(node.op, CallOp):
        return {}
    key = id(node.op.graph)
    if key not in inner:
        inner[key] = to_networkx(node.op.graph)
    return {"graph": inner[key]}


class _Flattener:
    def __init__(self) -> None:
        self.view = NetGraph()

    def flatten(self, graph: Graph) -> NetGraph:
        self.view.graph.update(ir=graph, name=graph.name)
        inputs = [self._add(node, node.key, []) for node in _inputs(graph)]
        results = self._expand(graph, "", [(key, 0) for key in inputs], {})
        self.view.graph["results"] = tuple(Value(*producer) for producer in results)
        return self.view

    def _expand(
        self, graph: Graph, prefix: str, inputs: Sequence[Producer], sizes: Mapping[str, Dim]
    ) -> list[Producer]:
        """Add the nodes of a graph under a prefix; the producers of its results."""
        made: dict[Value, Producer] = {
            Value(node.key): producer for node, producer in zip(_inputs(graph), inputs, strict=True)
        }
        for node in graph.nodes:
            if not isinstance(node.op, InputOp):
                self._run(node, prefix, made, sizes)
        return [made[value] for value in graph.results]

    def _run(
        self, node: Node, prefix: str, made: dict[Value, Producer], sizes: Mapping[str, Dim]
    ) -> None:
        """All copies of a node, one after another."""
        taken = [made[value] for value in node.inputs]
        for copy, path in enumerate(node.paths, 1):
            key = prefix + (path if node.count > 1 else node.key)
            results = self._copy(node, key, prefix + path, taken, sizes)
            if copy < node.count:
                taken = [*(results[i] for i in node.main), *taken[len(node.main) :]]
        for i, producer in enumerate(results):
            made[Value(node.key, i)] = producer

    def _copy(
        self, node: Node, key: str, path: str, taken: list[Producer], sizes: Mapping[str, Dim]
    ) -> list[Producer]:
        if isinstance(node.op, CallOp) and not node.idle:
            inner = {name: substitute(dim, sizes) for name, dim in node.op.sizes}
            return self._expand(node.op.graph, f"{path}.", taken, {**sizes, **inner})
        types = tuple(t.substitute(sizes) for t in node.types)
        flat = node.replace(key=key, path=path if node.path else "", types=types, count=1)
        self._add(flat, key, taken)
        return [(key, i) for i in range(len(types))]

    def _add(self, node: Node, key: str, taken: Sequence[Producer]) -> str:
        self.view.add_node(key, node=node.replace(inputs=tuple(Value(*p) for p in taken)))
        for slot, (producer, result) in enumerate(taken):
            kind = self.view.nodes[producer]["node"].types[result]
            self.view.add_edge(producer, key, key=slot, slot=slot, result=result, type=kind)
        return key


def _inputs(graph: Graph) -> Iterator[Node]:
    return (node for node in graph.nodes if isinstance(node.op, InputOp))
