"""Where the features of a tensor are, as far as its layers show: on axis 1 or on the last axis.

PyTorch has two conventions. Convolutions, pools and batch norm take [N, C, ...]; embeddings,
recurrent layers, attention and ``linear`` take and return [N, ..., D]. A layer that follows one of
them gives its result that layout. Layers that keep the axes in place pass the layout on. Layers
that move axes end it: after ``transpose`` the layout is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal, TypeAlias

from ...grammar.record import Record
from ...grammar.source import Span
from ..builder import Builder, Draft
from ..layer import Layer
from ..types import TensorType

MAX_WALKS: Final = 8
"""For how many different inputs one graph is walked."""


class Layout(Record):
    """``second``: [N, C, ...]; ``last``: [N, ..., D]; ``moved``: the text has arranged the axes.
    ``span`` is the code that shows the layout, ``word`` its name."""

    axis: Literal["second", "last", "moved"]
    word: str = ""
    span: Span | None = None


MOVED: Final = Layout("moved")
WARNED: Final = Layout("moved", "warned")
"""The result of a layer with a warning: a second warning would only repeat it."""
MaybeLayout: TypeAlias = Layout | None
"""None if the layout is unknown."""

_MAKES: Final = {
    "conv": "second",
    "pool": "second",
    "linear": "last",
    "recurrent": "last",
    "embedding": "last",
    "attention": "last",
}


class Reading(Record):
    """A layer that looks for the features on one axis while they are on the other."""

    word: str
    category: str
    wants: Literal["second", "last"]
    span: Span
    takes: TensorType
    gives: TensorType | None
    layout: Layout


class Layouts:
    """A walk over a net. ``readings`` are the layers that read a tensor wrongly, each place once;
    ``joined`` are the nodes that join tensors, with the layouts of their inputs."""

    def __init__(
        self, root: Builder, sequences: Collection[tuple[int, int]], drafts: Iterable[Draft]
    ) -> None:
        self.sequences = sequences
        self.readings: dict[Span, Reading] = {}
        self.joined: list[tuple[Draft, list[MaybeLayout]]] = []
        self.walked: dict[int, dict[tuple[MaybeLayout, ...], list[MaybeLayout]]] = {}
        self.root = root
        if self.may_differ(drafts):
            self.scope(root, ())

    def may_differ(self, drafts: Iterable[Draft]) -> bool:
        """Whether one layer could misread the result of another. The layers of most networks follow
        one convention, and need no walk."""
        kinds = set(map(_kind, drafts))
        wanted = {axis for _, _, axis in kinds}
        made = {_MAKES.get(category) for category, _, _ in kinds} | ({"last"} & wanted)
        roles = {role for _, role, _ in kinds}
        second = "second" in made
        declared = self.sequences or any(map(self.declared, self.root.inputs))
        last = declared or "last" in made or "one_hot" in roles or (second and "turn" in roles)
        if second and "last" in wanted:
            return True
        return bool(last and ("second" in wanted or "join" in roles))

    def scope(
        self, scope: Builder, inputs: tuple[MaybeLayout, ...]
    ) -> dict[int, list[MaybeLayout]]:
        """The layouts of the results of all nodes of a graph, by the node's id."""
        layouts: dict[int, list[MaybeLayout]] = {}
        for i, draft in enumerate(scope.inputs):
            layout = inputs[i] if i < len(inputs) else None
            layouts[id(draft)] = [self.or_sequence(draft, 0, layout or self.declared(draft))]
        for draft in scope.drafts:
            taken = [self.of(layouts, t.draft, t.index) for t in draft.inputs]
            results = self.results(draft, taken)
            layouts[id(draft)] = [self.or_sequence(draft, i, r) for i, r in enumerate(results)]
        return layouts

    @staticmethod
    def of(layouts: dict[int, list[MaybeLayout]], draft: Draft, index: int) -> MaybeLayout:
        results = layouts.get(id(draft), ())
        return results[index] if index < len(results) else None

    def or_sequence(self, draft: Draft, index: int, layout: MaybeLayout) -> MaybeLayout:
        """The layout; if it is unknown, ``x.t`` shows that x is a sequence, [N, T, D]."""
        if layout is None and (id(draft), index) in self.sequences:
            return Layout("last", f".t of {draft.port or 'it'}", draft.span)
        return layout

    def declared(self, draft: Draft) -> MaybeLayout:
        """``input(224x224x3)``: an image with its channels last."""
        kind = draft.types[0]
        if draft.builder is self.root and kind is not None and channels_last(kind):
            return Layout("last", "input", draft.span)
        return None

    def results(self, draft: Draft, inputs: list[MaybeLayout]) -> list[MaybeLayout]:
        if draft.scan is not None:
            return self.scanned(draft, inputs)
        if draft.child is not None:
            return self.called(draft, tuple(inputs))
        if draft.layer is None or not draft.takes:
            return [None] * len(draft.types)
        if self.reads_wrongly(draft, draft.layer, inputs):
            return [WARNED] * len(draft.types)
        if draft.layer.role == "join":
            self.joined.append((draft, inputs))
        return made(draft, draft.layer, inputs)

    def scanned(self, draft: Draft, inputs: list[MaybeLayout]) -> list[MaybeLayout]:
        """A scan takes steps along axis 1, and stacks its results there."""
        whole = draft.inputs[0].type
        if whole is not None and self.misreads(draft, "scan", "recurrent", "last", inputs, whole):
            return [WARNED] * len(draft.types)
        if draft.child is not None:
            self.called(draft, (None,) * len(inputs))
        steps = Layout("last", "scan", draft.span)
        return [
            steps if kind is not None and kind.rank == 3 and i == 0 else None
            for i, kind in enumerate(draft.types)
        ]

    def called(self, draft: Draft, inputs: tuple[MaybeLayout, ...]) -> list[MaybeLayout]:
        """The results of a graph for these inputs; the graph is walked once for the same inputs."""
        child = draft.child
        assert child is not None
        walks = self.walked.setdefault(id(child), {})
        if inputs not in walks and len(walks) < MAX_WALKS:
            layouts = self.scope(child, inputs)
            walks[inputs] = [self.of(layouts, t.draft, t.index) for t in draft.results]
        results = walks.get(inputs, [])
        return [results[i] if i < len(results) else None for i in range(len(draft.types))]

    def reads_wrongly(self, draft: Draft, layer: Layer, inputs: Sequence[MaybeLayout]) -> bool:
        wants, takes = layer.channel_axis, draft.takes[0]
        if wants is None or (wants == "second" and _mixes_positions(layer, takes)):
            return False
        return self.misreads(draft, layer.word, layer.category, wants, inputs, takes)

    def misreads(
        self,
        draft: Draft,
        word: str,
        category: str,
        wants: Literal["second", "last"],
        inputs: Sequence[MaybeLayout],
        takes: TensorType,
    ) -> bool:
        """Whether the first input has the other layout; if so, a reading of the place is added."""
        layout = inputs[0]
        if layout is None or layout.axis in (wants, "moved") or takes.rank < 3:
            return False
        span = draft.span
        if span is not None:
            reading = Reading(word, category, wants, span, takes, draft.types[0], layout)
            self.readings.setdefault(span, reading)
        return True


def _kind(draft: Draft) -> tuple[str, str, str | None]:
    """The category and role of a layer, and the axis on which it takes features; empty for tensors
    of fewer than three axes, which have no other axis for them."""
    layer = draft.layer
    if draft.scan is not None:
        return "recurrent", "", "last"
    if layer is None or not any(t and t.rank >= 3 for t in (*draft.takes, *draft.types)):
        return "", "", None
    return layer.category, layer.role, layer.channel_axis


def channels_last(kind: TensorType) -> bool:
    """Whether an input looks like an image with its channels last: [N, 224, 224, 3]."""
    if kind.rank != 4 or not all(isinstance(d, int) for d in kind.shape[1:]):
        return False
    height, width, channels = (int(str(d)) for d in kind.shape[1:])
    if channels == 3:
        return min(height, width) >= 8
    return channels in (1, 4) and height == width >= 16


def made(draft: Draft, layer: Layer, inputs: Sequence[MaybeLayout]) -> list[MaybeLayout]:
    """The layouts of a layer's results."""
    return [
        _made(draft, layer, i, kind, inputs) if kind is not None and kind.rank >= 3 else None
        for i, kind in enumerate(draft.types)
    ]


def _made(
    draft: Draft, layer: Layer, index: int, kind: TensorType, inputs: Sequence[MaybeLayout]
) -> MaybeLayout:
    if WARNED in inputs:
        return WARNED
    if layer.role == "turn":
        return _moved(layer, kind, inputs[0])
    if layer.role == "conv" and _mixes_positions(layer, draft.takes[0]) and _is_last(inputs[0]):
        return inputs[0]
    axis = _MAKES.get(layer.category)
    if layer.category == "norm" and layer.channel_axis == "last":
        axis = "last"
    if layer.role in ("one_hot", "linear"):
        axis = None if inputs[0] == MOVED else "last"
    if axis is not None and layer.role != "rotary":
        if layer.category == "attention" and (index or kind.rank > 3):
            return None
        return Layout("second" if axis == "second" else "last", layer.word, draft.span)
    return _kept(draft, layer, kind, inputs)


def _is_last(layout: MaybeLayout) -> bool:
    return layout is not None and layout.axis == "last"


def _moved(layer: Layer, kind: TensorType, layout: MaybeLayout) -> MaybeLayout:
    """``last`` if the layer moves the channels from axis 1 to the last axis; anything else is
    moved, or unknown if it was moved before."""
    if layout is not None and layout.axis == "second" and _sends_channels_last(layer, kind.rank):
        return layout.replace(axis="last")
    return None if layout == MOVED else MOVED


def _sends_channels_last(layer: Layer, rank: int) -> bool:
    order = layer.axis_order(rank)
    return order is not None and order[-1] == 1


def _kept(
    draft: Draft, layer: Layer, kind: TensorType, inputs: Sequence[MaybeLayout]
) -> MaybeLayout:
    """The layout that the inputs share, if the axes stay in their places."""
    if layer.role == "product":
        return inputs[1] if len(inputs) > 1 and inputs[1] != MOVED else None
    flat = layer.role == "flatten"
    in_place = layer.axis_order(kind.rank) == tuple(range(kind.rank))
    if not in_place and not (flat and getattr(layer, "start", 1) == 2):
        return None
    layouts = [
        layout
        for layout, takes in zip(inputs, draft.takes, strict=False)
        if layout is not None and (takes.rank == kind.rank or (flat and layout.axis == "second"))
    ]
    return layouts[0] if len({layout.axis for layout in layouts}) == 1 else None


def _mixes_positions(layer: Layer, takes: TensorType) -> bool:
    """Whether a convolution mixes the positions of [N, T, D] on purpose, as gMLP's ``conv(1, T)``
    does."""
    kernel = getattr(layer, "kernel", None)
    sizes = kernel if isinstance(kernel, tuple) else (kernel,)
    return all(size == 1 for size in sizes) and getattr(layer, "out", None) == takes.shape[1]
