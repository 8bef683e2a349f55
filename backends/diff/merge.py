"""Merges two versions of a graph into one: each common node once, and the nodes of one version.

The nodes are in an order in which both versions could run. If a layer was inserted between two
others, the old line between these two is left out; so is the new line if a layer was removed. A
reader sees that from the layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal, TypeAlias

from ...compiler.extern_layer import Extern
from ...compiler.ir import (
    CallOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    Port,
    ScanOp,
    Value,
    layer_params,
    layer_weights,
)
from ...grammar.record import Record, typed
from ...grammar.source import Span
from .align import Aligner
from .signs import Signs

Mark: TypeAlias = Literal["", "added", "removed", "changed"]
Slots: TypeAlias = list[tuple[int | None, int | None]]
"""Pairs of inputs of the old and the new node, by number; None if only one has the input."""


class NodeMarks(Record):
    """What differs at a node of a merged graph.

    ``before`` and ``after`` are the node in both versions, None if a version does not have it. The
    inputs are those of the new node, then those of the old one that differ: ``extra`` holds the
    place of each of these. ``wires`` marks each input that only one version has, unless it comes
    from a node that only that version has. ``called`` are the marks of the graph that it calls.
    """

    before: Node | None
    after: Node | None
    mark: Mark = ""
    wires: tuple[Mark, ...] = ()
    extra: tuple[int, ...] = ()
    called: GraphMarks | None = None

    @property
    def differs(self) -> bool:
        here = self.mark or self.extra or any(self.wires)
        return bool(here or (self.called and self.called.differs))


class GraphMarks(Record):
    """What differs in a merged graph, which is a graph like any other.

    ``nodes`` has the marks of its nodes by their keys, without those that the new version has in
    the same way. ``versions`` are the graph's old and new version, None if only one version has it.
    The results are those of the new version, then those of the old one that differ: ``extra`` holds
    the place of each of these.
    """

    nodes: Mapping[str, NodeMarks]
    versions: tuple[Graph, Graph] | None = None
    extra: tuple[int, ...] = ()

    @cached_property
    def differs(self) -> bool:
        """Whether a node or a wire in it was added, removed or changed."""
        return bool(self.extra) or any(marks.differs for marks in self.nodes.values())

    def of(self, node: Node) -> NodeMarks:
        return self.nodes.get(node.key) or NodeMarks(node, node)


UNMARKED: Final = GraphMarks({})
"""The marks of a graph that is not merged, or in which nothing differs."""


class Merged(Record):
    """Two versions of a graph in one, and what differs. Its parameters and MACs count those of
    both: ``marks.versions`` have their own."""

    graph: Graph
    marks: GraphMarks

    @property
    def span(self) -> Span | None:
        return self.graph.span


def merge(before: Graph, after: Graph) -> Merged:
    """Both versions of a net as one graph."""
    merged = _Merger().comparison(before, after)
    names = [g.alias or g.name for g in (before, after)]
    if names[0] == names[1]:
        return merged
    return Merged(merged.graph.replace(alias=" → ".join(names)), merged.marks)


def in_one_version(mark: str) -> bool:
    """Whether a mark, or the category of a box, says that only one version has the thing."""
    return mark in ("added", "removed")


class _Merger:
    """Merges each pair of graphs once."""

    def __init__(self) -> None:
        self.signs = Signs()
        self.aligner = Aligner()
        self.done: dict[tuple[int, int], tuple[Graph, Graph, Merged]] = {}
        self.wholes: dict[tuple[int, Mark], tuple[Graph, Merged]] = {}

    def graph(self, before: Graph, after: Graph) -> Merged | None:
        """Both graphs as one; None if nothing in them differs."""
        merged = self.comparison(before, after)
        return merged if merged.marks.nodes else None

    def comparison(self, before: Graph, after: Graph) -> Merged:
        key = (id(before), id(after))
        if key not in self.done:
            self.done[key] = before, after, _PairMerger(self, before, after).merged()
        return self.done[key][2]

    def alone(self, graph: Graph, mark: Mark) -> Merged:
        """A graph that only one version has, with a mark on each node. It is a copy: another call
        of the graph may have other marks."""
        key = (id(graph), mark)
        if key not in self.wholes:
            pairs = [self.lone(node, mark) for node in graph.nodes]
            marks = {n.key: m for n, m in pairs if not isinstance(n.op, InputOp)}
            copy = graph.replace(nodes=tuple(node for node, _ in pairs))
            self.wholes[key] = graph, Merged(copy, GraphMarks(marks))
        return self.wholes[key][1]

    def lone(self, node: Node, mark: Mark) -> tuple[Node, NodeMarks]:
        """A node that only one version has, with its marks."""
        removed = mark == "removed"
        before, after = (node, None) if removed else (None, node)
        if node.called is None:
            return node, NodeMarks(before, after, mark)
        whole = self.alone(node.called, mark)
        return _calling(node, whole.graph), NodeMarks(before, after, mark, called=whole.marks)


def _calling(node: Node, graph: Graph, *others: Node) -> Node:
    """The node as a call of another graph, with the sizes of this and of other calls."""
    calls = (n.operation for n in (*others, node))
    sizes = {name: size for op in calls if isinstance(op, CallOp) for name, size in op.sizes}
    call = CallOp(graph, tuple(sizes.items()))
    return node.replace(op=node.op.replace(cell=call) if isinstance(node.op, ScanOp) else call)


class _PairMerger:
    """Merges two graphs. ``old`` and ``new`` map the tensors of each to those of the result."""

    def __init__(self, merger: _Merger, before: Graph, after: Graph) -> None:
        self.merger, self.before, self.after = merger, before, after
        self.old: dict[Value, Value] = {}
        self.new: dict[Value, Value] = {}
        self.marks: dict[str, NodeMarks] = {}
        self.sources: dict[str, tuple[Value, ...]] = {}

    def merged(self) -> Merged:
        inputs, ports = self.inputs()
        nodes = (*inputs, *self.nodes())
        results, extra = self.results()
        graph = self.after.replace(inputs=ports, nodes=nodes, results=results)
        return Merged(graph, GraphMarks(self.marks, (self.before, self.after), extra))

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
        if differs:
            self.marks[new.key] = NodeMarks(old, new, "changed")
        self.note(old, new, new)
        return new

    def note(self, old: Node | None, new: Node | None, node: Node) -> None:
        """Record which results of ``node`` are the results of its old and its new version."""
        for source, places in ((old, self.old), (new, self.new)):
            if source is not None:
                last = len(node.types) - 1
                for r in range(len(source.types)):
                    places[Value(source.key, r)] = Value(node.key, min(r, last))
        self.sources[node.key] = node.inputs

    def mark(self, key: str) -> Mark:
        return self.marks[key].mark if key in self.marks else ""

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
        alone, marks = self.merger.lone(node, mark)
        places = self.old if marks.before else self.new
        key = f"-{node.key}" if marks.before else node.key
        merged = alone.replace(key=key, inputs=tuple(places[v] for v in node.inputs))
        self.marks[key] = marks
        self.note(marks.before, marks.after, merged)
        return merged

    def both(self, old: Node, new: Node) -> Node:
        """The node of both versions; the new node itself if nothing differs."""
        called, slots = self.called(old, new)
        inputs, wires, extra = self.wires(old, new, slots)
        mark: Mark = "changed" if self.differs(old, new) else ""
        same = not called and inputs == new.inputs and not any(wires) and old.path == new.path
        node = new
        if mark or not same or follows(old, new):
            node = (_calling(new, called.graph, old) if called else new).replace(inputs=inputs)
            marks = called.marks if called else None
            self.marks[new.key] = NodeMarks(old, new, mark, wires, extra, marks)
        self.note(old, new, node)
        return node

    def called(self, old: Node, new: Node) -> tuple[Merged | None, Slots]:
        """The graphs that both call as one, if they differ, and the pairs of inputs."""
        was, now = old.called, new.called
        if was and now and not new.idle:
            return self.merger.graph(was, now), input_pairs(was, now)
        if {self.old[v] for v in old.inputs} != {self.new[v] for v in new.inputs}:
            return None, self.by_tensor(old, new)
        return None, [(k, k) for k in range(len(new.inputs))]

    def by_tensor(self, old: Node, new: Node) -> Slots:
        """The pairs of inputs that read the same tensor, in any order: for a ``concat`` that joins
        more than before."""
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
        """The inputs of a node of both versions, the mark of each, and the places of the extra
        ones."""
        inputs: list[Value] = []
        marks: list[Mark] = []
        extra: dict[int, Value] = {}
        for place, (i, j) in enumerate(slots):
            was = None if i is None else self.old[old.inputs[i]]
            now = None if j is None else self.new[new.inputs[j]]
            shown, more = self.wire(was, now)
            inputs.append(shown)
            unmarked = was == now or in_one_version(self.mark(shown.node))
            marks.append("" if unmarked else "removed" if now is None else "added")
            if more is not None:
                extra[place] = more
        marks += ["" if in_one_version(self.mark(v.node)) else "removed" for v in extra.values()]
        return (*inputs, *extra.values()), tuple(marks), tuple(extra)

    def wire(self, was: Value | None, now: Value | None) -> tuple[Value, Value | None]:
        """The tensor to draw at an input, and the old tensor if it is to be drawn too."""
        if was is None or now is None or was == now:
            only = was if now is None else now
            assert only is not None
            return only, None
        if now in self.behind(was, "removed"):
            return was, None
        if was in self.behind(now, "added"):
            return now, None
        return now, was

    def behind(self, value: Value, mark: Mark) -> set[Value]:
        """The nearest tensors before ``value`` that do not come from a node with this mark."""
        result: set[Value] = set()
        waiting, visited = [value], {value}
        while waiting:
            value_behind = waiting.pop()
            if self.mark(value_behind.node) != mark:
                result.add(value_behind)
                continue
            news = [v for v in self.sources[value_behind.node] if v not in visited]
            visited.update(news)
            waiting += news
        return result

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

    # --- differences --------------------------------------------------------------------------

    def differs(self, old: Node, new: Node) -> bool:
        """Whether the text of a node differs; the inside of its graph does not count."""
        if old.count != new.count or renamed(old, new):
            return True
        was, now = old.operation, new.operation
        if isinstance(was, CallOp) and isinstance(now, CallOp):
            return _heading(was.graph) != _heading(now.graph)
        declared = declared_results(old, new)
        if declared[0] != declared[1]:
            return True
        return self.merger.signs.content(old) != self.merger.signs.content(new)


def declared_results(old: Node | None, new: Node | None) -> tuple[str, str]:
    """What an extern of both versions declares for the same inputs; "" for other nodes."""
    layers = [
        n.operation.layer if n and isinstance(n.operation, LayerOp) else None for n in (old, new)
    ]
    before, after = (layer.declaration if isinstance(layer, Extern) else None for layer in layers)
    if before is None or after is None or before.takes != after.takes:
        return "", ""
    return before.results, after.results


def _heading(graph: Graph) -> tuple[object, ...]:
    """The name and arguments of a block. A group has none: it is known by its label."""
    arguments = (graph.name, typed(graph.arguments)) if graph.kind == "block" else ()
    return (graph.kind, *arguments)


def renamed(old: Node, new: Node) -> bool:
    """Whether the module path differs in more than its number."""
    return old.path.rstrip("0123456789") != new.path.rstrip("0123456789")


def follows(old: Node, new: Node) -> bool:
    """Whether the weights of a layer have other sizes because its input differs."""
    if not isinstance(old.op, LayerOp) or not isinstance(new.op, LayerOp):
        return False
    return layer_weights(old) != layer_weights(new) or layer_params(old) != layer_params(new)


def input_pairs(before: Graph, after: Graph) -> Slots:
    """The pairs of inputs: by name, then in order; those of the new graph come first."""
    old_places = {port.name: i for i, port in enumerate(before.inputs)}
    slots: Slots = [(old_places.pop(port.name, None), j) for j, port in enumerate(after.inputs)]
    taken = {i for i, _ in slots}
    return _filled(slots, [i for i in range(len(before.inputs)) if i not in taken])


def _filled(slots: Slots, old_places: Sequence[int]) -> Slots:
    """The pairs with the remaining old inputs in their gaps, in order, and then at the end."""
    waiting = iter(old_places)
    filled: Slots = [(next(waiting, None) if i is None else i, j) for i, j in slots]
    return [*filled, *((i, None) for i in waiting)]


def _inputs(graph: Graph) -> list[Node]:
    return [n for n in graph.nodes if isinstance(n.op, InputOp)]


def _steps(graph: Graph) -> list[Node]:
    return [n for n in graph.nodes if not isinstance(n.op, InputOp)]
