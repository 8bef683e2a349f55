"""A graph as all the operations that run, each copy by itself: what a picture is compared with.

It is made by walking the graph as it would run, without anything that the drawing code does, and
without ``compiler.flat``, which the drawing code may use: two that err are hardly wrong in the same
way. A test holds one against the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from netwright.compiler.dims import Dim, substitute
from netwright.compiler.ir import CallOp, Graph, InputOp, LayerOp, Node, ScanOp, Value, WeightOp
from netwright.compiler.types import TensorType

Address: TypeAlias = tuple[tuple[str, int], ...]
"""The way to an operation: keys of calls and of the node, each with which copy."""


INPUT, OUTPUT = "> input", "> output"
PORTS = {INPUT: "input", OUTPUT: "output"}
"""The places of the net's ports, and their names in pictures: a layer may be called `output`."""


@dataclass(frozen=True)
class Producer:
    """Who makes a tensor: an operation, or an input of the net (``(INPUT, i)`` alone)."""

    at: Address
    result: int = 0
    type: TensorType | None = None
    """What all steps of a scan make together."""


@dataclass(frozen=True)
class Op:
    at: Address
    node: Node
    types: tuple[TensorType, ...]
    module: str
    """The path of the module that holds its weights; empty if it has none."""
    sizes: Mapping[str, Dim]


@dataclass(frozen=True)
class Use:
    """A tensor that an operation reads, or that is a result of the net."""

    maker: Producer
    reader: Address
    scan: Address | None = None
    """Of what a step hands to the next: the scan."""


@dataclass(frozen=True)
class Call:
    at: Address
    node: Node
    graph: Graph
    module: str
    sizes: Mapping[str, Dim]
    """Of the place where it is called."""


@dataclass
class Flat:
    """``scans`` are the addresses of all that carries a state from step to step."""

    ops: dict[Address, Op] = field(default_factory=dict)
    calls: dict[Address, Call] = field(default_factory=dict)
    passing: set[Address] = field(default_factory=set)
    """Calls that give back what they got."""
    uses: list[Use] = field(default_factory=list)
    scans: list[Address] = field(default_factory=list)
    types: dict[Producer, TensorType] = field(default_factory=dict)
    modules: Counter[str] = field(default_factory=Counter)
    """How often each module with weights runs."""


@dataclass(frozen=True)
class _Here:
    at: Address = ()
    path: str = ""
    outers: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, Dim] = field(default_factory=dict)


Tensor: TypeAlias = tuple[Producer, ...]
"""Where a tensor comes from: of a state from two places, before the first step and after each."""


def flat(graph: Graph, extra: Sequence[int] = ()) -> Flat:
    """``extra``: of two versions in one, which outputs the last results were in the old one."""
    found = Flat()
    ends: list[Tensor] = []
    for i, port in enumerate(graph.inputs):
        producer = Producer(((INPUT, i),))
        found.types[producer] = port.type
        ends.append((producer,))
    places = [*range(len(graph.outputs)), *extra]
    for i, made in zip(places, _run(found, graph, _Here(), ends), strict=True):
        found.uses += [Use(producer, ((OUTPUT, i),)) for producer in made]
    return found


def _run(found: Flat, graph: Graph, here: _Here, given: Sequence[Tensor]) -> list[Tensor]:
    at: dict[Value, Tensor] = {}
    waiting = iter(given)
    for node in graph.nodes:
        if isinstance(node.op, InputOp):
            at[Value(node.key)] = next(waiting)
        elif not node.idle:
            made = _copies(found, node, here, [at[value] for value in node.inputs])
            at.update({Value(node.key, r): tensor for r, tensor in enumerate(made)})
    return [at[value] for value in graph.results]


def _copies(found: Flat, node: Node, here: _Here, taken: list[Tensor]) -> list[Tensor]:
    made: list[Tensor] = []
    for i, path in enumerate(node.paths if node.path else [""] * node.count):
        at = (*here.at, (node.key, i))
        module = here.outers.get(path, path) if node.outer else here.path + path if path else ""
        made = _one(found, node, replace(here, at=at, path=module), here, taken)
        taken = [*made[: len(taken)], *taken[len(made) :]]
    return made


def _one(found: Flat, node: Node, own: _Here, around: _Here, taken: list[Tensor]) -> list[Tensor]:
    cell = node.operation
    if isinstance(node.op, ScanOp):
        found.scans.append(own.at)
    if not isinstance(cell, CallOp):
        return _layer(found, node, own, taken)
    found.calls[own.at] = Call(own.at, node, cell.graph, own.path, around.sizes)
    found.modules[own.path] += 1
    sizes = {name: substitute(size, dict(around.sizes)) for name, size in cell.sizes}
    outers = {name: around.outers.get(given, around.path + given) for name, given in node.outers}
    below = _Here(own.at, own.path + "." if own.path else "", outers, {**around.sizes, **sizes})
    if not isinstance(node.op, ScanOp):
        made = _run(found, cell.graph, below, taken)
        if set(made) & set(taken):
            found.passing.add(own.at)
        return made
    return _scan(found, node.op, cell.graph, below, taken, node.types, around.sizes)


def _layer(found: Flat, node: Node, own: _Here, taken: list[Tensor]) -> list[Tensor]:
    types = tuple(t.substitute(dict(own.sizes)) for t in node.types)
    path = own.path + node.operation.module if isinstance(node.operation, WeightOp) else own.path
    found.ops[own.at] = Op(own.at, node, types, path, own.sizes)
    if path:
        found.modules[path] += 1
    if no_values(node):
        taken = []
    found.uses += [Use(producer, own.at) for tensor in taken for producer in tensor]
    if recurrent(node) and own.at not in found.scans:
        found.scans.append(own.at)
    made = [Producer(own.at, r) for r in range(len(types))]
    found.types.update(zip(made, types, strict=True))
    return [(producer,) for producer in made]


def _scan(
    found: Flat,
    op: ScanOp,
    cell: Graph,
    here: _Here,
    taken: list[Tensor],
    types: Sequence[TensorType],
    sizes: Mapping[str, Dim],
) -> list[Tensor]:
    """The cell once; what it hands on comes to where its states are read."""
    marks = [Producer((*here.at, ("state", i))) for i in range(op.states)]
    given = list(taken)
    for i, mark in enumerate(marks):
        given[op.sequences + i] = (*given[op.sequences + i], mark)
    made = _run(found, cell, here, given)
    after = made[int(op.emits) : int(op.emits) + op.states]
    back = dict(zip(marks, after, strict=True))
    found.uses = [
        use
        for old in found.uses
        for use in (
            [Use(producer, old.reader, here.at) for producer in back[old.maker]]
            if old.maker in back
            else [old]
        )
    ]
    return [
        tuple(replace(producer, type=type.substitute(dict(sizes))) for producer in tensor)
        for tensor, type in zip([made[0], *after], types, strict=True)
    ]


def recurrent(node: Node) -> bool:
    op = node.operation
    return (
        isinstance(op, LayerOp)
        and op.layer.category == "recurrent"
        and not op.layer.word.endswith("_cell")
    )


def no_values(node: Node) -> bool:
    """Whether only the dtype of what it reads matters."""
    op = node.operation
    return isinstance(op, LayerOp) and op.layer.word == "new_zeros"
