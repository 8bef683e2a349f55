"""The debug view: every layer by itself, with all that is known of it. Nothing folds, and blocks
stay open; copies are drawn one by one unless that makes too many.

Of a spec that fails it draws what there is up to the errors, and those in red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import wrap
from typing import Final

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
    node_macs,
)
from ....compiler.spelling import spell
from ....compiler.types import TensorType
from ....grammar.source import Span
from .. import style
from ..asked import called_by, opens
from ..chart import words
from ..chart.chart import Part, flowing_in
from ..chart.costs import MEASURES, node_cost
from ..errors import TooLarge
from ..picture import Box, Cluster, Edge, Item, Kind, Options, Picture, Run, Trails, text
from .docs import straighten

MOST: Final = 700
"""Boxes that are drawn."""
WIDTH: Final = 46
"""Letters of a line."""
JOINS: Final = ("sum", "join")
STEP: Final = "t → t+1"


def picture(graph: Graph, options: Options) -> Picture:
    """All copies of what repeats, or one of each. Raises TooLarge if that is still too much."""
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
        straighten(debug.edges),
        legend=options.legend,
        measure=MEASURES.get(options.color_by, ""),
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    """The module around a graph, what it was handed, what its symbols are."""

    path: str = ""
    outers: tuple[tuple[str, str], ...] = ()
    sizes: tuple[tuple[str, Dim], ...] = ()
    depth: int = 0
    at: Trails | None = None
    told: str = ""
    """The path as it is said: with a range for copies that are drawn as one."""

    def tell(self, node: Node, path: str, copies: int) -> str:
        """The module as it is said: ``layer.0…5.fc``."""
        own = node.op.module if isinstance(node.op, WeightOp) else path
        if not own or node.outer:
            return self.module(node, path)
        if copies > 1:
            assert node.first is not None
            own += f"…{node.first + copies - 1}"
        return f"{self.told}.{own}" if self.told else own

    def module(self, node: Node, path: str) -> str:
        if isinstance(node.op, WeightOp):
            return self.inside(node.op.module)
        return self.outer(path) if node.outer else self.inside(path) if path else ""

    def inside(self, path: str) -> str:
        return f"{self.path}.{path}" if self.path else path

    def outer(self, given: str) -> str:
        return dict(self.outers).get(given) or self.inside(given)

    def enter(self, node: Node, op: CallOp, path: str) -> _Scope:
        sizes = {name: substitute(size, dict(self.sizes)) for name, size in op.sizes}
        outers = tuple((name, self.outer(given)) for name, given in node.outers)
        known = tuple((dict(self.sizes) | sizes).items())
        return _Scope(self.module(node, path), outers, known, self.depth + 1)

    def said(self, types: Sequence[TensorType]) -> str:
        return ", ".join(str(t.substitute(dict(self.sizes))) for t in types)

    def number(self, count: Dim) -> str:
        found = substitute(count, dict(self.sizes) | {"N": 1})
        return f"{found:,}" if isinstance(found, int) else style.dim(found)


@dataclass(slots=True)
class _Debug:
    """Walks the graphs as they would run; ends are the ids of boxes."""

    options: Options
    copies: bool
    name: str
    edges: list[Edge] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    ties: dict[str, str] = field(default_factory=dict)
    above: dict[str, int] = field(default_factory=dict)
    """Each box with all before it, a bit to each."""

    def net(self, graph: Graph) -> Iterator[Item]:
        self.ties = words.ties(graph)
        ends = []
        for i, port in enumerate(graph.inputs):
            ends.append(self.id(f"input-{i + 1}"))
            self.join([], ends[-1])
            yield _port(ends[-1], "input", port.name, port.type)
        items, found = self.graph(graph, ends, _Scope())
        yield from items
        for i, (port, end) in enumerate(zip(graph.outputs, found, strict=True)):
            id = self.id(f"output-{i + 1}")
            yield _port(id, "output", port.name, port.type)
            self.join([end], id)

    def graph(
        self, graph: Graph, ends: Sequence[str], scope: _Scope
    ) -> tuple[list[Item], list[str]]:
        items: list[Item] = []
        at: dict[Value, str] = {}
        given = iter(ends)
        for node in graph.nodes:
            if isinstance(node.op, InputOp):
                at[Value(node.key)] = next(given)
                continue
            ins = [at[v] for v in flowing_in(node)]
            every = node.paths if self.copies else (node.path,)
            for i, path in enumerate(every):
                copies = range(i, i + 1) if self.copies else range(node.count)
                own = Trails(scope.at, (((node.key, copies),),))
                made, outs = self.node(node, path, ins, scope, own)
                items += made
                ins = [*(outs[r] for r in node.main), *ins[len(node.main) :]]
            at.update({Value(node.key, r): end for r, end in enumerate(outs)})
        return items, [at[v] for v in graph.results]

    def node(
        self, node: Node, path: str, ins: Sequence[str], scope: _Scope, own: Trails
    ) -> tuple[list[Item], list[str]]:
        if isinstance(node.op, FailedOp):
            return [self.failure(node, node.op, ins, scope)], []
        cell = node.operation
        if isinstance(cell, CallOp) and not node.idle and self.opens(cell, path, node, scope):
            return self.call(node, cell, path, ins, scope, own)
        id = self.id(scope.module(node, path) or scope.inside(node.key))
        box = replace(self.box(node, path, id, scope), nodes=(own,))
        self.join(ins, id, around=isinstance(cell, LayerOp) and cell.layer.role in JOINS)
        if isinstance(node.op, ScanOp) or words.recurs(node):
            self.edges.append(Edge(id, id, STEP, "loop"))
        return [box], [id] * len(node.types)

    def opens(self, op: CallOp, path: str, node: Node, scope: _Scope) -> bool:
        names, module = called_by(node, op.graph), scope.module(node, path)
        asked = opens(names, {module}, self.options)
        deep = self.options.depth is not None and scope.depth >= self.options.depth
        return not deep if asked is None else asked

    def call(
        self, node: Node, op: CallOp, path: str, ins: Sequence[str], scope: _Scope, own: Trails
    ) -> tuple[list[Item], list[str]]:
        said = scope.tell(node, path, 1 if self.copies else node.count)
        below = replace(scope.enter(node, op, path), at=own, told=said)
        id = self.id(below.path or scope.inside(node.key))
        states: list[Item] = []
        if isinstance(node.op, ScanOp):
            states, ins = self.states(node.op, op.graph, id, ins, below)
        items, found = self.graph(op.graph, ins, below)
        if isinstance(node.op, ScanOp):
            first = int(node.op.emits)
            after = found[first : first + node.op.states]
            for made, state in zip(after, states, strict=True):
                self.edges.append(Edge(made, state.id, STEP, "loop", climbs=made != state.id))
            found = [found[0], *after]
        given = ", ".join(f"{k}={style.value(v)}" for k, v in op.graph.arguments)
        name = op.graph.name + (f"({given})" if given else "")
        count = f" ×{node.count}" if node.count > 1 and not self.copies else ""
        label = said.rpartition(".")[2]
        title = said if label == name else f"{said} · {name}"
        heading = text(style.clip(title, 2 * WIDTH), Run(count, "badge"))
        params = f"{scope.number(op.graph.params)} parameters"
        tooltip = "\n".join((said, name, params, _place(node.span)))
        inside = (*states, *items)
        if not inside:
            return [], found
        wall = Cluster(id, heading, inside, repeated=bool(count), tooltip=tooltip, span=node.span)
        return [wall], found

    def states(
        self, op: ScanOp, cell: Graph, id: str, ins: Sequence[str], below: _Scope
    ) -> tuple[list[Item], list[str]]:
        """A box for each state, which gets the first one and what every step hands on."""
        boxes: list[Item] = []
        ends = list(ins)
        for i in range(op.sequences, op.sequences + op.states):
            port = cell.inputs[i]
            box = self.id(f"{id}-state{i - op.sequences + 1}")
            said = text(below.said([port.type]))
            name = port.name or "state"
            boxes.append(Box(box, text(name), "recurrent", lines=(said,), tooltip=f"state {name}"))
            self.join([ins[i]], box)
            ends[i] = box
        return boxes, ends

    # --- boxes --------------------------------------------------------------------------------

    def box(self, node: Node, path: str, id: str, scope: _Scope) -> Box:
        module = scope.tell(node, path, 1 if self.copies else node.count)
        title, settings, category = _words(node, Part(node, node.key, path, ()), module)
        count = f" ×{node.count}" if node.count > 1 and not self.copies else ""
        takes, types = scope.said(node.takes), scope.said(node.types)
        lines = [text(Run(module, "faint"))] if module and title != module else []
        lines += [text(line) for line in wrap(settings, WIDTH)]
        tied = self.ties.get(scope.module(node, path))
        lines += [text(Run(tied, "faint"))] if tied else []
        lines += [text(line) for line in _arrow(takes, types)]
        costs = [f"{cost} {unit}" for unit, cost in self.costs(node, scope) if cost != "0"]
        lines += [text(" · ".join(costs))] if costs else []
        lines += [text(Run("does not run: no output needs it", "badge"))] if node.idle else []
        place = _place(node.span)
        lines += [text(Run(place, "faint"))] if place else []
        return Box(
            id,
            text(title, Run(count, "badge")),
            category,
            lines=tuple(lines),
            repeated=bool(count),
            tooltip="\n".join(filter(None, (module, settings, place))),
            span=node.span,
            cost=self.cost(node, scope),
        )

    def cost(self, node: Node, scope: _Scope) -> int | None:
        """By what a box is painted: what runs of it, all copies that it stands for."""
        if not self.options.color_by:
            return None
        one = 0 if node.idle else node_cost(node, self.options.color_by, dict(scope.sizes))
        return one if self.copies else one * node.count

    def failure(self, node: Node, op: FailedOp, ins: Sequence[str], scope: _Scope) -> Box:
        """What could not be made, with the findings' codes and headlines."""
        id = self.id(scope.inside(node.key))
        for end, type in zip(ins, node.takes, strict=True):
            self.edges.append(Edge(end, id, style.clip(scope.said([type]), WIDTH), mark="failed"))
        lines = [
            text(line)
            for found in op.findings
            for line in wrap(f"error {found.code}: {found.message}", WIDTH)
        ]
        place = _place(node.span)
        lines += [text(Run(place, "faint"))] if place else []
        said = style.clip(" ".join(op.text.split()), WIDTH) or "the spec"
        tooltip = "\n".join(f"{f.code}: {f.message}" for f in op.findings)
        return Box(id, text(said), "failed", lines=tuple(lines), tooltip=tooltip, span=node.span)

    def costs(self, node: Node, scope: _Scope) -> Iterator[tuple[str, str]]:
        cell = node.operation
        part = Part(node, node.key, node.path, ())
        params = cell.graph.params if isinstance(cell, CallOp) else words.params(part)
        yield "parameters", scope.number(params)
        if not node.idle:
            yield "MACs", scope.number(node_macs(node))
        if self.options.color_by == "activations" and not node.idle:
            yield "activations", f"{node_cost(node, 'activations', dict(scope.sizes)):,}"

    def id(self, wanted: str) -> str:
        if len(self.ids) >= MOST:
            raise TooLarge(
                f"{self.name} has more than {MOST} layers to draw one by one",
                help="open fewer levels of blocks (`--depth 2`), or draw the docs view",
            )
        plain = wanted.replace("#", "-").replace(">", "")
        id, number = plain, 1
        while id in self.ids:
            number += 1
            id = f"{plain}-{number}"
        self.ids.add(id)
        return id

    def join(self, ends: Sequence[str], head: str, *, around: bool = False) -> None:
        """``around``: an end that another one comes from is the way around that."""
        above = [self.above[end] for end in ends]
        mine = 1 << len(self.above)
        for end, all in zip(ends, above, strict=True):
            mine |= all
            past = around and any(a != all and all | a == a for a in above)
            self.edges.append(Edge(end, head, look="skip" if past else "flow"))
        self.above[head] = mine


def _port(id: str, side: str, name: str, type: TensorType) -> Box:
    return Box(id, text(name or side), "io", lines=(text(str(type)),), tooltip=f"{side} {name}")


def _words(node: Node, part: Part, module: str) -> tuple[str, str, Kind]:
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
        given = ", ".join(f"{k}={style.value(v)}" for k, v in cell.graph.arguments)
        title, settings = cell.graph.name, given
    scan = "scan · " if isinstance(node.op, ScanOp) else ""
    return scan + title, settings, kind


def _arrow(takes: str, types: str) -> list[str]:
    said = f"{takes} → {types}" if takes else types
    return [said] if len(said) <= WIDTH else [*wrap(takes, WIDTH), *wrap(f"→ {types}", WIDTH)]


def _place(span: Span | None) -> str:
    return f"{Path(span.source.name).name}:{span.line}" if span else ""
