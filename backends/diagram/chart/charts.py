"""Makes charts from graphs: small groups dissolve, then nodes fold into steps, then repeats
fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from ....compiler.ir import (
    Graph,
    GraphKind,
    InputOp,
    LayerOp,
    Node,
    ScanOp,
    Value,
    coded,
)
from ...diff.merge import UNMARKED, GraphMarks, Merged, NodeMarks
from ..picture import Trail
from .chart import Chart, Forms, Ref, StepPart, flowing_in
from .compared import Origin, graph_results, node_inputs, only_arguments, part_inputs
from .folding import fold
from .repeats import merge_equal, merge_repeats, with_runs
from .sharing import Module, ModuleRuns, Place

SMALL: Final = 6
"""Steps of a group inside a block that dissolves: such a group is there for the module path."""


class Charts(Forms):
    """Makes the chart of each graph, once."""

    def __init__(
        self, asked: Sequence[str] = (), like: Forms | None = None, *, whole: bool = False
    ) -> None:
        """``asked`` are names and module paths of blocks that must not fold with others. The
        numbers of forms are shared with ``like``. If ``whole``, blocks and groups of several layers
        do not dissolve, however small they are."""
        super().__init__(like)
        self._names = tuple(asked)
        self._is_whole = whole
        self._asked = [f".{name}." for name in asked]
        self._charts: dict[tuple[int, frozenset[Module]], tuple[Graph, Chart]] = {}
        self._module_runs = ModuleRuns()
        self._runs: dict[tuple[int, int, bool], tuple[Chart, Chart, Chart]] = {}

    @cached_property
    def whole(self) -> Charts:
        """The charts in which small groups do not dissolve."""
        return self if self._is_whole else Charts(self._names, self, whole=True)

    def of(
        self,
        graph: Graph,
        marks: GraphMarks | None = None,
        alone: frozenset[Module] = frozenset(),
    ) -> Chart:
        """The chart of a graph. A merged graph has ``marks``, the same ones wherever it is.
        ``alone`` are the modules that the graph was given and that run once in the net."""
        key = (id(graph), alone)
        if key not in self._charts:
            self._charts[key] = (graph, self._chart(Merged(graph, marks or UNMARKED), alone))
        return self._charts[key][1]

    def with_runs(self, chart: Chart, drawn: Chart, *, groups: bool) -> Chart:
        """The chart with variants of a block in a row as one step. ``drawn`` is the chart itself,
        or the copy that is drawn for it: steps that are apart there are apart in all copies."""
        key = (id(chart), id(drawn), groups)
        if key not in self._runs:
            apart = [any(map(self._is_asked, step.paths)) for step in drawn.steps]
            self._runs[key] = (with_runs(self, chart, apart, groups=groups), chart, drawn)
        return self._runs[key][0]

    def _is_asked(self, path: str) -> bool:
        """Whether a path in some graph may be that of a named block, or of a call around it."""
        return bool(path) and any(f".{path}." in asked for asked in self._asked)

    def _chart(self, merged: Merged, alone: frozenset[Module]) -> Chart:
        graph = merged.graph
        parts, results, undrawn = self._parts(merged, Place(alone=alone))
        steps, results = fold(self, _with_keys(parts), results)
        steps, results = merge_equal(steps, results)
        steps, results = merge_repeats(self, steps, results)
        inputs = tuple(port.type for port in graph.inputs)
        return self.chart(graph, inputs, steps, results, undrawn, merged.marks)

    # --- nodes to parts: small groups dissolve ------------------------------------------------

    def _parts(
        self, merged: Merged, place: Place
    ) -> tuple[list[StepPart], tuple[Ref, ...], tuple[Trail, ...]]:
        parts: list[StepPart] = []
        undrawn: list[Trail] = []
        sources = [Origin((-1 - i, 0)) for i in range(len(merged.graph.inputs))]
        results = self._inline(merged, sources, place, parts, (), undrawn)
        return parts, tuple(r.ref for r in results), tuple(undrawn)

    def _inline(
        self,
        merged: Merged,
        origins: Sequence[Origin],
        place: Place,
        parts: list[StepPart],
        within: tuple[str, ...],
        undrawn: list[Trail],
    ) -> Sequence[Origin]:
        """Add the parts of a graph to ``parts``, and those of its small groups in their place;
        returns where the graph's results come from. ``origins`` are those of its inputs."""
        at: dict[Value, Origin] = {}
        entering = iter(origins)
        for node in merged.graph.nodes:
            if isinstance(node.op, InputOp):
                at[Value(node.key)] = next(entering)
                continue
            if node.idle:
                continue
            marks = merged.marks.of(node)
            inputs = node_inputs(marks, [at[v] for v in flowing_in(node)])
            path, called = place.path(node), node.called
            shared = self._module_runs.is_shared(merged, node, place)
            alone = self._module_runs.alone(merged, node, place)
            body = self.of(called, marks.called, alone) if called is not None else None
            small = (
                body is not None
                and not self._is_asked(path)
                and _small(body, node, merged.graph.kind, whole=self._is_whole)
                and only_arguments(marks)
            )
            if small and body is not None and body.graph is not None:
                inner = Place(f"{path}.", place.passed(node), alone, shared)
                around = (*within, node.key)
                inside = Merged(body.graph, body.marks)
                results = self._inline(inside, inputs, inner, parts, around, undrawn)
                outputs = graph_results(body, results)
            elif _joins_one(node) and not marks.mark:
                outputs = inputs
                undrawn.append(StepPart(node, node.key, path, (), within=within).trail)
            else:
                own = coded(node.path) if node.path and not node.outer else node.key
                key = coded(place.prefix) + own
                part = _part(node, key, path, inputs, parts, body)
                parts.append(replace(_marked(part, marks), within=within, shared=shared))
                outputs = [Origin((len(parts) - 1, r)) for r in range(len(node.types))]
            at.update({Value(node.key, r): origin for r, origin in enumerate(outputs)})
        return [at[v] for v in merged.graph.results]


def _part(
    node: Node,
    key: str,
    path: str,
    inputs: Sequence[Origin],
    parts: list[StepPart],
    body: Chart | None,
) -> StepPart:
    refs, wires, extra = part_inputs(inputs)
    if not any(wires) and not extra:
        return StepPart(node, key, path, _regrouped(node, refs, parts), body)
    return StepPart(node, key, path, refs, body, wires=wires, extra=extra)


def _marked(part: StepPart, marks: NodeMarks) -> StepPart:
    """The part with what differs at its node: the views ask their steps."""
    changed = marks.mark == "changed"
    return replace(part, mark=marks.mark, before=marks.before if changed else None, now=marks.after)


def _joins_one(node: Node) -> bool:
    """Whether a node is a concat of a single tensor: a list that holds one so far."""
    return len(node.inputs) == 1 and isinstance(node.op, LayerOp) and node.op.layer.role == "join"


def _regrouped(node: Node, inputs: tuple[Ref, ...], parts: list[StepPart]) -> tuple[Ref, ...]:
    """The inputs of a concat. If an earlier concat joins the first of them, it takes their place:
    the growing list of a DenseNet is drawn as a chain, not as lines from everywhere."""
    if not isinstance(node.op, LayerOp) or node.op.layer.role != "join":
        return inputs
    for i in range(len(parts) - 1, -1, -1):
        earlier = parts[i]
        if isinstance(earlier.node.op, LayerOp) and earlier.node.op.layer == node.op.layer:
            joined = _joined(earlier, parts)
            if len(joined) < len(inputs) and inputs[: len(joined)] == joined:
                return ((i, 0), *inputs[len(joined) :])
    return inputs


def _joined(part: StepPart, parts: list[StepPart]) -> tuple[Ref, ...]:
    """All tensors that a concat joins, also through a concat that it reads first."""
    first = part.inputs[0]
    before = parts[first[0]] if first[0] >= 0 else None
    same = before is not None and isinstance(before.node.op, LayerOp)
    if same and before is not None and before.node.op == part.node.op:
        return (*_joined(before, parts), *part.inputs[1:])
    return part.inputs


def _small(body: Chart, node: Node, within: GraphKind, *, whole: bool) -> bool:
    """Whether a call dissolves into its content: one unit, nothing, a group with a number for a
    label, or a small group inside a block. If ``whole``, only what is one layer or nothing."""
    if isinstance(node.op, ScanOp) or node.count > 1 or node.outer:
        return False
    if not body.steps or (len(body.steps) == 1 and body.steps[0].kind == "unit"):
        return not whole or all(step.count == 1 for step in body.steps)
    if whole or body.graph is None or body.graph.kind != "group":
        return False
    plain = len(body.steps) <= SMALL and all(s.kind not in ("call", "run") for s in body.steps)
    return node.path.rpartition(".")[2].isdigit() or (within == "block" and plain)


def _with_keys(parts: list[StepPart]) -> list[StepPart]:
    """The parts with keys of their own."""
    keys: Counter[str] = Counter()
    result: list[StepPart] = []
    for part in parts:
        keys[part.key] += 1
        key = part.key if keys[part.key] == 1 else f"{part.key}-{keys[part.key]}"
        result.append(replace(part, key=key))
    return result
