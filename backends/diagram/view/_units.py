"""The boxes of layers: a caption, the second line, strips, and what it weighs."""

from __future__ import annotations

from collections.abc import Sequence

from ....compiler.ir import LayerOp, WeightOp
from ...diff.merge import marked
from .. import style
from ..chart import compared, words
from ..chart.chart import Step, alike, nodes
from ..chart.scope import Scope
from ..picture import Box, Run, Strip, Text, text
from ._symbols import Symbols

SHARED = text(Run("shared weights", "faint"))


def unit(copies: Sequence[Step], scope: Scope, symbols: Symbols) -> Box:
    """The box of a step, or of several that differ in numbers."""
    step = copies[0]
    node = step.node
    id, tooltip = scope.box(step), words.about_step(copies, scope)
    if isinstance(node.op, WeightOp):
        name = f"{scope.module(step.part.path)}.{node.op.weight}"
        return Box(
            id,
            text(name),
            compared.kind(step, "source"),
            tooltip=tooltip,
            span=node.span,
            nodes=nodes(copies),
        )
    op = node.operation
    assert isinstance(op, LayerOp)
    category = "recurrent" if step.kind == "scan" else op.layer.category
    title, second = _caption(copies, step.core, symbols)
    if step.kind == "join" and not marked(node):
        return Box(
            id,
            title,
            category,
            "circle",
            tooltip=tooltip,
            span=node.span,
            also=words.written(step),
            nodes=nodes(copies),
        )
    title = text(op.layer.word) if step.kind == "join" else title
    count = compared.counted(step) or symbols.count([c.count for c in copies])
    shown = [i for i in range(len(step.parts)) if i not in silent(copies)]
    label = text(Run(compared.relabelled(step), "faint"))
    lines = (label, second, _weight(copies, category), SHARED if words.shares(step) else ())
    return Box(
        id,
        text(title, " " if count else "", count),
        compared.kind(step, category),
        "bar" if step.kind == "bar" else "box",
        tuple(line for line in lines if line),
        _strips(copies, range(step.core), symbols),
        strips_below(copies, symbols),
        repeated=bool(count),
        tooltip=tooltip,
        span=node.span,
        also=words.written(step),
        nodes=nodes(copies, shown),
    )


def silent(copies: Sequence[Step]) -> set[int]:
    """The parts that do nothing, which no strip shows."""
    every = [own for copy in copies for own in alike(copy)]
    return {
        i
        for i in range(len(every[0].parts))
        if i != copies[0].core and all(words.idle(own.parts[i]) for own in every)
    }


def _caption(copies: Sequence[Step], part: int, symbols: Symbols) -> tuple[Text, Text]:
    said = [compared.caption(c.parts[part]) for c in copies]
    return symbols.line([s[0] for s in said], title=True), symbols.line([s[1] for s in said])


def strips_below(copies: Sequence[Step], symbols: Symbols) -> tuple[Strip, ...]:
    step = copies[0]
    return _strips(copies, range(step.core + 1, len(step.parts)), symbols)


def _strips(copies: Sequence[Step], places: Sequence[int], symbols: Symbols) -> tuple[Strip, ...]:
    shown = [i for i in places if i not in silent(copies)]
    ops = [copies[0].parts[i].node.op for i in shown]
    return tuple(
        Strip(
            symbols.line([compared.strip(c.parts[i]) for c in copies]),
            marked(copies[0].parts[i].node) or op.layer.category,
        )
        for i, op in zip(shown, ops, strict=True)
        if isinstance(op, LayerOp)
    )


def _weight(copies: Sequence[Step], category: str) -> Text:
    """How many parameters one copy has, where that is the point of the layer."""
    if category not in ("linear", "embedding"):
        return ()
    counts = {style.amount(words.params(own.part)) for c in copies for own in alike(c)}
    return text(counts.pop()) if len(counts) == 1 and counts != {"0"} else ()
