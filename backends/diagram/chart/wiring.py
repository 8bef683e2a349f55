"""What the wires of a chart mean: which go around, where they fork, what stands side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import networkx as nx

from ....compiler.analyses import apart, longest_way, skips
from ....compiler.dims import less
from ....compiler.ir import LayerOp
from ....compiler.types import TensorType
from .chart import Chart, Ref, Step

Wire = tuple[int, int]
"""The input of a step: (step, which of its inputs)."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """``skips`` bypass what their sibling inputs went through. ``forks`` are the tensors drawn
    with a point where they part. ``ranks`` are steps to stand on one line, ``axes`` a tensor that
    parts and the step that joins all its branches, to stand below it. ``climbing`` steps
    make the right arm of a U, ``levels`` are the (left, right) steps that its skips join.
    ``projections`` are the layers that make queries, keys and values."""

    skips: frozenset[Wire]
    forks: frozenset[Ref]
    ranks: tuple[tuple[int, ...], ...]
    axes: tuple[tuple[Ref, int], ...]
    climbing: frozenset[int]
    levels: tuple[tuple[int, int], ...]
    projections: tuple[tuple[int, ...], ...] = ()


def wiring(chart: Chart, *, arms: bool) -> Wiring:
    """``arms``: whether a U may be drawn as one."""
    flow = _flow(chart, {})
    skips = _skips(chart, flow)
    levels = _levels(chart, skips) if arms else ()
    climbing = _climbing(chart, levels, flow)
    if not _is_u(chart, skips, climbing):
        levels, climbing = (), frozenset()
    readers = _readers(chart)
    forks = frozenset(
        ref
        for ref, wires in readers.items()
        if len(wires) > 1
        and any(w in skips for w in wires)
        and ref[0] not in {s for s, _ in levels}
    )
    ranks = tuple(r for ref, wires in readers.items() if (r := _heads(chart, wires, skips, flow)))
    made = tuple(_projections(chart, flow))
    ranks = (*ranks, *(rank for rank in made if rank not in ranks))
    return Wiring(skips, forks, ranks, _axes(chart, readers), climbing, levels, made)


def bypasses(chart: Chart) -> frozenset[Wire]:
    """The skips, and what goes around into a product: a gate's other input."""
    return _skips(chart, _flow(chart, {}), products=True)


def _readers(chart: Chart) -> dict[Ref, list[Wire]]:
    readers: dict[Ref, list[Wire]] = {}
    for i, step in enumerate(chart.steps):
        for k, ref in enumerate(step.inputs):
            readers.setdefault(ref, []).append((i, k))
    return readers


def _flow(chart: Chart, known: dict[int, nx.DiGraph]) -> nx.DiGraph:
    """Steps and tensors, each leading to what is made of it; joins weigh nothing on a way.
    ``known`` holds what was found of other charts: one is asked once, however often called."""
    if id(chart) in known:
        return known[id(chart)]
    flow = known[id(chart)] = nx.DiGraph()
    flow.add_nodes_from(range(-len(chart.inputs), len(chart.steps)))
    refs = (*chart.results, *(ref for step in chart.steps for ref in step.inputs))
    flow.add_edges_from(((ref[0], ref) for ref in refs), weight=0)
    for i, step in enumerate(chart.steps):
        flow.add_edges_from(((ref, i) for ref in step.inputs), weight=int(step.kind != "join"))
        if step.body is not None and len(step.body.results) > 1:
            flow.add_edges_from(_inside(i, step.body, known), weight=0)
    return flow


def _steps(nodes: Iterable[int | Ref]) -> list[int]:
    return sorted(node for node in nodes if isinstance(node, int))


def _inside(step: int, body: Chart, known: dict[int, nx.DiGraph]) -> Iterator[tuple[Ref, Ref]]:
    """Which results of a block come one from another."""
    flow = _flow(body, known)
    for k, ref in enumerate(body.results):
        after = nx.descendants(flow, ref)
        yield from (((step, k), (step, r)) for r, to in enumerate(body.results) if to in after)


def _skips(chart: Chart, flow: nx.DiGraph, *, products: bool = False) -> frozenset[Wire]:
    around = set(skips(flow))
    found: set[Wire] = set()
    for i, step in enumerate(chart.steps):
        gathers = _gathers(step)
        gates = products and step.kind == "join"
        if not (gathers or gates) or len(step.inputs) < 2:
            continue
        own = [
            k
            for k, ref in enumerate(step.inputs)
            if (ref, i) in around and (step.kind != "call" or _goes_around(step, k, flow))
        ]
        found.update((i, k) for k in own)
        if not own and gathers and step.kind == "join" and len(step.inputs) == 2:
            found.update(_projection(chart, flow, i))
    return frozenset(found)


def _goes_around(step: Step, k: int, flow: nx.DiGraph) -> bool:
    """Of a block it has to be its first input that went through something meanwhile, where the
    other is alike, or a map of another size: masks and memories go around nothing."""
    other = k or (1 if len(step.inputs) == 2 else 0)
    if not 0 < other < len(step.takes):  # what came in before
        return False
    first, own = step.takes[0], step.takes[other]
    alike = own == first or (own.rank == first.rank and first.rank >= 4)
    ref, end = step.inputs[k], step.inputs[0 if k else other]
    return alike and ref != end and nx.has_path(flow, ref, end)


def _gathers(step: Step) -> bool:
    """Whether a way around may end here. Of a product, a difference or a comparison neither side
    is one: one gates, one is the mean of the other, or both are branches."""
    op = step.node.op
    adds = isinstance(op, LayerOp) and op.layer.role == "sum"
    return step.kind in ("bar", "call") or (step.kind == "join" and adds)


def _projection(chart: Chart, flow: nx.DiGraph, join: int) -> list[Wire]:
    """The shorter of two ways from a fork to a sum, where it is a plain chain."""
    first, second = chart.steps[join].inputs
    if not (_may_fork(chart, flow, first) or _may_fork(chart, flow, second)):
        return []
    a, b = first[0], second[0]
    common = (nx.ancestors(flow, a) | {a}) & (nx.ancestors(flow, b) | {b})
    if not _steps(common):
        return []
    fork = _steps(common)[-1]
    ways = [_way(chart, s, fork) for s in (a, b)]
    found = [w for w in ways if w is not None]
    if len(found) < 2:
        shorter = 0 if ways[0] is not None else 1
        way = ways[shorter]
        other = (a, b)[1 - shorter]
        if way is None or len(way) > 2 or longest_way(flow, fork, other) <= len(way):
            return []
    else:
        shorter = 0 if len(found[0]) < len(found[1]) else 1
        way, longer = found[shorter], found[1 - shorter]
        if len(way) == len(longer) or _layers(chart, way) >= _layers(chart, longer):
            return []
    return [(join, shorter), *((s, 0) for s in way)]


def _may_fork(chart: Chart, flow: nx.DiGraph, ref: Ref) -> bool:
    """Whether several steps read a tensor of the plain chain that ends here. Where none do, not
    all that comes before has to be looked through."""
    while flow.out_degree(ref) <= 1:
        step = ref[0]
        if step < 0 or len(chart.steps[step].inputs) != 1:
            return False
        (ref,) = chart.steps[step].inputs
    return True


def _layers(chart: Chart, way: list[int]) -> int:
    """How many layers stand on a way, those in blocks and copies too."""
    return sum(map(_size, (chart.steps[i] for i in way)))


def _size(step: Step) -> int:
    inside = step.merged or [s for row in step.rows for s in row.steps]
    if inside:
        return sum(map(_size, inside))
    own = len(step.parts) if step.body is None else sum(map(_size, step.body.steps))
    return own * step.count


def _way(chart: Chart, step: int, fork: int) -> list[int] | None:
    """The steps from one back to the fork, None if they are no chain."""
    way: list[int] = []
    while step != fork:
        if step < 0 or len(chart.steps[step].inputs) != 1:
            return None
        way.append(step)
        step = chart.steps[step].inputs[0][0]
    return way


def _heads(
    chart: Chart, wires: list[Wire], skips: frozenset[Wire], flow: nx.DiGraph
) -> tuple[int, ...]:
    """The first steps of branches that part at one tensor, a projection on the way around too."""
    ways = [w for w in wires if w not in skips or chart.steps[w[0]].kind not in ("join", "bar")]
    steps = list(dict.fromkeys(i for i, _ in ways))
    return tuple(steps) if len(steps) > 1 and apart(flow, steps) else ()


def _projections(chart: Chart, flow: nx.DiGraph) -> Iterator[tuple[int, ...]]:
    """The linear layers that a product of attention reads, through what stands between."""
    for step in chart.steps:
        op = step.node.op
        if not isinstance(op, LayerOp) or op.layer.role != "attend":
            continue
        found = [_linear(chart, s) for s, _ in step.inputs[:3]]
        steps = tuple(dict.fromkeys(i for i in found if i is not None))
        if len(steps) == 3 and apart(flow, steps):
            yield steps


def _linear(chart: Chart, step: int) -> int | None:
    """The next linear layer upwards on a straight way."""
    while step >= 0:
        found = chart.steps[step]
        op = found.node.op
        if isinstance(op, LayerOp) and op.layer.category == "linear":
            return step
        if len(found.inputs) != 1:
            return None
        step = found.inputs[0][0]
    return None


def _axes(chart: Chart, readers: dict[Ref, list[Wire]]) -> tuple[tuple[Ref, int], ...]:
    """Three and more plain branches of one tensor that all end in one bar."""
    axes: list[tuple[Ref, int]] = []
    for i, step in enumerate(chart.steps):
        if step.kind != "bar" or len(step.inputs) < 3:
            continue
        sources = {_source(chart, ref) for ref in step.inputs}
        if len(sources) == 1 and len(readers[ref := sources.pop()]) == len(step.inputs):
            axes.append((ref, i))
    return tuple(axes)


def _source(chart: Chart, ref: Ref) -> Ref:
    """Where a chain of steps with one input each begins to be a branch."""
    while ref[0] >= 0 and len(chart.steps[ref[0]].inputs) == 1:
        before = chart.steps[ref[0]].inputs[0]
        if sum(s.inputs.count(before) for s in chart.steps) > 1:
            return before
        ref = before
    return ref


# --- the U ------------------------------------------------------------------------------------


def _levels(chart: Chart, skips: frozenset[Wire]) -> tuple[tuple[int, int], ...]:
    """The skips of a U, outermost first: one inside the other, each over smaller tensors."""
    pairs = sorted(
        (step.inputs[k][0], i)
        for i, step in enumerate(chart.steps)
        for k in range(len(step.inputs))
        if (i, k) in skips and step.inputs[k][0] >= 0
    )
    best: list[tuple[int, int]] = []
    for start in range(len(pairs)):
        nested = [pairs[start]]
        for left, right in pairs[start + 1 :]:
            outer = nested[-1]
            if outer[0] < left and right < outer[1] and _shrinks(chart, outer[0], left):
                nested.append((left, right))
        best = max(best, nested, key=len)
    return tuple(best) if len(best) > 1 else ()


def _shrinks(chart: Chart, outer: int, inner: int) -> bool:
    return _smaller(chart.steps[inner].types[0], chart.steps[outer].types[0])


def _smaller(a: TensorType, b: TensorType) -> bool:
    """Whether an extent (height, width, length) of one is less than the other's."""
    pairs = zip(a.shape[2:], b.shape[2:], strict=False)
    return any(x != y and less(x, y) is not False for x, y in pairs)


def _is_u(chart: Chart, skips: frozenset[Wire], climbing: frozenset[int]) -> bool:
    """Whether the right arm just climbs: nothing there shrinks again, and to each place one way
    leads over from the left, from a place of its own."""
    arm = [(i, step) for i, step in enumerate(chart.steps) if i in climbing]
    over = [
        (ref, i)
        for i, step in arm
        for k, ref in enumerate(step.inputs)
        if (i, k) in skips and ref[0] >= 0 and ref[0] not in climbing
    ]
    single = all(len(set(ends)) == len(over) for ends in zip(*over, strict=True))
    return single and not any(
        step.takes and _smaller(step.types[0], step.takes[0]) for _, step in arm
    )


def _climbing(
    chart: Chart, levels: tuple[tuple[int, int], ...], flow: nx.DiGraph
) -> frozenset[int]:
    """The way up: from where the tensor grows again after the innermost left end."""
    if not levels:
        return frozenset()
    left, join = levels[-1]
    steps = chart.steps
    inside = [i for i in _steps(nx.descendants(flow, left)) if i < join]
    grows = [i for i in inside if steps[i].takes and _smaller(steps[i].takes[0], steps[i].types[0])]
    first = grows[0] if grows else join
    return frozenset({first, *_steps(nx.descendants(flow, first))})
