"""The debug view: every layer is a box of its own with all its details. Nothing folds, and all
blocks are open; copies are drawn one by one unless that makes too many boxes.

If a spec has errors, it draws the network up to these, and the errors in red.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import wrap
from typing import Final

import networkx as nx

from ....compiler.analyses import skips
from ....compiler.dims import Dim, substitute
from ....compiler.ir import (
    CallOp,
    FailedOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    ScanOp,
    Value,
    WeightOp,
    coded,
    node_macs,
    node_params,
)
from ....compiler.spelling import spell
from ....compiler.types import TensorType
from ....grammar.source import Span
from .. import style
from ..asked import called_by, opens
from ..chart import words
from ..chart.chart import StepPart, flowing_in
from ..chart.costs import MEASURES, node_cost
from ..errors import TooLarge, most_boxes, too_many_boxes
from ..picture import Box, Cluster, Edge, Item, Kind, Options, Picture, TextRun, Trails, text
from ._canvas import straighten

MOST: Final = 700
"""The largest number of boxes that is drawn."""
WIDTH: Final = 46
"""Letters of a line."""
GATHERING: Final = ("sum", "join")
"""The roles of sums and concats."""
STEP: Final = "t → t+1"


def picture(graph: Graph, options: Options) -> Picture:
    """The debug view of a net with all copies; with one copy of each repeat if there are too many
    boxes. Raises TooLarge if even these are too many."""
    try:
        return _draw(graph, options, copies=True)
    except TooLarge:
        return _draw(graph, options, copies=False)


def _draw(graph: Graph, options: Options, *, copies: bool) -> Picture:
    debug = _Debug(options, copies, graph.name or "the network")
    items = tuple(debug.net(graph))
    title, subtitle = words.titles(graph, options.title)
    return Picture(
        graph.name or "network",
        title,
        subtitle,
        options.direction,
        items,
        straighten(debug.with_skips()),
        legend=options.legend,
        measure=MEASURES.get(options.color_by, ""),
    )


@dataclass(frozen=True, slots=True)
class _DebugScope:
    """The module around a graph: its path, the modules that the graph was given, the values of its
    symbols."""

    path: str = ""
    outers: tuple[tuple[str, str], ...] = ()
    sizes: tuple[tuple[str, Dim], ...] = ()
    depth: int = 0
    at: Trails | None = None
    shown_path: str = ""
    """The path as boxes show it: with a range for copies that are drawn as one."""

    def module_text(self, node: Node, path: str, copies: int) -> str:
        """The module path as boxes show it: ``layer.0…5.fc``."""
        inner_path = node.op.module if isinstance(node.op, WeightOp) else path
        if not inner_path or node.outer:
            return self.module(node, path)
        if copies > 1:
            assert node.first is not None
            inner_path += f"…{node.first + copies - 1}"
        return f"{self.shown_path}.{inner_path}" if self.shown_path else inner_path

    def module(self, node: Node, path: str) -> str:
        """The full module path of a node; empty if it has none."""
        if isinstance(node.op, WeightOp):
            return self.inside(node.op.module)
        return self.outer(path) if node.outer else self.inside(path) if path else ""

    def inside(self, path: str) -> str:
        return f"{self.path}.{path}" if self.path else path

    def id(self, key: str) -> str:
        """The id of a node without a module path."""
        return f"{coded(self.path)}.{key}" if self.path else key

    def outer(self, name: str) -> str:
        """The full path of a module that the graph was given."""
        return dict(self.outers).get(name) or self.inside(name)

    def enter(self, node: Node, op: CallOp, path: str) -> _DebugScope:
        sizes = {name: substitute(size, dict(self.sizes)) for name, size in op.sizes}
        outers = tuple((name, self.outer(passed)) for name, passed in node.outers)
        own_sizes = tuple((dict(self.sizes) | sizes).items())
        return _DebugScope(self.module(node, path), outers, own_sizes, self.depth + 1)

    def types(self, types: Sequence[TensorType]) -> str:
        return ", ".join(str(t.substitute(dict(self.sizes))) for t in types)

    def number(self, count: Dim) -> str:
        total = substitute(count, dict(self.sizes) | {"N": 1})
        return f"{total:,}" if isinstance(total, int) else style.dim(total)


@dataclass(slots=True)
class _Debug:
    """Draws the graphs in running order; ends are the ids of boxes."""

    options: Options
    copies: bool
    name: str
    edges: list[Edge] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    ties: dict[str, str] = field(default_factory=dict)
    flow: nx.DiGraph = field(default_factory=nx.DiGraph)
    """The boxes with the lines along which tensors flow, without those back to a state."""
    gathering: set[str] = field(default_factory=set)
    """The boxes at which a way around may end: sums and concats."""

    def net(self, graph: Graph) -> Iterator[Item]:
        self.ties = words.ties(graph)
        ends = []
        for i, port in enumerate(graph.inputs):
            ends.append(self.id(f"input-{i + 1}"))
            self.join([], ends[-1])
            yield _port(ends[-1], "input", port.name, port.type)
        items, results = self.graph(graph, ends, _DebugScope())
        yield from items
        for i, (port, end) in enumerate(zip(graph.outputs, results, strict=True)):
            id = self.id(f"output-{i + 1}")
            yield _port(id, "output", port.name, port.type)
            self.join([end], id)

    def graph(
        self, graph: Graph, ends: Sequence[str], scope: _DebugScope
    ) -> tuple[list[Item], list[str]]:
        """Draw a graph, copy by copy; returns its boxes and clusters, and the ends of its
        results."""
        items: list[Item] = []
        at: dict[Value, str] = {}
        entering = iter(ends)
        for node in graph.nodes:
            if isinstance(node.op, InputOp):
                at[Value(node.key)] = next(entering)
                continue
            ins = [at[v] for v in flowing_in(node)]
            paths = node.paths if self.copies else (node.path,)
            for i, path in enumerate(paths):
                copies = range(i, i + 1) if self.copies else range(node.count)
                place = Trails(scope.at, (((node.key, copies),),))
                drawn, outs = self.node(node, path, ins, scope, place)
                items += drawn
                ins = [*(outs[r] for r in node.main), *ins[len(node.main) :]]
            at.update({Value(node.key, r): end for r, end in enumerate(outs)})
        return items, [at[v] for v in graph.results]

    def node(
        self, node: Node, path: str, ins: Sequence[str], scope: _DebugScope, place: Trails
    ) -> tuple[list[Item], list[str]]:
        """Draw one node, or one copy of it, as a box or an open cluster."""
        if isinstance(node.op, FailedOp):
            return [self.failure(node, node.op, ins, scope)], []
        cell = node.operation
        if isinstance(cell, CallOp) and not node.idle and self.opens(cell, path, node, scope):
            return self.call(node, cell, path, ins, scope, place)
        id = self.id(coded(scope.module(node, path)) or scope.id(node.key))
        box = replace(self.box(node, path, id, scope), nodes=(place,))
        self.join(ins, id, gathers=isinstance(cell, LayerOp) and cell.layer.role in GATHERING)
        if isinstance(node.op, ScanOp) or words.recurs(node):
            self.edges.append(Edge(id, id, STEP, "loop"))
        return [box], [id] * len(node.types)

    def opens(self, op: CallOp, path: str, node: Node, scope: _DebugScope) -> bool:
        names, module = called_by(node, op.graph), scope.module(node, path)
        requested = opens(names, {module}, self.options)
        deep = self.options.depth is not None and scope.depth >= self.options.depth
        return not deep if requested is None else requested

    def call(
        self,
        node: Node,
        op: CallOp,
        path: str,
        ins: Sequence[str],
        scope: _DebugScope,
        place: Trails,
    ) -> tuple[list[Item], list[str]]:
        module = scope.module_text(node, path, 1 if self.copies else node.count)
        below = replace(scope.enter(node, op, path), at=place, shown_path=module)
        id = self.id(coded(below.path) or scope.id(node.key))
        states: list[Item] = []
        if isinstance(node.op, ScanOp):
            states, ins = self.states(node.op, op.graph, id, ins, below)
        items, results = self.graph(op.graph, ins, below)
        if isinstance(node.op, ScanOp):
            first = int(node.op.emits)
            next_states = results[first : first + node.op.states]
            for made_by, state in zip(next_states, states, strict=True):
                self.edges.append(Edge(made_by, state.id, STEP, "loop", climbs=made_by != state.id))
            results = [results[0], *next_states]
        arguments = ", ".join(f"{k}={style.value(v)}" for k, v in op.graph.arguments)
        name = op.graph.name + (f"({arguments})" if arguments else "")
        count = f" ×{node.count}" if node.count > 1 and not self.copies else ""
        label = module.rpartition(".")[2]
        title = module if label == name else f"{module} · {name}"
        heading = text(style.clip(title, 2 * WIDTH), TextRun(count, "badge"))
        params = f"{scope.number(node_params(node))} parameters"
        tooltip = "\n".join((module, name, params, _place(node.span)))
        inside = (*states, *items)
        if not inside:
            return [], results
        wall = Cluster(id, heading, inside, repeated=bool(count), tooltip=tooltip, span=node.span)
        return [wall], results

    def states(
        self, op: ScanOp, cell: Graph, id: str, ins: Sequence[str], below: _DebugScope
    ) -> tuple[list[Item], list[str]]:
        """A box for each state; the first state enters it, and each step leads back to it."""
        boxes: list[Item] = []
        ends = list(ins)
        for i in range(op.sequences, op.sequences + op.states):
            port = cell.inputs[i]
            box = self.id(f"{id}-state{i - op.sequences + 1}")
            line = text(below.types([port.type]))
            name = port.name or "state"
            boxes.append(Box(box, text(name), "recurrent", lines=(line,), tooltip=f"state {name}"))
            self.join([ins[i]], box)
            ends[i] = box
        return boxes, ends

    # --- boxes --------------------------------------------------------------------------------

    def box(self, node: Node, path: str, id: str, scope: _DebugScope) -> Box:
        module = scope.module_text(node, path, 1 if self.copies else node.count)
        title, settings, category = _words(node, StepPart(node, node.key, path, ()), module)
        count = f" ×{node.count}" if node.count > 1 and not self.copies else ""
        takes, types = scope.types(node.takes), scope.types(node.types)
        lines = [text(TextRun(module, "faint"))] if module and title != module else []
        lines += [text(line) for line in wrap(settings, WIDTH)]
        cell = node.operation
        about = cell.layer.about() if isinstance(cell, LayerOp) else ()
        lines += [text(line) for note in about for line in wrap(note, WIDTH)]
        tied = self.ties.get(scope.module(node, path))
        lines += [text(TextRun(tied, "faint"))] if tied else []
        lines += [text(line) for line in _arrow(takes, types)]
        costs = [f"{cost} {unit}" for unit, cost in self.costs(node, scope) if cost != "0"]
        lines += [text(" · ".join(costs))] if costs else []
        lines += [text(TextRun("does not run: no output needs it", "badge"))] if node.idle else []
        place = _place(node.span)
        lines += [text(TextRun(place, "faint"))] if place else []
        return Box(
            id,
            text(title, TextRun(count, "badge")),
            category,
            lines=tuple(lines),
            repeated=bool(count),
            tooltip="\n".join(filter(None, (module, settings, *about, place))),
            span=node.span,
            cost=self.cost(node, scope),
        )

    def cost(self, node: Node, scope: _DebugScope) -> int | None:
        """The cost that gives a box its colour: that of all copies that it stands for. A layer that
        does not run costs nothing."""
        if not self.options.color_by:
            return None
        one = 0 if node.idle else node_cost(node, self.options.color_by, dict(scope.sizes))
        return one if self.copies else one * node.count

    def failure(self, node: Node, op: FailedOp, ins: Sequence[str], scope: _DebugScope) -> Box:
        """The box of a layer with errors: their codes and messages."""
        id = self.id(scope.id(node.key))
        for end, type in zip(ins, node.takes, strict=True):
            self.edges.append(Edge(end, id, style.clip(scope.types([type]), WIDTH), mark="failed"))
        lines = [
            text(line)
            for finding in op.findings
            for line in wrap(f"error {finding.code}: {finding.message}", WIDTH)
        ]
        place = _place(node.span)
        lines += [text(TextRun(place, "faint"))] if place else []
        code = style.clip(" ".join(op.text.split()), WIDTH) or "the spec"
        tooltip = "\n".join(f"{f.code}: {f.message}" for f in op.findings)
        return Box(id, text(code), "failed", lines=tuple(lines), tooltip=tooltip, span=node.span)

    def costs(self, node: Node, scope: _DebugScope) -> Iterator[tuple[str, str]]:
        cell = node.operation
        part = StepPart(node, node.key, node.path, ())
        params = node_params(node) if isinstance(cell, CallOp) else words.params(part)
        yield "parameters", scope.number(params)
        if not node.idle:
            yield "MACs", scope.number(node_macs(node))
        if self.options.color_by == "activations" and not node.idle:
            yield "activations", f"{node_cost(node, 'activations', dict(scope.sizes)):,}"

    def id(self, wanted: str) -> str:
        """An id like ``wanted`` that no other box has. Raises TooLarge for too many boxes."""
        most = most_boxes(MOST)
        if len(self.ids) >= most:
            raise too_many_boxes(
                f"{self.name} has more than {most} layers to draw one by one",
                most,
                "open fewer levels of blocks (`--depth 2`), or draw the docs view",
            )
        plain = wanted.replace("#", "-").replace(">", "")
        id, number = plain, 1
        while id in self.ids:
            number += 1
            id = f"{plain}-{number}"
        self.ids.add(id)
        return id

    def join(self, ends: Sequence[str], head: str, *, gathers: bool = False) -> None:
        """Draw a line from each end to a box; one that ``gathers`` is a sum or a concat."""
        self.edges += [Edge(end, head) for end in ends]
        self.flow.add_edges_from((end, head) for end in ends)
        self.gathering |= {head} if gathers else set()

    def with_skips(self) -> list[Edge]:
        """The edges, where those that go around another way into a sum or a concat are skips."""
        around = set(skips(self.flow))
        return [
            replace(edge, look="skip")
            if edge.head in self.gathering and (edge.tail, edge.head) in around
            else edge
            for edge in self.edges
        ]


def _port(id: str, side: str, name: str, type: TensorType) -> Box:
    return Box(id, text(name or side), "io", lines=(text(str(type)),), tooltip=f"{side} {name}")


def _words(node: Node, part: StepPart, module: str) -> tuple[str, str, Kind]:
    """Title, all settings, category."""
    cell = node.operation
    if isinstance(cell, WeightOp):
        return f"{module}.{cell.weight}", "", "source"
    kind: Kind = "recurrent" if isinstance(node.op, ScanOp) else "block"
    if isinstance(cell, LayerOp):
        title, settings = words.caption(part)[0], spell(cell.layer)
        settings = "" if cell.layer.role == "index" or "(" not in settings else settings
        kind = kind if kind == "recurrent" else cell.layer.category
    else:
        assert isinstance(cell, CallOp)
        arguments = ", ".join(f"{k}={style.value(v)}" for k, v in cell.graph.arguments)
        title, settings = cell.graph.name, arguments
    scan = "scan · " if isinstance(node.op, ScanOp) else ""
    return scan + title, settings, kind


def _arrow(takes: str, types: str) -> list[str]:
    line = f"{takes} → {types}" if takes else types
    return [line] if len(line) <= WIDTH else [*wrap(takes, WIDTH), *wrap(f"→ {types}", WIDTH)]


def _place(span: Span | None) -> str:
    return f"{Path(span.source.name).name}:{span.line}" if span else ""
