"""A graph as a reader sees it: conv, norm and activation are one step, equal steps are one.

``Charts.of(graph)`` folds each graph once. A chart has a *form* and *numbers*: two charts of one
form differ in numbers only (filters, strides, how often a block repeats), so a picture can show
one of them and tabulate the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ...compiler.dims import Size
from ...compiler.ir import CallOp, Graph, GraphKind, InputOp, LayerOp, Node, ScanOp, Value, WeightOp
from ...compiler.layer import Layer
from ...compiler.types import TensorType

Ref: TypeAlias = tuple[int, int]
"""A step's number and which of its results; inputs of the chart are the steps -1, -2, ..."""

StepKind: TypeAlias = Literal["unit", "call", "run", "scan", "join", "bar", "weight"]

LONGEST_MOTIF: Final = 24
FEWEST_MOTIFS: Final = 3
BARS: Final = frozenset({"concat", "stack"})
STRIPS: Final = 3
SMALL: Final = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A node with its module path from the chart's graph on; ``^name`` for a module handed in."""

    node: Node
    key: str
    path: str
    inputs: tuple[Ref, ...]
    body: Chart | None = None
    shared: bool = False


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
    numbers: tuple[object, ...]
    count: int = 1
    body: Chart | None = None
    paths: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

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
    numbers: tuple[object, ...]


class Charts:
    """Folds graphs, each once; forms are numbered as they are met."""

    def __init__(self) -> None:
        self._charts: dict[int, tuple[Graph, Chart]] = {}
        self._forms: dict[Hashable, int] = {}

    def form(self, structure: Hashable) -> int:
        return self._forms.setdefault(structure, len(self._forms))

    def of(self, graph: Graph) -> Chart:
        known = self._charts.get(id(graph))
        if known is None:
            known = self._charts[id(graph)] = (graph, self._chart(graph))
        return known[1]

    def _chart(self, graph: Graph) -> Chart:
        parts, results = self._parts(graph)
        steps, results = _steps(self, _mark_shared(parts), results)
        steps, results = _merge_equal(steps, results)
        signs = [self.form(("step", s.form, s.count, s.numbers)) for s in steps]
        steps, results = _merge_motifs(self, steps, results, signs, _repeat)
        inputs = tuple(port.type for port in graph.inputs)
        return self.chart(graph, inputs, steps, results)

    def chart(
        self, graph: Graph | None, inputs: tuple[TensorType, ...], steps: Sequence[Step],
        results: tuple[Ref, ...],
    ) -> Chart:  # fmt: skip
        wiring = tuple((s.form, s.inputs) for s in steps)
        numbers = tuple(n for s in steps for n in (s.count, *s.numbers))
        form = self.form(("chart", len(inputs), wiring, results))
        return Chart(graph, inputs, tuple(steps), results, form, numbers)

    # --- nodes to parts: small groups lose their walls ----------------------------------------

    def _parts(self, graph: Graph) -> tuple[list[Part], tuple[Ref, ...]]:
        parts: list[Part] = []
        sources = [(-1 - i, 0) for i in range(len(graph.inputs))]
        results = self._inline(graph, sources, "", {}, parts)
        return parts, results

    def _inline(
        self, graph: Graph, sources: Sequence[Ref], prefix: str, outers: dict[str, str],
        parts: list[Part],
    ) -> tuple[Ref, ...]:  # fmt: skip
        at: dict[Value, Ref] = {}
        waiting = iter(sources)
        for node in graph.nodes:
            if isinstance(node.op, InputOp):
                at[Value(node.key)] = next(waiting)
                continue
            if node.idle:
                continue
            inputs = tuple(at[v] for v in node.inputs)
            path = _path(node, prefix, outers)
            called = _called(node)
            body = self.of(called) if called is not None else None
            if isinstance(node.op, CallOp) and body and _small(body, node, graph.kind):
                assert body.graph is not None
                inner = {name: _outer(given, prefix, outers) for name, given in node.outers}
                found = self._inline(body.graph, inputs, f"{path}.", inner, parts)
            elif _joins_one(node):
                found = inputs
            else:
                key = prefix + (node.path if node.path and not node.outer else node.key)
                parts.append(Part(node, key, path, _regrouped(node, inputs, parts), body))
                found = tuple((len(parts) - 1, r) for r in range(len(node.types)))
            at.update({Value(node.key, r): ref for r, ref in enumerate(found)})
        return tuple(at[v] for v in graph.results)


def _called(node: Node) -> Graph | None:
    op = node.op.cell if isinstance(node.op, ScanOp) else node.op
    return op.graph if isinstance(op, CallOp) else None


def _joins_one(node: Node) -> bool:
    """A concat of a list that holds one tensor so far."""
    return isinstance(node.op, LayerOp) and node.op.layer.word == "concat" and len(node.inputs) == 1


def _regrouped(node: Node, inputs: tuple[Ref, ...], parts: list[Part]) -> tuple[Ref, ...]:
    """A concat of all that an earlier one joined, and more, reads the earlier one: a list that
    grows (DenseNet) is a chain, not a tangle."""
    if not isinstance(node.op, LayerOp) or node.op.layer.word != "concat":
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
    if node.count > 1 or node.outer:
        return False
    if not body.steps or (len(body.steps) == 1 and body.steps[0].kind == "unit"):
        return True
    if body.graph is None or body.graph.kind != "group":
        return False
    plain = len(body.steps) <= SMALL and all(s.kind not in ("call", "run") for s in body.steps)
    return node.path.rpartition(".")[2].isdigit() or (within == "block" and plain)


def _mark_shared(parts: list[Part]) -> list[Part]:
    used = Counter(p.path for p in parts if p.path and not isinstance(p.node.op, WeightOp))
    keys: Counter[str] = Counter()
    marked: list[Part] = []
    for part in parts:
        keys[part.key] += 1
        key = part.key if keys[part.key] == 1 else f"{part.key}-{keys[part.key]}"
        shared = used[part.path] > 1 or part.path.startswith("^")
        marked.append(replace(part, key=key, shared=shared))
    return marked


# --- parts to steps: conv + norm + activation -------------------------------------------------


def _steps(
    charts: Charts, parts: list[Part], results: tuple[Ref, ...]
) -> tuple[list[Step], tuple[Ref, ...]]:
    at: dict[int, int] = {}
    steps: list[Step] = []
    for unit, core in _units(parts, results):
        members = tuple(parts[i] for i in unit)
        steps.append(_step(charts, members, core, _moved(members[0].inputs, at)))
        at[unit[-1]] = len(steps) - 1
    return steps, _moved(results, at)


def _moved(refs: Iterable[Ref], at: dict[int, int]) -> tuple[Ref, ...]:
    return tuple((at.get(s, s) if s >= 0 else s, r) for s, r in refs)


def _units(parts: list[Part], results: tuple[Ref, ...]) -> list[tuple[list[int], int]]:
    """The parts that make one step each, with the place of the core, in running order."""
    units: list[tuple[list[int], int]] = []
    done: set[int] = set()
    following = _followers(parts, results)
    for i in range(len(parts)):
        if i in done:
            continue
        chain = [i]
        while _role(parts[chain[-1]]) and chain[-1] in following:
            chain.append(following[chain[-1]])
            if not _role(parts[chain[-1]]):
                chain.pop()
                break
        roles = "".join(_role(parts[j]) or "-" for j in chain)
        for start, end, core in _cut(roles):
            units.append((chain[start:end], core - start))
        done.update(chain)
    # A unit stands where its last part does: its strips may read nothing but the part before.
    return sorted(units, key=lambda unit: unit[0][-1])


def _followers(parts: list[Part], results: tuple[Ref, ...]) -> dict[int, int]:
    """The one part that reads a part, where it reads nothing else."""
    uses = Counter(ref for p in parts for ref in p.inputs)
    uses.update(results)
    reads: Counter[int] = Counter()
    for (step, _), times in uses.items():
        reads[step] += times
    return {
        p.inputs[0][0]: i
        for i, p in enumerate(parts)
        if len(p.inputs) == 1 and p.inputs[0][1] == 0 and reads[p.inputs[0][0]] == 1
    }


def _role(part: Part) -> str:
    """C conv, L linear, N norm, A activation, D dropout: what may share a box with a neighbour."""
    node = part.node
    if not isinstance(node.op, LayerOp) or node.count > 1 or part.shared:
        return ""
    if len(node.types) != 1 or len(part.inputs) != 1:
        return ""
    layer = node.op.layer
    if layer.word.startswith("dropout"):
        return "D"
    return {"conv": "C", "linear": "L", "norm": "N", "activation": "A"}.get(layer.category, "")


def _cut(roles: str) -> Iterable[tuple[int, int, int]]:
    """Stretches of a chain that are a box each: (start, end, core)."""
    # Norms that come first and a conv that comes last: pre-activation, the strips stand above.
    before = bool(re.fullmatch(r"N[NAD]*C[NADC]*", roles)) and roles.endswith("C")
    unit = _BEFORE if before else _AFTER
    at = 0
    while at < len(roles):
        found = unit.match(roles, at) or _ALONE.match(roles, at)
        assert found is not None
        core = found.start("core")
        yield at, found.end(), core if core >= 0 else at
        at = found.end()


_BEFORE: Final = re.compile(r"(?:NA?)?(?P<core>C)")
_AFTER: Final = re.compile(rf"D?(?P<core>[CL])[NAD]{{0,{STRIPS}}}")
_ALONE: Final = re.compile(r"(?P<core>N)A?|.")


def _step(charts: Charts, parts: tuple[Part, ...], core: int, inputs: tuple[Ref, ...]) -> Step:
    kind = _kind(parts[core])
    numbers: list[object] = []
    structure = (kind, core, *(_structure(charts, part, numbers) for part in parts))
    body = parts[core].body
    paths = _paths(parts[core])
    return Step(
        kind, parts, core, inputs, parts[0].node.takes, parts[-1].node.types,
        charts.form(structure), tuple(numbers), parts[core].node.count, body, paths,
    )  # fmt: skip


def _paths(part: Part) -> tuple[str, ...]:
    if part.node.count == 1:
        return (part.path,)
    stem = part.path.rstrip("0123456789")
    first = int(part.path[len(stem) :] or 0)
    return tuple(f"{stem}{first + i}" for i in range(part.node.count))


def _kind(part: Part) -> StepKind:
    op = part.node.op
    if isinstance(op, CallOp):
        return "call"
    if isinstance(op, WeightOp):
        return "weight"
    if isinstance(op, ScanOp):
        return "scan"
    assert isinstance(op, LayerOp)
    if op.layer.word in BARS and len(part.inputs) > 1:
        return "bar"
    if op.layer.category == "math" and len(part.inputs) > 1 and len(op.layer.caption()[0]) <= 2:
        return "join"
    return "unit"


def _structure(charts: Charts, part: Part, numbers: list[object]) -> Hashable:
    op = part.node.op
    sharing = part.path if part.shared else ""
    if isinstance(op, ScanOp):
        way = (op.sequences, op.states, op.emits, op.reverse)
        return ("scan", *way, _operation(charts, op.cell, part, numbers), sharing)
    if isinstance(op, WeightOp):
        return ("weight", part.path, op.weight)
    assert not isinstance(op, InputOp)
    return (*_operation(charts, op, part, numbers), sharing)


def _operation(
    charts: Charts, op: LayerOp | CallOp, part: Part, numbers: list[object]
) -> tuple[Hashable, ...]:
    if isinstance(op, LayerOp):
        return ("layer", *_settings(charts, op.layer, numbers))
    assert part.body is not None
    numbers.extend(part.body.numbers)
    numbers.extend(v for _, v in op.graph.arguments if isinstance(v, int | float | Size))
    name = op.graph.name if op.graph.kind == "block" else ""
    return ("call", name, part.body.form, len(part.node.types))


def _settings(charts: Charts, layer: Layer, numbers: list[object]) -> tuple[Hashable, ...]:
    """A layer without its numbers, which go into the list."""
    held = ((name, getattr(layer, name)) for name in layer.settings)
    return (layer.word, *((name, _hollow(charts, value, numbers)) for name, value in held))


def _hollow(charts: Charts, value: object, numbers: list[object]) -> Hashable:
    if isinstance(value, int | float | Size) and not isinstance(value, bool):
        numbers.append(value)
        return "#"
    if isinstance(value, list | tuple):
        return ("list", *(_hollow(charts, v, numbers) for v in value))
    if isinstance(value, TensorType):
        return ("tensor", value.rank)
    if isinstance(value, Layer):
        return _settings(charts, value, numbers)
    if isinstance(value, Graph):
        chart = charts.of(value)
        numbers.extend(chart.numbers)
        return ("graph", value.name, chart.form)
    return repr(value)


# --- equal steps in a row ---------------------------------------------------------------------


def _merge_equal(steps: list[Step], results: tuple[Ref, ...]) -> tuple[list[Step], tuple[Ref, ...]]:
    """One step with a count for equal ones, each reading just the one before."""
    uses = _uses(steps, results)
    merged: list[Step] = []
    at: dict[int, int] = {}
    for i, step in enumerate(steps):
        before = merged[-1] if merged else None
        moved = replace(step, inputs=_moved(step.inputs, at))
        if before is not None and _continues(before, step, steps, i, uses):
            merged[-1] = replace(
                before, count=before.count + step.count, types=step.types,
                paths=before.paths + step.paths,
            )  # fmt: skip
        else:
            merged.append(moved)
        at[i] = len(merged) - 1
    return merged, _moved(results, at)


def _uses(steps: Sequence[Step], results: tuple[Ref, ...]) -> Counter[int]:
    uses: Counter[int] = Counter(s for s, _ in results)
    for step in steps:
        uses.update(s for s, _ in step.inputs)
    return uses


def _continues(before: Step, step: Step, steps: list[Step], i: int, uses: Counter[int]) -> bool:
    last = steps[i - 1]
    return (
        step.kind in ("unit", "call")
        and (step.form, step.numbers) == (before.form, before.numbers)
        and step.inputs[:1] == ((i - 1, 0),)
        and uses[i - 1] == 1
        and step.inputs[1:] == last.inputs[1:]
        and (step.kind == "call" or _weighs(step))
        and (_role(step.part) != "L" or step.takes == before.takes)
    )


def _weighs(step: Step) -> bool:
    """Repeating only pools and reshapes is no pattern worth a badge."""
    return any(_role(p) or p.node.count > 1 for p in step.parts)


# --- stretches that repeat: what a loop without a block leaves, and runs of blocks ---------------

Stretch: TypeAlias = tuple[int, int, int]
"""Where it starts, how long one copy is, how many there are."""


def with_runs(charts: Charts, chart: Chart, *, groups: bool) -> Chart:
    """Runs of one form as one step with a row to each: of a block's calls, and if ``groups`` of
    labelled groups and of stretches of several calls as well."""
    signs = [s.form if _runs(s, groups) else -1 - i for i, s in enumerate(chart.steps)]
    longest = LONGEST_MOTIF if groups else 1
    steps, results = _merge_motifs(
        charts, list(chart.steps), chart.results, signs, _run, longest=longest, pairs=True
    )
    if len(steps) == len(chart.steps):
        return chart
    return charts.chart(chart.graph, chart.inputs, steps, results)


def _runs(step: Step, groups: bool) -> bool:
    if step.kind != "call":
        return groups
    graph = step.body.graph if step.body else None
    return groups or (graph is not None and graph.kind == "block")


def _merge_motifs(
    charts: Charts, steps: list[Step], results: tuple[Ref, ...], signs: list[int],
    build: Callable[[Charts, list[Step], Stretch, dict[Ref, Ref]], Step], *,
    longest: int = LONGEST_MOTIF, pairs: bool = False,
) -> tuple[list[Step], tuple[Ref, ...]]:  # fmt: skip
    readers = _readers(steps, results)
    merged: list[Step] = []
    at: dict[Ref, Ref] = {}
    i = 0
    while i < len(steps):
        stretch = _best_motif(signs, steps, i, longest, pairs)
        if stretch and _closed(steps, readers, stretch):
            merged.append(build(charts, steps, stretch, at))
            i += stretch[1] * stretch[2]
            at.update({(i - 1, r): (len(merged) - 1, r) for r in range(len(merged[-1].types))})
            continue
        merged.append(replace(steps[i], inputs=tuple(at.get(r, r) for r in steps[i].inputs)))
        at.update({(i, r): (len(merged) - 1, r) for r in range(len(steps[i].types))})
        i += 1
    return merged, tuple(at.get(r, r) for r in results)


def _readers(steps: Sequence[Step], results: tuple[Ref, ...]) -> dict[int, list[int]]:
    """Which steps read a step; the end counts as one more."""
    readers: dict[int, list[int]] = {}
    for i, step in enumerate(steps):
        for s, _ in step.inputs:
            readers.setdefault(s, []).append(i)
    for s, _ in results:
        readers.setdefault(s, []).append(len(steps))
    return readers


def _best_motif(
    signs: list[int], steps: list[Step], start: int, longest: int, pairs: bool
) -> Stretch | None:
    """The repetition from here on that covers most steps."""
    best: Stretch | None = None
    for period in range(1, longest + 1):
        fewest = 2 if pairs and period == 1 else FEWEST_MOTIFS
        if start + period * fewest > len(steps):
            break
        if signs[start] != signs[start + period]:
            continue
        end = start + period
        while end < len(steps) and _same_at(signs, steps, end, period):
            end += 1
        times = (end - start) // period
        covers = best[1] * best[2] if best else 0
        alone = period == 1 and pairs and steps[start].kind != "call"
        if times < fewest or alone or not _worth(steps, start, period):
            continue
        if times * period > covers:
            best = (start, period, times)
    return best


def _worth(steps: list[Step], start: int, period: int) -> bool:
    """Repeating only pools and reshapes is no pattern worth a badge."""
    return any(s.kind == "call" or _weighs(s) for s in steps[start : start + period])


def _same_at(signs: list[int], steps: list[Step], i: int, period: int) -> bool:
    if signs[i] != signs[i - period] or len(steps[i].inputs) != len(steps[i - period].inputs):
        return False
    pairs = zip(steps[i].inputs, steps[i - period].inputs, strict=True)
    return all(a == b or (a[0] - b[0] == period and a[1] == b[1]) for a, b in pairs)


def _closed(steps: list[Step], readers: dict[int, list[int]], stretch: Stretch) -> bool:
    """Whether each copy reads just the last step of the copy before, and nobody else does."""
    start, period, times = stretch
    end = start + period * times
    if _carry(steps, stretch) is None:
        return False
    for i in range(start, end):
        after = start + ((i - start) // period + 1) * period
        outside = [r for r in readers.get(i, []) if r >= after]
        if i < after - 1 and outside:
            return False
        if after < end and any(r >= after + period for r in outside):
            return False
    return True


def _carry(steps: list[Step], stretch: Stretch) -> Ref | None:
    """The one tensor that the first copy reads where the second reads the first; None if the
    copies hand on another than the first result of their last step."""
    start, period, _ = stretch
    found: set[Ref] = set()
    for i in range(start, start + period):
        for k, ref in enumerate(steps[i + period].inputs):
            if start <= ref[0] < start + period:
                if ref != (start + period - 1, 0):
                    return None
                found.add(steps[i].inputs[k])
    return found.pop() if len(found) == 1 else None


def _repeat(charts: Charts, steps: list[Step], stretch: Stretch, at: dict[Ref, Ref]) -> Step:
    """A stretch of equal copies as the call of a chart, so many times."""
    start, period, times = stretch
    outside = _outside(steps, stretch)
    body = _stretch(charts, steps, stretch, 0, outside)
    first, last = steps[start], steps[start + period * times - 1]
    return Step(
        "call", (first.part,), 0, tuple(at.get(r, r) for r in outside), body.inputs, last.types,
        charts.form(("motif", body.form)), body.numbers, times, body, (first.part.path,),
    )  # fmt: skip


def _run(charts: Charts, steps: list[Step], stretch: Stretch, at: dict[Ref, Ref]) -> Step:
    """A stretch of copies that differ in numbers as one step with a row to each."""
    start, period, times = stretch
    outside = _outside(steps, stretch)
    rows: list[Row] = []
    for copy in range(times):
        own = steps[start + copy * period : start + (copy + 1) * period]
        alone = own[0].body if period == 1 else None
        rows.append(Row(alone or _stretch(charts, steps, stretch, copy, outside), tuple(own)))
    if period == 1:
        outside = steps[start].inputs
    form = charts.form(("run", rows[0].body.form))
    numbers = tuple(n for row in rows for n in row.body.numbers)
    first, last = steps[start], steps[start + period * times - 1]
    return Step(
        "run", (first.part,), 0, tuple(at.get(r, r) for r in outside), rows[0].body.inputs,
        last.types, form, numbers, 1, None, (first.part.path,), tuple(rows),
    )  # fmt: skip


def _outside(steps: list[Step], stretch: Stretch) -> tuple[Ref, ...]:
    """What enters: the tensor that is handed on, then those that all copies read."""
    start, period, _ = stretch
    carry = _carry(steps, stretch)
    assert carry is not None
    shared = {
        ref for i in range(start, start + period) for k, ref in enumerate(steps[i].inputs)
        if ref[0] < start and steps[i + period].inputs[k] == ref
    }  # fmt: skip
    return (carry, *sorted(shared))


def _stretch(
    charts: Charts, steps: list[Step], stretch: Stretch, copy: int, outside: tuple[Ref, ...]
) -> Chart:
    """One copy as a chart of its own."""
    start, period, _ = stretch
    begin = start + copy * period
    own = steps[begin : begin + period]
    entering = (outside[0] if copy == 0 else (begin - 1, 0), *outside[1:])
    inner: dict[Ref, Ref] = {ref: (-1 - k, 0) for k, ref in reversed(list(enumerate(entering)))}
    inner.update({(begin + k, r): (k, r) for k in range(period) for r in range(len(own[k].types))})
    moved = [replace(s, inputs=tuple(inner[r] for r in s.inputs)) for s in own]
    types = tuple(_type(steps, own, ref) for ref in entering)
    return charts.chart(None, types, moved, ((period - 1, 0),))


def _type(steps: Sequence[Step], own: Sequence[Step], ref: Ref) -> TensorType:
    if ref[0] >= 0:
        return steps[ref[0]].types[ref[1]]
    return next(s.takes[k] for s in own for k, r in enumerate(s.inputs) if r == ref)
