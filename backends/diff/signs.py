"""The features that identify a node in another version: what it is, what it holds, its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from ...compiler.ir import CallOp, Graph, InputOp, LayerOp, Node, ScanOp, Value, WeightOp
from ...compiler.layer import Layer
from ...compiler.types import TensorType
from ...grammar.record import Record, typed


class NodeSign(Record):
    """``content`` is equal for nodes that are written alike, whatever their inputs; ``label`` is
    the name in the text, "" if it is a number; ``parts`` counts the layers and blocks in a called
    graph."""

    kind: str
    word: str
    family: str
    content: Hashable
    label: str
    path: str
    count: int
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def written(self) -> tuple[Hashable, ...]:
        return (self.kind, self.content, self.label, self.count)


class Signs:
    """Gives equal contents the same number, and looks at each graph once."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._graphs: dict[int, tuple[Graph, int]] = {}

    def of(self, node: Node) -> NodeSign:
        op = node.operation
        kind = "idle " if node.idle else "scan " if isinstance(node.op, ScanOp) else ""
        if isinstance(op, LayerOp):
            word, kind, family = op.layer.word, f"{kind}layer", str(op.layer.category)
        elif isinstance(op, CallOp):
            word, kind, family = op.graph.name, f"{kind}call", str(op.graph.kind)
        else:
            word, kind, family = type(op).__name__, "other", "other"
        label = _label(node, op)
        parts = tuple(_parts(op.graph).items()) if isinstance(op, CallOp) else ()
        return NodeSign(kind, word, family, self.content(node), label, node.path, node.count, parts)

    def content(self, node: Node) -> Hashable:
        op = node.op
        if isinstance(op, ScanOp):
            way = (op.sequences, op.states, op.emits, op.reverse)
            return ("scan", way, self._operation(op.cell))
        if isinstance(op, WeightOp):
            return ("weight", op.module, op.weight)
        return self._operation(op)

    def _operation(self, op: object) -> Hashable:
        if isinstance(op, LayerOp):
            return self._layer(op.layer)
        if isinstance(op, CallOp):
            return ("graph", self.graph(op.graph))
        return type(op).__name__

    def graph(self, graph: Graph) -> int:
        numbered = self._graphs.get(id(graph))
        if numbered is None:
            numbered = self._graphs[id(graph)] = (graph, self._number(self._structure(graph)))
        return numbered[1]

    def _structure(self, graph: Graph) -> Hashable:
        at = {Value(n.key): i for i, n in enumerate(graph.nodes)}

        def place(value: Value) -> tuple[int, int]:
            return at[Value(value.node)], value.result

        nodes = tuple(
            (
                n.op.hidden if isinstance(n.op, InputOp) else self.content(n),
                tuple(map(place, n.inputs)),
                n.count,
                n.idle,
                n.path,
            )
            for n in graph.nodes
        )
        return (graph.kind, graph.name, nodes, tuple(map(place, graph.results)))

    def _number(self, structure: Hashable) -> int:
        return self._numbers.setdefault(structure, len(self._numbers))

    def _layer(self, layer: Layer) -> Hashable:
        values = layer.setting_values()
        if layer.python_class:  # a class can tell 1, 1.0 and true from each other
            return ("layer", layer.word, layer.python_class, repr(values))
        settings = tuple((name, self._value(value)) for name, value in values.items())
        return ("layer", layer.word, "", settings)

    def _value(self, value: object) -> Hashable:
        if isinstance(value, TensorType):
            return "tensor"
        if isinstance(value, list | tuple):
            return tuple(map(self._value, value))
        if isinstance(value, Layer):
            return self._layer(value)
        if isinstance(value, Graph):
            return self.graph(value)
        return typed(value) if isinstance(value, Hashable) else repr(value)


def _label(node: Node, op: object) -> str:
    """The label of a node: ``fc``, ``layer1``; ``layer`` for ``layer.0``; "" for ``conv1``."""
    head, _, last = node.path.rpartition(".")
    if last.isdigit():
        return head
    words: tuple[str, ...] = ()
    if isinstance(op, LayerOp):
        words = (op.layer.word, *op.layer.aliases)
    elif isinstance(op, CallOp):
        words = (op.graph.name,)
    return "" if node.word in words or last.rstrip("0123456789") in words else node.path


def _parts(graph: Graph) -> Counter[str]:
    ops = [n.operation for n in graph.nodes]
    layers = [op.layer.word for op in ops if isinstance(op, LayerOp)]
    return Counter(layers + [op.graph.name for op in ops if isinstance(op, CallOp)])
