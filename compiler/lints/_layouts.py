"""Where a tensor's features are, as far as its layers tell: on axis 1 or on the last axis.

PyTorch has two conventions. Convolutions, pools and batch norm take [N, C, ...]; embeddings,
recurrent layers, attention and ``linear`` take and give [N, ..., D]. Knowledge comes from layers
that make something of the one kind or the other, goes through what leaves the axes where they
are, and is lost where axes move: after ``transpose`` nothing is claimed.
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
"""Of one graph: with how many different inputs it is looked at."""


class Layout(Record):
    """``second``: [N, C, ...]; ``last``: [N, ..., D]; ``moved``: as the text arranged it. ``span``
    is what told, ``word`` its name."""

    axis: Literal["second", "last", "moved"]
    word: str = ""
    span: Span | None = None


MOVED: Final = Layout("moved")
SAID: Final = Layout("moved", "said")
"""Read wrongly, which was said: what comes of it would only echo."""
Known: TypeAlias = Layout | None

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
    """A walk over a net. ``readings`` are the layers that read it wrongly, each place once;
    ``joined`` the joins of features-last tensors, ``taken`` the inputs that something takes as
    [N, C, ...] as they come."""

    def __init__(
        self, root: Builder, sequences: Collection[tuple[int, int]], drafts: Iterable[Draft]
    ) -> None:
        self.sequences = sequences
        self.readings: dict[Span, Reading] = {}
        self.joined: list[tuple[Draft, list[Known]]] = []
        self.walked: dict[int, dict[tuple[Known, ...], list[Known]]] = {}
        self.root = root
        if self.may_differ(drafts):
            self.scope(root, ())

    def may_differ(self, drafts: Iterable[Draft]) -> bool:
        """Whether something is made that something else could read wrongly: the layers of most
        networks all go by one convention, and no walk finds more."""
        kinds = set(map(_kind, drafts))
        wanted = {axis for _, _, axis in kinds}
        made = {_MAKES.get(category) for category, _, _ in kinds} | ({"last"} & wanted)
        roles = {role for _, role, _ in kinds}
        second = "second" in made
        told = self.sequences or any(map(self.declared, self.root.inputs))
        last = told or "last" in made or "one_hot" in roles or (second and "turn" in roles)
        if second and "last" in wanted:
            return True
        return bool(last and ("second" in wanted or "join" in roles))

    def scope(self, scope: Builder, given: tuple[Known, ...]) -> dict[int, list[Known]]:
        """The layouts of all results of a graph's nodes."""
        known: dict[int, list[Known]] = {}
        for i, draft in enumerate(scope.inputs):
            layout = given[i] if i < len(given) else None
            known[id(draft)] = [self.told(draft, 0, layout or self.declared(draft))]
        for draft in scope.drafts:
            inputs = [self.of(known, t.draft, t.index) for t in draft.inputs]
            results = self.results(draft, inputs)
            known[id(draft)] = [self.told(draft, i, layout) for i, layout in enumerate(results)]
        return known

    @staticmethod
    def of(known: dict[int, list[Known]], draft: Draft, index: int) -> Known:
        results = known.get(id(draft), ())
        return results[index] if index < len(results) else None

    def told(self, draft: Draft, index: int, layout: Known) -> Known:
        """``x.t`` says that x is a sequence, [N, T, D]."""
        if layout is None and (id(draft), index) in self.sequences:
            return Layout("last", f".t of {draft.port or 'it'}", draft.span)
        return layout

    def declared(self, draft: Draft) -> Known:
        """``input(224x224x3)``: an image with its channels last."""
        kind = draft.types[0]
        if draft.builder is self.root and kind is not None and channels_last(kind):
            return Layout("last", "input", draft.span)
        return None

    def results(self, draft: Draft, inputs: list[Known]) -> list[Known]:
        if draft.scan is not None:
            return self.scanned(draft, inputs)
        if draft.child is not None:
            return self.called(draft, tuple(inputs))
        if draft.layer is None or not draft.takes:
            return [None] * len(draft.types)
        if self.reads_wrongly(draft, draft.layer, inputs):
            return [SAID] * len(draft.types)
        if draft.layer.role == "join":
            self.joined.append((draft, inputs))
        return made(draft, draft.layer, inputs)

    def scanned(self, draft: Draft, inputs: list[Known]) -> list[Known]:
        """A scan takes steps along axis 1, and stacks its results there."""
        whole = draft.inputs[0].type
        if whole is not None and self.misreads(draft, "scan", "recurrent", "last", inputs, whole):
            return [SAID] * len(draft.types)
        if draft.child is not None:
            self.called(draft, (None,) * len(inputs))
        steps = Layout("last", "scan", draft.span)
        return [
            steps if kind is not None and kind.rank == 3 and i == 0 else None
            for i, kind in enumerate(draft.types)
        ]

    def called(self, draft: Draft, inputs: tuple[Known, ...]) -> list[Known]:
        """The results of a graph for these inputs; the same inputs are looked at once."""
        child = draft.child
        assert child is not None
        walks = self.walked.setdefault(id(child), {})
        if inputs not in walks and len(walks) < MAX_WALKS:
            known = self.scope(child, inputs)
            walks[inputs] = [self.of(known, t.draft, t.index) for t in draft.results]
        found = walks.get(inputs, [])
        return [found[i] if i < len(found) else None for i in range(len(draft.types))]

    def reads_wrongly(self, draft: Draft, layer: Layer, inputs: Sequence[Known]) -> bool:
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
        inputs: Sequence[Known],
        takes: TensorType,
    ) -> bool:
        """Whether the first input is of the other kind; that is noted, once for each place."""
        layout = inputs[0]
        if layout is None or layout.axis in (wants, "moved") or takes.rank < 3:
            return False
        span = draft.span
        if span is not None:
            found = Reading(word, category, wants, span, takes, draft.types[0], layout)
            self.readings.setdefault(span, found)
        return True


def _kind(draft: Draft) -> tuple[str, str, str | None]:
    """The category and role of a layer, and where it looks for features, if it has a place for
    them: three axes."""
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


def made(draft: Draft, layer: Layer, inputs: Sequence[Known]) -> list[Known]:
    """The layouts of a layer's results."""
    return [
        _made(draft, layer, i, kind, inputs) if kind is not None and kind.rank >= 3 else None
        for i, kind in enumerate(draft.types)
    ]


def _made(
    draft: Draft, layer: Layer, index: int, kind: TensorType, inputs: Sequence[Known]
) -> Known:
    if SAID in inputs:
        return SAID
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


def _is_last(layout: Known) -> bool:
    return layout is not None and layout.axis == "last"


def _moved(layer: Layer, kind: TensorType, layout: Known) -> Known:
    """Channels that were on axis 1 may come last; of all else nothing is claimed."""
    if layout is not None and layout.axis == "second" and _sends_channels_last(layer, kind.rank):
        return layout.replace(axis="last")
    return None if layout == MOVED else MOVED


def _sends_channels_last(layer: Layer, rank: int) -> bool:
    order = layer.order(rank)
    return order is not None and order[-1] == 1


def _kept(draft: Draft, layer: Layer, kind: TensorType, inputs: Sequence[Known]) -> Known:
    """What is known of the inputs, where the axes stay in their places."""
    if layer.role == "product":
        return inputs[1] if len(inputs) > 1 and inputs[1] != MOVED else None
    flat = layer.role == "flatten"
    stays = layer.axes_stay
    if stays is None:
        stays = layer.elementwise or layer.category in ("activation", "math")
    if not stays and not (flat and getattr(layer, "start", 1) == 2):
        return None
    whole = [
        layout
        for layout, takes in zip(inputs, draft.takes, strict=False)
        if layout is not None and (takes.rank == kind.rank or (flat and layout.axis == "second"))
    ]
    return whole[0] if len({layout.axis for layout in whole}) == 1 else None


def _mixes_positions(layer: Layer, takes: TensorType) -> bool:
    """``conv(1, T)`` on [N, T, D] mixes the positions, as gMLP does: it is meant."""
    kernel = getattr(layer, "kernel", None)
    sizes = kernel if isinstance(kernel, tuple) else (kernel,)
    return all(size == 1 for size in sizes) and getattr(layer, "out", None) == takes.shape[1]
