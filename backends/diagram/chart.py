"""A graph as a reader sees it: steps that fold several nodes, each with how often it repeats.

A chart has a *form* and *numbers*: two charts of one form differ in numbers only (filters,
strides, how often a block repeats), so a picture can show one of them and tabulate the others.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...compiler.ir import Graph, LayerOp, Node, Value
from ...compiler.types import TensorType
from ..diff.merge import Mark

Ref: TypeAlias = tuple[int, int]
"""A step's number and which of its results; inputs of the chart are the steps -1, -2, ..."""

StepKind: TypeAlias = Literal["unit", "call", "run", "scan", "join", "bar", "weight"]


def flowing_in(node: Node) -> tuple[Value, ...]:
    """A node's inputs; none where no value goes on but the dtype alone."""
    dtype_only = isinstance(node.op, LayerOp) and node.op.layer.word == "new_zeros"
    return () if dtype_only else node.inputs


@dataclass(frozen=True, slots=True)
class Part:
    """A node with its module path from the chart's graph on; ``^name`` for a module handed in."""

    node: Node
    key: str
    path: str
    inputs: tuple[Ref, ...]
    body: Chart | None = None
    shared: bool = False
    wires: tuple[Mark, ...] = ()
    """Of two versions in one: which inputs only one of them has."""
    extra: tuple[int, ...] = ()
    """And what the last inputs were before: places among the others."""


@dataclass(frozen=True, slots=True)
class Step:
    """``parts[core]`` gives the box its words, those before and after are strips.

    ``count`` copies run one after another; ``takes`` are the first's input types, ``types`` the
    last's results. ``body`` is the chart of a called graph, or of a stretch that repeats.
    """

    kind: StepKind
    parts: tuple[Part, ...]
    core: int
    inputs: tuple[Ref, ...]
    takes: tuple[TensorType, ...]
    types: tuple[TensorType, ...]
    form: int
    look: int
    """The form, whatever it hands out: two calls may differ in a result that one does not need."""
    numbers: tuple[object, ...]
    count: int = 1
    body: Chart | None = None
    paths: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    merged: tuple[Step, ...] = ()
    """The steps that this one stands for: equal in settings, not always in what comes in."""

    @property
    def part(self) -> Part:
        return self.parts[self.core]

    @property
    def node(self) -> Node:
        return self.part.node


@dataclass(frozen=True, slots=True)
class Row:
    """One of a run of charts that have one form."""

    body: Chart
    steps: tuple[Step, ...]
    """The steps in its place: a call, or the stretch that the chart holds."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The steps of a graph in running order. ``graph`` is None for a stretch of one."""

    graph: Graph | None
    inputs: tuple[TensorType, ...]
    steps: tuple[Step, ...]
    results: tuple[Ref, ...]
    form: int
    look: int
    numbers: tuple[object, ...]


def single(step: Step) -> Step | None:
    """The one call in a stretch that repeats: the stretch goes by its name."""
    if step.body is None or step.body.graph is not None:
        return None
    calls = [s for s in step.body.steps if s.kind == "call"]
    return calls[0] if len(calls) == 1 and calls[0].count == 1 else None


class Forms:
    """Numbers forms as they are met."""

    def __init__(self) -> None:
        self._forms: dict[Hashable, int] = {}

    def form(self, structure: Hashable) -> int:
        return self._forms.setdefault(structure, len(self._forms))

    def of(self, graph: Graph) -> Chart:
        raise NotImplementedError

    def chart(
        self, graph: Graph | None, inputs: tuple[TensorType, ...], steps: Sequence[Step],
        results: tuple[Ref, ...],
    ) -> Chart:  # fmt: skip
        wiring = tuple((s.form, s.inputs) for s in steps)
        numbers = tuple(n for s in steps for n in (s.count, *s.numbers))
        form = self.form(("chart", len(inputs), wiring, results))
        look = self.form(("look", tuple((s.look, s.inputs) for s in steps)))
        return Chart(graph, inputs, tuple(steps), results, form, look, numbers)
