"""The boxes of layers: a caption, a second line, strips, and the number of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ....compiler.ir import LayerOp, WeightOp
from .. import style
from ..chart import compared, words
from ..chart.chart import Step, every_copy, nodes
from ..chart.scope import Scope
from ..picture import Box, Strip, Text, TextRun, text
from ._symbols import Symbols

SHARED = text(TextRun("shared weights", "faint"))


def unit(copies: Sequence[Step], scope: Scope, symbols: Symbols) -> Box:
    """The box of a layer or weight, or of several that differ in numbers."""
    step = copies[0]
    tooltip = words.about_step(copies, scope)
    box = Box(scope.box(step), tooltip=tooltip, span=step.node.span, nodes=nodes(copies))
    if isinstance(step.node.op, WeightOp):
        name = f"{scope.module(step.part.path)}.{step.node.op.weight}"
        return replace(box, title=text(name), category=compared.category_of(step, "source"))
    op = step.node.operation
    assert isinstance(op, LayerOp)
    box = replace(box, other_spans=words.other_spans(step))
    category = "recurrent" if step.kind == "scan" else op.layer.category
    title, second = _caption(copies, step.core, symbols)
    if step.kind == "join" and not step.mark:
        return replace(box, title=title, category=category, shape="circle")
    title = text(op.layer.word) if step.kind == "join" else title
    return _layer(replace(box, category=category), copies, title, second, symbols)


def _layer(box: Box, copies: Sequence[Step], title: Text, second: Text, symbols: Symbols) -> Box:
    """The box with all the text of a layer: count, lines, strips."""
    step = copies[0]
    count = compared.count_change(step) or symbols.count([c.count for c in copies])
    shown = [i for i in range(len(step.parts)) if i not in idle_parts(copies)]
    lines = (
        text(TextRun(compared.label_change(step), "faint")),
        second,
        _parameter_line(copies, box.category),
        SHARED if words.has_shared_weights(step) else (),
    )
    return replace(
        box,
        title=text(title, " " if count else "", count),
        category=compared.category_of(step, box.category),
        shape="bar" if step.kind == "bar" else "box",
        lines=tuple(line for line in lines if line),
        above=_strips(copies, range(step.core), symbols),
        below=strips_below(copies, symbols),
        repeated=bool(count),
        nodes=nodes(copies, shown),
    )


def idle_parts(copies: Sequence[Step]) -> set[int]:
    """The parts that do nothing (dropout of 0): no strip shows them."""
    steps = [step for copy in copies for step in every_copy(copy)]
    return {
        i
        for i in range(len(steps[0].parts))
        if i != copies[0].core and all(words.idle(step.parts[i]) for step in steps)
    }


def _caption(copies: Sequence[Step], part: int, symbols: Symbols) -> tuple[Text, Text]:
    captions = [compared.caption(c.parts[part]) for c in copies]
    return symbols.line([s[0] for s in captions], title=True), symbols.line(
        [s[1] for s in captions]
    )


def strips_below(copies: Sequence[Step], symbols: Symbols) -> tuple[Strip, ...]:
    """The strips of the parts after the core."""
    step = copies[0]
    return _strips(copies, range(step.core + 1, len(step.parts)), symbols)


def _strips(copies: Sequence[Step], places: Sequence[int], symbols: Symbols) -> tuple[Strip, ...]:
    shown = [i for i in places if i not in idle_parts(copies)]
    ops = [copies[0].parts[i].node.op for i in shown]
    return tuple(
        Strip(
            symbols.line([compared.strip(c.parts[i]) for c in copies]),
            copies[0].parts[i].mark or op.layer.category,
        )
        for i, op in zip(shown, ops, strict=True)
        if isinstance(op, LayerOp)
    )


def _parameter_line(copies: Sequence[Step], category: str) -> Text:
    """The number of parameters of one copy, for layers of which that is most of the story."""
    if category not in ("linear", "embedding"):
        return ()
    counts = {style.amount(words.params(step.part)) for c in copies for step in every_copy(c)}
    return text(counts.pop()) if len(counts) == 1 and counts != {"0"} else ()
