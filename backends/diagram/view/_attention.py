"""The inside of attention layers: Q, K and V side by side, their scores, the weighted values, and
the projection (Vaswani et al., 2017, figure 2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ....compiler.dims import Dim
from ....compiler.formulas import Number
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
    """The inside of an attention layer. ``entries`` are the boxes that read queries, keys and
    values; the box ``scores`` reads the masks, the box ``out`` gives the result."""

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    entries: tuple[str, str, str]
    scores: str
    out: str


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The sizes of one copy: widths of the inputs, heads, lengths, widths of a head, and the text
    of the scale."""

    layer: Layer
    widths: tuple[Dim, ...]
    heads: tuple[Dim, ...]
    length: Dim
    keys: Dim
    head: Dim
    value: Dim
    scale: str


def opens(step: Step) -> bool:
    """Whether a step is an attention layer, which can be drawn open."""
    return _layer(step) is not None


def is_bare(step: Step) -> bool:
    """Whether an attention layer has no projections: it is the product alone."""
    return isinstance(_layer(step), ScaledDotProduct)


def computes_attention(chart: Chart) -> bool:
    """Whether a block computes attention itself: it has a matmul of the result of a softmax."""
    weights: set[int] = set()
    for i, step in enumerate(chart.steps):
        ops = [p.node.op for p in step.parts]
        layers = {op.layer.word for op in ops if isinstance(op, LayerOp)}
        reads_weights = bool(weights & {s for s, _ in step.inputs})
        if "sdpa" in layers or ("matmul" in layers and reads_weights):
            return True
        if "softmax" in layers or (step.kind == "unit" and reads_weights):
            weights.add(i)
    return False


@dataclass(frozen=True, slots=True)
class _Captions:
    """Writes lines for all copies of a layer; ``sizes`` has a list for each copy, with the sizes in
    every copy of the chart around it."""

    sizes: Sequence[Sequence[_Sizes]]
    symbols: Symbols

    def line(self, write: Callable[[_Sizes], str]) -> Text:
        """One line for all copies; empty if a copy has several."""
        written = [{write(sizes) for sizes in copy} for copy in self.sizes]
        single = all(len(lines) == 1 for lines in written)
        return self.symbols.line([lines.pop() for lines in written]) if single else ()

    def lines(self, write: Callable[[_Sizes], str]) -> tuple[Text, ...]:
        return tuple(line for line in (self.line(write),) if line)


def draw_inside(
    id: str,
    copies: Sequence[Step],
    scope: Scope,
    symbols: Symbols,
    *,
    masked: bool,
    alone: bool = False,
) -> Inside:
    """The layer as boxes and edges; ``masked`` if a mask hides a part of the scores. ``alone``
    leaves out the strips of the layers after it."""
    sizes = [[_sizes(twin, scope) for twin in everywhere([copy])] for copy in copies]
    captions = _Captions(sizes, symbols)
    layer = sizes[0][0].layer
    strips = () if alone else strips_below(copies, symbols)
    scores = _scores(id, captions, _strips_of_scores(layer, masked=masked))
    if isinstance(layer, ScaledDotProduct):
        values = _values(id, captions, strips)
        edge = Edge(scores.id, values.id, trunk=True)
        entries = (scores.id, scores.id, values.id)
        return Inside((scores, values), (edge,), entries, scores.id, values.id)
    values = _values(id, captions, ())
    q, k, v = (_projection(f"{id}-{name.lower()}", captions, i) for i, name in enumerate("QKV"))
    out = Box(
        f"{id}-out",
        captions.line(lambda s: f"linear {style.dim(s.widths[0])}") or text("linear"),
        "linear",
        below=strips,
        tooltip=words.about_step(copies, scope),
        span=copies[0].node.span,
    )
    edges = (
        Edge(q.id, scores.id),
        Edge(k.id, scores.id),
        Edge(scores.id, values.id, trunk=True),
        Edge(v.id, values.id),
        Edge(values.id, out.id, trunk=True),
    )
    return Inside((q, k, v, scores, values, out), edges, (q.id, k.id, v.id), scores.id, out.id)


def _scores(id: str, captions: _Captions, strips: tuple[Strip, ...]) -> Box:
    """The box that compares queries and keys."""
    return Box(
        f"{id}-scores",
        captions.line(lambda s: f"QKᵀ{s.scale}") or text("QKᵀ"),
        "attention",
        lines=captions.lines(lambda s: style.sizes(*s.heads, s.length, s.keys)),
        below=strips,
        tooltip="the score of each key for each query",
    )


def _values(id: str, captions: _Captions, strips: tuple[Strip, ...]) -> Box:
    """The box that sums the values by their weights."""
    return Box(
        f"{id}-values",
        text("× V"),
        "attention",
        lines=captions.lines(lambda s: style.sizes(*s.heads, s.length, s.value)),
        below=strips,
        tooltip="the sum of the values, weighted by the scores",
    )


def _projection(id: str, captions: _Captions, which: int) -> Box:
    """The linear layer that makes queries, keys or values: the input 0, 1 or 2."""
    return Box(
        id,
        text("QKV"[which]),
        "linear",
        tooltip=f"{'QKV'[which]} of each head",
        lines=captions.lines(lambda s: _head_split(s, which)),
    )


def _head_split(sizes: _Sizes, which: int) -> str:
    """``512 → 8×64``: the width of an input, and how the heads share it."""
    return f"{style.dim(sizes.widths[which])} → {style.sizes(*sizes.heads, sizes.head)}"


def connections(
    step: Step, inside: Inside, ends: Sequence[End], id: str
) -> tuple[list[Box], list[tuple[End, str, bool]]]:
    """The points where one tensor is read more than once, and the lines to draw: the start, the box
    that it enters, and whether it has an arrow."""
    reads = list(zip(qkv_inputs(step), inside.entries, strict=True))
    forks: list[Box] = []
    lines: list[tuple[End, str, bool]] = []
    tensors = max(qkv_inputs(step)) + 1
    for i, end in enumerate(ends[:tensors]):
        heads = list(dict.fromkeys(entry for k, entry in reads if k == i))
        if len(heads) > 1:
            forks.append(Box(f"{id}-fork{i + 1}", shape="fork"))
            lines.append((end, forks[-1].id, False))
            end = End(forks[-1].id)
        lines += [(end, head, True) for head in heads]
    return forks, [*lines, *((end, inside.scores, True) for end in ends[tensors:])]


def qkv_inputs(step: Step) -> tuple[int, int, int]:
    """The numbers of the inputs that are queries, keys and values."""
    tensors = len(piped(step.node))
    return ((0, 0, 0), (0, 1, 1), (0, 1, 2))[min(tensors, 3) - 1]


def _layer(step: Step) -> Attention | ScaledDotProduct | None:
    op = step.node.op
    layer = op.layer if isinstance(op, LayerOp) and step.kind == "unit" else None
    return layer if isinstance(layer, Attention | ScaledDotProduct) else None


def _sizes(step: Step, scope: Scope) -> _Sizes:
    layer = _layer(step)
    assert layer is not None
    types = [scope.type(t) for t in piped(step.node)]
    q, k, v = (types[i].shape for i in qkv_inputs(step))
    if isinstance(layer, Attention):
        head = q[-1] // layer.heads
        widths = (q[-1], k[-1], v[-1])
        return _Sizes(layer, widths, (layer.heads,), q[1], k[1], head, head, _scale(head, None))
    widths = (q[-1], k[-1], v[-1])
    return _Sizes(layer, widths, q[1:-2], q[-2], k[-2], q[-1], v[-1], _scale(q[-1], layer.scale))


def _scale(head: Dim, factor: Number | None) -> str:
    if factor is None:
        return f"/√{style.dim(head)}"
    return "" if factor == 1 else f" · {style.value(factor)}"


@dataclass(frozen=True, slots=True)
class InsetKey:
    """All that an inset shows of a layer, without the lengths: layers with one key share an inset.
    ``widths`` are those of queries, keys and values."""

    name: str
    widths: tuple[str, ...]
    dropout: str


def inset_key(step: Step, scope: Scope) -> InsetKey:
    sizes = _sizes(step, scope)
    layer = sizes.layer
    assert isinstance(layer, Attention)
    masks = (("causal", layer.causal), ("masked", masked(step)))
    name = " · ".join([words.caption(step.part)[0], *(word for word, applies in masks if applies)])
    dropout = f"dropout {layer.dropout:g}" if layer.dropout else "no dropout"
    return InsetKey(name, tuple(map(style.dim, sizes.widths)), dropout)


def masked(step: Step) -> bool:
    """Whether an input is a mask, which hides a part of the scores."""
    return len(step.inputs) > max(qkv_inputs(step)) + 1


def inset_names(layers: Sequence[InsetKey]) -> list[str]:
    """The title of each inset: its name, and what distinguishes it from others of that name."""
    return [_name(key, [other for other in layers if other.name == key.name]) for key in layers]


def _name(key: InsetKey, same_name: Sequence[InsetKey]) -> str:
    queries, keys, values = key.widths
    differences = (
        (f"width {queries}", {a.widths[0] for a in same_name}),
        (f"keys {keys}", {a.widths[1] for a in same_name if a.widths[0] == queries}),
        (f"values {values}", {a.widths[2] for a in same_name if a.widths[:2] == key.widths[:2]}),
        (key.dropout, {a.dropout for a in same_name if a.widths == key.widths}),
    )
    return " · ".join([key.name, *(word for word, values in differences if len(values) > 1)])


def _strips_of_scores(layer: Layer, *, masked: bool) -> tuple[Strip, ...]:
    assert isinstance(layer, Attention | ScaledDotProduct)
    captions = (
        [("causal mask" if layer.causal else "mask", "shape")] if masked or layer.causal else []
    )
    captions.append(("softmax", "activation"))
    if layer.dropout:
        captions.append((f"dropout {layer.dropout:g}", "activation"))
    return tuple(Strip(text(word), kind) for word, kind in captions)  # type: ignore[arg-type]
