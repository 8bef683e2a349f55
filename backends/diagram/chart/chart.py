"""A graph as a reader sees it: steps that fold several nodes, each with how often it repeats.

A chart has a *form* and *numbers*: two charts of one form differ in numbers only (filters,
strides, how often a block repeats), so a picture can show one of them and tabulate the others.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ....compiler.ir import Graph, LayerOp, Node, Value
from ....compiler.types import TensorType
from ...diff.merge import Mark
from ..picture import Trail, Trails

Ref: TypeAlias = tuple[int, int]
"""A step's number and which of its results; inputs of the chart are the steps -1, -2, ..."""

StepKind: TypeAlias = Literal["unit", "call", "run", "scan", "join", "bar", "weight"]


def flowing_in(node: Node) -> tuple[Value, ...]:
    """A node's inputs; none where no value goes on but the dtype alone."""
    dtype_only = isinstance(node.op, LayerOp) and node.op.layer.role == "zeros"
    return () if dtype_only else node.inputs


@dataclass(frozen=True, slots=True)
class Part:
    """A node with its module path from the chart's graph on; ``^name`` for a module handed in.
    ``within`` are the keys of the groups around it that lost their walls."""

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
    within: tuple[str, ...] = ()

    @property
    def trail(self) -> Trail:
        """From the chart's graph on, in all copies."""
        around = tuple((key, range(1)) for key in self.within)
        return (*around, (self.node.key, range(self.node.count)))


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
    twins: tuple[tuple[Trails | None, Step], ...] = ()
    """Of a step that is drawn: itself in each copy of the chart around it, and where that is."""

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
    silent: tuple[Trail, ...] = ()
    """Concats of one tensor, which no picture shows."""


@dataclass(frozen=True, slots=True)
class World:
    """A chart in one of the copies that are drawn as one, and the places where it stands."""

    at: Trails | None
    chart: Chart


def placed(step: Step, i: int, worlds: Sequence[World]) -> Step:
    """A chart's step, with the same step of each world."""
    return _placed(step, tuple((world.at, world.chart.steps[i]) for world in worlds))


def _placed(step: Step, twins: tuple[tuple[Trails | None, Step], ...]) -> Step:
    rows = tuple(
        replace(
            row,
            steps=tuple(
                _placed(own, tuple((at, twin.rows[r].steps[k]) for at, twin in twins))
                for k, own in enumerate(row.steps)
            ),
        )
        for r, row in enumerate(step.rows)
    )
    return replace(step, twins=twins, rows=rows)


def everywhere(steps: Sequence[Step]) -> list[Step]:
    """Variants of a step, in each copy of the chart around them."""
    return [twin for step in steps for _, twin in step.twins or ((None, step),)]


def alike(step: Step) -> Iterator[Step]:
    """All steps that a drawn one stands for, each copy by itself."""
    for twin in everywhere([step]):
        yield from _leaves(twin)


def _leaves(step: Step) -> Iterator[Step]:
    inside = step.merged or [s for row in step.rows for s in row.steps]
    for own in inside:
        yield from _leaves(own)
    if not inside:
        yield step


def nodes(steps: Sequence[Step], parts: Sequence[int] | None = None) -> tuple[Trails, ...]:
    """The operations that drawn steps stand for, or some of their parts."""

    def chosen(leaf: Step) -> Iterator[Part]:
        yield from leaf.parts if parts is None else (leaf.parts[i] for i in parts)

    return tuple(
        Trails(at, tuple(part.trail for leaf in _leaves(twin) for part in chosen(leaf)))
        for step in steps
        for at, twin in step.twins
    )


def worlds(step: Step) -> tuple[World, ...]:
    """What a drawn call holds, in all its copies: each chart that differs by itself."""
    return tuple(world for at, twin in step.twins for world in _inside(at, twin))


def row_worlds(step: Step, row: int) -> tuple[World, ...]:
    """The same of one row of a run."""
    first = step.rows[row].steps[0]
    if len(step.rows[row].steps) == 1:
        return worlds(first)
    return tuple(World(at, twin.rows[row].body) for at, twin in step.twins)


def _inside(at: Trails | None, step: Step) -> Iterator[World]:
    if step.body is not None and step.body.graph is None:
        yield from (World(at, chart) for chart in stretches(step, step.body))
        return
    bodies: dict[int, tuple[Chart, list[Trail]]] = {}
    for leaf in _leaves(step):
        if leaf.body is not None:
            bodies.setdefault(id(leaf.body), (leaf.body, []))[1].append(leaf.part.trail)
    yield from (World(Trails(at, tuple(ways)), chart) for chart, ways in bodies.values())


def stretches(step: Step, body: Chart) -> Iterator[Chart]:
    """The copies of a stretch that repeats, which may differ in what comes in."""
    own = body.steps
    for n in range(step.count):
        merged = step.merged[n * len(own) : (n + 1) * len(own)]
        moved = (replace(m, inputs=s.inputs) for m, s in zip(merged, own, strict=True))
        yield replace(body, steps=tuple(moved))


def single(step: Step) -> Step | None:
    """The one call in a stretch that repeats: the stretch goes by its name."""
    return only_call(step.body) if step.body is not None else None


def holds_steps(step: Step) -> bool:
    """Whether there is something to see inside a call: a block may hand on what it gets."""
    return step.body is None or bool(step.body.steps)


def only_call(chart: Chart) -> Step | None:
    """The call of a stretch that holds nothing else but what joins tensors for it."""
    if chart.graph is not None:
        return None
    calls = [s for s in chart.steps if s.kind != "bar"]
    alone = len(calls) == 1 and calls[0].kind == "call" and calls[0].count == 1
    return calls[0] if alone else None


class Forms:
    """Numbers forms as they are met."""

    def __init__(self, like: Forms | None = None) -> None:
        self._forms: dict[Hashable, int] = like._forms if like is not None else {}

    def form(self, structure: Hashable) -> int:
        return self._forms.setdefault(structure, len(self._forms))

    def of(self, graph: Graph) -> Chart:
        raise NotImplementedError

    def chart(
        self,
        graph: Graph | None,
        inputs: tuple[TensorType, ...],
        steps: Sequence[Step],
        results: tuple[Ref, ...],
        silent: tuple[Trail, ...] = (),
    ) -> Chart:
        wiring = tuple((s.form, s.inputs) for s in steps)
        numbers = tuple(n for s in steps for n in (s.count, *s.numbers))
        form = self.form(("chart", len(inputs), wiring, results))
        look = self.form(("look", tuple((s.look, s.inputs) for s in steps)))
        return Chart(graph, inputs, tuple(steps), results, form, look, numbers, silent)
