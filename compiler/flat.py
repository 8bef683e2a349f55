"""A graph without hierarchy: each run of a layer by itself, in an order in which they can run.

Only this module opens calls, copies and scans, and knows which module a run uses. Its results are
plain values: ``compiler.graph`` makes a networkx graph of them, and the summary a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal, TypeAlias

from ..grammar.record import Record
from .dims import Dim, substitute
from .ir import (
    CallOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    ScanOp,
    Value,
    WeightOp,
    outer_of,
    own_params,
    own_weights,
    piped,
)
from .layer import Layer, Weight
from .types import TensorType

Producer: TypeAlias = tuple[str, int]
"""A tensor: the key of the run that makes it, and which of its results it is."""

Kind: TypeAlias = Literal["input", "layer", "weight", "each", "state", "stack", "final"]
"""The kind of a run. The last four are at a scan's border and compute nothing: ``each`` gives the
cell one step of a sequence, ``state`` gives it the state after the step before; ``stack`` collects
the results of all steps, ``final`` is the state after the last step."""


class Run(Record):
    """One run of a layer, or of another node that has a tensor as its result.

    ``key`` names the run, ``module`` the module that it uses: all runs of a share use one module.
    ``around`` is the module whose body it is in. ``scans`` are the keys of the scans around it,
    outermost first: it runs ``steps`` times for one run of the net.

    If repeats are folded, it stands for ``copies`` modules. ``runs`` counts how often all of them
    run together in one step; it is 0 if no output needs them.
    """

    key: str
    kind: Kind
    node: Node
    takes: tuple[Producer, ...]
    types: tuple[TensorType, ...]
    module: str = ""
    around: str = ""
    sizes: Mapping[str, Dim] = {}
    """The symbols of the node's graph, in terms of the symbols of the net's inputs."""
    scans: tuple[str, ...] = ()
    steps: Dim = 1
    copies: int = 1
    runs: int = 1
    tied: Mapping[str, str] = {}
    """Weights that belong to another module, with that module's weight: keys of the state dict. The
    other weight is "" if repeats are folded."""

    @cached_property
    def layer(self) -> Layer | None:
        """The layer, with its sizes in the symbols of the net's inputs; None for other runs."""
        op = self.node.operation
        if self.kind != "layer" or not isinstance(op, LayerOp):
            return None
        return op.layer.in_sizes(self.sizes) if self.sizes else op.layer

    @cached_property
    def weights(self) -> dict[str, Weight]:
        """The weights of the module, tied ones included, by their keys in the state dict."""
        if self.kind != "layer" or not self.module:
            return {}
        own = own_weights(self.node).items()
        return {f"{self.module}.{name}".rstrip("."): weight for name, weight in own}

    @cached_property
    def params(self) -> Dim:
        """Learnable numbers of one copy, without tied ones."""
        if self.kind != "layer" or not self.module:
            return 0
        return substitute(own_params(self.node), self.sizes)

    @cached_property
    def macs(self) -> Dim:
        """Multiply-accumulates of one run, with all steps of the scans around it."""
        takes = [t.substitute(self.sizes) for t in piped(self.node)]
        return self.layer.macs(takes, self.types) * self.steps if self.layer is not None else 0


class Flat(Record):
    """All runs. ``loops`` lead from the state after a step to the ``state`` run of the next
    step."""

    runs: tuple[Run, ...]
    results: tuple[Producer, ...]
    loops: tuple[tuple[Producer, str], ...]


def flat(graph: Graph, *, fold: bool = False) -> Flat:
    """The runs of a graph, with its idle layers. ``fold``: a repeat is one run of all its
    copies."""
    walk = _Flattening(fold)
    inputs = [
        walk.add(Run(node.key, "input", node, (), node.types))
        for node in graph.nodes
        if isinstance(node.op, InputOp)
    ]
    results = walk.graph(_CalledGraph(graph), [key for keys in inputs for key in keys])
    return Flat(tuple(walk.runs), tuple(results), tuple(walk.loops))


class _Module(Record):
    """A module path, and the number of modules it stands for: ``layer.0…2`` is three."""

    path: str
    copies: int = 1


class _CalledGraph(Record):
    """A graph at one of its calls. The keys of its runs start with ``at``."""

    graph: Graph
    at: str = ""
    module: _Module = _Module("")
    outers: Mapping[str, _Module] = {}
    sizes: Mapping[str, Dim] = {}
    scans: tuple[str, ...] = ()
    steps: Dim = 1
    runs: int = 1

    def own(self, path: str, copies: int = 1) -> _Module:
        """A module inside this one."""
        full = ".".join(filter(None, (self.module.path, path)))
        return _Module(full, self.module.copies * copies)

    def named(self, path: str) -> _Module:
        """A module inside this one, or inside a module that was passed in."""
        name = outer_of(path, self.outers)
        if not name:
            return self.own(path)
        outer = self.outers[name]
        return _Module(outer.path + path.removeprefix(name), outer.copies)

    def weight(self, path: str, weight: str) -> str:
        return f"{self.named(path).path}.{weight}".strip(".")


class _Flattening:
    """Collects the runs while the graphs are walked."""

    def __init__(self, fold: bool) -> None:
        self.fold = fold
        self.runs: list[Run] = []
        self.loops: list[tuple[Producer, str]] = []
        self.ties: dict[str, str] = {}

    def add(self, run: Run) -> list[Producer]:
        self.runs.append(run)
        return [(run.key, i) for i in range(len(run.types))]

    def graph(self, scope: _CalledGraph, given: Sequence[Producer]) -> list[Producer]:
        """Adds the runs of a graph and returns the producers of its results; an idle graph has
        none."""
        for tie in scope.graph.ties:
            source = scope.weight(tie.source, tie.source_weight)
            self.ties[scope.weight(tie.path, tie.weight)] = source
        ports = (n.key for n in scope.graph.nodes if isinstance(n.op, InputOp))
        made = {Value(key): producer for key, producer in zip(ports, given, strict=False)}
        for node in scope.graph.nodes:
            if not isinstance(node.op, InputOp):
                taken = [made[value] for value in node.inputs] if scope.runs else []
                results = self.copies(node, scope, taken)
                made.update({Value(node.key, i): result for i, result in enumerate(results)})
        return [made[value] for value in scope.graph.results] if scope.runs else []

    def copies(self, node: Node, scope: _CalledGraph, taken: list[Producer]) -> list[Producer]:
        """All copies of a node, one after another: each takes the results of the one before."""
        results: list[Producer] = []
        kind: Kind = "weight" if isinstance(node.op, WeightOp) else "layer"
        types = tuple(t.substitute(scope.sizes) for t in node.types) if scope.sizes else node.types
        runs = 0 if node.idle else scope.runs
        for key, module, count in self.modules(node, scope):
            run = Run(
                scope.at + key,
                kind,
                node,
                tuple(taken),
                types,
                module.path,
                scope.module.path,
                scope.sizes,
                scope.scans,
                scope.steps,
                module.copies,
                runs * count,
            )
            results = self.run(run, scope)
            if run.runs:
                taken = [*(results[i] for i in node.main), *taken[len(node.main) :]]
        return results

    def modules(self, node: Node, scope: _CalledGraph) -> Iterable[tuple[str, _Module, int]]:
        """The key, the module and the number of runs of each copy."""
        if isinstance(node.op, WeightOp):
            return [(node.key, scope.named(node.op.module), 1)]
        if node.outer or not node.path:
            module = scope.named(node.path) if node.outer else _Module("", scope.module.copies)
            return [(node.key, module, node.count)]
        if node.count == 1 or self.fold:
            return [(node.key, scope.own(_folded(node), node.count), node.count)]
        return [(path, scope.own(path), 1) for path in node.paths]

    def run(self, run: Run, scope: _CalledGraph) -> list[Producer]:
        if isinstance(run.node.op, ScanOp):
            return self.scan(run, run.node.op, scope)
        return self.operation(run, scope)

    def operation(self, run: Run, scope: _CalledGraph) -> list[Producer]:
        op = run.node.operation
        if isinstance(op, CallOp):
            return self.graph(_called(run, op, scope), run.takes)
        if isinstance(op, LayerOp) and op.tied:
            keys = [f"{run.module}.{name}".rstrip(".") for name in op.tied]
            run = run.replace(tied={key: self.ties.get(key, "") for key in keys})
        return self.add(run)

    # --- scans --------------------------------------------------------------------------------

    def scan(self, run: Run, op: ScanOp, scope: _CalledGraph) -> list[Producer]:
        """The cell once, between the runs that give it the steps and those that collect its
        results."""
        inner = run.replace(
            scans=(*run.scans, run.key),
            steps=run.steps * substitute(run.node.steps, scope.sizes),
            types=_cell_types(run, op),
        )
        if not run.runs:
            return self.operation(inner, scope)
        first, last = op.sequences, op.sequences + op.states
        each = self.border(inner, "each", run.takes[:first], self.operands(run, 0, first))
        states = self.border(inner, "state", run.takes[first:last], self.operands(run, first, last))
        made = self.operation(inner.replace(takes=(*each, *states, *run.takes[last:])), scope)
        after = made[int(op.emits) :][: op.states]
        self.loops += [(producer, key) for producer, (key, _) in zip(after, states, strict=True)]
        stack = self.border(run, "stack", made[:1], run.types[:1])
        return [*stack, *self.border(run, "final", after, run.types[1:])]

    def operands(self, run: Run, start: int, end: int) -> list[TensorType]:
        return [t.substitute(run.sizes) for t in run.node.operands[start:end]]

    def border(
        self, run: Run, kind: Kind, takes: Sequence[Producer], types: Sequence[TensorType]
    ) -> list[Producer]:
        """One run for each tensor that enters or leaves a scan."""
        made: list[Producer] = []
        for i, (producer, type) in enumerate(zip(takes, types, strict=True), 1):
            key = f"{run.key}#{kind}{i if len(takes) > 1 else ''}"
            made += self.add(
                run.replace(key=key, kind=kind, takes=(producer,), types=(type,), module="")
            )
        return made


def _called(run: Run, op: CallOp, scope: _CalledGraph) -> _CalledGraph:
    """The graph that a run calls, at this call."""
    sizes = {name: substitute(dim, scope.sizes) for name, dim in op.sizes}
    return _CalledGraph(
        graph=op.graph,
        at=f"{run.key}.",
        module=_Module(run.module or scope.module.path, run.copies),
        outers={name: scope.named(given) for name, given in run.node.outers},
        sizes={**scope.sizes, **sizes},
        scans=run.scans,
        steps=run.steps,
        runs=run.runs,
    )


def _cell_types(run: Run, op: ScanOp) -> tuple[TensorType, ...]:
    """The types of the results of a scan's cell at one step."""
    first, *states = run.types
    emitted = [TensorType((first.shape[0], *first.shape[2:]), first.dtype)] if op.emits else []
    return (*emitted, *states)


def _folded(node: Node) -> str:
    """``layer.0…2`` for ``layer.0``, ``layer.1``, ``layer.2``."""
    last = (node.first or 0) + node.count - 1
    return node.path if node.count == 1 else f"{node.path}…{last}"
