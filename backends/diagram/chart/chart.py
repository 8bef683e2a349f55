"""A graph as a reader sees it: steps that fold several nodes, each with a count of repeats.

A chart has a *form* and *numbers*. Two charts of one form differ in numbers only (filters,
strides, counts), so a picture can show one of them and list the numbers of the others in a table.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ....compiler.ir import Graph, LayerOp, Node, Value
from ....compiler.types import TensorType
from ...diff.merge import UNMARKED, GraphMarks, Mark
from ..picture import Trail, Trails

Ref: TypeAlias = tuple[int, int]
"""The number of a step and of its result; the inputs of a chart are the steps -1, -2, ..."""

StepKind: TypeAlias = Literal["unit", "call", "run", "scan", "join", "bar", "weight"]


def flowing_in(node: Node) -> tuple[Value, ...]:
    """The inputs of a node; none for ``zeros``, which takes a dtype from its input and no value."""
    dtype_only = isinstance(node.op, LayerOp) and node.op.layer.role == "zeros"
    return () if dtype_only else node.inputs


OUTER: Final = "\0"
"""Starts the path of a module that a graph was given. No label has this character."""


@dataclass(frozen=True, slots=True)
class StepPart:
    """A node with its module path inside the chart's graph; ``OUTER`` and a name is a module that
    the graph was given. ``within`` are the keys of the groups around it that are not drawn."""

    node: Node
    key: str
    path: str
    inputs: tuple[Ref, ...]
    body: Chart | None = None
    shared: bool = False
    mark: Mark = ""
    before: Node | None = None
    """The old version of a node that changed."""
    now: Node | None = None
    """The node as the new version has it: its own graph, if ``node`` calls one of two versions."""
    wires: tuple[Mark, ...] = ()
    """When two versions are compared: a mark for each input that only one version has."""
    extra: tuple[int, ...] = ()
    """The last inputs belong to the old version; here is the place of the input that each was."""
    within: tuple[str, ...] = ()

    @property
    def counted(self) -> Node:
        """The node whose cost counts."""
        return self.now or self.node

    @property
    def trail(self) -> Trail:
        """The place of the node inside the chart's graph, with all copies."""
        around = tuple((key, range(1)) for key in self.within)
        return (*around, (self.node.key, range(self.node.count)))


@dataclass(frozen=True, slots=True)
class Step:
    """One box: ``parts[core]`` gives its caption, the parts before and after are strips.

    ``count`` copies run one after another; ``takes`` are the input types of the first copy,
    ``types`` the result types of the last. ``body`` is the chart of a called graph, or of a stretch
    of steps that repeats.
    """

    kind: StepKind
    parts: tuple[StepPart, ...]
    core: int
    inputs: tuple[Ref, ...]
    takes: tuple[TensorType, ...]
    types: tuple[TensorType, ...]
    form: int
    look: int
    """The form without the number of results: of two calls, one may not need a result."""
    numbers: tuple[object, ...]
    count: int = 1
    body: Chart | None = None
    paths: tuple[str, ...] = ()
    rows: tuple[RunRow, ...] = ()
    gathered: int | None = None
    """The number of a result that a later step reads of each copy in a run. It is one input there,
    and the run's other results are those of the last copy."""
    merged: tuple[Step, ...] = ()
    """The equal steps that this one stands for; their inputs may differ in type."""
    twins: tuple[tuple[Trails | None, Step], ...] = ()
    """Of a step that is drawn: the same step in each copy of the chart around it, with the place of
    the copy."""

    @property
    def part(self) -> StepPart:
        return self.parts[self.core]

    @property
    def node(self) -> Node:
        return self.part.node

    @property
    def mark(self) -> Mark:
        return self.part.mark

    @property
    def before(self) -> Node | None:
        return self.part.before


@dataclass(frozen=True, slots=True)
class RunRow:
    """One of several charts in a row that have one form."""

    body: Chart
    steps: tuple[Step, ...]
    """The steps that the row stands for: one call, or the stretch that the chart holds."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The steps of a graph in running order. ``graph`` is None for a part of a graph: a stretch of
    steps that repeats."""

    graph: Graph | None
    inputs: tuple[TensorType, ...]
    steps: tuple[Step, ...]
    results: tuple[Ref, ...]
    form: int
    look: int
    numbers: tuple[object, ...]
    undrawn: tuple[Trail, ...] = ()
    """Concats of one tensor, which no picture shows."""
    marks: GraphMarks = UNMARKED
    """What differs in the graph, if it holds two versions."""
    unread: frozenset[int] = frozenset()
    """The numbers of the inputs of which only the sizes are taken: no step reads them."""


@dataclass(frozen=True, slots=True)
class World:
    """One of the copies of a chart that are drawn as one, with the places where it stands."""

    at: Trails | None
    chart: Chart


def reads(step: Step) -> list[tuple[int, Ref]]:
    """The inputs of a step with their numbers, without those of which a block takes only the
    sizes."""
    unread: frozenset[int] = frozenset()
    if step.kind in ("call", "run") and not step.part.wires:
        bodies = [body for body in (step.body, *(row.body for row in step.rows)) if body]
        unread = frozenset.intersection(*(body.unread for body in bodies))
    return [(k, ref) for k, ref in enumerate(step.inputs) if k not in unread]


def with_twins(step: Step, i: int, worlds: Sequence[World]) -> Step:
    """The step with the same step of each world as its twins."""
    return _with_twins(step, tuple((world.at, world.chart.steps[i]) for world in worlds))


def _with_twins(step: Step, twins: tuple[tuple[Trails | None, Step], ...]) -> Step:
    rows = tuple(
        replace(
            row,
            steps=tuple(
                _with_twins(inner, tuple((at, twin.rows[r].steps[k]) for at, twin in twins))
                for k, inner in enumerate(row.steps)
            ),
        )
        for r, row in enumerate(step.rows)
    )
    return replace(step, twins=twins, rows=rows)


def everywhere(steps: Sequence[Step]) -> list[Step]:
    """The twins of several drawn steps; a step without twins stands for itself."""
    return [twin for step in steps for _, twin in step.twins or ((None, step),)]


def every_copy(step: Step) -> Iterator[Step]:
    """All steps that a drawn step stands for, copy by copy."""
    for twin in everywhere([step]):
        yield from _leaves(twin)


def _leaves(step: Step) -> Iterator[Step]:
    inside = step.merged or [s for row in step.rows for s in row.steps]
    for inner in inside:
        yield from _leaves(inner)
    if not inside:
        yield step


def nodes(steps: Sequence[Step], parts: Sequence[int] | None = None) -> tuple[Trails, ...]:
    """The operations that drawn steps stand for; only those of some parts if ``parts`` is given."""

    def chosen(leaf: Step) -> Iterator[StepPart]:
        yield from leaf.parts if parts is None else (leaf.parts[i] for i in parts)

    return tuple(
        Trails(at, tuple(part.trail for leaf in _leaves(twin) for part in chosen(leaf)))
        for step in steps
        for at, twin in step.twins
    )


def worlds(step: Step) -> tuple[World, ...]:
    """The charts inside a drawn call, in all its copies; equal charts are one world."""
    return tuple(world for at, twin in step.twins for world in _inside(at, twin))


def row_worlds(step: Step, row: int) -> tuple[World, ...]:
    """The charts inside one row of a run, in all its copies."""
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
    """The copies of a stretch that repeats; the types of their inputs may differ."""
    length = len(body.steps)
    for n in range(step.count):
        merged = step.merged[n * length : (n + 1) * length]
        moved = (replace(m, inputs=s.inputs) for m, s in zip(merged, body.steps, strict=True))
        yield replace(body, steps=tuple(moved))


def single(step: Step) -> Step | None:
    """The only call in a stretch that repeats, which gives the stretch its name."""
    return only_call(step.body) if step.body is not None else None


def holds_steps(step: Step) -> bool:
    """Whether a call has steps inside. A block that returns its input has none."""
    return step.body is None or bool(step.body.steps)


def only_call(chart: Chart) -> Step | None:
    """The only call in a stretch; concats that join tensors for it do not count. None if there is
    another step, or if the chart is a whole graph."""
    if chart.graph is not None:
        return None
    calls = [s for s in chart.steps if s.kind != "bar"]
    alone = len(calls) == 1 and calls[0].kind == "call" and calls[0].count == 1
    return calls[0] if alone else None


class Forms:
    """Gives equal structures the same number."""

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
        undrawn: tuple[Trail, ...] = (),
        marks: GraphMarks = UNMARKED,
    ) -> Chart:
        wiring = tuple((s.form, s.inputs) for s in steps)
        numbers = tuple(n for s in steps for n in (s.count, *s.numbers))
        form = self.form(("chart", len(inputs), wiring, results))
        look = self.form(("look", tuple((s.look, s.inputs) for s in steps)))
        read = {*results, *(ref for step in steps for _, ref in reads(step))}
        unread = frozenset(i for i in range(len(inputs)) if (-1 - i, 0) not in read)
        return Chart(
            graph, inputs, tuple(steps), results, form, look, numbers, undrawn, marks, unread
        )
