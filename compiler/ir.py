"""The compiled form: a frozen graph of graphs.

A ``Graph`` is one module: the net itself, an instance of a block, or a labelled group. Its nodes
are in an order in which they can run. A node is a layer, a call of another graph, a parameter,
or an input; equal instances of a block share one ``Graph``. ``compiler.flat`` opens it, and
``compiler.graph`` makes a networkx graph of it; this module imports nothing slow.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..grammar.diagnostics import Diagnostic
from ..grammar.record import Exact, Record, field
from ..grammar.source import Span
from .dims import Dim, substitute
from .layer import Layer, Weight
from .types import TensorType

if TYPE_CHECKING:
    from .declared import Declared


class Value(Record):
    """A tensor inside a graph: which node made it, and which of that node's results it is."""

    node: str
    result: int = 0


class InputOp(Record):
    """An input of the graph. ``hidden``: it is not piped in, but the body uses it (a tensor
    argument of a block, a tensor of the enclosing body)."""

    hidden: bool = False


class LayerOp(Record):
    """A layer. ``tied`` are the weights that it shares with another layer: ``Graph.ties`` of this
    or an enclosing graph says with which."""

    layer: Layer
    tied: tuple[str, ...] = ()


class CallOp(Record):
    """A call of another graph; ``sizes`` are the values, in this graph's symbols, of symbols in
    the called graph whose names differ (a shared graph keeps its first instance's names)."""

    graph: Graph
    sizes: tuple[tuple[str, Dim], ...] = ()


class ScanOp(Record):
    """A cell run over axis 1, the same weights at every step.

    The node's inputs are ``sequences`` tensors ``[N, T, ...]`` (the cell gets ``[N, ...]``), then
    ``states`` initial states, then further inputs of the cell, the same at every step. The results
    are the first result of every step, stacked on axis 1, then the final states. With ``emits``
    the cell's first result is not a state; without it, it is the first state.
    """

    cell: LayerOp | CallOp
    sequences: int
    states: int
    emits: bool
    reverse: bool = False


class WeightOp(Record):
    """A parameter or buffer of a module inside this graph, read as a tensor: ``fc.weight``."""

    module: str
    weight: str


class FailedOp(Record):
    """A node that could not be made. It is only in the graph of a spec that fails, which can be
    drawn.

    ``text`` is the piece of the spec, ``findings`` say what is wrong with it.
    """

    text: str
    findings: tuple[Diagnostic, ...]


Op: TypeAlias = InputOp | LayerOp | CallOp | ScanOp | WeightOp | FailedOp


class Node(Record):
    """One step.

    ``key`` is unique in the graph. ``path`` is the module path inside the graph (``conv1``,
    ``layer.0``) that holds the weights, and is ``""`` for operators, slices and inputs. Two nodes
    with one path use the same weights (``share``). ``first`` is the number at its end, if that
    counts modules: 1 of ``conv1``, 0 of ``layer.0``; a label that the text gives has none.

    ``count`` > 1 stands for that many copies one after another, each with its own weights and the
    next number; ``paths`` are the paths of all. The ``main`` results of one copy are the first
    inputs of the next.

    ``module``: where ``path`` names a module that lives in an enclosing graph (a ``share``
    declared outside), ``outer`` is True and ``path`` is the name among ``Graph.outer``.

    ``idle``: no output needs it; its weights exist, and it does not run.
    """

    key: str
    op: Op
    inputs: tuple[Value, ...]
    takes: tuple[TensorType, ...]
    """The inputs' types. An idle node may have them without having ``inputs``."""
    types: tuple[TensorType, ...]
    path: str = ""
    first: int | None = None
    count: int = 1
    outer: bool = False
    idle: bool = False
    names: tuple[str, ...] = ()
    """The names a body gave to the results (``skip``, ``x``); one for each result, or none."""
    outers: tuple[tuple[str, str], ...] = ()
    """For a call of a graph with ``outer`` modules: pairs of their name there and their path here,
    or their name among this graph's own ``outer`` ones."""
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def operation(self) -> Op:
        """What runs: for a scan its cell."""
        return self.op.cell if isinstance(self.op, ScanOp) else self.op

    @property
    def called(self) -> Graph | None:
        """The graph that runs, for a scan the graph of its cell; None if there is none."""
        op = self.operation
        return op.graph if isinstance(op, CallOp) else None

    @property
    def steps(self) -> Dim:
        """How often the operation runs: for a scan once for each step."""
        return self.takes[0].shape[1] if isinstance(self.op, ScanOp) else 1

    @property
    def operands(self) -> tuple[TensorType, ...]:
        """The types that the operation runs on: for a scan those of one step."""
        if not isinstance(self.op, ScanOp):
            return self.takes
        steps = [TensorType((t.shape[0], *t.shape[2:]), t.dtype) for t in self.takes]
        count = self.op.sequences
        return (*steps[:count], *self.takes[count:])

    @property
    def stem(self) -> str:
        """The path without the number: ``conv`` of ``conv1``, ``layer.`` of ``layer.0``."""
        return stem_of(self.path, self.first)

    @property
    def word(self) -> str:
        """``conv`` of ``conv1``, if the path is a word and its number; "" for labels."""
        return "" if self.first is None else self.stem.rpartition(".")[2]

    @property
    def paths(self) -> tuple[str, ...]:
        """The module paths of all copies."""
        return copies_of(self.path, self.first, self.count)

    @property
    def main(self) -> tuple[int, ...]:
        """The results that a pipe carries on, and so the next copy takes: all but side results."""
        if isinstance(self.op, CallOp):
            return tuple(i for i, port in enumerate(self.op.graph.outputs) if not port.side)
        side = isinstance(self.op, LayerOp) and self.op.layer.results == "side"
        return (0,) if side or isinstance(self.op, ScanOp) else tuple(range(len(self.types)))


class Tie(Record):
    """``path.weight`` is the very tensor ``source.source_weight``; both paths start here."""

    path: str
    weight: str
    source: str
    source_weight: str


class Port(Record):
    """An input or output of a graph: its name as written (may be empty for outputs).

    ``side``: a side result, which a pipe does not carry on, or a tensor inside that is reached from
    outside.
    """

    name: str
    type: TensorType
    side: bool = False


def stem_of(path: str, first: int | None) -> str:
    """A module path without the number at its end, if that counts modules."""
    return path if first is None else path.removesuffix(str(first))


def coded(path: str, odd: str = r"[^\w.]") -> str:
    """A module path as a part of an id: odd characters, which ids use to join their parts, become
    ``~2d~``."""
    return re.sub(f"{odd}|~", lambda match: f"~{ord(match[0]):x}~", path)


def decoded(id: str) -> str:
    """The path that ``coded`` has made an id of."""
    return re.sub(r"~([0-9a-f]+)~", lambda match: chr(int(match[1], 16)), id)


def outer_of(path: str, outers: Container[str]) -> str:
    """The name of the outer module that a path begins with, ``enc`` or ``enc.0``; empty if none."""
    parts = path.split(".")
    prefixes = (".".join(parts[:i]) for i in range(1, len(parts) + 1))
    return next((prefix for prefix in prefixes if prefix in outers), "")


def copies_of(path: str, first: int | None, count: int) -> tuple[str, ...]:
    """The module paths of copies under following numbers: ``layer.0``, ``layer.1``..."""
    if count == 1:
        return (path,)
    assert first is not None, f"copies of {path} without numbers"
    stem = stem_of(path, first)
    return tuple(f"{stem}{first + i}" for i in range(count))


GraphKind: TypeAlias = Literal["net", "block", "group"]


class Graph(Exact):
    """One module.

    ``name`` is the block's or net's name or the group's label; ``arguments`` the block's
    parameters as given (numbers, strings, lists, names of networks), for titles and tables.
    ``inputs`` are the first ``len(inputs)`` nodes' (all InputOp) types under their port names.
    ``outer`` names modules that live in an enclosing graph and are handed in.
    """

    kind: GraphKind
    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    results: tuple[Value, ...]
    nodes: tuple[Node, ...]
    arguments: tuple[tuple[str, object], ...] = ()
    outer: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()
    documentation: str = ""
    alias: str = ""
    """The net's own name, if it is another net with arguments: ``net resnet50 = ResNet(...)``."""
    allowed: tuple[tuple[str, Declared], ...] = field(default=(), compare=False)
    """The values of the net's open sizes that ``require`` allows."""
    span: Span | None = field(default=None, compare=False, repr=False)

    @cached_property
    def node(self) -> Mapping[str, Node]:
        return {n.key: n for n in self.nodes}

    @cached_property
    def sequential(self) -> bool:
        """Whether it is a chain: it has one input, each node takes only the one before, all run,
        and the first result of the last node is the only output. (Some nodes may be functions.)"""
        real = [n for n in self.nodes if not isinstance(n.op, InputOp)]
        if len(self.inputs) != 1 or len(self.results) != 1 or not real:
            return False
        before = self.nodes[0].key
        for node in real:
            if node.inputs != (Value(before),) or node.idle or node.outer:
                return False
            before = node.key
        return self.results[0] == Value(before)

    def type(self, value: Value) -> TensorType:
        return self.node[value.node].types[value.result]

    def running(self) -> Iterator[Node]:
        return (n for n in self.nodes if not n.idle)

    @cached_property
    def params(self) -> Dim:
        """Learnable parameters, shared ones counted once."""
        return _count_params(self)

    @cached_property
    def macs(self) -> Dim:
        """Multiply-accumulates of one forward pass, in the symbols of the inputs."""
        return _count_macs(self)


def piped(node: Node) -> tuple[TensorType, ...]:
    """The types of a layer's piped inputs (its tensor settings come after them)."""
    op, takes = node.operation, node.operands
    if not isinstance(op, LayerOp):
        return takes
    return takes[: len(takes) - len(op.layer.tensors())]


def layer_weights(node: Node) -> dict[str, Weight]:
    """The weights of a layer that is in this graph, tied ones included."""
    return {} if node.outer else own_weights(node)


def own_weights(node: Node) -> dict[str, Weight]:
    """The weights of a node's layer, wherever they are. It has none if a spec failed before the
    types of the layer's inputs were known."""
    op, takes = node.operation, piped(node)
    if not isinstance(op, LayerOp) or len(takes) < op.layer.arity[0]:
        return {}
    return op.layer.weights(*takes)


def own_params(node: Node) -> Dim:
    """The learnable parameters of a node's layer, wherever they are, without tied ones."""
    op, takes = node.operation, piped(node)
    if not isinstance(op, LayerOp) or len(takes) < op.layer.arity[0]:
        return 0
    return op.layer.parameter_count(takes, op.tied)


def layer_params(node: Node) -> Dim:
    """The learnable parameters of a layer that is in this graph, without tied ones."""
    return 0 if node.outer else own_params(node)


def has_weights(node: Node) -> bool:
    """Whether a node runs a layer that has weights, wherever they are."""
    op, takes = node.operation, piped(node)
    ready = isinstance(op, LayerOp) and len(takes) >= op.layer.arity[0]
    return isinstance(op, LayerOp) and ready and op.layer.has_weights(*takes)


def _count_params(graph: Graph) -> Dim:
    total: Dim = 0
    counted: set[str] = set()
    for node in graph.nodes:
        if node.outer or (node.path and node.path in counted):
            continue
        counted.add(node.path)
        total = total + node_params(node) * node.count
    return total


def node_params(node: Node) -> Dim:
    """The learnable parameters of one copy, in the symbols of the node's graph."""
    op = node.operation
    if isinstance(op, CallOp):
        return substitute(op.graph.params, dict(op.sizes))
    return layer_params(node)


def _count_macs(graph: Graph) -> Dim:
    total: Dim = 0
    for node in graph.running():
        total = total + node_macs(node) * node.count
    return total


def node_macs(node: Node) -> Dim:
    """The multiply-accumulates of one copy."""
    op = node.operation
    if isinstance(op, CallOp):
        return substitute(op.graph.macs, dict(op.sizes)) * node.steps
    if isinstance(op, LayerOp):
        return op.layer.macs(piped(node), node.types) * node.steps
    return 0
