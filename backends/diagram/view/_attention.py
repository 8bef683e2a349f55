"""Attention layers opened: Q, K and V side by side, their scores, what weighs the values, and the
projection (Vaswani et al., 2017, figure 2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ....compiler.dims import Dim
from ....compiler.ir import LayerOp, piped
from ....compiler.layer import Layer
from ....compiler.layers.attention import Attention, ScaledDotProduct
from .. import style
from ..chart import words
from ..chart.chart import Chart, Step, everywhere
from ..chart.scope import End, Scope
from ..picture import Box, Edge, Strip, Text, text
from ._symbols import Symbols
from ._units import strips_below


@dataclass(frozen=True, slots=True)
class Inside:
    """What an attention layer holds. ``entries`` are the boxes that read queries, keys, values;
    ``scores`` takes the masks, ``out`` gives the result."""

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    entries: tuple[str, str, str]
    scores: str
    out: str


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Of one copy: widths that come in, heads, lengths, the width of a head and what scales."""

    layer: Layer
    widths: tuple[Dim, ...]
    heads: tuple[Dim, ...]
    length: Dim
    keys: Dim
    head: Dim
    value: Dim
    scale: str


def opens(step: Step) -> bool:
    """Whether a step is a layer with something to see inside."""
    return _layer(step) is not None


def bare(step: Step) -> bool:
    """Whether it projects nothing, but is just the product."""
    return isinstance(_layer(step), ScaledDotProduct)


def attends(chart: Chart) -> bool:
    """Whether a block computes attention itself: a softmax weighs something by a product."""
    weights: set[int] = set()
    for i, step in enumerate(chart.steps):
        ops = [p.node.op for p in step.parts]
        said = {op.layer.word for op in ops if isinstance(op, LayerOp)}
        if "sdpa" in said or ("matmul" in said and weights & {s for s, _ in step.inputs}):
            return True
        if "softmax" in said or (step.kind == "unit" and weights & {s for s, _ in step.inputs}):
            weights.add(i)
    return False


def inside(
    id: str,
    copies: Sequence[Step],
    scope: Scope,
    symbols: Symbols,
    *,
    masked: bool,
    alone: bool = False,
) -> Inside:
    """The layer as boxes and edges; ``masked`` if something hides a part of the scores. ``alone``
    leaves out the strips of what follows it."""
    sizes = [[_sizes(own, scope) for own in everywhere([copy])] for copy in copies]
    layer = sizes[0][0].layer
    bare = isinstance(layer, ScaledDotProduct)
    strips = () if alone else strips_below(copies, symbols)

    def line(said: Callable[[_Sizes], str]) -> Text:
        told = [{said(one) for one in own} for own in sizes]
        alike = all(len(own) == 1 for own in told)
        return symbols.line([own.pop() for own in told]) if alike else ()

    def lines(said: Callable[[_Sizes], str]) -> tuple[Text, ...]:
        return tuple(told for told in (line(said),) if told)

    scores = Box(
        f"{id}-scores",
        line(lambda s: f"QKᵀ{s.scale}") or text("QKᵀ"),
        "attention",
        lines=lines(lambda s: style.sizes(*s.heads, s.length, s.keys)),
        below=_weighing(layer, masked=masked),
        tooltip="what each query asks of each key",
    )
    values = Box(
        f"{id}-values",
        text("× V"),
        "attention",
        lines=lines(lambda s: style.sizes(*s.heads, s.length, s.value)),
        below=strips if bare else (),
        tooltip="the values, by these weights",
    )
    through = Edge(scores.id, values.id, trunk=True)
    if bare:
        entries = (scores.id, scores.id, values.id)
        return Inside((scores, values), (through,), entries, scores.id, values.id)
    q, k, v = (
        Box(
            f"{id}-{name.lower()}",
            text(name),
            "linear",
            tooltip=f"{name} of each head",
            lines=lines(lambda s, i=i: _cut(s, i)),  # type: ignore[misc]
        )
        for i, name in enumerate("QKV")
    )
    out = Box(
        f"{id}-out",
        line(lambda s: f"linear {style.dim(s.widths[0])}") or text("linear"),
        "linear",
        below=strips,
        tooltip=words.about_step(copies, scope),
        span=copies[0].node.span,
    )
    edges = (
        Edge(q.id, scores.id),
        Edge(k.id, scores.id),
        through,
        Edge(v.id, values.id),
        Edge(values.id, out.id, trunk=True),
    )
    return Inside((q, k, v, scores, values, out), edges, (q.id, k.id, v.id), scores.id, out.id)


def _cut(sizes: _Sizes, which: int) -> str:
    """``512 → 8×64``."""
    return f"{style.dim(sizes.widths[which])} → {style.sizes(*sizes.heads, sizes.head)}"


def enter(
    step: Step, found: Inside, ends: Sequence[End], id: str
) -> tuple[list[Box], list[tuple[End, str, bool]]]:
    """Points where one tensor is read more than once, and the lines to draw: from where, to which
    box, with an arrow or not."""
    reads = list(zip(three(step), found.entries, strict=True))
    forks: list[Box] = []
    lines: list[tuple[End, str, bool]] = []
    given = max(three(step)) + 1
    for i, end in enumerate(ends[:given]):
        heads = list(dict.fromkeys(entry for k, entry in reads if k == i))
        if len(heads) > 1:
            forks.append(Box(f"{id}-fork{i + 1}", shape="fork"))
            lines.append((end, forks[-1].id, False))
            end = End(forks[-1].id)
        lines += [(end, head, True) for head in heads]
    return forks, [*lines, *((end, found.scores, True) for end in ends[given:])]


def three(step: Step) -> tuple[int, int, int]:
    """Which inputs are queries, keys and values."""
    given = len(piped(step.node))
    return ((0, 0, 0), (0, 1, 1), (0, 1, 2))[min(given, 3) - 1]


def _layer(step: Step) -> Attention | ScaledDotProduct | None:
    op = step.node.op
    layer = op.layer if isinstance(op, LayerOp) and step.kind == "unit" else None
    return layer if isinstance(layer, Attention | ScaledDotProduct) else None


def _sizes(step: Step, scope: Scope) -> _Sizes:
    layer = _layer(step)
    assert layer is not None
    types = [scope.type(t) for t in piped(step.node)]
    q, k, v = (types[i].shape for i in three(step))
    if isinstance(layer, Attention):
        head = q[-1] // layer.heads
        widths = (q[-1], k[-1], v[-1])
        return _Sizes(layer, widths, (layer.heads,), q[1], k[1], head, head, _scale(head, None))
    widths = (q[-1], k[-1], v[-1])
    return _Sizes(layer, widths, q[1:-2], q[-2], k[-2], q[-1], v[-1], _scale(q[-1], layer.scale))


def _scale(head: Dim, given: float | None) -> str:
    if given is None:
        return f"/√{style.dim(head)}"
    return "" if given == 1 else f" · {style.value(given)}"


@dataclass(frozen=True, slots=True)
class Said:
    """What an inset says of a layer, but for the lengths: layers of which it says the same share
    one. ``widths`` are those of queries, keys and values."""

    name: str
    widths: tuple[str, ...]
    dropout: str


def said(step: Step, scope: Scope) -> Said:
    sizes = _sizes(step, scope)
    layer = sizes.layer
    assert isinstance(layer, Attention)
    hidden = (("causal", layer.causal), ("masked", masked(step)))
    name = " · ".join([words.caption(step.part)[0], *(word for word, known in hidden if known)])
    dropout = f"dropout {layer.dropout:g}" if layer.dropout else "no dropout"
    return Said(name, tuple(map(style.dim, sizes.widths)), dropout)


def masked(step: Step) -> bool:
    """Whether tensors say what is hidden of the scores."""
    return len(step.inputs) > max(three(step)) + 1


def names(layers: Sequence[Said]) -> list[str]:
    """Each by its name, and by what tells it from others of that name."""
    return [_name(own, [other for other in layers if other.name == own.name]) for own in layers]


def _name(own: Said, alike: Sequence[Said]) -> str:
    queries, keys, values = own.widths
    told = (
        (f"width {queries}", {a.widths[0] for a in alike}),
        (f"keys {keys}", {a.widths[1] for a in alike if a.widths[0] == queries}),
        (f"values {values}", {a.widths[2] for a in alike if a.widths[:2] == own.widths[:2]}),
        (own.dropout, {a.dropout for a in alike if a.widths == own.widths}),
    )
    return " · ".join([own.name, *(word for word, known in told if len(known) > 1)])


def _weighing(layer: Layer, *, masked: bool) -> tuple[Strip, ...]:
    assert isinstance(layer, Attention | ScaledDotProduct)
    said = [("causal mask" if layer.causal else "mask", "shape")] if masked or layer.causal else []
    said.append(("softmax", "activation"))
    if layer.dropout:
        said.append((f"dropout {layer.dropout:g}", "activation"))
    return tuple(Strip(text(word), kind) for word, kind in said)  # type: ignore[arg-type]
