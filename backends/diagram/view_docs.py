"""The docs view: blocks open once in place, copies and variants fold into badges and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Final, Literal

from ...compiler.dims import Dim, substitute
from ...compiler.ir import CallOp, Graph, LayerOp, ScanOp, WeightOp, layer_weights
from ...compiler.layer import Category, Layer
from ...compiler.types import TensorType
from . import style
from .charts import Chart, Charts, Part, Ref, Step, with_runs
from .errors import TooLarge
from .measure import height
from .picture import Box, Cluster, Edge, Item, Options, Picture, Run, Strip, Table, Text, text
from .symbols import Symbols
from .wiring import Wiring, wiring

READABLE: Final = 400
"""Boxes that a reader takes in; beyond that less is opened."""
MOST: Final = 1500
"""Boxes that are drawn at all."""
PAGE: Final = 1150
"""Points of height that A4 shows at 6 points for the smallest text."""
ROWS: Final = 12
STEP: Final = "t → t+1"
LINES: Final = 6


def picture(graph: Graph, options: Options) -> Picture:
    """As much opened as stays readable. Raises TooLarge if nothing does."""
    charts = Charts()
    drawn = _draw(charts, graph, options, groups=False, depth=options.depth)
    if height(drawn) > PAGE or _count(drawn) > READABLE:
        drawn = _draw(charts, graph, options, groups=True, depth=options.depth)
    depth = 4
    while _count(drawn) > READABLE and options.depth is None and depth:
        depth -= 1
        drawn = _draw(charts, graph, options, groups=True, depth=depth)
    if _count(drawn) > MOST:
        raise _too_large(graph.name, _count(drawn))
    return drawn


def _count(drawn: Picture) -> int:
    return sum(1 for _ in drawn.boxes())


def _too_large(name: str, count: int) -> TooLarge:
    return TooLarge(
        f"{name or 'the network'} has {count} boxes to draw, at most {MOST} fit a picture",
        help="put its layers into blocks or repeats (`block`, `f * 3`, `as name`): "
        "each folds into one box",
    )


def _draw(
    charts: Charts, graph: Graph, options: Options, *, groups: bool, depth: int | None
) -> Picture:
    docs = _Docs(charts, options, groups, depth, _varying(graph))
    docs.net(graph)
    title, subtitle = _titles(graph, options.title)
    return Picture(
        graph.name or "network", title, subtitle, options.direction, tuple(docs.items),
        _straighten(docs.edges), tuple(docs.ranks), options.legend,
    )  # fmt: skip


def _titles(graph: Graph, title: str | None) -> tuple[str, str]:
    """The net's name, and under it what its documentation says first."""
    if title is not None:
        return title, ""
    words = " ".join(graph.documentation.split("\n\n")[0].split()).replace("`", "")
    sentence = words.partition(". ")[0].partition("; ")[0].rstrip(".")
    name = "" if graph.name == "net" else graph.name
    same = _bare(name) == _bare(sentence)
    return (name or sentence, "") if same or not name else (name, sentence)


def _bare(said: str) -> str:
    return "".join(c for c in said.lower() if c.isalnum())


def _straighten(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """Edges that are the only way out of one box and into the next make the trunk."""
    out: dict[str, int] = {}
    into: dict[str, int] = {}
    for edge in edges:
        if edge.look == "flow":
            out[edge.tail] = out.get(edge.tail, 0) + 1
            into[edge.head] = into.get(edge.head, 0) + 1
    return tuple(
        replace(e, trunk=e.look == "flow" and out[e.tail] == 1 and into[e.head] == 1) for e in edges
    )


def _varying(graph: Graph) -> dict[str, set[str]]:
    """The parameters of each block that differ between its calls anywhere in the net."""
    held: dict[str, dict[str, set[str]]] = {}
    seen: set[int] = set()
    waiting = [graph]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for name, given in current.arguments:
            held.setdefault(current.name, {}).setdefault(name, set()).add(style.value(given))
        ops = [n.op.cell if isinstance(n.op, ScanOp) else n.op for n in current.nodes]
        waiting += [op.graph for op in ops if isinstance(op, CallOp)]
    return {
        block: {name for name, values in names.items() if len(values) > 1}
        for block, names in held.items()
    }


@dataclass(frozen=True, slots=True)
class _End:
    """Where a tensor leaves: the box, the shape to write on the edge, and what the edge means."""

    box: str
    label: str = ""
    look: Literal["flow", "skip"] = "flow"
    level: bool = False
    climbs: bool = False


NOWHERE: Final = _End("")
"""Of a tensor that is not drawn."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where in the net a chart is drawn."""

    id: str = ""
    path: str = ""
    outers: tuple[tuple[str, str], ...] = ()
    sizes: tuple[tuple[str, Dim], ...] = ()
    depth: int = 0
    block: bool = False
    closed: bool = False
    """Calls stay shut here: the arms of a U."""
    bare: bool = False
    """The one call here has no wall: it shares that of the stretch around it."""

    def module(self, path: str) -> str:
        if path.startswith("^"):
            return dict(self.outers).get(path[1:], path[1:])
        return self.path + path

    def type(self, type: TensorType) -> TensorType:
        sizes = dict(self.sizes)
        return type.substitute(sizes) if sizes else type


@dataclass(slots=True)
class _Docs:
    charts: Charts
    options: Options
    groups: bool
    depth: int | None
    varying: dict[str, set[str]]
    items: list[Item] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    ranks: list[tuple[str, ...]] = field(default_factory=list)
    opened: set[tuple[str, int]] = field(default_factory=set)
    labelled: set[str] = field(default_factory=set)

    # --- the net ------------------------------------------------------------------------------

    def net(self, graph: Graph) -> None:
        ends = [self.port("input", i, graph) for i in range(len(graph.inputs))]
        found = self.steps([self.charts.of(graph)], _Scope(), ends, Symbols(1))
        for i, end in enumerate(found):
            box = self.port("output", i, graph)
            self.connect(replace(end, label=""), box.box)

    def port(self, side: str, i: int, graph: Graph) -> _End:
        ports = graph.inputs if side == "input" else graph.outputs
        name = _port_name(side, i, [port.name for port in ports])
        type = ports[i].type
        dtype = "" if type.dtype == "float" else f" {type.dtype}"
        id = f"{side}-{i + 1}"
        self.items.append(
            Box(id, text(name), "io", lines=(text(style.shape(type) + dtype),),
                tooltip=f"{side} {name}: {type}")
        )  # fmt: skip
        return _End(id)

    # --- charts -------------------------------------------------------------------------------

    def steps(
        self, variants: Sequence[Chart], scope: _Scope, ends: Sequence[_End], symbols: Symbols
    ) -> list[_End]:
        """Draw a chart, or several of one form as one; gives where its results leave."""
        if len(variants[0].steps) > MOST:
            raise _too_large(scope.path.rstrip("."), len(variants[0].steps))
        if len(variants) == 1:
            variants = [with_runs(self.charts, variants[0], groups=self.groups)]
        chart = variants[0]
        wires = wiring(chart, arms=scope.depth == 0)
        if wires.levels:
            scope = replace(scope, closed=True)
        at: dict[Ref, _End] = {(-1 - i, 0): end for i, end in enumerate(ends)}
        here = {item.id for item in self.items}
        for ref in [r for r in at if self.parts_here(chart, wires, r, scope)]:
            if scope.depth and at[ref].box in here:
                continue  # the lines part at the table, or at the state
            at[ref] = self.fork(at[ref], f"{scope.id}fork{-ref[0]}")
        first: dict[int, str] = {}
        unsaid = _unsaid(chart)
        for i in range(len(chart.steps)):
            if i in unsaid:
                at[i, 0] = NOWHERE
                continue
            ins = [self.wire(at[ref], wires, i, k) for k, ref in enumerate(chart.steps[i].inputs)]
            before = len(self.edges)
            outs = self.step([v.steps[i] for v in variants], scope, ins, symbols)
            if len(self.edges) > before:
                first[i] = self.edges[before].head
            for r, end in enumerate(outs):
                forked = (i, r) in wires.forks
                at[i, r] = self.fork(end, f"{end.box}-fork{r or ''}") if forked else end
        self.ranks += [tuple(first[i] for i in rank if i in first) for rank in wires.ranks]
        self.ranks += [(first[a], first[b]) for a, b in wires.levels if a in first and b in first]
        climbed = [ref[0] in wires.climbing for ref in chart.results]
        return [replace(at[r], climbs=c) for r, c in zip(chart.results, climbed, strict=True)]

    def parts_here(self, chart: Chart, wires: Wiring, ref: Ref, scope: _Scope) -> bool:
        """Whether an input of a chart gets a point: where it goes several ways inside a cluster."""
        uses = sum(s.inputs.count(ref) for s in chart.steps) + chart.results.count(ref)
        return ref in wires.forks or (uses > 1 and scope.depth > 0)

    def wire(self, end: _End, wires: Wiring, step: int, k: int) -> _End:
        if (step, k) in wires.skips:
            levels = {right for _, right in wires.levels}
            return replace(end, look="skip", level=step in levels)
        return replace(end, climbs=True) if step in wires.climbing else end

    def fork(self, end: _End, id: str) -> _End:
        self.items.append(Box(id, shape="fork"))
        self.connect(end, id, arrow=False)
        return _End(id)

    def connect(self, end: _End, head: str, *, arrow: bool = True) -> None:
        if end.box == NOWHERE.box:
            return
        label = "" if end.look == "skip" or end.box in self.labelled else end.label
        if label:
            self.labelled.add(end.box)
        self.edges.append(
            Edge(end.box, head, label, end.look, arrow, level=end.level, climbs=end.climbs)
        )

    def step(
        self, copies: Sequence[Step], scope: _Scope, ins: Sequence[_End], symbols: Symbols
    ) -> list[_End]:
        if copies[0].kind == "call":
            return self.call(copies, scope, ins, symbols)
        if copies[0].kind == "run":
            return self.run(copies[0], scope, ins)
        if copies[0].kind == "scan" and copies[0].body is not None:
            return self.scan(copies, scope, ins, symbols)
        box = self.unit(copies, scope, symbols)
        self.items.append(box)
        for end in ins:
            self.connect(end, box.id)
        if box.category == "recurrent":
            self.edges.append(Edge(box.id, box.id, STEP, "loop"))
        return self.leave(copies, scope, [box.id] * len(copies[0].types))

    def leave(self, copies: Sequence[Step], scope: _Scope, boxes: Sequence[str]) -> list[_End]:
        """The ends of a step's results, labelled where the shape is another than what came in."""
        return [_End(box, self.label(copies, scope, r)) for r, box in enumerate(boxes)]

    def label(self, copies: Sequence[Step], scope: _Scope, result: int) -> str:
        said = {style.shape(scope.type(s.types[result])) for s in copies}
        came = {style.shape(scope.type(s.takes[0])) for s in copies if s.takes}
        op = copies[0].node.op
        told = scope.block and isinstance(op, LayerOp) and op.layer.category == "conv"
        if not self.options.shapes or told or len(said) > 1 or said == came:
            return ""
        return style.clip(said.pop(), 36)

    # --- layers -------------------------------------------------------------------------------

    def unit(self, copies: Sequence[Step], scope: _Scope, symbols: Symbols) -> Box:
        step = copies[0]
        part = step.part
        id = scope.id + part.key
        tooltip = self.tooltip(step, scope)
        if isinstance(part.node.op, WeightOp):
            name = f"{scope.module(part.path)}.{part.node.op.weight}"
            return Box(id, text(name), "source", tooltip=tooltip, span=part.node.span)
        op = part.node.op.cell if isinstance(part.node.op, ScanOp) else part.node.op
        assert isinstance(op, LayerOp)
        category = "recurrent" if step.kind == "scan" else op.layer.category
        title, second = self.caption(copies, step.core, symbols)
        if step.kind == "join":
            return Box(id, title, category, "circle", tooltip=tooltip, span=part.node.span)
        count = symbols.count([c.count for c in copies])
        title = text(title, " " if count else "", count)
        lines = [line for line in (second, self.weight(copies, category)) if line]
        if part.shared:
            lines.append(text(Run("shared weights", "faint")))
        return Box(
            id, title, category, "bar" if step.kind == "bar" else "box", tuple(lines),
            self.strips(copies, range(step.core), symbols),
            self.strips(copies, range(step.core + 1, len(step.parts)), symbols),
            repeated=bool(count), tooltip=tooltip, span=part.node.span,
        )  # fmt: skip

    def caption(self, copies: Sequence[Step], part: int, symbols: Symbols) -> tuple[Text, Text]:
        said = [_caption(c.parts[part]) for c in copies]
        return symbols.line([s[0] for s in said]), symbols.line([s[1] for s in said])

    def strips(
        self, copies: Sequence[Step], places: Sequence[int], symbols: Symbols
    ) -> tuple[Strip, ...]:
        ops = [copies[0].parts[i].node.op for i in places]
        return tuple(
            Strip(_short(self.caption(copies, i, symbols)[0]), _strip_kind(op.layer))
            for i, op in zip(places, ops, strict=True)
            if isinstance(op, LayerOp)
        )

    def weight(self, copies: Sequence[Step], category: str) -> Text:
        """How many parameters one copy has, where that is the point of the layer."""
        if category not in ("linear", "embedding"):
            return ()
        counts = {style.amount(_params(c.part)) for c in copies}
        return text(counts.pop()) if len(counts) == 1 and counts != {"0"} else ()

    def tooltip(self, step: Step, scope: _Scope) -> str:
        lines = [_said(part, scope) for part in step.parts]
        takes = ", ".join(str(scope.type(t)) for t in step.takes)
        types = ", ".join(str(scope.type(t)) for t in step.types)
        lines.append(f"{takes} → {types}" if takes else types)
        params = [_params(p) for p in step.parts]
        total = sum(p for p in params if isinstance(p, int))
        if total:
            lines.append(f"{total * step.count:,} parameters")
        return "\n".join(lines)

    # --- calls --------------------------------------------------------------------------------

    def call(
        self, copies: Sequence[Step], scope: _Scope, ins: Sequence[_End], symbols: Symbols,
        prefix: str = "",
    ) -> list[_End]:  # fmt: skip
        step = copies[0]
        bodies = [c.body for c in copies if c.body is not None]
        inner = self.only(bodies[0]) if len(copies) == 1 and step.count == 1 else None
        below = self.enter(step, scope)
        if inner is not None:
            return self.through(step, inner, below, ins, _label(step))
        title = text(_title(copies, prefix))
        count = symbols.count([c.count for c in copies])
        heading = text(title, " " if title and count else "", count)
        shared = text(Run(" shared weights", "faint")) if step.part.shared else ()
        if scope.bare:
            return [replace(end, label="") for end in self.steps(bodies, below, ins, symbols)]
        if self.opens(step, scope):
            found = self.cluster(step, bodies, below, ins, symbols, text(heading, shared), count)
            return self.leave(copies, scope, found)
        again = step.part.shared and (_name(step), bodies[0].form) in self.opened
        lines = [] if again else self.arguments(copies, symbols) or self.contents(bodies[0])
        if shared:
            lines.append(shared)
        box = Box(
            scope.id + step.part.key, heading, "block", lines=tuple(lines),
            repeated=bool(count), tooltip=self.about(step, scope), span=step.node.span,
        )  # fmt: skip
        return self.shut(copies, scope, ins, box)

    def shut(
        self, copies: Sequence[Step], scope: _Scope, ins: Sequence[_End], box: Box
    ) -> list[_End]:
        self.items.append(box)
        for end in ins:
            self.connect(end, box.id)
        return self.leave(copies, scope, [box.id] * len(copies[0].types))

    def cluster(
        self, step: Step, bodies: Sequence[Chart], below: _Scope, ins: Sequence[_End],
        symbols: Symbols, title: Text, count: Text,
        entering: Callable[[Sequence[_End]], Sequence[_End]] = list,
    ) -> list[str]:  # fmt: skip
        """Draw the inside and put a wall around it."""
        outside, self.items = self.items, []
        found = self.steps(bodies, below, entering(ins), symbols)
        inside, self.items = tuple(self.items), outside
        self.items.append(
            Cluster(
                below.id.rstrip("."), title, inside, repeated=bool(count),
                tooltip=self.about(step, below), span=step.node.span,
            )
        )  # fmt: skip
        return [end.box for end in found]

    # --- recurrence ---------------------------------------------------------------------------

    def scan(
        self, copies: Sequence[Step], scope: _Scope, ins: Sequence[_End], symbols: Symbols
    ) -> list[_End]:
        """A cell with its states as boxes, to which a line leads back from where they are made."""
        step = copies[0]
        op = step.node.op
        assert isinstance(op, ScanOp)
        bodies = [c.body for c in copies if c.body is not None]
        title = text(" · ".join(w for w in ("scan", _title(copies)) if w))
        below = self.enter(step, scope)
        if not self.opens(step, scope):
            id = scope.id + step.part.key
            lines = tuple(self.arguments(copies, symbols))
            box = Box(id, title, "recurrent", lines=lines, tooltip=self.about(step, below))
            found = self.shut(copies, scope, ins, box)
            self.edges.append(Edge(id, id, STEP, "loop"))
            return found
        states = partial(self.states, op, bodies[0], below)
        made = self.cluster(step, bodies, below, ins, symbols, title, (), states)
        first = 1 if op.emits else 0
        for i in range(op.states):
            back, state = f"{below.id}back{i + 1}", f"{below.id}state{i + 1}"
            self.edges.append(Edge(made[first + i], back, look="loop", arrow=False, climbs=True))
            self.edges.append(Edge(back, state, look="loop", climbs=True))
        return self.leave(copies, scope, [made[0], *made[first : first + op.states]])

    def states(self, op: ScanOp, body: Chart, below: _Scope, ins: Sequence[_End]) -> Sequence[_End]:
        assert body.graph is not None
        after = op.sequences + op.states
        step = self.fork(ins[0], f"{below.id}step")
        ends = []
        for i, port in enumerate(body.graph.inputs[op.sequences : after]):
            box = Box(
                f"{below.id}state{i + 1}", text(port.name or "state"), "recurrent",
                lines=(text(style.shape(below.type(port.type))),), tooltip=f"state {port.name}",
            )  # fmt: skip
            self.items += [box, Box(f"{below.id}back{i + 1}", text(STEP), shape="label")]
            self.connect(ins[op.sequences + i], box.id)
            ends.append(_End(box.id))
        # The states stand to the right, where the lines come back.
        line = (step.box, *(end.box for end in ends))
        self.ranks.append(line)
        self.edges += [Edge(a, b, look="order") for a, b in pairwise(line)]
        return [step, *ins[1 : op.sequences], *ends, *ins[after:]]

    # --- walls --------------------------------------------------------------------------------

    def only(self, body: Chart) -> Step | None:
        """The call or run that is all a chart holds: the two share one wall."""
        chart = with_runs(self.charts, body, groups=self.groups)
        step = chart.steps[0] if len(chart.steps) == 1 else None
        if step is None or step.kind not in ("call", "run") or body.graph is None:
            return None
        straight = step.inputs == tuple((-1 - i, 0) for i in range(len(step.inputs)))
        named = step.kind == "run" or bool(_name(step))
        return step if named and straight and chart.results == ((0, 0),) else None

    def through(
        self, step: Step, inner: Step, below: _Scope, ins: Sequence[_End], prefix: str
    ) -> list[_End]:
        if inner.kind == "run":
            found = self.run(inner, below, ins, prefix)
        else:
            found = self.call([inner], below, ins, Symbols(1), prefix)
        return found[: len(step.types)]

    def enter(self, step: Step, scope: _Scope) -> _Scope:
        op = step.node.op.cell if isinstance(step.node.op, ScanOp) else step.node.op
        inside = replace(scope, depth=scope.depth + 1, bare=False)
        if not isinstance(op, CallOp) or step.body is None or step.body.graph is None:
            return replace(inside, id=f"{scope.id}{step.part.key}-copy-", bare=bool(_single(step)))
        path = scope.module(step.part.path)
        outers = tuple((name, _resolve(given, scope)) for name, given in step.node.outers)
        sizes = tuple((name, substitute(d, dict(scope.sizes))) for name, d in op.sizes)
        known = {name for name, _ in sizes}
        sizes += tuple((n, d) for n, d in scope.sizes if n not in known)
        return replace(
            inside, id=f"{scope.id}{step.part.key}.", path=f"{path}.", outers=outers, sizes=sizes,
            block=op.graph.kind == "block",
        )  # fmt: skip

    def opens(self, step: Step, scope: _Scope) -> bool:
        names = {_name(step), _label(step), scope.module(step.part.path)} - {""}
        if names & set(self.options.fold):
            return False
        if names & set(self.options.expand):
            return True
        key = (_name(step), step.body.form if step.body else step.form)
        deep = self.depth is not None and scope.depth >= self.depth
        if scope.closed or deep or key in self.opened:
            return False
        self.opened.add(key)
        return True

    def about(self, step: Step, scope: _Scope) -> str:
        graph = step.body.graph if step.body else None
        lines = [scope.path.rstrip(".")]
        if graph is not None:
            given = ", ".join(f"{k}={style.value(v)}" for k, v in graph.arguments)
            lines.append(f"{graph.name}({given})" if given else graph.name)
            lines.append(graph.documentation.strip().partition("\n")[0])
            lines.append(f"{style.amount(graph.params)} parameters")
        return "\n".join(line for line in lines if line)

    # --- the words of a closed call -----------------------------------------------------------

    def arguments(self, copies: Sequence[Step], symbols: Symbols) -> list[Text]:
        said = [_arguments(c, self.varying) for c in copies]
        return [line for line in (symbols.line([style.clip(s, 44) for s in said]),) if line]

    def contents(self, body: Chart) -> list[Text]:
        """What a group holds, a line to each step."""
        told = body.graph is None or (body.graph.kind == "block" and not self.closed_block(body))
        if told:
            return []
        lines = [line for step in body.steps if (line := self.brief(step))]
        if len(lines) > LINES:
            rest = len(lines) - LINES + 1
            lines = [*lines[: LINES - 1], text(Run(f"… {rest} more", "faint"))]
        return lines

    def closed_block(self, body: Chart) -> bool:
        """Whether a block was never opened, so that its box must tell what it holds."""
        name = body.graph.name if body.graph else ""
        return (name, body.form) not in self.opened

    def brief(self, step: Step) -> Text:
        count = text(Run(f" ×{step.count}", "badge")) if step.count > 1 else ()
        if step.kind == "call":
            words = " ".join(w for w in (_name(step), _arguments(step, self.varying)) if w)
            return text(style.clip(words, 44), count)
        if step.kind in ("join", "bar", "weight"):
            return ()
        strips = " ".join(
            style.short(_caption(p)[0]) for i, p in enumerate(step.parts) if i != step.core
        )
        words = ", ".join(w for w in _caption(step.part) if w)
        return text(words, f" {strips}" if strips else "", count)

    # --- runs ---------------------------------------------------------------------------------

    def run(self, step: Step, scope: _Scope, ins: Sequence[_End], prefix: str = "") -> list[_End]:
        """Blocks in a row that differ in numbers: one of them with a table of all."""
        bodies = [row.body for row in step.rows]
        single = len(step.rows[0].steps) == 1
        symbols = Symbols(len(bodies))
        differing = self.varying.get(_name(step.rows[0].steps[0]), set()) if single else set()
        for name, values in _given(bodies):
            symbols.offer(name, values, always=name in differing)
        for name, values in _given_inside(bodies):
            symbols.offer(name, values, shown=False)
        first = step.rows[0].steps[0] if single else step
        copies = [row.steps[0].count if single else 1 for row in step.rows]
        if len(set(copies)) > 1:
            symbols.count(copies)
        title = text(_run_title(step, prefix))
        count = text(Run(f"×{sum(copies)}", "badge"))
        heading = text(title, " " if title else "", count)
        below = self.enter(first, scope)
        with self.unseen():
            self.steps(bodies, below, ins, symbols)
        table = self.table(step, symbols)
        if self.opens(first if single else step, scope):
            through = partial(self.through_table, table, below)
            found = self.cluster(step, bodies, below, ins, symbols, heading, count, through)
            return self.leave([step], scope, found)
        box = Box(
            scope.id + step.part.key, heading, "block", table=table, repeated=True,
            tooltip=self.about(first, below), span=step.node.span,
        )  # fmt: skip
        return self.shut([step], scope, ins, box)

    def through_table(
        self, table: Table | None, below: _Scope, ins: Sequence[_End]
    ) -> Sequence[_End]:
        """The trunk runs through the table of a run."""
        if table is None:
            return ins
        id = f"{below.id}table"
        self.items.append(Box(id, shape="table", table=table))
        self.connect(ins[0], id, arrow=False)
        return [_End(id), *ins[1:]]

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Draw for the columns' sake only."""
        kept = (self.items, self.edges, self.ranks, self.opened, self.labelled)
        self.items, self.edges, self.ranks = [], [], []
        self.opened, self.labelled = set(self.opened), set(self.labelled)
        try:
            yield
        finally:
            self.items, self.edges, self.ranks, self.opened, self.labelled = kept

    def table(self, step: Step, symbols: Symbols) -> Table | None:
        if step.kind != "run":
            return None
        columns = symbols.shown()
        labels = _row_labels(step)
        outs = _row_shapes(step)
        name = "shape" if "×" in "".join(outs) else "channels" if "out" in columns else "out"
        head = ("", *columns, *([name] if outs else []))
        rows = [
            (label, *(c[i] for c in columns.values()), *([outs[i]] if outs else []))
            for i, label in enumerate(labels)
        ]
        if not any(labels):
            head, rows = head[1:], [row[1:] for row in rows]
        if not head:
            return None
        if len(rows) > ROWS:
            gap = ("…",) * len(head)
            rows = [*rows[: ROWS - 3], gap, *rows[-2:]]
        return Table(tuple(head), tuple(rows))


def _unsaid(chart: Chart) -> set[int]:
    """The zeros that states start from, which go without saying."""
    readers: dict[int, set[str]] = {}
    for step in chart.steps:
        for s, _ in step.inputs:
            readers.setdefault(s, set()).add(step.kind)
    return {
        i
        for i, step in enumerate(chart.steps)
        if readers.get(i) == {"scan"}
        and isinstance(step.node.op, LayerOp)
        and step.node.op.layer.word == "zeros"
    }


# --- words ------------------------------------------------------------------------------------


def _port_name(side: str, i: int, names: list[str]) -> str:
    """``image``, ``tokens``; outputs are told apart only where there are several."""
    if side == "input" and names[i] not in ("", "x"):
        return names[i]
    if len(names) == 1:
        return side
    return names[i] or f"{side} {i + 1}"


def _caption(part: Part) -> tuple[str, str]:
    op = part.node.op.cell if isinstance(part.node.op, ScanOp) else part.node.op
    if isinstance(op, LayerOp):
        layer = op.layer
        full = _in_full(layer, part.node.takes)
        return style.proper(full.caption()[0]), layer.caption()[1]
    return (part.body.graph.name if part.body and part.body.graph else "", "")


def _in_full(layer: Layer, takes: Sequence[TensorType]) -> Layer:
    """``conv(3, 64)`` with its kernel as it is: ``3×3``."""
    kernel = layer.settings.get("kernel") and getattr(layer, "kernel", None)
    axes = takes[0].rank - 2 if takes else 0
    square = isinstance(kernel, int) and not isinstance(kernel, bool) and axes in (2, 3)
    return layer.replace(kernel=(kernel,) * axes) if square else layer


def _short(line: Text) -> Text:
    return tuple(replace(run, text=style.short(run.text)) for run in line)


def _strip_kind(layer: Layer) -> Category:
    """Dropout stands with the activations."""
    return layer.category if layer.category in ("norm", "activation") else "activation"


def _params(part: Part) -> Dim:
    total: Dim = 0
    for name, weight in layer_weights(part.node).items():
        tied = isinstance(part.node.op, LayerOp) and name in part.node.op.tied
        if not weight.buffer and not tied:
            size: Dim = 1
            for d in weight.shape:
                size = size * d
            total = total + size
    return total


def _said(part: Part, scope: _Scope) -> str:
    op = part.node.op
    words = repr(op.layer) if isinstance(op, LayerOp) else ""
    path = scope.module(part.path) if part.path else ""
    return ": ".join(w for w in (path, words) if w)


def _resolve(given: str, scope: _Scope) -> str:
    names = dict(scope.outers)
    return names.get(given, scope.path + given)


def _single(step: Step) -> Step | None:
    """The one call in a stretch that repeats: the stretch goes by its name."""
    if step.body is None or step.body.graph is not None:
        return None
    calls = [s for s in step.body.steps if s.kind == "call"]
    return calls[0] if len(calls) == 1 and calls[0].count == 1 else None


def _name(step: Step) -> str:
    inner = _single(step)
    graph = (inner or step).body.graph if (inner or step).body else None
    return graph.name if graph is not None and graph.kind == "block" else ""


def _label(step: Step) -> str:
    """The label that a call was given; empty for one numbered by its word or its place."""
    if step.body is None or step.body.graph is None:
        return ""
    label = step.part.path.rpartition(".")[2]
    if len(set(step.paths)) > 1 and not label.isdigit():
        return ""
    if label.isdigit():
        label = step.part.path.rpartition(".")[0].rpartition(".")[2]
    if label.startswith("^") or label.isdigit():
        label = label[1:] if label.startswith("^") else ""
    return "" if label.rstrip("0123456789") == _name(step) else label


def _title(copies: Sequence[Step], prefix: str = "") -> str:
    """``denseblock1 · dense_layer``; a label that differs between the copies is left out."""
    labels = {_label(step) for step in copies}
    said = [prefix, labels.pop() if len(labels) == 1 else "", _name(copies[0])]
    return " · ".join(dict.fromkeys(word for word in said if word))


def _run_title(step: Step, prefix: str) -> str:
    if len(step.rows[0].steps) > 1:
        names = dict.fromkeys(_name(s) for s in step.rows[0].steps if s.kind == "call")
        return " · ".join(w for w in (prefix, *(names if len(names) > 1 else ())) if w)
    name = _name(step.rows[0].steps[0])
    labels = [_label(row.steps[0]) for row in step.rows]
    if name or not all(labels):
        return " · ".join(w for w in (prefix, name) if w)
    return f"{labels[0]} – {labels[-1]}"


def _row_labels(step: Step) -> list[str]:
    """``3a``, ``3b`` for inception3a and inception3b; nothing if the paths are just numbered."""
    labels = [_label(row.steps[0]) for row in step.rows]
    if len(set(labels)) < len(labels):
        return [""] * len(labels)
    name = _name(step.rows[0].steps[0]).lower()
    stripped = [label.lower().removeprefix(name).strip("_") for label in labels]
    return stripped if name and all(stripped) else labels


def _row_shapes(step: Step) -> list[str]:
    """The rows' results: whole, or the channels where only they differ."""
    types = [row.steps[-1].types[0] for row in step.rows]
    if len({style.shape(t) for t in types}) == 1:
        return []
    if len({t.shape[2:] for t in types}) == 1 and types[0].rank > 2:
        return [style.dim(t.shape[1]) for t in types]
    return [style.shape(t) for t in types]


def _given(bodies: Sequence[Chart]) -> Iterator[tuple[str, list[object]]]:
    """The arguments of charts of one form, side by side."""
    graphs = [b.graph for b in bodies]
    given = [dict(g.arguments) if g is not None else {} for g in graphs]
    for name in given[0]:
        if all(name in g for g in given):
            yield name, [g[name] for g in given]


def _given_inside(bodies: Sequence[Chart]) -> Iterator[tuple[str, list[object]]]:
    """The arguments of the calls inside, for captions that need a name."""
    for steps in zip(*(b.steps for b in bodies), strict=True):
        called = [s.body for s in steps if s.body is not None]
        if called:
            yield from _given(called)
            yield from _given_inside(called)


def _arguments(step: Step, varying: dict[str, set[str]]) -> str:
    """``width 128, stride 2``: what tells this call from the others of its block."""
    graph = step.body.graph if step.body else None
    if graph is None:
        return ""
    differs = varying.get(graph.name, set())
    said = [(k, style.value(v)) for k, v in graph.arguments if k in differs]
    return ", ".join(k if v == "true" else f"{k} {v}" for k, v in said if v != "false")
