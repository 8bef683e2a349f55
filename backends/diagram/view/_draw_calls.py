"""Draws a call of a block or a group: open, with a wall around it, or closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ..chart import words
from ..chart.chart import Chart, Step, holds_steps, nodes, only_call, with_twins
from ..chart.compared import brief, category_of, changed_arguments, closed_category, count_change
from ..chart.scope import End, Scope
from ..picture import UNNAMED, Box, Cluster, Picture, Text, TextRun, letters, shortened, text
from . import _attention as attention
from . import _runs as runs
from ._block_view import BlockView, block_key
from ._draw_boxes import draw_box, result_ends
from ._draw_net import draw_chart
from ._fit import Opening
from ._symbols import Symbols
from ._units import SHARED

LINES: Final = 6
"""The most lines of content in a closed box."""


def draw_call(
    view: BlockView,
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
    below = scope.enter(step, copies)
    inner = _only_steps(view, copies, bodies)
    if inner:
        return _draw_only(view, copies, inner, below, ins, symbols)
    title = view.title(copies, prefix or "")
    count = count_change(step) or symbols.count([c.count for c in copies])
    changes = changed_arguments(step)
    heading = text(title, " " if title and count else "", count)
    shared = SHARED if words.has_shared_weights(step) else ()
    if scope.bare and not view.boxed(step):
        return [replace(end, label="") for end in draw_chart(view, bodies, below, ins, symbols)]
    if view.opens(step, scope):
        before = f" · {changes}" if changes else ""
        named = text(title, before, " " if title and count else "", count)
        heading = text(named, " " if named and shared else "", shared)
        ends = draw_cluster(view, step, copies, bodies, below, ins, symbols, heading, count)
        return result_ends(view, copies, scope, ends)
    again = step.part.shared and (words.name(step), bodies[0].look) in view.opened
    lines = [] if again else view.arguments(copies, symbols)
    if not (lines or again) and (view.detail.contents or not words.name(step)):
        lines = contents(view, bodies, symbols)
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
    return draw_box(view, copies, scope, ins, box)


def _only_steps(view: BlockView, copies: Sequence[Step], bodies: Sequence[Chart]) -> list[Step]:
    """The only step inside each copy; empty if a copy holds something else."""
    if any(copy.count > 1 for copy in copies):
        return []
    inner = [step for body in bodies if (step := view.only(body)) is not None]
    alike = len(copies) == 1 or all(step.kind == "call" for step in inner)
    return inner if len(inner) == len(copies) and alike else []


def _draw_only(
    view: BlockView,
    copies: Sequence[Step],
    inner: Sequence[Step],
    below: Scope,
    ins: Sequence[End],
    symbols: Symbols,
) -> list[End]:
    """Draw a call that holds nothing but ``inner``."""
    steps = []
    for step, copy, worlds in zip(inner, copies, below.worlds, strict=True):
        assert copy.body is not None
        steps.append(with_twins(step, 0, view.runs_in(worlds, copy.body)))
        view.canvas.leave_out_undrawn(worlds)
    labels = {words.label(copy) for copy in copies}
    prefix = labels.pop() if len(labels) == 1 else ""
    return view.step(steps, below, ins, symbols, prefix)[: len(copies[0].types)]


def draw_cluster(
    view: BlockView,
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
    before, requests, view.level = len(view.openings), view.requests, view.level + 1
    with view.canvas.apart() as inside:
        ends = draw_chart(view, bodies, below, entering(_with_names(bodies[0], ins)), symbols)
    view.level -= 1
    if block_key(step) in view.opened and view.requests == requests:
        boxes = sum(1 for _ in Picture("", "", "", "TB", tuple(inside), ()).boxes())
        last = len(view.openings) == before
        count_of_copies = sum(runs.counts(step)) if step.rows else step.count
        view.openings.append(Opening(block_key(step), count_of_copies, view.level, boxes, last))
    view.canvas.items.append(
        Cluster(
            below.wall(),
            title,
            tuple(inside),
            category_of(step, "attention" if attention.computes_attention(bodies[0]) else "block"),
            bool(count),
            tooltip=words.about_call(copies, below),
            span=step.node.span,
            other_spans=words.other_spans(step),
            place=below.wall(),
        )
    )
    return ends


def _with_names(body: Chart, ins: Sequence[End]) -> list[End]:
    """The inputs with the names of the block's inputs; the first keeps its name. Nobody named the
    inputs of a group."""
    ports = body.graph.inputs if body.graph else ()
    named = body.graph is not None and body.graph.kind == "block"
    names = [port.name if named else UNNAMED for port in ports[1:]] + [""] * len(ins)
    return [*ins[:1], *(replace(e, name=n or e.name) for e, n in zip(ins[1:], names, strict=False))]


def contents(view: BlockView, bodies: Sequence[Chart], symbols: Symbols) -> list[Text]:
    """The content of a group, one line for each step."""
    inner = only_call(bodies[0])
    body = (inner.body if inner else None) or bodies[0]
    if body.graph is not None and body.graph.kind == "block" and view.shows(body):
        return []
    same_steps = zip(*(b.steps for b in bodies), strict=True)
    briefs = [_line(view, steps, symbols) for steps in same_steps]
    pairs = zip(bodies[0].steps, briefs, strict=True)
    lines = [brief(step, line) for step, line in pairs if line]
    if len(lines) > LINES:
        more = len(lines) - LINES + 1
        lines = [*lines[: LINES - 1], text(TextRun(f"… {more} more", "faint"))]
    return lines


def _line(view: BlockView, copies: Sequence[Step], symbols: Symbols) -> Text:
    """One line for all copies. It is cut last, since a cut line says other numbers."""
    briefs = [words.brief(step, view.varying) for step in copies]
    if len(set(briefs)) == 1 or not all(briefs):
        return shortened(briefs[0], words.LINE)
    return shortened(symbols.line([letters(line) for line in briefs]), words.LINE)


def place_of(step: Step, below: Scope) -> str:
    """The id of the cluster that a closed box opens into; empty if it has no steps inside."""
    return below.wall() if holds_steps(step) else ""
