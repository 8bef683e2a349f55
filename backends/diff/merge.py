"""One graph of two: what both have once, then what only the old or only the new one has.

The nodes stand in an order in which both could run. Lines that a layer put between two others
explains, or one taken away, are left out: a reader sees them anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, TypeAlias

from ...compiler.dims import Dim
from ...compiler.ir import (
    CallOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    Op,
    Port,
    ScanOp,
    Value,
    layer_weights,
)
from ...grammar.record import field
from .align import Aligner
from .signs import Signs

Mark: TypeAlias = Literal["", "added", "removed", "changed"]
Slots: TypeAlias = list[tuple[int | None, int | None]]
"""Places among the inputs of the old and the new one."""


class Compared(Node):
    """A node of a ``Comparison``.

    ``before`` is what it was, of a node that both have. Its inputs are those of the new one, then
    ``extra`` ones of the old: places of the inputs that they were. ``wires`` marks each input that
    only one version has, unless it comes from what only that has.
    """

    mark: Mark = ""
    before: Node | None = None
    wires: tuple[Mark, ...] = ()
    extra: tuple[int, ...] = ()


class Comparison(Graph):
    """Two versions of a graph in one. The results are those of the new one, then ``extra`` ones of
    the old: places of the results that they were. Parameters and MACs are the new one's."""

    before: Graph = field(kw_only=True)
    after: Graph = field(kw_only=True)
    extra: tuple[int, ...] = ()

    @cached_property
    def differs(self) -> bool:
        """Whether anything in it was added, removed, changed or wired otherwise."""
        return bool(self.extra) or any(map(_differs, self.nodes))

    @property
    def params(self) -> Dim:
        return self.after.params

    @property
    def macs(self) -> Dim:
        return self.after.macs


def merge(before: Graph, after: Graph) -> Comparison:
    """Both versions of a net."""
    made = _Merger().comparison(before, after)
    names = [g.alias or g.name for g in (before, after)]
    return made if names[0] == names[1] else made.replace(alias=" → ".join(names))


def marked(node: Node) -> Mark:
    return node.mark if isinstance(node, Compared) else ""


def _differs(node: Node) -> bool:
    if isinstance(node, Compared) and (node.mark or node.extra or any(node.wires)):
        return True
    return isinstance(node.called, Comparison) and node.called.differs


def whole(mark: Mark) -> bool:
    """Whether only one version has it."""
    return mark in ("added", "removed")


class _Merger:
    """Merges each pair of graphs once."""

    def __init__(self) -> None:
        self.signs = Signs()
        self.aligner = Aligner()
        self.done: dict[tuple[int, int], tuple[Graph, Graph, Comparison]] = {}
        self.wholes: dict[tuple[int, Mark], tuple[Graph, Graph]] = {}

    def graph(self, before: Graph, after: Graph) -> Graph:
        """The new graph itself where nothing in it differs."""
        made = self.comparison(before, after)
        return made if any(isinstance(n, Compared) for n in made.nodes) else after

    def comparison(self, before: Graph, after: Graph) -> Comparison:
        key = (id(before), id(after))
        if key not in self.done:
            self.done[key] = before, after, _Pair(self, before, after).merged()
        return self.done[key][2]

    def alone(self, graph: Graph, mark: Mark) -> Graph:
        """A graph that only one version has: all in it is marked."""
        key = (id(graph), mark)
        if key not in self.wholes:
            nodes = tuple(
                n if isinstance(n.op, InputOp) else self.lone(n, n.key, n.inputs, mark)
                for n in graph.nodes
            )
            self.wholes[key] = graph, graph.replace(nodes=nodes)
        return self.wholes[key][1]

    def lone(self, node: Node, key: str, inputs: Iterable[Value], mark: Mark) -> Compared:
        """A node that only one version has."""
        op = node.op
        if isinstance(op, CallOp):
            op = op.replace(graph=self.alone(op.graph, mark))
        elif isinstance(op, ScanOp) and isinstance(op.cell, CallOp):
            op = op.replace(cell=op.cell.replace(graph=self.alone(op.cell.graph, mark)))
        return _compared(node, key=key, op=op, inputs=tuple(inputs), mark=mark)


def _compared(node: Node, **changes: object) -> Compared:
    fields = {name: getattr(node, name) for name in Node._fields}
    return Compared(**(fields | changes))


class _Pair:
    """Two graphs being merged. ``old`` and ``new`` say where their tensors are in the result."""

    def __init__(self, merger: _Merger, before: Graph, after: Graph) -> None:
        self.merger, self.before, self.after = merger, before, after
        self.old: dict[Value, Value] = {}
        self.new: dict[Value, Value] = {}
        self.marks: dict[str, Mark] = {}
        self.sources: dict[str, tuple[Value, ...]] = {}

    def merged(self) -> Comparison:
        inputs, ports = self.inputs()
        nodes = [*inputs, *self.nodes()]
        results, extra = self.results()
        return Comparison(
            **{name: getattr(self.after, name) for name in Graph._fields}
            | {
                "inputs": ports,
                "nodes": tuple(nodes),
                "results": results,
                "extra": extra,
                "before": self.before,
                "after": self.after,
            },
        )

    # --- inputs -------------------------------------------------------------------------------

    def inputs(self) -> tuple[list[Node], tuple[Port, ...]]:
        pairs = input_pairs(self.before, self.after)
        olds, news = _inputs(self.before), _inputs(self.after)
        nodes = [
            self.lone(news[j], "added")
            if i is None and j is not None
            else self.lone(olds[i], "removed")
            if j is None and i is not None
            else self.input(olds[i or 0], news[j or 0])
            for i, j in pairs
        ]
        ports = tuple(Port(n.names[0], n.types[0]) for n in nodes)
        return nodes, ports

    def input(self, old: Node, new: Node) -> Node:
        differs = old.types != new.types and self.after.kind == "net"
        node = _compared(new, mark="changed", before=old) if differs else new
        self.note(old, new, node, "")
        return node

    def note(self, old: Node | None, new: Node | None, node: Node, mark: Mark) -> None:
        """Where the results of a node are now."""
        for source, places in ((old, self.old), (new, self.new)):
            if source is not None:
                last = len(node.types) - 1
                for r in range(len(source.types)):
                    places[Value(source.key, r)] = Value(node.key, min(r, last))
        self.marks[node.key] = mark
        self.sources[node.key] = node.inputs

    # --- nodes --------------------------------------------------------------------------------

    def nodes(self) -> Iterator[Node]:
        olds, news = _steps(self.before), _steps(self.after)
        signs = [[self.merger.signs.of(n) for n in nodes] for nodes in (olds, news)]
        for i, j in self.merger.aligner.pairs(*signs):
            if j is None:
                assert i is not None
                yield self.lone(olds[i], "removed")
            elif i is None:
                yield self.lone(news[j], "added")
            else:
                yield self.both(olds[i], news[j])

    def lone(self, node: Node, mark: Mark) -> Node:
        gone = mark == "removed"
        places = self.old if gone else self.new
        inputs = [places[v] for v in node.inputs]
        made = self.merger.lone(node, f"-{node.key}" if gone else node.key, inputs, mark)
        self.note(node if gone else None, None if gone else node, made, mark)
        return made

    def both(self, old: Node, new: Node) -> Node:
        op, slots = self.operation(old, new)
        inputs, wires, extra = self.wires(old, new, slots)
        mark: Mark = "changed" if self.differs(old, new) else ""
        same = op is new.op and inputs == new.inputs and not any(wires) and old.path == new.path
        node = new
        if mark or not same or follows(old, new):
            node = _compared(
                new, op=op, inputs=inputs, mark=mark, before=old, wires=wires, extra=extra
            )
        self.note(old, new, node, "")
        return node

    def operation(self, old: Node, new: Node) -> tuple[Op, Slots]:
        """The operation, its graph merged; and which input was which."""
        was, now = old.operation, new.operation
        if isinstance(was, CallOp) and isinstance(now, CallOp) and not new.idle:
            graph = self.merger.graph(was.graph, now.graph)
            slots = input_pairs(was.graph, now.graph)
            if graph is now.graph:
                return new.op, slots
            call = CallOp(graph, tuple((dict(was.sizes) | dict(now.sizes)).items()))
            return new.op.replace(cell=call) if isinstance(new.op, ScanOp) else call, slots
        if {self.old[v] for v in old.inputs} != {self.new[v] for v in new.inputs}:
            return new.op, self.by_tensor(old, new)
        return new.op, [(k, k) for k in range(len(new.inputs))]

    def by_tensor(self, old: Node, new: Node) -> Slots:
        """Inputs that carry the same tensor are one, wherever they stand: of a ``concat`` of more
        than before."""
        waiting = {k: self.old[v] for k, v in enumerate(old.inputs)}
        slots: Slots = []
        for j, value in enumerate(new.inputs):
            same = next((i for i, v in waiting.items() if v == self.new[value]), None)
            waiting.pop(-1 if same is None else same, None)
            slots.append((same, j))
        return _filled(slots, list(waiting))

    # --- wires --------------------------------------------------------------------------------

    def wires(
        self, old: Node, new: Node, slots: Slots
    ) -> tuple[tuple[Value, ...], tuple[Mark, ...], tuple[int, ...]]:
        inputs: list[Value] = []
        marks: list[Mark] = []
        extra: dict[int, Value] = {}
        for place, (i, j) in enumerate(slots):
            was = None if i is None else self.old[old.inputs[i]]
            now = None if j is None else self.new[new.inputs[j]]
            shown, more = self.wire(was, now)
            inputs.append(shown)
            told = was == now or whole(self.marks[shown.node])
            marks.append("" if told else "removed" if now is None else "added")
            if more is not None:
                extra[place] = more
        marks += ["" if whole(self.marks[v.node]) else "removed" for v in extra.values()]
        return (*inputs, *extra.values()), tuple(marks), tuple(extra)

    def wire(self, was: Value | None, now: Value | None) -> tuple[Value, Value | None]:
        """The tensor that comes in, and the one that came in before where that is to be told."""
        if was is None or now is None or was == now:
            one = was if now is None else now
            assert one is not None
            return one, None
        if now in self.behind(was, "removed"):
            return was, None
        if was in self.behind(now, "added"):
            return now, None
        return now, was

    def behind(self, value: Value, mark: Mark) -> set[Value]:
        """What lies behind nodes that only one version has."""
        found: set[Value] = set()
        waiting, seen = [value], {value}
        while waiting:
            here = waiting.pop()
            if self.marks[here.node] != mark:
                found.add(here)
                continue
            news = [v for v in self.sources[here.node] if v not in seen]
            seen.update(news)
            waiting += news
        return found

    def results(self) -> tuple[tuple[Value, ...], tuple[int, ...]]:
        results: list[Value] = []
        extra: dict[int, Value] = {}
        olds = self.before.results
        for place, value in enumerate(self.after.results):
            was = self.old[olds[place]] if place < len(olds) else None
            shown, more = self.wire(was, self.new[value])
            results.append(shown)
            if more is not None:
                extra[place] = more
        return (*results, *extra.values()), tuple(extra)

    # --- what is different --------------------------------------------------------------------

    def differs(self, old: Node, new: Node) -> bool:
        """Whether a node itself is written otherwise, whatever its graph holds."""
        if old.count != new.count or renamed(old, new):
            return True
        was, now = old.operation, new.operation
        if isinstance(was, CallOp) and isinstance(now, CallOp):
            return _heading(was.graph) != _heading(now.graph)
        return self.merger.signs.content(old) != self.merger.signs.content(new)


def _heading(graph: Graph) -> tuple[object, ...]:
    """How a block is called; a group goes by its label."""
    return (graph.kind, graph.name, graph.arguments) if graph.kind == "block" else (graph.kind,)


def renamed(old: Node, new: Node) -> bool:
    """Whether the module path is another in more than a number."""
    return old.path.rstrip("0123456789") != new.path.rstrip("0123456789")


def follows(old: Node, new: Node) -> bool:
    """Whether a layer has weights of other sizes, because of what comes in."""
    if not isinstance(old.op, LayerOp) or not isinstance(new.op, LayerOp):
        return False
    return layer_weights(old) != layer_weights(new)


def input_pairs(before: Graph, after: Graph) -> Slots:
    """Which input was which: by name, then in order; the new one's first."""
    at = {port.name: i for i, port in enumerate(before.inputs)}
    found: Slots = [(at.pop(port.name, None), j) for j, port in enumerate(after.inputs)]
    taken = {i for i, _ in found}
    return _filled(found, [i for i in range(len(before.inputs)) if i not in taken])


def _filled(slots: Slots, rest: Sequence[int]) -> Slots:
    """What is left of the old fills the gaps in order, then follows."""
    waiting = iter(rest)
    filled: Slots = [(next(waiting, None) if i is None else i, j) for i, j in slots]
    return [*filled, *((i, None) for i in waiting)]


def _inputs(graph: Graph) -> list[Node]:
    return [n for n in graph.nodes if isinstance(n.op, InputOp)]


def _steps(graph: Graph) -> list[Node]:
    return [n for n in graph.nodes if not isinstance(n.op, InputOp)]
