"""The docs view: each block is open once, where it is met first; copies and variants fold into
counts and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Final

from ....compiler.ir import Graph, LayerOp, Port, ScanOp
from .. import style
from ..asked import opens, with_first_copies
from ..chart import words
from ..chart.chart import (
    Chart,
    Ref,
    Step,
    World,
    everywhere,
    holds_steps,
    nodes,
    only_call,
    with_twins,
)
from ..chart.charts import Charts
from ..chart.compared import (
    brief,
    category_of,
    changed_arguments,
    closed_category,
    count_change,
    entering,
    holds_changes,
    leaving,
    port_look,
)
from ..chart.costs import MEASURES, cost
from ..chart.scope import NOWHERE, End, Scope
from ..chart.wiring import Wiring, wiring
from ..errors import most_boxes
from ..picture import (
    Box,
    Cluster,
    Edge,
    Item,
    LeftOut,
    Options,
    Picture,
    Table,
    Text,
    TextRun,
    Trails,
    letters,
    text,
)
from . import _attention as attention
from . import _runs as runs
from ._fit import MOST, Attempt, Detail, Key, Opening, charts_for, fitted, too_large
from ._sideways import beside
from ._symbols import Symbols
from ._units import SHARED, idle_parts, unit

DOES_NOTHING: Final = "dropout of 0"
STEP: Final = "t → t+1"
LINES: Final = 6


def picture(graph: Graph, options: Options) -> Picture:
    """The docs view of a net."""
    options = with_first_copies(graph, options)
    charts = charts_for(options)
    plain = replace(options, expand=(), fold=())
    # A block that is opened by name must not make others close: the detail is found without it.
    shown = plain if options.expand else options
    drawn, detail = fitted(charts_for(shown, charts), graph, shown, _draw)
    if options.expand:
        drawn = _draw(charts, graph, options, detail).picture

    def redraw(open: frozenset[str] | int) -> Picture:
        depth, places = (open, None) if isinstance(open, int) else (None, open)
        return _draw(charts, graph, plain, Detail(detail.groups, depth, places=places)).picture

    return replace(drawn, redraw=redraw)


def _draw(charts: Charts, graph: Graph, options: Options, detail: Detail) -> Attempt:
    docs = Docs(charts, options, detail, varying(graph))
    docs.net(graph)
    title, subtitle = words.titles(graph, options.title)
    view = Picture(
        graph.name or "network",
        title,
        subtitle,
        options.direction,
        tuple(docs.items),
        straighten(docs.edges),
        tuple(docs.ranks),
        options.legend,
        MEASURES.get(options.color_by, ""),
        left_out=docs.omissions(),
    )
    return Attempt(beside(view), docs.openings)


def straighten(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """The edges with those marked as trunk that are the only way out of one box and into the
    next."""
    out = Counter(e.tail for e in edges if e.look == "flow")
    into = Counter(e.head for e in edges if e.look == "flow")
    return tuple(
        replace(e, trunk=True) if e.look == "flow" and out[e.tail] == into[e.head] == 1 else e
        for e in edges
    )


def varying(graph: Graph) -> dict[str, set[str]]:
    """The parameters of each block whose arguments differ between its calls in the net."""
    values_by_block: dict[str, dict[str, set[str]]] = {}
    visited: set[int] = set()
    waiting = [graph]
    while waiting:
        current = waiting.pop()
        if id(current) in visited:
            continue
        visited.add(id(current))
        for name, argument in current.arguments:
            values = values_by_block.setdefault(current.name, {}).setdefault(name, set())
            values.add(style.value(argument))
        waiting += [inner for node in current.nodes if (inner := node.called)]
    return {
        block: {name for name, values in names.items() if len(values) > 1}
        for block, names in values_by_block.items()
    }


@dataclass(slots=True)
class Docs:
    """Draws the chart of a net, and inside it the charts of the calls that open."""

    charts: Charts
    options: Options
    detail: Detail
    varying: dict[str, set[str]]
    items: list[Item] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    ranks: list[tuple[str, ...]] = field(default_factory=list)
    opened: set[Key] = field(default_factory=set)
    openings: list[Opening] = field(default_factory=list)
    level: int = 0
    """The number of open clusters around the place that is drawn."""
    requests: int = 0
    """How often something was opened because the options name it."""
    labelled: set[str] = field(default_factory=set)
    left_out: dict[str, list[Trails]] = field(default_factory=dict)
    ties: dict[str, str] = field(default_factory=dict)

    # --- the net ------------------------------------------------------------------------------

    def net(self, graph: Graph) -> None:
        chart = self.charts.of(graph, self.options.marks)
        self.ties = words.ties(graph)
        ends = [self.port("input", i, chart, graph.inputs) for i in range(len(graph.inputs))]
        scope = Scope(worlds=((World(None, chart),),))
        for i, end in enumerate(self.steps([chart], scope, ends, Symbols(1))):
            output = self.port("output", i, chart, graph.outputs)
            self.connect(replace(end, label=""), output.box)

    def port(self, side: str, i: int, chart: Chart, ports: Sequence[Port]) -> End:
        name = words.port_name(side, i, [port.name for port in ports])
        type = ports[i].type
        id = f"{side}-{i + 1}"
        category, shape = port_look(chart, side, i, type)
        self.items.append(
            Box(id, text(name), category, lines=(text(shape),), tooltip=f"{side} {name}: {type}")
        )
        return End(id)

    # --- charts -------------------------------------------------------------------------------

    def steps(
        self, variants: Sequence[Chart], scope: Scope, ends: Sequence[End], symbols: Symbols
    ) -> list[End]:
        """Draw a chart, or several of one form as one; returns the ends of its results."""
        worlds = scope.worlds
        if len(variants) == 1:
            worlds = (self.runs_in(worlds[0], variants[0]),)
            variants = [self.with_runs(variants[0])]
        chart = variants[0]
        boxes = len(chart.steps) + (0 if scope.depth else len(ends))
        if boxes > most_boxes(MOST):
            raise too_large(scope.path.rstrip("."), boxes)
        wires, scope = self.lay_wires(chart, scope)
        at = self.fork_inputs(chart, wires, scope, ends)
        every_world = [world for variant in worlds for world in variant]
        self.leave_out_undrawn(every_world)
        heads: dict[int, str] = {}
        zeros, look_alikes = _initial_zeros(chart), _look_alikes(chart, wires)
        for i, step in enumerate(chart.steps):
            if i in zeros:
                drawn = [with_twins(step, i, every_world)]
                self.leave_out("zeros that a state starts from", nodes(drawn))
                at[i, 0] = NOWHERE
                continue
            ins = [self.wire(at[ref], wires, i, k) for k, ref in enumerate(step.inputs)]
            pairs = zip(variants, worlds, strict=True)
            copies = [with_twins(v.steps[i], i, copy_worlds) for v, copy_worlds in pairs]
            before = len(self.edges)
            outs = self.step(copies, scope, entering(step, ins), symbols)
            if len(self.edges) > before:
                heads[i] = self.edges[before].head
            if i in look_alikes:
                self.tell_apart(step)
            at |= self.fork_results(i, outs, wires)
        self.arrange(wires, at, heads)
        climbed = [ref[0] in wires.climbing for ref in chart.results]
        ends = [replace(at[r], climbs=c) for r, c in zip(chart.results, climbed, strict=True)]
        return leaving(chart, ends)

    def lay_wires(self, chart: Chart, scope: Scope) -> tuple[Wiring, Scope]:
        """The wiring of a chart, and the scope that closes its calls if it is a U."""
        arms = scope.depth == 0 and self.options.direction == "TB"
        wires = wiring(chart, arms=arms)
        if wires.levels:
            scope = replace(scope, closed=True)
        if self.opens_in_right_arm(chart, wires, scope):
            wires = wiring(chart, arms=False)
        return wires, scope

    def fork_inputs(
        self, chart: Chart, wires: Wiring, scope: Scope, ends: Sequence[End]
    ) -> dict[Ref, End]:
        """The ends of a chart's inputs, at points where the tensors fork inside it."""
        at: dict[Ref, End] = {(-1 - i, 0): end for i, end in enumerate(ends)}
        here = {item.id for item in self.items}
        for ref in [r for r in at if self.forks_in_cluster(chart, wires, r, scope)]:
            if scope.depth and at[ref].box in here:
                continue  # the lines fork at the table, or at the state
            at[ref] = self.fork(at[ref], scope.point(f"fork{-ref[0]}"))
        return at

    def fork_results(self, step: int, outs: Sequence[End], wires: Wiring) -> dict[Ref, End]:
        """The ends of a step's results, at points where they fork."""
        return {
            (step, r): self.fork(end, f"{end.box}-fork{r or ''}")
            if (step, r) in wires.forks
            else end
            for r, end in enumerate(outs)
        }

    def arrange(self, wires: Wiring, at: dict[Ref, End], heads: dict[int, str]) -> None:
        """Keep the axes and ranks of a chart; ``heads`` is the box that the first line of each step
        enters."""
        for ref, i in wires.axes:
            self.hold_axis(at[ref].box, heads.get(i, ""))
        self.ranks += [tuple(heads[i] for i in rank if i in heads) for rank in wires.ranks]
        self.ranks += [(heads[a], heads[b]) for a, b in wires.levels if a in heads and b in heads]

    def with_runs(self, chart: Chart) -> Chart:
        return self.charts.with_runs(chart, chart, groups=self.detail.groups)

    def runs_in(self, worlds: Sequence[World], drawn: Chart) -> tuple[World, ...]:
        """The copies of a chart, each folded like the one that is drawn."""
        groups = self.detail.groups
        return tuple(
            replace(world, chart=self.charts.with_runs(world.chart, drawn, groups=groups))
            for world in worlds
        )

    def forks_in_cluster(self, chart: Chart, wires: Wiring, ref: Ref, scope: Scope) -> bool:
        """Whether an input of a chart gets a point, because it goes several ways inside a
        cluster."""
        uses = sum(s.inputs.count(ref) for s in chart.steps) + chart.results.count(ref)
        return ref in wires.forks or (uses > 1 and scope.depth > 0)

    def wire(self, end: End, wires: Wiring, step: int, k: int) -> End:
        """The end of a step's input with its look: a way around, or a line that climbs."""
        if (step, k) in wires.skips:
            levels = {right for _, right in wires.levels}
            return replace(end, look="skip", level=step in levels)
        return replace(end, climbs=True) if step in wires.climbing else end

    def tell_apart(self, step: Step) -> None:
        """Add the label to the box that was drawn last: ``q_proj`` beside ``k_proj``."""
        box, label = self.items[-1], words.given_label(step)
        if isinstance(box, Box) and box.shape == "box" and label:
            self.items[-1] = replace(box, lines=(text(TextRun(label, "faint")), *box.lines))

    def hold_axis(self, source: str, bar: str) -> None:
        """Keep a bar straight below the box where its branches start, by a hidden edge in the
        middle of theirs."""
        out = [i for i, e in enumerate(self.edges) if e.tail == source]
        if out and bar:
            middle = out[len(out) // 2]
            self.edges.insert(middle, Edge(source, bar, look="hidden", trunk=True))

    def fork(self, end: End, id: str) -> End:
        self.items.append(Box(id, shape="fork"))
        self.connect(end, id, arrow=False)
        return End(id)

    def connect(self, end: End, head: str, *, arrow: bool = True) -> None:
        """Draw a line, and one from the old end if that differs. A box has its shape as a label on
        one line only."""
        if end.box == NOWHERE.box:
            return
        label = "" if end.look == "skip" or end.box in self.labelled else end.label
        if label:
            self.labelled.add(end.box)
        self.edges.append(
            Edge(
                end.box,
                head,
                label,
                end.look,
                arrow,
                level=end.level,
                climbs=end.climbs,
                name=end.name,
                mark=end.mark,
            )
        )
        for other in end.earlier:
            self.connect(other, head, arrow=arrow)

    def step(
        self, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
    ) -> list[End]:
        """Draw a step, or several that differ in numbers as one; returns the ends of its
        results."""
        if copies[0].kind == "call":
            return self.call(copies, scope, ins, symbols)
        if copies[0].kind == "run":
            return self.run(copies[0], scope, ins)
        if copies[0].kind == "scan" and copies[0].body is not None:
            return self.scan(copies, scope, ins, symbols)
        if attention.opens(copies[0]) and self.opens_attention(copies[0], scope):
            return self.draw_attention(copies, scope, ins, symbols)
        if len(ins) == 1 and all(words.idle(p) for c in copies for p in c.parts):
            self.leave_out(DOES_NOTHING, nodes(copies))
            return [ins[0]]
        unseen = sorted(idle_parts(copies))
        self.leave_out(DOES_NOTHING, nodes(copies, unseen) if unseen else ())
        box = self.with_cost(copies, scope, unit(copies, scope, symbols))
        tied = self.ties.get(scope.module(copies[0].part.path)) if copies[0].part.path else None
        if tied and box.shape == "box":
            box = replace(box, lines=(*box.lines, text(TextRun(tied, "faint"))))
        self.items.append(box)
        for end in ins:
            self.connect(end, box.id)
        if copies[0].kind == "scan" or words.recurs(copies[0].node):
            self.edges.append(Edge(box.id, box.id, STEP, "loop"))
        return self.leave(copies, scope, [End(box.id)] * len(copies[0].types))

    def leave_out_undrawn(self, around: Sequence[World]) -> None:
        undrawn = (Trails(w.at, w.chart.undrawn) for w in around if w.chart.undrawn)
        self.leave_out("concat of one tensor", undrawn)

    def omissions(self) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(caption, tuple(nodes)) for caption, nodes in self.left_out.items())

    def leave_out(self, caption: str, nodes: Iterable[Trails]) -> None:
        """Record operations that are not drawn, with what they are."""
        for trails in nodes:
            self.left_out.setdefault(caption, []).append(trails)

    def leave(self, copies: Sequence[Step], scope: Scope, ends: Sequence[End]) -> list[End]:
        """The ends of a step's results, with the shape as a label if it differs from the
        input's."""
        return [
            End(end.box, self.label(copies, scope, r), earlier=end.earlier)
            for r, end in enumerate(ends)
        ]

    def label(self, copies: Sequence[Step], scope: Scope, result: int) -> str:
        every = [s for s in everywhere(copies) if result < len(s.types)]
        shapes = {style.shape(scope.type(s.types[result])) for s in every}
        input_shapes = {style.shape(scope.type(s.takes[0])) for s in every if s.takes}
        op = copies[0].node.op
        known_from_caption = scope.block and isinstance(op, LayerOp) and op.layer.category == "conv"
        if (
            not self.options.shapes
            or known_from_caption
            or len(shapes) > 1
            or shapes == input_shapes
        ):
            return ""
        return style.clip(shapes.pop(), 36)

    def with_cost(self, copies: Sequence[Step], scope: Scope, box: Box) -> Box:
        """The box with its cost, if the options colour by one."""
        measure = self.options.color_by
        if not measure or box.shape != "box":
            return box
        sizes = dict(scope.sizes)
        each = [[cost(twin, measure, sizes) for twin in everywhere([c])] for c in copies]
        least, total = (
            self.total([pick(copy_costs) for copy_costs in each]) for pick in (min, max)
        )
        number = style.amount(total) if least == total else _range(least, total)
        new = text(number, f" {MEASURES[measure]}" if measure != "params" else "")
        needless = total == 0 or any(letters(line) == letters(new) for line in box.lines)
        return replace(box, cost=total, lines=box.lines if needless else (*box.lines, new))

    def total(self, costs: Sequence[int]) -> int:
        """The cost of a box that stands for several steps."""
        return sum(costs)

    # --- calls --------------------------------------------------------------------------------

    def call(
        self,
        copies: Sequence[Step],
        scope: Scope,
        ins: Sequence[End],
        symbols: Symbols,
        prefix: str | None = None,
    ) -> list[End]:
        """Draw a block or group, open or closed; ``prefix`` is the label of a group around it that
        holds nothing else."""
        step = copies[0]
        bodies = [c.body for c in copies if c.body is not None]
        inner = self.only(bodies[0]) if len(copies) == 1 and step.count == 1 else None
        below = scope.enter(step, copies)
        if inner is not None:
            return self.draw_only(step, inner, below, ins, words.label(step))
        title = self.title(copies, prefix or "")
        count = count_change(step) or symbols.count([c.count for c in copies])
        changes = changed_arguments(step)
        heading = text(title, " " if title and count else "", count)
        shared = SHARED if words.has_shared_weights(step) else ()
        if scope.bare and not self.boxed(step):
            return [replace(end, label="") for end in self.steps(bodies, below, ins, symbols)]
        if self.opens(step, scope):
            before = f" · {changes}" if changes else ""
            named = text(title, before, " " if title and count else "", count)
            heading = text(named, " " if named and shared else "", shared)
            ends = self.cluster(step, copies, bodies, below, ins, symbols, heading, count)
            return self.leave(copies, scope, ends)
        again = step.part.shared and (words.name(step), bodies[0].look) in self.opened
        lines = [] if again else self.arguments(copies, symbols) or self.contents(bodies, symbols)
        lines = [text(changes)] if changes else lines
        name = "" if title else words.title(copies)
        named = text(name, " " if name and count else "", heading)
        box = Box(
            scope.box(step, prefix is not None),
            named,
            closed_category(step),
            lines=(*lines, *([shared] if shared else ())),
            repeated=bool(count),
            tooltip=words.about_call(copies, below),
            span=step.node.span,
            other_spans=words.other_spans(step),
            place=place_of(step, below),
            nodes=nodes(copies),
        )
        return self.closed(copies, scope, ins, box)

    def closed(
        self, copies: Sequence[Step], scope: Scope, ins: Sequence[End], box: Box
    ) -> list[End]:
        """Draw a closed call as a box."""
        self.items.append(self.with_cost(copies, scope, box))
        for end in ins:
            self.connect(end, box.id)
        return self.leave(copies, scope, [End(box.id)] * len(copies[0].types))

    def cluster(
        self,
        step: Step,
        copies: Sequence[Step],
        bodies: Sequence[Chart],
        below: Scope,
        ins: Sequence[End],
        symbols: Symbols,
        title: Text,
        count: Text,
        entering: Callable[[Sequence[End]], Sequence[End]] = list,
    ) -> list[End]:
        """Draw the inside and put a wall around it."""
        outside, self.items = self.items, []
        before, requests, self.level = len(self.openings), self.requests, self.level + 1
        ends = self.steps(bodies, below, entering(_with_names(bodies[0], ins)), symbols)
        inside, self.items = tuple(self.items), outside
        self.level -= 1
        if _key(step) in self.opened and self.requests == requests:
            boxes = sum(1 for _ in Picture("", "", "", "TB", inside, ()).boxes())
            last = len(self.openings) == before
            count_of_copies = sum(runs.counts(step)) if step.rows else step.count
            self.openings.append(Opening(_key(step), count_of_copies, self.level, boxes, last))
        self.items.append(
            Cluster(
                below.wall(),
                title,
                inside,
                category_of(
                    step, "attention" if attention.computes_attention(bodies[0]) else "block"
                ),
                bool(count),
                tooltip=words.about_call(copies, below),
                span=step.node.span,
                other_spans=words.other_spans(step),
                place=below.wall(),
            )
        )
        return ends

    # --- attention ----------------------------------------------------------------------------

    def opens_attention(self, step: Step, scope: Scope) -> bool:
        """Whether an attention layer opens: because the options name it, or by their depth."""
        assert isinstance(step.node.op, LayerOp)
        names = {step.node.op.layer.word, words.given_label(step)}
        requested = opens(names, {scope.module(p) for p in step.paths}, self.options)
        if self.detail.places is not None:
            return False
        self.requests += requested is True
        if requested is not None or self.options.depth is None:
            return bool(requested)
        return scope.depth < self.options.depth

    def draw_attention(
        self, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
    ) -> list[End]:
        """Draw an attention layer as a cluster of the steps that it computes."""
        step = copies[0]
        shown = unit(copies, scope, symbols)
        masked = len(ins) > max(attention.qkv_inputs(step)) + 1
        inside = attention.draw_inside(shown.id, copies, scope, symbols, masked=masked)
        forks, lines = attention.connections(step, inside, ins, shown.id)
        for end, head, arrow in lines:
            self.connect(end, head, arrow=arrow)
        self.edges += inside.edges
        self.ranks += [inside.entries] if len(set(inside.entries)) == 3 else []
        boxes = (replace(box, nodes=shown.nodes) for box in inside.boxes)
        self.items.append(
            Cluster(
                shown.id,
                shown.title,
                (*forks, *boxes),
                "attention",
                shown.repeated,
                tooltip=shown.tooltip,
                span=shown.span,
            )
        )
        ends = [End(inside.out), End(inside.scores)]
        return self.leave(copies, scope, ends[: len(step.types)])

    # --- recurrence ---------------------------------------------------------------------------

    def scan(
        self, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
    ) -> list[End]:
        """Draw a scan: its cell, with a box for each state and a line back to it from the step that
        computes the next state."""
        step = copies[0]
        op = step.node.op
        assert isinstance(op, ScanOp)
        bodies = [c.body for c in copies if c.body is not None]
        title = text(" · ".join(w for w in ("scan", words.title(copies)) if w))
        below = scope.enter(step, copies)
        if not self.opens(step, scope):
            id = scope.box(step)
            lines = tuple(self.arguments(copies, symbols))
            box = Box(
                id,
                title,
                "recurrent",
                lines=lines,
                tooltip=words.about_call(copies, below),
                span=step.node.span,
                other_spans=words.other_spans(step),
                place=below.wall(),
                nodes=nodes(copies),
            )
            ends = self.closed(copies, scope, ins, box)
            self.edges.append(Edge(id, id, STEP, "loop"))
            return ends
        states = partial(self.states, op, bodies[0], below)
        ends = self.cluster(step, copies, bodies, below, ins, symbols, title, (), states)
        first = 1 if op.emits else 0
        for i in range(op.states):
            back, state = below.point(f"back{i + 1}"), below.point(f"state{i + 1}")
            out = ends[first + i].box
            self.edges.append(Edge(out, back, look="loop", arrow=False, climbs=True))
            self.edges.append(Edge(back, state, look="loop", climbs=True))
        return self.leave(copies, scope, [ends[0], *ends[first : first + op.states]])

    def states(self, op: ScanOp, body: Chart, below: Scope, ins: Sequence[End]) -> Sequence[End]:
        """Draw the boxes of the states; returns the ends that enter the cell."""
        assert body.graph is not None
        graphs = [
            world.chart.graph for variant in below.worlds for world in variant if world.chart.graph
        ]
        after = op.sequences + op.states
        step = self.fork(ins[0], below.point("step"))
        ends = []
        for i, port in enumerate(body.graph.inputs[op.sequences : after]):
            types = [graph.inputs[op.sequences + i].type for graph in graphs]
            shapes = {style.shape(below.type(type)) for type in types}
            box = Box(
                below.point(f"state{i + 1}"),
                text(port.name or "state"),
                "recurrent",
                lines=(text(*shapes),) if len(shapes) == 1 else (),
                tooltip=f"state {port.name}",
            )
            self.items += [box, Box(below.point(f"back{i + 1}"), text(STEP), shape="label")]
            # The first state is computed before the scan, so its line runs down.
            self.connect(replace(ins[op.sequences + i], name=""), box.id)
            ends.append(End(box.id))
        # The states stand on the right, where the lines come back.
        line = (step.box, *(end.box for end in ends))
        self.ranks.append(line)
        self.edges += [Edge(a, b, look="hidden") for a, b in pairwise(line)]
        return [step, *ins[1 : op.sequences], *ends, *ins[after:]]

    # --- walls --------------------------------------------------------------------------------

    def only(self, body: Chart) -> Step | None:
        """The only step of a chart, if that is a call or run: it shares the wall of the chart."""
        chart = self.with_runs(body)
        step = chart.steps[0] if len(chart.steps) == 1 else None
        if step is None or step.kind not in ("call", "run") or body.graph is None:
            return None
        straight = step.inputs == tuple((-1 - i, 0) for i in range(len(step.inputs)))
        named = step.kind == "run" or bool(words.name(step))
        return step if named and straight and chart.results == ((0, 0),) else None

    def draw_only(
        self, step: Step, inner: Step, below: Scope, ins: Sequence[End], prefix: str
    ) -> list[End]:
        """Draw a call that holds nothing but ``inner``."""
        assert step.body is not None
        inner = with_twins(inner, 0, self.runs_in(below.worlds[0], step.body))
        self.leave_out_undrawn(below.worlds[0])
        if inner.kind == "run":
            ends = self.run(inner, below, ins, prefix)
        else:
            ends = self.call([inner], below, ins, Symbols(1), prefix)
        return ends[: len(step.types)]

    def opens(self, step: Step, scope: Scope) -> bool:
        """Whether a call opens here. Without a request each block opens once."""
        does_open = holds_steps(step) and self.should_open(step, scope)
        requested = does_open and bool(self.requested(step, scope))
        self.requests += requested
        if does_open and not requested:
            self.opened.add(_key(step))
        return does_open

    def should_open(self, step: Step, scope: Scope) -> bool:
        """Whether a call that can open opens here."""
        if self.detail.places is not None:
            return scope.enter(step).wall() in self.detail.places
        requested = self.requested(step, scope)
        if requested is not None:
            return requested
        deep = self.detail.depth is not None and scope.depth >= self.detail.depth
        if self.options.marks and not holds_changes(step):
            return False  # of two versions, what does not differ stays closed
        arm = scope.closed and self.options.depth is None
        return not (arm or deep or _key(step) in self.opened | self.detail.closed)

    def opens_in_right_arm(self, chart: Chart, wires: Wiring, scope: Scope) -> bool:
        """Whether blocks open in the right arm of a U, which climbs. Lines inside a block run down:
        Graphviz may then fail, because it has to place a box both left and right of another
        ("trouble in init_rank")."""
        opened, self.opened = self.opened, set(self.opened)
        climbing = [
            i in wires.climbing
            for i, step in enumerate(chart.steps if wires.climbing else ())
            if self.will_have_wall(step, scope)
        ]
        self.opened = opened
        return any(climbing)

    def will_have_wall(self, step: Step, scope: Scope) -> bool:
        """Whether a step will be drawn as a cluster."""
        if attention.opens(step):
            return self.opens_attention(step, scope)
        first = step.rows[0].steps[0] if step.rows and runs.alone(step) else step
        return step.kind in ("call", "run", "scan") and self.opens(first, scope)

    def requested(self, step: Step, scope: Scope) -> bool | None:
        """Whether the options open or fold a call; None if they do not name it."""
        paths = {scope.module(path) for path in step.paths}
        return opens({words.name(step), words.label(step)}, paths, self.options)

    def boxed(self, step: Step) -> bool:
        """Whether a call is a box even if it could share the wall around it."""
        return False

    # --- the words of a closed call -----------------------------------------------------------

    def variant(self, step: Step) -> Text:
        """A note that distinguishes a block from others of its name."""
        return ()

    def title(self, copies: Sequence[Step], prefix: str) -> Text:
        return text(words.title(copies, prefix))

    def arguments(self, copies: Sequence[Step], symbols: Symbols) -> list[Text]:
        arguments = [style.clip(words.arguments(c, self.varying), words.LINE) for c in copies]
        return [line for line in (symbols.line(arguments),) if line]

    def contents(self, bodies: Sequence[Chart], symbols: Symbols) -> list[Text]:
        """The content of a group, one line for each step."""
        inner = only_call(bodies[0])
        body = (inner.body if inner else None) or bodies[0]
        if body.graph is not None and body.graph.kind == "block" and self.shows(body):
            return []
        same_steps = zip(*(b.steps for b in bodies), strict=True)
        briefs = [self.briefly(steps, symbols) for steps in same_steps]
        pairs = zip(bodies[0].steps, briefs, strict=True)
        lines = [brief(step, line) for step, line in pairs if line]
        if len(lines) > LINES:
            more = len(lines) - LINES + 1
            lines = [*lines[: LINES - 1], text(TextRun(f"… {more} more", "faint"))]
        return lines

    def briefly(self, copies: Sequence[Step], symbols: Symbols) -> Text:
        """One line for all copies."""
        briefs = [words.brief(step, self.varying) for step in copies]
        if len(set(briefs)) == 1 or not all(briefs):
            return briefs[0]
        return symbols.line([letters(line) for line in briefs])

    def shows(self, body: Chart) -> bool:
        """Whether the inside of a block is drawn somewhere. If it is not, its box lists it."""
        name = body.graph.name if body.graph else ""
        return (name, body.look) in self.drawn_blocks

    @property
    def drawn_blocks(self) -> Container[Key]:
        """The blocks whose inside is drawn."""
        return self.opened

    # --- runs ---------------------------------------------------------------------------------

    def run(
        self, step: Step, scope: Scope, ins: Sequence[End], prefix: str | None = None
    ) -> list[End]:
        """Draw blocks in a row that differ in numbers as one block with a table."""
        bodies = [row.body for row in step.rows]
        symbols = runs.symbols(step, self.varying)
        calls = [row.steps[0] for row in step.rows] if runs.alone(step) else [step]
        first = calls[0]
        title = text(
            runs.title(step, prefix or ""), self.variant(first) if runs.alone(step) else ()
        )
        count = text(TextRun(f"×{sum(runs.counts(step))}", "badge"))
        heading = text(title, " " if title else "", count)
        below = scope.enter_run(step)
        with self.discarding():
            self.steps(bodies, below, ins, symbols)
        table = runs.table(step, symbols)
        if self.opens(first, scope):
            enter = partial(self.enter_table, table, below)
            ends = self.cluster(step, calls, bodies, below, ins, symbols, heading, count, enter)
            return self.leave([step], scope, ends)
        box = Box(
            scope.box(step, prefix is not None),
            heading,
            "block",
            lines=() if title else tuple(self.contents(bodies, symbols)),
            table=table,
            repeated=True,
            tooltip=words.about_call(calls, below),
            span=step.node.span,
            other_spans=words.other_spans(first),
            place=place_of(first, below),
            nodes=nodes([step]),
        )
        return self.closed([step], scope, ins, box)

    def enter_table(self, table: Table | None, below: Scope, ins: Sequence[End]) -> Sequence[End]:
        """Draw the table of a run on the trunk."""
        if table is None:
            return ins
        id = below.point("table")
        self.items.append(Box(id, shape="table", table=table))
        self.connect(ins[0], id, arrow=False)
        return [End(id), *ins[1:]]

    @contextmanager
    def discarding(self) -> Iterator[None]:
        """Draw inside a ``with`` and discard the picture. A table needs its columns before its
        block is drawn, and only drawing finds them."""
        kept = (self.items, self.edges, self.ranks, self.opened, self.labelled, self.openings)
        kept_left_out, self.left_out = self.left_out, {}
        self.items, self.edges, self.ranks, self.openings = [], [], [], []
        self.opened, self.labelled = set(self.opened), set(self.labelled)
        try:
            yield
        finally:
            self.items, self.edges, self.ranks, self.opened, self.labelled, self.openings = kept
            self.left_out = kept_left_out


def place_of(step: Step, below: Scope) -> str:
    """The id of the cluster that a closed box opens into; empty if it has no steps inside."""
    return below.wall() if holds_steps(step) else ""


def _range(least: int, most: int) -> str:
    """The cost of copies that differ."""
    return f"{style.amount(least)} to {style.amount(most)}"


def _with_names(body: Chart, ins: Sequence[End]) -> list[End]:
    """The inputs with the names of the block's inputs; the first keeps its name."""
    ports = body.graph.inputs if body.graph else ()
    names = [port.name for port in ports[1:]] + [""] * len(ins)
    return [*ins[:1], *(replace(e, name=n or e.name) for e, n in zip(ins[1:], names, strict=False))]


def _key(step: Step) -> Key:
    """The key of a block; of a run, the key of its first block."""
    if step.rows and runs.alone(step):
        return _key(step.rows[0].steps[0])
    return words.name(step), step.body.look if step.body else step.look


def _look_alikes(chart: Chart, wires: Wiring) -> set[int]:
    """The layers that need their label on the box: those side by side with the same caption, and
    the projections to queries, keys and values."""
    result = {i for rank in wires.projections for i in rank}
    for rank in wires.ranks:
        captions = {i: words.caption(chart.steps[i].part)[0] for i in rank if chart.steps[i].parts}
        count = Counter(captions.values())
        result.update(i for i in rank if count[captions[i]] > 1 and chart.steps[i].kind == "unit")
    return result


def _initial_zeros(chart: Chart) -> set[int]:
    """The ``zeros`` that states start from, which are not drawn."""
    readers: dict[int, set[str]] = {}
    for step in chart.steps:
        for s, _ in step.inputs:
            readers.setdefault(s, set()).add(step.kind)
    return {
        i
        for i, step in enumerate(chart.steps)
        if readers.get(i) == {"scan"}
        and step.body is None
        and isinstance(step.node.op, LayerOp)
        and step.node.op.layer.role == "zeros"
    }
