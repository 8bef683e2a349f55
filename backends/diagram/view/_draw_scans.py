"""Draws a scan: its cell, its states, and the lines back to the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from ....compiler.ir import ScanOp
from .. import style
from ..chart import words
from ..chart.chart import Chart, Step, nodes
from ..chart.scope import End, Scope
from ..picture import Box, Edge, text
from ._block_view import BlockView
from ._draw_boxes import STEP, draw_box, result_ends
from ._draw_calls import draw_cluster
from ._symbols import Symbols


def draw_scan(
    view: BlockView, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
) -> list[End]:
    """Draw a scan: its cell, with a box for each state and a line back to it from the step that
    computes the next state."""
    step = copies[0]
    op = step.node.op
    assert isinstance(op, ScanOp)
    bodies = [c.body for c in copies if c.body is not None]
    title = text(" · ".join(w for w in ("scan", words.title(copies)) if w))
    below = scope.enter(step, copies)
    if not view.opens(step, scope):
        id = scope.box(step)
        lines = tuple(view.arguments(copies, symbols))
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
        ends = draw_box(view, copies, scope, ins, box)
        view.canvas.edges.append(Edge(id, id, STEP, "loop"))
        return ends
    states = partial(_draw_states, view, op, bodies[0], below)
    ends = draw_cluster(view, step, copies, bodies, below, ins, symbols, title, (), states)
    first = 1 if op.emits else 0
    for i in range(op.states):
        back, state = below.point(f"back{i + 1}"), below.point(f"state{i + 1}")
        out = ends[first + i].box
        view.canvas.edges.append(Edge(out, back, look="loop", arrow=False, climbs=True))
        view.canvas.edges.append(Edge(back, state, look="loop", climbs=True))
    return result_ends(view, copies, scope, [ends[0], *ends[first : first + op.states]])


def _draw_states(
    view: BlockView, op: ScanOp, body: Chart, below: Scope, ins: Sequence[End]
) -> Sequence[End]:
    """Draw the boxes of the states; returns the ends that enter the cell."""
    assert body.graph is not None
    graphs = [
        world.chart.graph for variant in below.worlds for world in variant if world.chart.graph
    ]
    after = op.sequences + op.states
    step = view.canvas.fork(ins[0], below.point("step"))
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
        view.canvas.items += [box, Box(below.point(f"back{i + 1}"), text(STEP), shape="label")]
        # The first state is computed before the scan, so its line runs down.
        view.canvas.connect(replace(ins[op.sequences + i], name=""), box.id)
        ends.append(End(box.id))
    # The states stand on the right, where the lines come back.
    line = (step.box, *(end.box for end in ends))
    view.canvas.ranks.append(line)
    view.canvas.edges += [Edge(a, b, look="hidden") for a, b in pairwise(line)]
    return [step, *ins[1 : op.sequences], *ends, *ins[after:]]
