"""Draws a step as one box: its cost, the lines into it, and the shapes of its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ....compiler.ir import LayerOp
from .. import style
from ..chart import words
from ..chart.chart import Step, everywhere
from ..chart.costs import MEASURES, cost
from ..chart.scope import End, Scope
from ..picture import Box, letters, text
from ._block_view import BlockView

STEP: Final = "t → t+1"
"""The label of a line back to the next step."""
EACH: Final = "of each:"
"""Before the shape of a result that all copies give, and not only the last one."""


def draw_box(
    view: BlockView, copies: Sequence[Step], scope: Scope, ins: Sequence[End], box: Box
) -> list[End]:
    """Draw a step, such as a closed call, as a box."""
    view.canvas.items.append(with_cost(view, copies, scope, box))
    for end in ins:
        view.canvas.connect(end, box.id)
    return result_ends(view, copies, scope, [End(box.id)] * len(copies[0].types))


def result_ends(
    view: BlockView, copies: Sequence[Step], scope: Scope, ends: Sequence[End]
) -> list[End]:
    """The ends of a step's results, with the shape as a label if it differs from the input's."""
    labels = [_label(view, copies, scope, r) for r in range(len(ends))]
    if (number := copies[0].gathered) is not None:
        labels[number] = f"{EACH} {labels[number]}".rstrip()
    return [
        End(end.box, label, earlier=end.earlier) for end, label in zip(ends, labels, strict=True)
    ]


def _label(view: BlockView, copies: Sequence[Step], scope: Scope, result: int) -> str:
    every = [s for s in everywhere(copies) if result < len(s.types)]
    shapes = {style.shape(scope.type(s.types[result])) for s in every}
    input_shapes = {style.shape(scope.type(s.takes[0])) for s in every if s.takes}
    op = copies[0].node.op
    layer = op.layer if isinstance(op, LayerOp) else None
    known_from_caption = layer is not None and (
        (scope.block and layer.category == "conv")
        or shapes == {words.caption(copies[0].part)[1].replace(" ", "")}
    )
    if not view.options.shapes or known_from_caption or len(shapes) > 1 or shapes == input_shapes:
        return ""
    return style.clip(shapes.pop(), 36)


def with_cost(view: BlockView, copies: Sequence[Step], scope: Scope, box: Box) -> Box:
    """The box with its cost, if the options colour by one."""
    measure = view.options.color_by
    if not measure or box.shape != "box":
        return box
    sizes = dict(scope.sizes)
    each = [[cost(twin, measure, sizes) for twin in everywhere([c])] for c in copies]
    least, total = (view.total([pick(copy_costs) for copy_costs in each]) for pick in (min, max))
    number = style.amount(total) if least == total else _range(least, total)
    new = text(number, f" {MEASURES[measure]}" if measure != "params" else "")
    needless = total == 0 or any(letters(line) == letters(new) for line in box.lines)
    return replace(box, cost=total, lines=box.lines if needless else (*box.lines, new))


def _range(least: int, most: int) -> str:
    """The cost of copies that differ."""
    return f"{style.amount(least)} to {style.amount(most)}"
