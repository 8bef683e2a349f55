"""A convolutional network as one chain of stations (volumes), with the ways around them.

Branches that join again are one station, and so is a closed block.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from ....compiler.dims import Dim, substitute, symbols
from ....compiler.ir import Graph, LayerOp
from ....compiler.types import TensorType
from ..asked import opens
from ..chart import words
from ..chart.chart import (
    Chart,
    Ref,
    Step,
    StepPart,
    World,
    every_copy,
    nodes,
    stretches,
    with_twins,
    worlds,
)
from ..chart.charts import Charts
from ..chart.costs import cost
from ..chart.scope import Scope
from ..chart.wiring import bypasses
from ..errors import most_boxes, too_many_boxes
from ..legend import CONCAT, GATE, SKIP
from ..picture import Kind, LeftOut, Options, Text, Trail, Trails, text

MOST: Final = 120
"""The largest number of stations that is drawn."""
NOMINAL: Final = 256
"""The number that an open size is drawn as."""
WAYS: Final = {"add": SKIP, "concat": SKIP, "stack": SKIP, "mul": GATE}
"""The name of a way around, by the layer that it leads to."""
RESIZES: Final = 1.5
"""A reshape is drawn if it changes height or width by this factor or more."""


@dataclass(frozen=True, slots=True)
class Station:
    """A step and the tensor that it computes.

    ``pool`` and ``up`` are thin: ``pool`` touches the station before it, ``up`` the one after it.
    ``join`` is a sum or a product. ``fore`` and ``bands`` are the norms and activations before and
    after. ``around`` names the ways around inside the station.
    """

    id: str
    role: Literal["volume", "pool", "up", "join"]
    kind: Kind
    type: TensorType
    title: Text
    count: int = 1
    fore: tuple[Kind, ...] = ()
    bands: tuple[Kind, ...] = ()
    around: frozenset[str] = frozenset()
    block: bool = False
    tooltip: str = ""
    cost: int | None = None
    nodes: tuple[Trails, ...] = ()

    @property
    def flat(self) -> bool:
        """Whether the tensor has no height and width."""
        return _flat(self.type)

    @property
    def channels(self) -> int:
        shape = self.type.shape
        return nominal(shape[1]) if len(shape) >= 4 else nominal(shape[-1]) if shape[1:] else 1

    @property
    def spread(self) -> tuple[int, int]:
        """Height and width."""
        shape = self.type.shape
        return (nominal(shape[-2]), nominal(shape[-1])) if len(shape) >= 4 else (1, 1)


@dataclass(frozen=True, slots=True)
class Arch:
    """A way around, from the result of one station to the input of another."""

    tail: int
    head: int
    name: str = SKIP
    bar: Step | None = None
    """The concat at its end, if no station shows it."""

    @property
    def nodes(self) -> tuple[Trails, ...]:
        return nodes([self.bar]) if self.bar else ()


@dataclass(slots=True)
class StationWalk:
    """Walks a chart and collects its stations; ``depth`` is the number of levels of calls to
    open."""

    charts: Charts
    options: Options
    depth: int
    stations: list[Station] = field(default_factory=list)
    arches: list[Arch] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, list[Trails]] = field(default_factory=dict)
    """The operations that are not drawn, by their caption."""
    undrawn: list[Trails] = field(default_factory=list)
    """Operations that are not drawn and need not be mentioned."""

    def net(self, graph: Graph) -> None:
        """Collect the stations of a net. Raises TooLarge if a page cannot hold them."""
        port = graph.inputs[0]
        name = words.port_name("input", 0, [port.name])
        tooltip = f"input {name}: {port.type}"
        self.stations.append(
            Station("input-1", "volume", "io", port.type, text(name), tooltip=tooltip)
        )
        chart = self.charts.of(graph)
        scope = Scope(worlds=((World(None, chart),),))
        self.chart(chart, scope, {(-1, 0): 0}, (-1, 0))
        self.fix_upsampling()
        if any(arch.head == len(self.stations) for arch in self.arches):
            last = replace(self.stations[-1], id="output-1", title=text("concat"), kind="shape")
            self.stations.append(
                replace(
                    last,
                    type=graph.outputs[0].type,
                    count=1,
                    fore=(),
                    bands=(),
                    around=frozenset(),
                    nodes=(),
                )
            )
        self.drop_short_arches()

    def drop_short_arches(self) -> None:
        """Drop ways around that pass no station. A concat that only they show is left out."""
        near = [a for a in self.arches if a.head - a.tail == 1]
        self.arches = [a for a in self.arches if a.head - a.tail != 1]
        shown = [id(a.bar) for a in self.arches]
        for arch in near:
            if arch.bar and id(arch.bar) not in shown:
                self.leave_out(arch.bar)

    def fix_upsampling(self) -> None:
        """Make an upsampling a volume of its own, unless a volume of its size comes next."""
        for i, station in enumerate(self.stations):
            after = self.stations[i + 1] if i + 1 < len(self.stations) else None
            thin = after is not None and after.role == "volume" and after.spread == station.spread
            if station.role == "up" and not thin:
                self.stations[i] = replace(station, role="volume")

    def chart(self, chart: Chart, scope: Scope, at: dict[Ref, int], main: Ref) -> None:
        """Add the stations of a chart. ``at`` holds the station that each input comes from; the
        input ``main`` is on the chain, all others are ways around."""
        lines = _lines(chart, main)
        asides = _asides(chart, lines)
        (world,) = scope.worlds[0]
        steps = tuple(with_twins(step, i, [world]) for i, step in enumerate(chart.steps))
        chart = replace(chart, steps=steps)
        self.undrawn += [Trails(world.at, chart.undrawn)] if chart.undrawn else []
        for i in sorted(lines.aside):
            self.leave_out(chart.steps[i])
        at.update({ref: at.get(source, -1) for ref, source in asides.items()})
        for segment in lines.segments:
            if len(segment) > 1:
                self.branches(chart, segment, scope)
            else:
                self.step(chart, segment[0], lines, scope, at)
            here = len(self.stations) - 1
            at.update({(i, r): here for i in segment for r in range(len(chart.steps[i].types))})
            at.update({ref: at.get(source, -1) for ref, source in asides.items()})

    def leave_out(self, step: Step, parts: Sequence[int] | None = None) -> None:
        """Record a step as not drawn, or only some of its parts."""
        if step.body is not None:
            for world in worlds(step):
                self.undrawn += (
                    [Trails(world.at, world.chart.undrawn)] if world.chart.undrawn else []
                )
                for i, inner in enumerate(world.chart.steps):
                    self.leave_out(with_twins(inner, i, [world]))
            return
        for at, twin in step.twins:
            for leaf in every_copy(replace(twin, twins=())):
                chosen = leaf.parts if parts is None else [leaf.parts[k] for k in parts]
                for part in chosen:
                    self.leave_out_part(part, Trails(at, (part.trail,)))

    def leave_out_part(self, part: StepPart, place: Trails) -> None:
        op = part.node.op
        if not isinstance(op, LayerOp) or op.layer.category == "source":
            name = part.path.rpartition(".")[2] or words.caption(part)[0]
        elif words.idle(part):
            self.undrawn.append(place)
            return
        else:
            name = words.strip(part)
        self.left_out.setdefault(name, []).append(place)

    def omissions(self) -> tuple[LeftOut, ...]:
        named = (LeftOut(caption, tuple(nodes)) for caption, nodes in self.left_out.items())
        return (*named, LeftOut("", tuple(self.undrawn)))

    def step(self, chart: Chart, i: int, lines: _Lines, scope: Scope, at: dict[Ref, int]) -> None:
        step = chart.steps[i]
        head = len(self.stations)
        others = [at.get(ref, -1) for k, ref in enumerate(step.inputs) if (i, k) in lines.skips]
        if step.kind == "call" and step.body is not None and self.opened(step, scope):
            self.inside(step, scope, [at.get(ref, -1) for ref in step.inputs], lines, i)
            return
        stands = step.kind == "bar" and _readers(chart, i) > 1
        self.add(self.concat(step, scope) if stands else self.station(step, scope))
        bar = step if step.kind == "bar" and not stands else None
        if step.kind in ("join", "bar", "call"):
            self.arches += [
                Arch(tail, head, _way_name(step), bar)
                for tail in dict.fromkeys(others)
                if tail >= 0
            ]
        if bar and not any(tail >= 0 for tail in others):
            self.leave_out(bar)

    def inside(
        self, step: Step, scope: Scope, sources: Sequence[int], lines: _Lines, i: int
    ) -> None:
        """Add the stations of each copy of a call."""
        main = next((k for k in range(len(step.inputs)) if (i, k) not in lines.skips), 0)
        (around,) = scope.worlds[0]
        for n, (copy, body, ways) in enumerate(_copies(step)):
            if n:
                last = len(self.stations) - 1
                sources = [last if k == main else s for k, s in enumerate(sources)]
            entering = {(-1 - k, 0): source for k, source in enumerate(sources)}
            at = Trails(around.at, ways) if ways else around.at
            below = replace(scope.enter(copy), worlds=((World(at, body),),))
            self.chart(body, below, entering, (-1 - main, 0))

    def opened(self, step: Step, scope: Scope) -> bool:
        assert step.body is not None
        names = {words.name(step), words.label(step)}
        paths = {scope.module(path) for path in step.paths}
        requested = opens(names, paths, self.options)
        if requested is False or not _linear(step.body):
            return False
        return requested is True or (scope.depth < self.depth and not _loses_space(step.body))

    def add(self, station: Station | None) -> None:
        if station is None:
            return
        most = most_boxes(MOST)
        if len(self.stations) >= most:
            raise too_many_boxes(
                f"there are more than {most} volumes to draw",
                most,
                "open fewer levels of blocks (`--depth 1`), or put layers into blocks: "
                "each is one volume",
            )
        self.used[station.id] += 1
        number = self.used[station.id]
        id = f"{station.id}-{number}" if number > 1 else station.id
        self.stations.append(replace(station, id=id))

    # --- steps to stations --------------------------------------------------------------------

    def station(self, step: Step, scope: Scope) -> Station | None:
        """The station of a step; None if it is no volume. An activation or norm becomes a band of
        the station before."""
        if step.body is not None or step.kind in ("scan", "run"):
            return self.box(step, scope)
        op = step.node.op
        if not isinstance(op, LayerOp) or step.kind == "bar":
            return None
        role = _role(step, op.layer.word, op.layer.category)
        if role == "band":
            self.band(step)
            return None
        if role == "nothing":
            self.leave_out(step)
            return None
        fore, bands = ((), ()) if self.options.color_by or role == "join" else _bands(step)
        drawn = (*fore, step.core, *bands)
        if _flat(step.node.types[0]) and not _flat(step.types[0]):
            # A later part reads the vector as a volume, and that volume is drawn.
            drawn = tuple(range(len(step.parts)))
        self.leave_out(step, [k for k in range(len(step.parts)) if k not in drawn])
        title = words.caption(step.part)[0]
        last = max(drawn)
        types = step.types if last == len(step.parts) - 1 else step.parts[last].node.types
        return Station(
            scope.box(step),
            role,
            op.layer.category,
            scope.type(types[0]),
            text(title if role == "join" else _without_channels(title)),
            step.count,
            _kinds(step, fore),
            _kinds(step, bands),
            nodes=nodes([step], drawn),
            tooltip=words.about_step([step], scope),
            cost=self.cost(step, scope),
        )

    def concat(self, step: Step, scope: Scope) -> Station:
        """The station of a concat with several readers: a way around may start there again."""
        return Station(
            scope.box(step),
            "join",
            "math",
            scope.type(step.types[0]),
            text(CONCAT),
            nodes=nodes([step]),
            tooltip=words.about_step([step], scope),
        )

    def box(self, step: Step, scope: Scope) -> Station:
        below = scope.enter(step)
        body = step.body
        layers = f"{len(body.steps)} layers" if body is not None else words.caption(step.part)[0]
        name = words.name(step) or words.label(step)
        if body is not None and not name:
            self.leave_out(step)
        return Station(
            scope.box(step),
            "volume",
            "recurrent" if step.kind == "scan" else "block",
            scope.type(step.types[0]),
            text(name or layers),
            step.count,
            block=True,
            around=frozenset() if body is None else _way_names(body),
            tooltip=words.about_call([step], below),
            cost=self.cost(step, scope),
            nodes=nodes([step]),
        )

    def branches(self, chart: Chart, segment: Sequence[int], scope: Scope) -> None:
        """Add one station for steps that run side by side."""
        last = chart.steps[segment[-1]]
        ways = max(2, len(last.inputs))
        costs = [self.cost(chart.steps[i], scope) for i in segment]
        total = sum(c for c in costs if c is not None) if self.options.color_by else None
        station = Station(
            f"{scope.box(last)}-branches",
            "volume",
            "block",
            scope.type(last.types[0]),
            text(f"{ways} branches"),
            block=True,
            cost=total,
            nodes=nodes([chart.steps[i] for i in segment]),
        )
        self.add(station)
        for i in segment:
            self.leave_out(chart.steps[i])

    def band(self, step: Step) -> None:
        last = self.stations[-1]
        plain = last.role == "volume" and not last.block and last.kind != "io"
        if not plain or self.options.color_by or last.count * step.count > 1:
            self.leave_out(step)
            return
        shown = [k for k in range(len(step.parts)) if _kinds(step, [k])]
        self.leave_out(step, [k for k in range(len(step.parts)) if k not in shown])
        bands = (*last.bands, *_kinds(step, shown))
        self.stations[-1] = replace(last, bands=bands, nodes=(*last.nodes, *nodes([step], shown)))

    def cost(self, step: Step, scope: Scope) -> int | None:
        measure = self.options.color_by
        return cost(step, measure, dict(scope.sizes)) if measure else None


def _role(
    step: Step, word: str, kind: Kind
) -> Literal["volume", "pool", "up", "join", "band", "nothing"]:
    """How a layer is drawn; ``band`` is a band of the station before, ``nothing`` is left out."""
    before, after = (step.takes or step.types)[0], step.types[0]
    if step.kind == "join":
        return "join"
    if word == "softmax" and after.rank <= 2:
        return "volume"
    if not step.takes or word.startswith(("dropout", "log_softmax")):
        return "nothing"
    if kind in ("norm", "activation"):
        return "band"
    grows = _size(after) / _size(before)
    if kind in ("shape", "math", "other", "source", "io"):
        if before.rank >= 4 and after.rank >= 4 and not 1 / RESIZES < grows < RESIZES:
            return "up" if grows > 1 else "pool"
        reduced = kind == "math" and after.rank < before.rank
        return "pool" if reduced else "nothing"
    if kind == "pool" and after.rank >= 4 and not grows > 1:
        if after.shape == before.shape:
            return "nothing"
        return "volume" if _flat(after) else "pool"
    return "up" if kind in ("conv", "pool") and grows >= RESIZES else "volume"


def _copies(step: Step) -> Iterator[tuple[Step, Chart, tuple[Trail, ...]]]:
    """The copies of a call with the chart and the trail of each: the types of their inputs may
    differ. A stretch has no trail of its own."""
    assert step.body is not None
    if step.merged and step.body.graph is None:
        yield from ((step, chart, ()) for chart in stretches(step, step.body))
        return
    for copy in step.merged or (step,):
        assert copy.body is not None
        *around, (key, _) = copy.part.trail
        for n in range(copy.count):
            yield copy, copy.body, ((*around, (key, range(n, n + 1))),)


def _readers(chart: Chart, i: int) -> int:
    """The number of readers of a step's result, with the next copy in a stretch that repeats."""
    refs = [ref for step in chart.steps for ref in step.inputs] + list(chart.results)
    handed_on = chart.graph is None and (i, 0) in chart.results
    return refs.count((i, 0)) + (refs.count((-1, 0)) - 1 if handed_on else 0)


def _size(type: TensorType) -> float:
    return max(1, nominal(type.shape[-1])) if type.rank >= 4 else 1.0


def _flat(type: TensorType) -> bool:
    """Whether a tensor has no height and width."""
    return type.rank < 4 or all(nominal(d) == 1 for d in type.shape[-2:])


def _bands(step: Step) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The parts that are drawn as bands, before and after."""
    shown = [k for k in range(len(step.parts)) if k != step.core and _kinds(step, [k])]
    return tuple(k for k in shown if k < step.core), tuple(k for k in shown if k > step.core)


def _kinds(step: Step, parts: Sequence[int]) -> tuple[Kind, ...]:
    """The categories of those parts that are norms or activations."""
    ops = [step.parts[k].node.op for k in parts]
    layers = [op.layer for op in ops if isinstance(op, LayerOp)]
    return tuple(
        layer.category
        for layer in layers
        if layer.category in ("norm", "activation") and layer.role != "drop"
    )


def _without_channels(title: str) -> str:
    """``conv 3×3`` for ``conv 3×3, 64``: the shape shows the channels."""
    return re.sub(r",? \d+$", "", title)


def nominal(size: Dim) -> int:
    """A size as a number; an open size counts as ``NOMINAL``."""
    number = substitute(size, dict.fromkeys(symbols(size), NOMINAL))
    return max(1, number) if isinstance(number, int) else NOMINAL


# --- which steps are on the chain -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lines:
    """``skips`` are inputs that come by a way around (or from a weight), ``aside`` are the steps on
    such ways. ``segments`` are the other steps in order: each is one step, or several that run side
    by side."""

    skips: frozenset[tuple[int, int]]
    aside: frozenset[int]
    segments: tuple[tuple[int, ...], ...]


def _lines(chart: Chart, main: Ref) -> _Lines:
    around = bypasses(chart)
    skips: set[tuple[int, int]] = set()
    aside: set[int] = set()
    for i, step in enumerate(chart.steps):
        for k, (source, _) in enumerate(step.inputs):
            outside = source < 0 and (source, 0) != main
            if (i, k) in around or source in aside or outside:
                skips.add((i, k))
        joins = step.kind in ("join", "bar")
        if all((i, k) in skips for k in range(len(step.inputs))) and not (joins and step.inputs):
            aside.add(i)
    return _Lines(frozenset(skips), frozenset(aside), tuple(_segments(chart, skips, aside)))


def _segments(
    chart: Chart, skips: set[tuple[int, int]], aside: set[int]
) -> Iterator[tuple[int, ...]]:
    """The steps on the chain, cut after each step through which everything passes."""
    reach: dict[int, int] = {}
    for i, step in enumerate(chart.steps):
        for k, (source, _) in enumerate(step.inputs):
            if (i, k) not in skips:
                reach[source] = i
    waiting: list[int] = []
    furthest = max((last for source, last in reach.items() if source < 0), default=-1)
    for i in range(len(chart.steps)):
        if i in aside:
            continue
        waiting.append(i)
        if furthest <= i:
            yield tuple(waiting)
            waiting = []
        furthest = max(furthest, reach.get(i, i))
    if waiting:
        yield tuple(waiting)


def _asides(chart: Chart, lines: _Lines) -> dict[Ref, Ref]:
    """The results of steps on ways around, with the tensor where each way starts; a weight starts
    at itself."""
    origins: dict[Ref, Ref] = {}
    for i in sorted(lines.aside):
        step = chart.steps[i]
        source = step.inputs[0] if step.inputs else (i, 0)
        origins.update({(i, r): origins.get(source, source) for r in range(len(step.types))})
    return origins


def _linear(chart: Chart) -> bool:
    lines = _lines(chart, (-1, 0))
    return all(len(segment) == 1 for segment in lines.segments) and bool(lines.segments)


def _loses_space(chart: Chart) -> bool:
    """Whether a chart reads and returns volumes but has a flat tensor inside: it is the inside of a
    gate, and no part of the chain."""
    ends = [step.types[0] for step in chart.steps[-1:]]
    inside = [type for step in chart.steps for type in step.types]
    return not any(map(_flat, (*chart.inputs[:1], *ends))) and any(map(_flat, inside))


def _way_names(chart: Chart) -> frozenset[str]:
    """The names of the ways around inside a block."""
    ends = (chart.steps[i] for i, _ in bypasses(chart))
    result = frozenset(_way_name(step) for step in ends if step.kind in ("join", "bar"))
    inner = (step.body for step in chart.steps if step.body is not None and len(chart.steps) == 1)
    return result.union(*map(_way_names, inner))


def _way_name(step: Step) -> str:
    op = step.node.op
    return WAYS.get(op.layer.word, "way around") if isinstance(op, LayerOp) else SKIP
