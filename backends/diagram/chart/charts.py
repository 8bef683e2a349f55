"""Graphs to charts: small groups lose their walls, then steps fold, then repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ....compiler.ir import Graph, GraphKind, InputOp, LayerOp, Node, ScanOp, Value, WeightOp
from ...diff.merge import marked
from ..picture import Trail
from .chart import Chart, Forms, Part, Ref, flowing_in
from .compared import Source, only_arguments, read, returned, told
from .fold import fold
from .repeats import merge_equal, merge_repeats, with_runs

SMALL: Final = 6
"""Steps of a group that a block has for its names' sake."""


class Charts(Forms):
    """Folds graphs, each once."""

    def __init__(self, asked: Sequence[str] = (), like: Forms | None = None) -> None:
        """``asked``: names and module paths of blocks to keep to themselves; ``like`` others
        numbers forms the same."""
        super().__init__(like)
        self._asked = [f".{name}." for name in asked]
        self._charts: dict[int, tuple[Graph, Chart]] = {}
        self._runs: dict[tuple[int, int, bool], tuple[Chart, Chart, Chart]] = {}

    def of(self, graph: Graph) -> Chart:
        known = self._charts.get(id(graph))
        if known is None:
            known = self._charts[id(graph)] = (graph, self._chart(graph))
        return known[1]

    def with_runs(self, chart: Chart, drawn: Chart, *, groups: bool) -> Chart:
        """The chart with variants of a block in a row as one step. ``drawn`` is the chart itself,
        or the copy that is drawn for it: what that keeps apart is apart in all copies."""
        key = (id(chart), id(drawn), groups)
        if key not in self._runs:
            apart = [any(map(self._is_asked, step.paths)) for step in drawn.steps]
            self._runs[key] = (with_runs(self, chart, apart, groups=groups), chart, drawn)
        return self._runs[key][0]

    def _is_asked(self, path: str) -> bool:
        """Whether a path in some graph may be that of a block asked for, or lead to it."""
        return bool(path) and any(f".{path}." in asked for asked in self._asked)

    def _chart(self, graph: Graph) -> Chart:
        parts, results, silent = self._parts(graph)
        steps, results = fold(self, _mark_shared(parts), results)
        steps, results = merge_equal(steps, results)
        steps, results = merge_repeats(self, steps, results)
        inputs = tuple(port.type for port in graph.inputs)
        return self.chart(graph, inputs, steps, results, silent)

    # --- nodes to parts: small groups lose their walls ----------------------------------------

    def _parts(self, graph: Graph) -> tuple[list[Part], tuple[Ref, ...], tuple[Trail, ...]]:
        parts: list[Part] = []
        silent: list[Trail] = []
        sources = [Source((-1 - i, 0)) for i in range(len(graph.inputs))]
        results = self._inline(graph, sources, "", {}, parts, (), silent)
        return parts, tuple(r.ref for r in results), tuple(silent)

    def _inline(
        self,
        graph: Graph,
        sources: Sequence[Source],
        prefix: str,
        outers: dict[str, str],
        parts: list[Part],
        within: tuple[str, ...],
        silent: list[Trail],
    ) -> Sequence[Source]:
        at: dict[Value, Source] = {}
        waiting = iter(sources)
        for node in graph.nodes:
            if isinstance(node.op, InputOp):
                at[Value(node.key)] = next(waiting)
                continue
            if node.idle:
                continue
            inputs = read(node, [at[v] for v in flowing_in(node)])
            path = _path(node, prefix, outers)
            called = node.called
            body = self.of(called) if called is not None else None
            small = body is not None and not self._is_asked(path) and _small(body, node, graph.kind)
            if small and body is not None and body.graph is not None:
                inner = {name: _outer(given, prefix, outers) for name, given in node.outers}
                around = (*within, node.key)
                results = self._inline(body.graph, inputs, f"{path}.", inner, parts, around, silent)
                found = returned(body.graph, results)
            elif _joins_one(node):
                found = inputs
                silent.append(Part(node, node.key, path, (), within=within).trail)
            else:
                key = prefix + (node.path if node.path and not node.outer else node.key)
                part = _part(node, key, path, inputs, parts, body)
                parts.append(replace(part, within=within))
                found = [Source((len(parts) - 1, r)) for r in range(len(node.types))]
            at.update({Value(node.key, r): source for r, source in enumerate(found)})
        return [at[v] for v in graph.results]


def _part(
    node: Node, key: str, path: str, inputs: Sequence[Source], parts: list[Part], body: Chart | None
) -> Part:
    refs, wires, extra = told(inputs)
    if not any(wires) and not extra:
        return Part(node, key, path, _regrouped(node, refs, parts), body)
    return Part(node, key, path, refs, body, wires=wires, extra=extra)


def _joins_one(node: Node) -> bool:
    """A concat of a list that holds one tensor so far."""
    one = len(node.inputs) == 1 and not marked(node)
    return one and isinstance(node.op, LayerOp) and node.op.layer.role == "join"


def _regrouped(node: Node, inputs: tuple[Ref, ...], parts: list[Part]) -> tuple[Ref, ...]:
    """A concat of all that an earlier one joined, and more, reads the earlier one: a list that
    grows (DenseNet) is a chain, not a tangle."""
    if not isinstance(node.op, LayerOp) or node.op.layer.role != "join":
        return inputs
    for i in range(len(parts) - 1, -1, -1):
        known = parts[i]
        if isinstance(known.node.op, LayerOp) and known.node.op.layer == node.op.layer:
            joined = _joined(known, parts)
            if len(joined) < len(inputs) and inputs[: len(joined)] == joined:
                return ((i, 0), *inputs[len(joined) :])
    return inputs


def _joined(part: Part, parts: list[Part]) -> tuple[Ref, ...]:
    """All that a concat joins, through those it reads first."""
    first = part.inputs[0]
    before = parts[first[0]] if first[0] >= 0 else None
    same = before is not None and isinstance(before.node.op, LayerOp)
    if same and before is not None and before.node.op == part.node.op:
        return (*_joined(before, parts), *part.inputs[1:])
    return part.inputs


def _path(node: Node, prefix: str, outers: dict[str, str]) -> str:
    if isinstance(node.op, WeightOp):
        return prefix + node.op.module
    if node.outer:
        return outers.get(node.path, f"^{node.path}")
    return prefix + node.path if node.path else ""


def _outer(given: str, prefix: str, outers: dict[str, str]) -> str:
    return outers.get(given, prefix + given)


def _small(body: Chart, node: Node, within: GraphKind) -> bool:
    """Whether a call is drawn as what it holds: one unit, nothing, a group known by number, or
    one that a block has for its names' sake."""
    if isinstance(node.op, ScanOp) or node.count > 1 or node.outer or not only_arguments(node):
        return False
    if not body.steps or (len(body.steps) == 1 and body.steps[0].kind == "unit"):
        return True
    if body.graph is None or body.graph.kind != "group":
        return False
    plain = len(body.steps) <= SMALL and all(s.kind not in ("call", "run") for s in body.steps)
    return node.path.rpartition(".")[2].isdigit() or (within == "block" and plain)


def _mark_shared(parts: list[Part]) -> list[Part]:
    paths = {id(p): (p.path, marked(p.node) == "removed") for p in parts}
    used = Counter(paths[id(p)] for p in parts if not isinstance(p.node.op, WeightOp))
    keys: Counter[str] = Counter()
    found: list[Part] = []
    for part in parts:
        keys[part.key] += 1
        key = part.key if keys[part.key] == 1 else f"{part.key}-{keys[part.key]}"
        again = bool(part.path) and used[paths[id(part)]] > 1
        shared = again or part.path.startswith("^")
        found.append(replace(part, key=key, shared=shared))
    return found
