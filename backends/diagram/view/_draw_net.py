"""Draws a net, and the charts inside it: their steps in order, joined by lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ....compiler.ir import Graph, LayerOp, Port
from ..chart import words
from ..chart.chart import Chart, Ref, Step, World, nodes, reads, with_twins
from ..chart.compared import entering, leaving, port_look
from ..chart.scope import NOWHERE, End, Scope
from ..chart.wiring import Wiring, wiring
from ..errors import most_boxes
from ..picture import Box, text
from ._block_view import BlockView
from ._fit import MOST, too_large
from ._symbols import Symbols


def draw_net(view: BlockView, graph: Graph) -> None:
    """Draw a net: its inputs, its chart, its outputs."""
    chart = view.charts.of(graph, view.options.marks)
    view.ties = words.ties(graph)
    ends = [_port(view, "input", i, chart, graph.inputs) for i in range(len(graph.inputs))]
    scope = Scope(worlds=((World(None, chart),),))
    for i, end in enumerate(draw_chart(view, [chart], scope, ends, Symbols(1))):
        output = _port(view, "output", i, chart, graph.outputs)
        view.canvas.connect(replace(end, label=""), output.box)


def _port(view: BlockView, side: str, i: int, chart: Chart, ports: Sequence[Port]) -> End:
    name = words.port_name(side, i, [port.name for port in ports])
    type = ports[i].type
    id = f"{side}-{i + 1}"
    category, shape = port_look(chart, side, i, type)
    view.canvas.items.append(
        Box(id, text(name), category, lines=(text(shape),), tooltip=f"{side} {name}: {type}")
    )
    return End(id)


def draw_chart(
    view: BlockView, variants: Sequence[Chart], scope: Scope, ends: Sequence[End], symbols: Symbols
) -> list[End]:
    """Draw a chart, or several of one form as one; returns the ends of its results."""
    worlds = scope.worlds
    if len(variants) == 1:
        worlds = (view.runs_in(worlds[0], variants[0]),)
        variants = [view.with_runs(variants[0])]
    chart = variants[0]
    boxes = len(chart.steps) + (0 if scope.depth else len(ends))
    if boxes > most_boxes(MOST):
        raise too_large(scope.path.rstrip("."), boxes)
    wires, scope = _lay_wires(view, chart, scope)
    at = _fork_inputs(view, chart, wires, scope, ends)
    every_world = [world for variant in worlds for world in variant]
    view.canvas.leave_out_undrawn(every_world)
    heads: dict[int, str] = {}
    zeros, look_alikes = _initial_zeros(chart), _look_alikes(chart, wires)
    for i, step in enumerate(chart.steps):
        if i in zeros:
            drawn = [with_twins(step, i, every_world)]
            view.canvas.leave_out("zeros that a state starts from", nodes(drawn))
            at[i, 0] = NOWHERE
            continue
        ins = [NOWHERE] * len(step.inputs)
        for k, ref in reads(step):
            ins[k] = _wire(at[ref], wires, i, k, ref)
        pairs = zip(variants, worlds, strict=True)
        copies = [with_twins(v.steps[i], i, copy_worlds) for v, copy_worlds in pairs]
        before = len(view.canvas.edges)
        outs = view.step(copies, scope, entering(step, ins), symbols)
        if len(view.canvas.edges) > before:
            heads[i] = view.canvas.edges[before].head
        if i in look_alikes:
            view.canvas.tell_apart(step)
        at |= _fork_results(view, i, outs, wires)
    _arrange(view, wires, at, heads)
    climbed = [ref[0] in wires.climbing for ref in chart.results]
    ends = [replace(at[r], climbs=c) for r, c in zip(chart.results, climbed, strict=True)]
    return leaving(chart, ends)


def _lay_wires(view: BlockView, chart: Chart, scope: Scope) -> tuple[Wiring, Scope]:
    """The wiring of a chart, and the scope that closes its calls if it is a U."""
    arms = scope.depth == 0 and view.options.direction == "TB"
    wires = wiring(chart, arms=arms)
    if wires.climbing:
        scope = replace(scope, closed=True)
    if view.opens_in_right_arm(chart, wires, scope):
        wires = wiring(chart, arms=False)
    return wires, scope


def _fork_inputs(
    view: BlockView, chart: Chart, wires: Wiring, scope: Scope, ends: Sequence[End]
) -> dict[Ref, End]:
    """The ends of a chart's inputs, at points where the tensors fork inside it."""
    at: dict[Ref, End] = {(-1 - i, 0): end for i, end in enumerate(ends)}
    here = {item.id for item in view.canvas.items}
    for ref in [r for r in at if _forks_in_cluster(chart, wires, r, scope)]:
        if scope.depth and at[ref].box in here:
            continue  # the lines fork at the table, or at the state
        at[ref] = view.canvas.fork(at[ref], scope.point(f"fork{-ref[0]}"))
    return at


def _fork_results(view: BlockView, step: int, outs: Sequence[End], wires: Wiring) -> dict[Ref, End]:
    """The ends of a step's results, at points where they fork."""
    outs = [replace(end, climbs=step in wires.climbing) for end in outs]
    return {
        (step, r): view.canvas.fork(end, f"{end.box}-fork{r or ''}")
        if (step, r) in wires.forks
        else end
        for r, end in enumerate(outs)
    }


def _arrange(view: BlockView, wires: Wiring, at: dict[Ref, End], heads: dict[int, str]) -> None:
    """Keep the axes and ranks of a chart; ``heads`` is the box that the first line of each step
    enters."""
    for ref, i in wires.axes:
        view.canvas.hold_axis(at[ref].box, heads.get(i, ""))
    view.canvas.ranks += [tuple(heads[i] for i in rank if i in heads) for rank in wires.ranks]
    view.canvas.ranks += [
        (heads[a], heads[b]) for a, b in wires.levels if a in heads and b in heads
    ]


def _forks_in_cluster(chart: Chart, wires: Wiring, ref: Ref, scope: Scope) -> bool:
    """Whether an input of a chart gets a point, because it goes several ways inside a
    cluster."""
    uses = sum(ref == read for s in chart.steps for _, read in reads(s)) + chart.results.count(ref)
    return ref in wires.forks or (uses > 1 and scope.depth > 0)


def _wire(end: End, wires: Wiring, step: int, k: int, ref: Ref) -> End:
    """The end of a step's input with its look: a way around, or a line that climbs."""
    climbs, within = step in wires.climbing, ref[0] in wires.climbing
    if (step, k) not in wires.skips:
        return replace(end, climbs=climbs)
    across = climbs and not within
    return replace(end, look="skip", level=across, climbs=climbs and within)


def _look_alikes(chart: Chart, wires: Wiring) -> set[int]:
    """The layers that need their label on the box: those side by side with the same caption, the
    projections to queries, keys and values, and tensors that are learned or stored."""
    result = {i for rank in wires.projections for i in rank}
    result.update(i for i, s in enumerate(chart.steps) if s.kind == "unit" and _is_source(s))
    for rank in wires.ranks:
        captions = {i: words.caption(chart.steps[i].part)[0] for i in rank if chart.steps[i].parts}
        count = Counter(captions.values())
        result.update(i for i in rank if count[captions[i]] > 1 and chart.steps[i].kind == "unit")
    return result


def _is_source(step: Step) -> bool:
    op = step.node.op
    return isinstance(op, LayerOp) and op.layer.category == "source"


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
