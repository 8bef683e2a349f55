"""What the wires of a chart mean: which go around, where they fork, what stands side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...compiler.dims import less
from ...compiler.ir import LayerOp
from ...compiler.types import TensorType
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
    above = _ancestors(chart)
    skips = _skips(chart)
    levels = _levels(chart, skips) if arms else ()
    climbing = _climbing(chart, levels, above)
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
    ranks = tuple(r for ref, wires in readers.items() if (r := _heads(chart, wires, skips, above)))
    made = tuple(_projections(chart, above))
    ranks = (*ranks, *(rank for rank in made if rank not in ranks))
    return Wiring(skips, forks, ranks, _axes(chart, readers), climbing, levels, made)


def bypasses(chart: Chart) -> frozenset[Wire]:
    """The skips, and what goes around into a product: a gate's other input."""
    return _skips(chart, products=True)


def _readers(chart: Chart) -> dict[Ref, list[Wire]]:
    readers: dict[Ref, list[Wire]] = {}
    for i, step in enumerate(chart.steps):
        for k, ref in enumerate(step.inputs):
            readers.setdefault(ref, []).append((i, k))
    return readers


def _bit(step: int, inputs: int) -> int:
    """Sets of steps are ints, a bit to each: ancestors of thousands of steps cost little."""
    return 1 << (inputs + step)


def _ancestors(chart: Chart) -> dict[int, int]:
    """Each step with all before it, itself included."""
    n = len(chart.inputs)
    above = {-1 - i: _bit(-1 - i, n) for i in range(n)}
    for i, step in enumerate(chart.steps):
        mine = _bit(i, n)
        for s, _ in step.inputs:
            mine |= above[s]
        above[i] = mine
    return above


def _skips(chart: Chart, *, products: bool = False) -> frozenset[Wire]:
    skips: set[Wire] = set()
    passed = _passed(chart, {})
    above = _ancestors(chart)
    for i, step in enumerate(chart.steps):
        gathers = _gathers(step)
        gates = products and step.kind == "join"
        if not (gathers or gates) or len(step.inputs) < 2:
            continue
        around = [
            k
            for k, ref in enumerate(step.inputs)
            if any(passed.before(other) & passed.bits[ref] for other in _siblings(step, k))
        ]
        skips.update((i, k) for k in around)
        if not around and gathers and step.kind == "join" and len(step.inputs) == 2:
            skips.update(_projection(chart, above, i))
    return frozenset(skips)


@dataclass(frozen=True, slots=True)
class _Passed:
    """A bit to each tensor, and what was read on the way to a step and to its results: those of a
    block may come one from another."""

    bits: dict[Ref, int]
    read: dict[int, int] = field(default_factory=dict)
    inside: dict[Ref, int] = field(default_factory=dict)

    def before(self, ref: Ref) -> int:
        return self.read.get(ref[0], 0) | self.inside.get(ref, 0)


def _passed(chart: Chart, known: dict[int, _Passed]) -> _Passed:
    """``known`` holds what was found of other charts: one is asked once, however often called."""
    if id(chart) in known:
        return known[id(chart)]
    refs = dict.fromkeys(ref for step in chart.steps for ref in step.inputs)
    passed = known[id(chart)] = _Passed({ref: 1 << n for n, ref in enumerate(refs)})
    for i, step in enumerate(chart.steps):
        mine = 0
        for ref in step.inputs:
            mine |= passed.bits[ref] | passed.before(ref)
        passed.read[i] = mine
        if step.body is not None and len(step.body.results) > 1:
            passed.inside.update(_inside(passed, i, step.body, known))
    return passed


def _inside(
    passed: _Passed, step: int, body: Chart, known: dict[int, _Passed]
) -> Iterator[tuple[Ref, int]]:
    """Of each result of a block those that were read on the way to it."""
    own = _passed(body, known)
    for r, ref in enumerate(body.results):
        before = own.before(ref)
        read = [k for k, other in enumerate(body.results) if before & own.bits.get(other, 0)]
        yield (step, r), sum(passed.bits.get((step, k), 0) for k in read)


def _siblings(step: Step, k: int) -> Sequence[Ref]:
    """What else a step joins with an input. Of a block that is its first input, where the other is
    alike, or a map of another size: masks and memories go around nothing."""
    if step.kind != "call":
        return step.inputs
    other = k or (1 if len(step.inputs) == 2 else 0)
    if not 0 < other < len(step.takes):  # what came in before
        return ()
    first, own = step.takes[0], step.takes[other]
    alike = own == first or (own.rank == first.rank and first.rank >= 4)
    return (step.inputs[0 if k else other],) if alike else ()


def _gathers(step: Step) -> bool:
    """Whether a way around may end here. Of a product, a difference or a comparison neither side
    is one: one gates, one is the mean of the other, or both are branches."""
    op = step.node.op
    adds = isinstance(op, LayerOp) and op.layer.role == "sum"
    return step.kind in ("bar", "call") or (step.kind == "join" and adds)


def _projection(chart: Chart, above: dict[int, int], join: int) -> list[Wire]:
    """The shorter of two ways from a fork to a sum, where it is a plain chain."""
    (a, _), (b, _) = chart.steps[join].inputs
    common = above[a] & above[b]
    if not common:
        return []
    fork = common.bit_length() - 1 - len(chart.inputs)
    ways = [_way(chart, s, fork) for s in (a, b)]
    found = [w for w in ways if w is not None]
    if len(found) < 2:
        shorter = 0 if ways[0] is not None else 1
        way = ways[shorter]
        other = (a, b)[1 - shorter]
        if way is None or len(way) > 2 or _depth(chart, other, fork) <= len(way):
            return []
    else:
        shorter = 0 if len(found[0]) < len(found[1]) else 1
        way, longer = found[shorter], found[1 - shorter]
        if len(way) == len(longer) or _layers(chart, way) >= _layers(chart, longer):
            return []
    return [(join, shorter), *((s, 0) for s in way)]


def _layers(chart: Chart, way: list[int]) -> int:
    """How many layers stand on a way, those in blocks and copies too."""
    return sum(map(_size, (chart.steps[i] for i in way)))


def _size(step: Step) -> int:
    inside = step.merged or [s for row in step.rows for s in row.steps]
    if inside:
        return sum(map(_size, inside))
    own = len(step.parts) if step.body is None else sum(map(_size, step.body.steps))
    return own * step.count


def _depth(chart: Chart, step: int, fork: int) -> int:
    """How many steps the longest way from a fork has, sums not counted."""
    deep = {fork: 0}
    for i in range(max(fork, -1) + 1, step + 1):
        before = [deep[s] for s, _ in chart.steps[i].inputs if s in deep]
        if before:
            deep[i] = max(before) + (chart.steps[i].kind != "join")
    return deep.get(step, 0)


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
    chart: Chart, wires: list[Wire], skips: frozenset[Wire], above: dict[int, int]
) -> tuple[int, ...]:
    """The first steps of branches that part at one tensor, a projection on the way around too."""
    ways = [w for w in wires if w not in skips or chart.steps[w[0]].kind not in ("join", "bar")]
    steps = list(dict.fromkeys(i for i, _ in ways))
    inputs = len(chart.inputs)
    apart = all(a == b or not above[b] & _bit(a, inputs) for a in steps for b in steps)
    return tuple(steps) if len(steps) > 1 and apart else ()


def _projections(chart: Chart, above: dict[int, int]) -> Iterator[tuple[int, ...]]:
    """The linear layers that a product of attention reads, through what stands between."""
    inputs = len(chart.inputs)
    for step in chart.steps:
        op = step.node.op
        if not isinstance(op, LayerOp) or op.layer.role != "attend":
            continue
        found = [_linear(chart, s) for s, _ in step.inputs[:3]]
        steps = tuple(dict.fromkeys(i for i in found if i is not None))
        apart = all(a == b or not above[b] & _bit(a, inputs) for a in steps for b in steps)
        if len(steps) == 3 and apart:
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
    chart: Chart, levels: tuple[tuple[int, int], ...], above: dict[int, int]
) -> frozenset[int]:
    """The way up: from where the tensor grows again after the innermost left end."""
    if not levels:
        return frozenset()
    n = len(chart.inputs)
    left, join = levels[-1]
    inside = [i for i in range(left + 1, join) if above[i] & _bit(left, n)]
    steps = chart.steps
    grows = [i for i in inside if steps[i].takes and _smaller(steps[i].takes[0], steps[i].types[0])]
    first = grows[0] if grows else join
    return frozenset(i for i in range(len(steps)) if above[i] & _bit(first, n))
