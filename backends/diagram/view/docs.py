"""The docs view: blocks open once in place, copies and variants fold into badges and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Final

from ....compiler.ir import Graph, LayerOp, ScanOp
from ...diff.merge import Comparison
from .. import style
from ..asked import firsts, opens
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
    placed,
)
from ..chart.charts import Charts
from ..chart.compared import (
    arguments,
    brief,
    counted,
    entering,
    holds_changes,
    kind,
    leaving,
    port_look,
    shut_kind,
)
from ..chart.costs import MEASURES, cost
from ..chart.scope import NOWHERE, End, Scope
from ..chart.wiring import Wiring, wiring
from ..picture import (
    Box,
    Cluster,
    Edge,
    Item,
    LeftOut,
    Options,
    Picture,
    Run,
    Table,
    Text,
    Trails,
    letters,
    text,
)
from . import _attention as attention
from . import _runs as runs
from ._fit import MOST, Detail, Drawn, Key, Opening, charts_for, fitted, too_large
from ._sideways import beside
from ._symbols import Symbols
from ._units import SHARED, silent, unit

DOES_NOTHING: Final = "dropout of 0"
STEP: Final = "t → t+1"
LINES: Final = 6


def picture(graph: Graph, options: Options) -> Picture:
    """Blocks open where they are first met."""
    options = firsts(graph, options)
    charts = charts_for(options)
    plain = replace(options, expand=(), fold=())
    # What is opened by name shuts nothing else.
    shown = plain if options.expand else options
    drawn, detail = fitted(charts_for(shown, charts), graph, shown, _draw)
    if options.expand:
        drawn = _draw(charts, graph, options, detail).picture

    def redraw(open: frozenset[str] | int) -> Picture:
        depth, places = (open, None) if isinstance(open, int) else (None, open)
        return _draw(charts, graph, plain, Detail(detail.groups, depth, places=places)).picture

    return replace(drawn, redraw=redraw)


def _draw(charts: Charts, graph: Graph, options: Options, detail: Detail) -> Drawn:
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
        left_out=docs.gone(),
    )
    return Drawn(beside(view), docs.openings)


def straighten(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """Edges that are the only way out of one box and into the next make the trunk."""
    out = Counter(e.tail for e in edges if e.look == "flow")
    into = Counter(e.head for e in edges if e.look == "flow")
    return tuple(
        replace(e, trunk=True) if e.look == "flow" and out[e.tail] == into[e.head] == 1 else e
        for e in edges
    )


def varying(graph: Graph) -> dict[str, set[str]]:
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
        waiting += [inner for node in current.nodes if (inner := node.called)]
    return {
        block: {name for name, values in names.items() if len(values) > 1}
        for block, names in held.items()
    }


@dataclass(slots=True)
class Docs:
    """Draws a net's charts, going down into those that open."""

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
    """How many walls stand around."""
    wishes: int = 0
    """How often something was opened because the caller asks for it."""
    labelled: set[str] = field(default_factory=set)
    left_out: dict[str, list[Trails]] = field(default_factory=dict)
    ties: dict[str, str] = field(default_factory=dict)
    comparing: bool = False
    """Two versions are drawn: what is as before stays shut."""

    # --- the net ------------------------------------------------------------------------------

    def net(self, graph: Graph) -> None:
        self.comparing = isinstance(graph, Comparison)
        self.ties = words.ties(graph)
        ends = [self.port("input", i, graph) for i in range(len(graph.inputs))]
        chart = self.charts.of(graph)
        scope = Scope(worlds=((World(None, chart),),))
        found = self.steps([chart], scope, ends, Symbols(1))
        for i, end in enumerate(found):
            box = self.port("output", i, graph)
            self.connect(replace(end, label=""), box.box)

    def port(self, side: str, i: int, graph: Graph) -> End:
        ports = graph.inputs if side == "input" else graph.outputs
        name = words.port_name(side, i, [port.name for port in ports])
        type = ports[i].type
        id = f"{side}-{i + 1}"
        category, said = port_look(graph, side, i)
        self.items.append(
            Box(id, text(name), category, lines=(text(said),), tooltip=f"{side} {name}: {type}")
        )
        return End(id)

    # --- charts -------------------------------------------------------------------------------

    def steps(
        self, variants: Sequence[Chart], scope: Scope, ends: Sequence[End], symbols: Symbols
    ) -> list[End]:
        """Draw a chart, or several of one form as one; gives where its results leave."""
        worlds = scope.worlds
        if len(variants) == 1:
            worlds = (self.runs_in(worlds[0], variants[0]),)
            variants = [self.with_runs(variants[0])]
        chart = variants[0]
        boxes = len(chart.steps) + (0 if scope.depth else len(ends))
        if boxes > MOST:
            raise too_large(scope.path.rstrip("."), boxes)
        arms = scope.depth == 0 and self.options.direction == "TB"
        wires = wiring(chart, arms=arms)
        if wires.levels:
            scope = replace(scope, closed=True)
        if self.unfolds(chart, wires, scope):
            wires = wiring(chart, arms=False)
        at: dict[Ref, End] = {(-1 - i, 0): end for i, end in enumerate(ends)}
        here = {item.id for item in self.items}
        for ref in [r for r in at if self.parts_here(chart, wires, r, scope)]:
            if scope.depth and at[ref].box in here:
                continue  # the lines part at the table, or at the state
            at[ref] = self.fork(at[ref], scope.point(f"fork{-ref[0]}"))
        around = [world for variant in worlds for world in variant]
        self.leave_silent(around)
        first: dict[int, str] = {}
        unsaid, twins = _unsaid(chart), _twins(chart, wires)
        for i in range(len(chart.steps)):
            if i in unsaid:
                own = [placed(chart.steps[i], i, around)]
                self.leave_out("zeros that a state starts from", nodes(own))
                at[i, 0] = NOWHERE
                continue
            ins = [self.wire(at[ref], wires, i, k) for k, ref in enumerate(chart.steps[i].inputs)]
            ins = entering(chart.steps[i], ins)
            before = len(self.edges)
            pairs = zip(variants, worlds, strict=True)
            copies = [placed(v.steps[i], i, own) for v, own in pairs]
            outs = self.step(copies, scope, ins, symbols)
            if len(self.edges) > before:
                first[i] = self.edges[before].head
            if i in twins:
                self.tell_apart(chart.steps[i])
            for r, end in enumerate(outs):
                forked = (i, r) in wires.forks
                at[i, r] = self.fork(end, f"{end.box}-fork{r or ''}") if forked else end
        for ref, i in wires.axes:
            self.axis(at[ref].box, first.get(i, ""))
        self.ranks += [tuple(first[i] for i in rank if i in first) for rank in wires.ranks]
        self.ranks += [(first[a], first[b]) for a, b in wires.levels if a in first and b in first]
        climbed = [ref[0] in wires.climbing for ref in chart.results]
        ends = [replace(at[r], climbs=c) for r, c in zip(chart.results, climbed, strict=True)]
        return leaving(chart.graph, ends)

    def with_runs(self, chart: Chart) -> Chart:
        return self.charts.with_runs(chart, chart, groups=self.detail.groups)

    def runs_in(self, worlds: Sequence[World], drawn: Chart) -> tuple[World, ...]:
        """The copies of a chart, folded as the one that is drawn."""
        groups = self.detail.groups
        return tuple(
            replace(world, chart=self.charts.with_runs(world.chart, drawn, groups=groups))
            for world in worlds
        )

    def parts_here(self, chart: Chart, wires: Wiring, ref: Ref, scope: Scope) -> bool:
        """Whether an input of a chart gets a point: where it goes several ways inside a cluster."""
        uses = sum(s.inputs.count(ref) for s in chart.steps) + chart.results.count(ref)
        return ref in wires.forks or (uses > 1 and scope.depth > 0)

    def wire(self, end: End, wires: Wiring, step: int, k: int) -> End:
        if (step, k) in wires.skips:
            levels = {right for _, right in wires.levels}
            return replace(end, look="skip", level=step in levels)
        return replace(end, climbs=True) if step in wires.climbing else end

    def tell_apart(self, step: Step) -> None:
        """Put the label on the box just drawn: ``q_proj`` beside ``k_proj``."""
        box, label = self.items[-1], words.given_label(step)
        if isinstance(box, Box) and box.shape == "box" and label:
            self.items[-1] = replace(box, lines=(text(Run(label, "faint")), *box.lines))

    def axis(self, source: str, bar: str) -> None:
        """Keep a bar under where its branches part: a hidden line amid theirs."""
        out = [i for i, e in enumerate(self.edges) if e.tail == source]
        if out and bar:
            middle = out[len(out) // 2]
            self.edges.insert(middle, Edge(source, bar, look="hidden", trunk=True))

    def fork(self, end: End, id: str) -> End:
        self.items.append(Box(id, shape="fork"))
        self.connect(end, id, arrow=False)
        return End(id)

    def connect(self, end: End, head: str, *, arrow: bool = True) -> None:
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
        for other in end.also:
            self.connect(other, head, arrow=arrow)

    def step(
        self, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
    ) -> list[End]:
        if copies[0].kind == "call":
            return self.call(copies, scope, ins, symbols)
        if copies[0].kind == "run":
            return self.run(copies[0], scope, ins)
        if copies[0].kind == "scan" and copies[0].body is not None:
            return self.scan(copies, scope, ins, symbols)
        if attention.opens(copies[0]) and self.reveals(copies[0], scope):
            return self.reveal(copies, scope, ins, symbols)
        if len(ins) == 1 and all(words.idle(p) for c in copies for p in c.parts):
            self.leave_out(DOES_NOTHING, nodes(copies))
            return [ins[0]]
        quiet = sorted(silent(copies))
        self.leave_out(DOES_NOTHING, nodes(copies, quiet) if quiet else ())
        box = self.weighed(copies, scope, unit(copies, scope, symbols))
        tied = self.ties.get(scope.module(copies[0].part.path)) if copies[0].part.path else None
        if tied and box.shape == "box":
            box = replace(box, lines=(*box.lines, text(Run(tied, "faint"))))
        self.items.append(box)
        for end in ins:
            self.connect(end, box.id)
        if copies[0].kind == "scan" or words.recurs(copies[0].node):
            self.edges.append(Edge(box.id, box.id, STEP, "loop"))
        return self.leave(copies, scope, [End(box.id)] * len(copies[0].types))

    def leave_silent(self, around: Sequence[World]) -> None:
        silent = (Trails(w.at, w.chart.silent) for w in around if w.chart.silent)
        self.leave_out("concat of one tensor", silent)

    def gone(self) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(said, tuple(nodes)) for said, nodes in self.left_out.items())

    def leave_out(self, said: str, nodes: Iterable[Trails]) -> None:
        for trails in nodes:
            self.left_out.setdefault(said, []).append(trails)

    def leave(self, copies: Sequence[Step], scope: Scope, ends: Sequence[End]) -> list[End]:
        """The ends of a step's results, labelled where the shape is another than what came in."""
        return [
            End(end.box, self.label(copies, scope, r), also=end.also) for r, end in enumerate(ends)
        ]

    def label(self, copies: Sequence[Step], scope: Scope, result: int) -> str:
        every = [s for s in everywhere(copies) if result < len(s.types)]
        said = {style.shape(scope.type(s.types[result])) for s in every}
        came = {style.shape(scope.type(s.takes[0])) for s in every if s.takes}
        op = copies[0].node.op
        told = scope.block and isinstance(op, LayerOp) and op.layer.category == "conv"
        if not self.options.shapes or told or len(said) > 1 or said == came:
            return ""
        return style.clip(said.pop(), 36)

    def weighed(self, copies: Sequence[Step], scope: Scope, box: Box) -> Box:
        """With what it costs, where that is asked."""
        measure = self.options.color_by
        if not measure or box.shape != "box":
            return box
        sizes = dict(scope.sizes)
        each = [[cost(twin, measure, sizes) for twin in everywhere([c])] for c in copies]
        least, total = (self.total([pick(own) for own in each]) for pick in (min, max))
        number = style.amount(total) if least == total else _between(least, total)
        said = text(number, f" {MEASURES[measure]}" if measure != "params" else "")
        known = total == 0 or any(letters(line) == letters(said) for line in box.lines)
        return replace(box, cost=total, lines=box.lines if known else (*box.lines, said))

    def total(self, costs: Sequence[int]) -> int:
        """Of a box that stands for several."""
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
        """A block or group, open or shut; ``prefix`` is the label of a group that holds just it."""
        step = copies[0]
        bodies = [c.body for c in copies if c.body is not None]
        inner = self.only(bodies[0]) if len(copies) == 1 and step.count == 1 else None
        below = scope.enter(step, copies)
        if inner is not None:
            return self.through(step, inner, below, ins, words.label(step))
        title = self.title(copies, prefix or "")
        count = counted(step) or symbols.count([c.count for c in copies])
        was = arguments(step.node)
        heading = text(title, " " if title and count else "", count)
        shared = SHARED if words.shares(step) else ()
        if scope.bare and not self.boxed(step):
            return [replace(end, label="") for end in self.steps(bodies, below, ins, symbols)]
        if self.opens(step, scope):
            told = text(title, f" · {was}" if was else "", " " if title and count else "", count)
            heading = text(told, " " if told and shared else "", shared)
            found = self.cluster(step, copies, bodies, below, ins, symbols, heading, count)
            return self.leave(copies, scope, found)
        again = step.part.shared and (words.name(step), bodies[0].look) in self.opened
        lines = [] if again else self.arguments(copies, symbols) or self.contents(bodies, symbols)
        lines = [text(was)] if was else lines
        name = "" if title else words.title(copies)
        named = text(name, " " if name and count else "", heading)
        box = Box(
            scope.box(step, prefix is not None),
            named,
            shut_kind(step),
            lines=(*lines, *([shared] if shared else ())),
            repeated=bool(count),
            tooltip=words.about_call(copies, below),
            span=step.node.span,
            also=words.written(step),
            place=opening_place(step, below),
            nodes=nodes(copies),
        )
        return self.shut(copies, scope, ins, box)

    def shut(self, copies: Sequence[Step], scope: Scope, ins: Sequence[End], box: Box) -> list[End]:
        self.items.append(self.weighed(copies, scope, box))
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
        before, wishes, self.level = len(self.openings), self.wishes, self.level + 1
        found = self.steps(bodies, below, entering(_named(bodies[0], ins)), symbols)
        inside, self.items = tuple(self.items), outside
        self.level -= 1
        if _key(step) in self.opened and self.wishes == wishes:
            boxes = sum(1 for _ in Picture("", "", "", "TB", inside, ()).boxes())
            last = len(self.openings) == before
            often = sum(runs.counts(step)) if step.rows else step.count
            self.openings.append(Opening(_key(step), often, self.level, boxes, last))
        self.items.append(
            Cluster(
                below.wall(),
                title,
                inside,
                kind(step, "attention" if attention.attends(bodies[0]) else "block"),
                bool(count),
                tooltip=words.about_call(copies, below),
                span=step.node.span,
                also=words.written(step),
                place=below.wall(),
            )
        )
        return found

    # --- attention ----------------------------------------------------------------------------

    def reveals(self, step: Step, scope: Scope) -> bool:
        """Whether a layer opens: where it is asked for by name, or by so many levels."""
        assert isinstance(step.node.op, LayerOp)
        names = {step.node.op.layer.word, words.given_label(step)}
        asked = opens(names, {scope.module(p) for p in step.paths}, self.options)
        if self.detail.places is not None:
            return False
        self.wishes += asked is True
        if asked is not None or self.options.depth is None:
            return bool(asked)
        return scope.depth < self.options.depth

    def reveal(
        self, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
    ) -> list[End]:
        """An attention layer as a cluster of what it computes."""
        step = copies[0]
        shown = unit(copies, scope, symbols)
        masked = len(ins) > max(attention.three(step)) + 1
        found = attention.inside(shown.id, copies, scope, symbols, masked=masked)
        forks, lines = attention.enter(step, found, ins, shown.id)
        for end, head, arrow in lines:
            self.connect(end, head, arrow=arrow)
        self.edges += found.edges
        self.ranks += [found.entries] if len(set(found.entries)) == 3 else []
        boxes = (replace(box, nodes=shown.nodes) for box in found.boxes)
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
        ends = [End(found.out), End(found.scores)]
        return self.leave(copies, scope, ends[: len(step.types)])

    # --- recurrence ---------------------------------------------------------------------------

    def scan(
        self, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
    ) -> list[End]:
        """A cell with its states as boxes, to which a line leads back from where they are made."""
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
                also=words.written(step),
                place=below.wall(),
                nodes=nodes(copies),
            )
            found = self.shut(copies, scope, ins, box)
            self.edges.append(Edge(id, id, STEP, "loop"))
            return found
        states = partial(self.states, op, bodies[0], below)
        made = self.cluster(step, copies, bodies, below, ins, symbols, title, (), states)
        first = 1 if op.emits else 0
        for i in range(op.states):
            back, state = below.point(f"back{i + 1}"), below.point(f"state{i + 1}")
            out = made[first + i].box
            self.edges.append(Edge(out, back, look="loop", arrow=False, climbs=True))
            self.edges.append(Edge(back, state, look="loop", climbs=True))
        return self.leave(copies, scope, [made[0], *made[first : first + op.states]])

    def states(self, op: ScanOp, body: Chart, below: Scope, ins: Sequence[End]) -> Sequence[End]:
        assert body.graph is not None
        every = [world.chart.graph for own in below.worlds for world in own if world.chart.graph]
        after = op.sequences + op.states
        step = self.fork(ins[0], below.point("step"))
        ends = []
        for i, port in enumerate(body.graph.inputs[op.sequences : after]):
            types = [graph.inputs[op.sequences + i].type for graph in every]
            shapes = {style.shape(below.type(type)) for type in types}
            box = Box(
                below.point(f"state{i + 1}"),
                text(port.name or "state"),
                "recurrent",
                lines=(text(*shapes),) if len(shapes) == 1 else (),
                tooltip=f"state {port.name}",
            )
            self.items += [box, Box(below.point(f"back{i + 1}"), text(STEP), shape="label")]
            # What it starts from is made before: the line runs down.
            self.connect(replace(ins[op.sequences + i], name=""), box.id)
            ends.append(End(box.id))
        # The states stand to the right, where the lines come back.
        line = (step.box, *(end.box for end in ends))
        self.ranks.append(line)
        self.edges += [Edge(a, b, look="hidden") for a, b in pairwise(line)]
        return [step, *ins[1 : op.sequences], *ends, *ins[after:]]

    # --- walls --------------------------------------------------------------------------------

    def only(self, body: Chart) -> Step | None:
        """The call or run that is all a chart holds: the two share one wall."""
        chart = self.with_runs(body)
        step = chart.steps[0] if len(chart.steps) == 1 else None
        if step is None or step.kind not in ("call", "run") or body.graph is None:
            return None
        straight = step.inputs == tuple((-1 - i, 0) for i in range(len(step.inputs)))
        named = step.kind == "run" or bool(words.name(step))
        return step if named and straight and chart.results == ((0, 0),) else None

    def through(
        self, step: Step, inner: Step, below: Scope, ins: Sequence[End], prefix: str
    ) -> list[End]:
        assert step.body is not None
        inner = placed(inner, 0, self.runs_in(below.worlds[0], step.body))
        self.leave_silent(below.worlds[0])
        if inner.kind == "run":
            found = self.run(inner, below, ins, prefix)
        else:
            found = self.call([inner], below, ins, Symbols(1), prefix)
        return found[: len(step.types)]

    def opens(self, step: Step, scope: Scope) -> bool:
        """Whether a call opens here; what opens unasked is open once."""
        found = holds_steps(step) and self.wants(step, scope)
        asked = found and bool(self.asked(step, scope))
        self.wishes += asked
        if found and not asked:
            self.opened.add(_key(step))
        return found

    def wants(self, step: Step, scope: Scope) -> bool:
        """Whether a call that can open is to do so."""
        if self.detail.places is not None:
            return scope.enter(step).wall() in self.detail.places
        asked = self.asked(step, scope)
        if asked is not None:
            return asked
        deep = self.detail.depth is not None and scope.depth >= self.detail.depth
        if self.comparing and not holds_changes(step):
            return False
        arm = scope.closed and self.options.depth is None
        return not (arm or deep or _key(step) in self.opened | self.detail.shut)

    def unfolds(self, chart: Chart, wires: Wiring, scope: Scope) -> bool:
        """Whether blocks open in an arm that climbs. Inside of them lines run down: Graphviz may
        then place one both left and right of another, and fail ("trouble in init_rank")."""
        opened, self.opened = self.opened, set(self.opened)
        climbing = [
            i in wires.climbing
            for i, step in enumerate(chart.steps if wires.climbing else ())
            if self.walls_in(step, scope)
        ]
        self.opened = opened
        return any(climbing)

    def walls_in(self, step: Step, scope: Scope) -> bool:
        """Whether there will be a wall around what a step holds."""
        if attention.opens(step):
            return self.reveals(step, scope)
        first = step.rows[0].steps[0] if step.rows and runs.alone(step) else step
        return step.kind in ("call", "run", "scan") and self.opens(first, scope)

    def asked(self, step: Step, scope: Scope) -> bool | None:
        """Whether the caller wants a call open; None if that is left to the view."""
        paths = {scope.module(path) for path in step.paths}
        return opens({words.name(step), words.label(step)}, paths, self.options)

    def boxed(self, step: Step) -> bool:
        """Whether a call is a box even where it could do without a wall."""
        return False

    # --- the words of a closed call -----------------------------------------------------------

    def variant(self, step: Step) -> Text:
        """What tells a block from others of its name."""
        return ()

    def title(self, copies: Sequence[Step], prefix: str) -> Text:
        return text(words.title(copies, prefix))

    def arguments(self, copies: Sequence[Step], symbols: Symbols) -> list[Text]:
        said = [words.arguments(c, self.varying) for c in copies]
        return [line for line in (symbols.line([style.clip(s, words.LINE) for s in said]),) if line]

    def contents(self, bodies: Sequence[Chart], symbols: Symbols) -> list[Text]:
        """What a group holds, a line to each step."""
        inner = only_call(bodies[0])
        body = (inner.body if inner else None) or bodies[0]
        if body.graph is not None and body.graph.kind == "block" and not self.closed_block(body):
            return []
        held = bodies[0].steps
        alike = zip(*(b.steps for b in bodies), strict=True)
        told = [self.briefly(steps, symbols) for steps in alike]
        lines = [brief(step, line) for step, line in zip(held, told, strict=True) if line]
        if len(lines) > LINES:
            rest = len(lines) - LINES + 1
            lines = [*lines[: LINES - 1], text(Run(f"… {rest} more", "faint"))]
        return lines

    def briefly(self, copies: Sequence[Step], symbols: Symbols) -> Text:
        """One line for all copies."""
        told = [words.brief(step, self.varying) for step in copies]
        if len(set(told)) == 1 or not all(told):
            return told[0]
        return symbols.line([letters(line) for line in told])

    def closed_block(self, body: Chart) -> bool:
        """Whether a block was never opened, so that its box must tell what it holds."""
        name = body.graph.name if body.graph else ""
        return (name, body.look) not in self.opened

    # --- runs ---------------------------------------------------------------------------------

    def run(
        self, step: Step, scope: Scope, ins: Sequence[End], prefix: str | None = None
    ) -> list[End]:
        """Blocks in a row that differ in numbers: one of them with a table of all."""
        bodies = [row.body for row in step.rows]
        symbols = runs.symbols(step, self.varying)
        calls = [row.steps[0] for row in step.rows] if runs.alone(step) else [step]
        first = calls[0]
        title = text(
            runs.title(step, prefix or ""), self.variant(first) if runs.alone(step) else ()
        )
        count = text(Run(f"×{sum(runs.counts(step))}", "badge"))
        heading = text(title, " " if title else "", count)
        below = scope.enter_run(step)
        with self.unseen():
            self.steps(bodies, below, ins, symbols)
        table = runs.table(step, symbols)
        if self.opens(first, scope):
            through = partial(self.through_table, table, below)
            found = self.cluster(step, calls, bodies, below, ins, symbols, heading, count, through)
            return self.leave([step], scope, found)
        box = Box(
            scope.box(step, prefix is not None),
            heading,
            "block",
            lines=() if title else tuple(self.contents(bodies, symbols)),
            table=table,
            repeated=True,
            tooltip=words.about_call(calls, below),
            span=step.node.span,
            also=words.written(first),
            place=opening_place(first, below),
            nodes=nodes([step]),
        )
        return self.shut([step], scope, ins, box)

    def through_table(self, table: Table | None, below: Scope, ins: Sequence[End]) -> Sequence[End]:
        """The trunk runs through the table of a run."""
        if table is None:
            return ins
        id = below.point("table")
        self.items.append(Box(id, shape="table", table=table))
        self.connect(ins[0], id, arrow=False)
        return [End(id), *ins[1:]]

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Draw for the columns' sake only."""
        kept = (self.items, self.edges, self.ranks, self.opened, self.labelled, self.openings)
        left, self.left_out = self.left_out, {}
        self.items, self.edges, self.ranks, self.openings = [], [], [], []
        self.opened, self.labelled = set(self.opened), set(self.labelled)
        try:
            yield
        finally:
            self.items, self.edges, self.ranks, self.opened, self.labelled, self.openings = kept
            self.left_out = left


def opening_place(step: Step, below: Scope) -> str:
    """Where a shut box opens; nothing does that has no inside."""
    return below.wall() if holds_steps(step) else ""


def _between(least: int, most: int) -> str:
    """Of copies that differ."""
    return f"{style.amount(least)} to {style.amount(most)}"


def _named(body: Chart, ins: Sequence[End]) -> list[End]:
    """Inputs by the names that a block gives them; the first is its own."""
    ports = body.graph.inputs if body.graph else ()
    names = [port.name for port in ports[1:]] + [""] * len(ins)
    return [*ins[:1], *(replace(e, name=n or e.name) for e, n in zip(ins[1:], names, strict=False))]


def _key(step: Step) -> Key:
    """Of a block; of a run, that of its first."""
    if step.rows and runs.alone(step):
        return _key(step.rows[0].steps[0])
    return words.name(step), step.body.look if step.body else step.look


def _twins(chart: Chart, wires: Wiring) -> set[int]:
    """Layers side by side that read alike, and those that make queries, keys and values."""
    twins = {i for rank in wires.projections for i in rank}
    for rank in wires.ranks:
        said = {i: words.caption(chart.steps[i].part)[0] for i in rank if chart.steps[i].parts}
        often = Counter(said.values())
        twins.update(i for i in rank if often[said[i]] > 1 and chart.steps[i].kind == "unit")
    return twins


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
        and step.body is None
        and isinstance(step.node.op, LayerOp)
        and step.node.op.layer.role == "zeros"
    }
