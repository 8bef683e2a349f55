"""Draws a layer: as a box, or as a cluster if it is an attention layer that opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..chart import words
from ..chart.chart import Step, nodes
from ..chart.scope import End, Scope
from ..picture import Cluster, Edge, TextRun, text
from . import _attention as attention
from ._block_view import BlockView
from ._draw_boxes import STEP, result_ends, with_cost
from ._symbols import Symbols
from ._units import idle_parts, unit

DOES_NOTHING: Final = "dropout of 0"
"""The caption of layers that are left out because they change nothing."""


def draw_layer(
    view: BlockView, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
) -> list[End]:
    """Draw a layer, or several that differ in numbers as one; returns the ends of its results."""
    if attention.opens(copies[0]) and view.opens_attention(copies[0], scope):
        return _draw_attention(view, copies, scope, ins, symbols)
    if len(ins) == 1 and all(words.idle(p) for c in copies for p in c.parts):
        view.canvas.leave_out(DOES_NOTHING, nodes(copies))
        return [ins[0]]
    unseen = sorted(idle_parts(copies))
    view.canvas.leave_out(DOES_NOTHING, nodes(copies, unseen) if unseen else ())
    box = with_cost(view, copies, scope, unit(copies, scope, symbols))
    tied = view.ties.get(scope.module(copies[0].part.path)) if copies[0].part.path else None
    if tied and box.shape == "box":
        box = replace(box, lines=(*box.lines, text(TextRun(tied, "faint"))))
    view.canvas.items.append(box)
    for end in ins:
        view.canvas.connect(end, box.id)
    if copies[0].kind == "scan" or words.recurs(copies[0].node):
        view.canvas.edges.append(Edge(box.id, box.id, STEP, "loop"))
    return result_ends(view, copies, scope, [End(box.id)] * len(copies[0].types))


def _draw_attention(
    view: BlockView, copies: Sequence[Step], scope: Scope, ins: Sequence[End], symbols: Symbols
) -> list[End]:
    """Draw an attention layer as a cluster of the steps that it computes."""
    step = copies[0]
    shown = unit(copies, scope, symbols)
    masked = len(ins) > max(attention.qkv_inputs(step)) + 1
    inside = attention.draw_inside(shown.id, copies, scope, symbols, masked=masked)
    forks, lines = attention.connections(step, inside, ins, shown.id)
    for end, head, arrow in lines:
        view.canvas.connect(end, head, arrow=arrow)
    view.canvas.edges += inside.edges
    view.canvas.ranks += [inside.entries] if len(set(inside.entries)) == 3 else []
    boxes = (replace(box, nodes=shown.nodes) for box in inside.boxes)
    view.canvas.items.append(
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
    return result_ends(view, copies, scope, ends[: len(step.types)])
