"""Draws blocks in a row that differ in numbers as one block with a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..chart import words
from ..chart.chart import Step, nodes
from ..chart.scope import End, Scope
from ..picture import Box, Table, TextRun, text, wrapped
from . import _runs as runs
from ._block_view import BlockView
from ._draw_boxes import draw_box, result_ends
from ._draw_calls import contents, draw_cluster, place_of
from ._draw_net import draw_chart


def draw_run(
    view: BlockView, step: Step, scope: Scope, ins: Sequence[End], prefix: str | None = None
) -> list[End]:
    """Draw blocks in a row that differ in numbers as one block with a table."""
    bodies = [row.body for row in step.rows]
    symbols = runs.symbols(step, view.varying)
    calls = [row.steps[0] for row in step.rows] if runs.alone(step) else [step]
    first = calls[0]
    title = text(runs.title(step, prefix or ""), view.variant(first) if runs.alone(step) else ())
    count = text(TextRun(f"×{sum(runs.counts(step))}", "badge"))
    heading = text(title, " " if title else "", count)
    below = scope.enter_run(step)
    with view.discarding():
        draw_chart(view, bodies, below, ins, symbols)
    equal = runs.common(step, symbols)
    table = runs.table(step, symbols)
    if view.opens(first, scope):
        enter = partial(_enter_table, view, table, below)
        ends = draw_cluster(view, step, calls, bodies, below, ins, symbols, heading, count, enter)
        return result_ends(view, [step], scope, ends)
    if table is not None and len(table.rows) == 1:
        row = zip(table.head, table.rows[0], strict=True)
        equal = ", ".join(line for line in (equal, words.named_values([*row])) if line)
        table = None
    box = Box(
        scope.box(step, prefix is not None),
        heading,
        "block",
        lines=tuple(wrapped(text(equal), words.LINE) if title else contents(view, bodies, symbols)),
        table=table,
        repeated=True,
        tooltip=words.about_call(calls, below),
        span=step.node.span,
        other_spans=words.other_spans(first),
        place=place_of(first, below),
        nodes=nodes([step]),
    )
    return draw_box(view, [step], scope, ins, box)


def _enter_table(
    view: BlockView, table: Table | None, below: Scope, ins: Sequence[End]
) -> Sequence[End]:
    """Draw the table of a run on the trunk."""
    if table is None:
        return ins
    id = below.point("table")
    view.canvas.items.append(Box(id, shape="table", table=table))
    view.canvas.connect(ins[0], id, arrow=False)
    return [End(id), *ins[1:]]
