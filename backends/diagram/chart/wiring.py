"""The meaning of the wires of a chart: which are ways around, where they fork, which steps stand
side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import networkx as nx

from ....compiler.analyses import apart, longest_way, skips
from ....compiler.dims import less
from ....compiler.ir import LayerOp
from ....compiler.types import TensorType
from .chart import Chart, Ref, Step, reads

Wire = tuple[int, int]
"""An input of a step: (step, number of the input)."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """``skips`` go around steps that another input of the same step went through. ``forks`` are the
    tensors that are drawn with a point where they fork. ``ranks`` are steps that stand side by
    side. ``axes`` are pairs of a tensor that forks and the step that joins all its branches, which
    stands straight below. ``climbing`` steps are the right arm of a U, or the middle arm of an N;
    ``levels`` are the (left, right) steps that the skips of a U join. ``projections`` are the
    layers that make queries, keys and values."""

    skips: frozenset[Wire]
    forks: frozenset[Ref]
    ranks: tuple[tuple[int, ...], ...]
    axes: tuple[tuple[Ref, int], ...]
    climbing: frozenset[int]
    levels: tuple[tuple[int, int], ...]
    projections: tuple[tuple[int, ...], ...] = ()


def wiring(chart: Chart, *, arms: bool) -> Wiring:
    """The wiring of a chart; with ``arms`` a U-Net may be drawn as a U."""
    flow = _flow(chart, {})
    skips = _skips(chart, flow)
    levels = _levels(chart, skips) if arms else ()
    climbing = _climbing(chart, levels, flow)
    if not _is_u(chart, skips, climbing):
        climbing = _middle_arm(chart, flow) if levels else frozenset()
        levels = ()
    readers = _readers(chart)
    forks = frozenset(
        ref
        for ref, wires in readers.items()
        if len(wires) > 1
        and any(w in skips for w in wires)
        and ref[0] not in {s for s, _ in levels}
    )
    ranks = tuple(r for ref, wires in readers.items() if (r := _heads(chart, wires, skips, flow)))
    projections = tuple(_projections(chart, flow))
    ranks = (*ranks, *(rank for rank in projections if rank not in ranks))
    return Wiring(skips, forks, ranks, _axes(chart, readers), climbing, levels, projections)


def bypasses(chart: Chart) -> frozenset[Wire]:
    """The skips, and the inputs of products that go around: those of a gate."""
    return _skips(chart, _flow(chart, {}), products=True)


def _readers(chart: Chart) -> dict[Ref, list[Wire]]:
    readers: dict[Ref, list[Wire]] = {}
    for i, step in enumerate(chart.steps):
        for k, ref in reads(step):
            readers.setdefault(ref, []).append((i, k))
    return readers


def _flow(chart: Chart, flows: dict[int, nx.DiGraph]) -> nx.DiGraph:
    """A graph of steps and tensors, with an edge to everything that reads them. The weights count
    the steps of a way; joins count nothing. ``flows`` keeps the result of each chart, for blocks
    that are called often."""
    if id(chart) in flows:
        return flows[id(chart)]
    flow = flows[id(chart)] = nx.DiGraph()
    flow.add_nodes_from(range(-len(chart.inputs), len(chart.steps)))
    inputs = [[ref for _, ref in reads(step)] for step in chart.steps]
    refs = (*chart.results, *chain(*inputs))
    flow.add_edges_from(((ref[0], ref) for ref in refs), weight=0)
    for i, step in enumerate(chart.steps):
        flow.add_edges_from(((ref, i) for ref in inputs[i]), weight=int(step.kind != "join"))
        if step.body is not None and len(step.body.results) > 1:
            flow.add_edges_from(_inside(i, step.body, flows), weight=0)
    return flow


def _steps(nodes: Iterable[int | Ref]) -> list[int]:
    return sorted(node for node in nodes if isinstance(node, int))


def _inside(step: int, body: Chart, flows: dict[int, nx.DiGraph]) -> Iterator[tuple[Ref, Ref]]:
    """The pairs of results of a block of which the second is computed from the first."""
    flow = _flow(body, flows)
    for k, ref in enumerate(body.results):
        after = nx.descendants(flow, ref)
        yield from (((step, k), (step, r)) for r, to in enumerate(body.results) if to in after)


def _skips(chart: Chart, flow: nx.DiGraph, *, products: bool = False) -> frozenset[Wire]:
    """The wires that go around: into sums, concats and calls, and with ``products`` into
    products."""
    around = set(skips(flow))
    result: set[Wire] = set()
    for i, step in enumerate(chart.steps):
        gathers = _gathers(step)
        gates = products and step.kind == "join"
        if not (gathers or gates) or len(step.inputs) < 2:
            continue
        skip_inputs = [
            k
            for k, ref in enumerate(step.inputs)
            if (ref, i) in around and (step.kind != "call" or _goes_around(step, k, flow))
        ]
        result.update((i, k) for k in skip_inputs)
        if not skip_inputs and gathers and step.kind == "join" and len(step.inputs) == 2:
            result.update(_projection(chart, flow, i))
    return frozenset(result)


def _goes_around(step: Step, k: int, flow: nx.DiGraph) -> bool:
    """Whether an input of a call is a way around. The first input must come from it through other
    steps, and both must have one type, or be maps of different sizes: a mask or a memory is no way
    around."""
    other = k or (1 if len(step.inputs) == 2 else 0)
    if not 0 < other < len(step.takes):  # an extra input of the old version
        return False
    first, taken = step.takes[0], step.takes[other]
    comparable = taken == first or (taken.rank == first.rank and first.rank >= 4)
    ref, end = step.inputs[k], step.inputs[0 if k else other]
    return comparable and ref != end and nx.has_path(flow, ref, end)


def _gathers(step: Step) -> bool:
    """Whether a way around may end at a step. It does not end at a product, a difference or a
    comparison: there one input is a gate or a mean, or both are branches."""
    op = step.node.op
    adds = isinstance(op, LayerOp) and op.layer.role == "sum"
    return step.kind in ("bar", "call") or (step.kind == "join" and adds)


def _projection(chart: Chart, flow: nx.DiGraph, join: int) -> list[Wire]:
    """The wires of the shorter of two ways from a fork to a sum, if it is a plain chain that
    nothing else reads: the projection of a residual block."""
    first, second = chart.steps[join].inputs
    if not (_may_fork(chart, flow, first) or _may_fork(chart, flow, second)):
        return []
    a, b = first[0], second[0]
    common = (nx.ancestors(flow, a) | {a}) & (nx.ancestors(flow, b) | {b})
    if not _steps(common):
        return []
    fork = _steps(common)[-1]
    ways = [_way(chart, s, fork) for s in (a, b)]
    chains = [w for w in ways if w is not None]
    if len(chains) < 2:
        shorter = 0 if ways[0] is not None else 1
        way = ways[shorter]
        other = (a, b)[1 - shorter]
        if way is None or len(way) > 2 or longest_way(flow, fork, other) <= len(way):
            return []
    else:
        shorter = 0 if len(chains[0]) < len(chains[1]) else 1
        way, longer = chains[shorter], chains[1 - shorter]
        if len(way) == len(longer) or _layers(chart, way) >= _layers(chart, longer):
            return []
    readers = _readers(chart)
    if any(len(readers[s, 0]) + chart.results.count((s, 0)) > 1 for s in way):
        return []
    return [(join, shorter), *((s, 0) for s in way)]


def _may_fork(chart: Chart, flow: nx.DiGraph, ref: Ref) -> bool:
    """Whether a tensor of the plain chain that ends here has several readers. This is quick, and
    saves the search through all ancestors."""
    while flow.out_degree(ref) <= 1:
        step = ref[0]
        if step < 0 or len(chart.steps[step].inputs) != 1:
            return False
        (ref,) = chart.steps[step].inputs
    return True


def _layers(chart: Chart, way: list[int]) -> int:
    """The number of layers on a way, with those inside blocks and in copies."""
    return sum(map(_size, (chart.steps[i] for i in way)))


def _size(step: Step) -> int:
    inside = step.merged or [s for row in step.rows for s in row.steps]
    if inside:
        return sum(map(_size, inside))
    inside_once = len(step.parts) if step.body is None else sum(map(_size, step.body.steps))
    return inside_once * step.count


def _way(chart: Chart, step: int, fork: int) -> list[int] | None:
    """The steps from ``step`` back to the fork; None if they are no chain."""
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
    """The first steps of branches that start at one tensor, with the projection on a way around."""
    ways = [w for w in wires if w not in skips or chart.steps[w[0]].kind not in ("join", "bar")]
    steps = list(dict.fromkeys(i for i, _ in ways))
    return tuple(steps) if len(steps) > 1 and apart(flow, steps) else ()


def _projections(chart: Chart, flow: nx.DiGraph) -> Iterator[tuple[int, ...]]:
    """The three linear layers whose results, perhaps through other layers, an attention reads."""
    for step in chart.steps:
        op = step.node.op
        if not isinstance(op, LayerOp) or op.layer.role != "attend":
            continue
        linears = [_linear(chart, s) for s, _ in step.inputs[:3]]
        steps = tuple(dict.fromkeys(i for i in linears if i is not None))
        if len(steps) == 3 and apart(flow, steps):
            yield steps


def _linear(chart: Chart, step: int) -> int | None:
    """The nearest linear layer before a step; None if the way to it has several inputs."""
    while step >= 0:
        current = chart.steps[step]
        op = current.node.op
        if isinstance(op, LayerOp) and op.layer.category == "linear":
            return step
        if len(current.inputs) != 1:
            return None
        step = current.inputs[0][0]
    return None


def _axes(chart: Chart, readers: dict[Ref, list[Wire]]) -> tuple[tuple[Ref, int], ...]:
    """The pairs of a tensor and a bar with at least three plain branches between them, all from the
    tensor to the bar."""
    axes: list[tuple[Ref, int]] = []
    for i, step in enumerate(chart.steps):
        if step.kind != "bar" or len(step.inputs) < 3:
            continue
        sources = {_source(chart, ref) for ref in step.inputs}
        if len(sources) == 1 and len(readers[ref := sources.pop()]) == len(step.inputs):
            axes.append((ref, i))
    return tuple(axes)


def _source(chart: Chart, ref: Ref) -> Ref:
    """The tensor with several readers at which the branch that ends in ``ref`` starts."""
    while ref[0] >= 0 and len(chart.steps[ref[0]].inputs) == 1:
        before = chart.steps[ref[0]].inputs[0]
        if sum(s.inputs.count(before) for s in chart.steps) > 1:
            return before
        ref = before
    return ref


# --- the U ------------------------------------------------------------------------------------


def _levels(chart: Chart, skips: frozenset[Wire]) -> tuple[tuple[int, int], ...]:
    """The skips of a U as pairs of steps, outermost first. They are nested, and the tensors get
    smaller inwards."""
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
    """Whether an extent of ``a`` (height, width or length) is smaller than that of ``b``."""
    pairs = zip(a.shape[2:], b.shape[2:], strict=False)
    return any(x != y and less(x, y) is not False for x, y in pairs)


def _is_u(chart: Chart, skips: frozenset[Wire], climbing: frozenset[int]) -> bool:
    """Whether the right arm only climbs: no tensor shrinks there, and each skip from the left
    starts and ends at a step of its own."""
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
    """The steps of the right arm: from the first that makes the tensor larger, after the left end
    of the innermost skip."""
    if not levels:
        return frozenset()
    left, join = levels[-1]
    steps = chart.steps
    inside = [i for i in _steps(nx.descendants(flow, left)) if i < join]
    grows = [i for i in inside if steps[i].takes and _smaller(steps[i].takes[0], steps[i].types[0])]
    first = grows[0] if grows else join
    return frozenset({first, *_steps(nx.descendants(flow, first))})


def _middle_arm(chart: Chart, flow: nx.DiGraph) -> frozenset[int]:
    """The steps that climb in an N: those after a step that makes the tensor larger, up to those
    after a step that makes it smaller again."""
    steps = chart.steps
    grows = [i for i, s in enumerate(steps) if s.takes and _smaller(s.takes[0], s.types[0])]
    up = _with_descendants(flow, grows)
    shrinks = [i for i in up if steps[i].takes and _smaller(steps[i].types[0], steps[i].takes[0])]
    return up - _with_descendants(flow, shrinks)


def _with_descendants(flow: nx.DiGraph, steps: Iterable[int]) -> frozenset[int]:
    return frozenset(i for step in steps for i in (step, *_steps(nx.descendants(flow, step))))
