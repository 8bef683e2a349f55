"""Draws a step of a chart by its kind."""

from __future__ import annotations

from collections.abc import Sequence

from ..chart.chart import Step
from ..chart.scope import End, Scope
from ._block_view import BlockView
from ._draw_calls import draw_call
from ._draw_layers import draw_layer
from ._draw_runs import draw_run
from ._draw_scans import draw_scan
from ._symbols import Symbols


def draw_step(
    view: BlockView,
    copies: Sequence[Step],
    scope: Scope,
    ins: Sequence[End],
    symbols: Symbols,
    prefix: str | None = None,
) -> list[End]:
    """Draw a step, or several that differ in numbers as one; returns the ends of its results."""
    step = copies[0]
    if step.kind == "call":
        return draw_call(view, copies, scope, ins, symbols, prefix)
    if step.kind == "run":
        return draw_run(view, step, scope, ins, prefix)
    if step.kind == "scan" and step.body is not None:
        return draw_scan(view, copies, scope, ins, symbols)
    return draw_layer(view, copies, scope, ins, symbols)
