"""The paper view: the trunk as a column, every distinct block drawn once beside it.

A block's box in the trunk names it, with the numbers that tell this use from the others; its inset
says the same numbers by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ....compiler.ir import Graph
from ....compiler.types import TensorType
from .. import style
from ..asked import firsts
from ..chart import words
from ..chart.chart import Chart, Step, World, everywhere, holds_steps, nodes, placed, single
from ..chart.charts import Charts
from ..chart.costs import MEASURES
from ..chart.scope import End, Scope
from ..chart.wiring import wiring
from ..picture import Box, Cluster, Edge, Item, Kind, Options, Picture, Run, Text, text
from . import _attention as attention
from . import _runs as runs
from ._fit import READABLE, Detail, Drawn, Key, Opening, fits, readable
from ._symbols import Column, Symbols
from .docs import Docs, straighten, varying


def picture(graph: Graph, options: Options) -> Picture:
    """Blocks are boxes, with an inset to each."""
    return readable(graph, firsts(graph, options), _draw)


def _draw(charts: Charts, graph: Graph, options: Options, detail: Detail) -> Drawn:
    """With the insides of attention layers where the page has room for them."""
    drawn = _drawn(charts, graph, options, detail, layers=True)
    plain = not any(c.category == "attention" and c.inset for c in drawn.picture.clusters())
    if plain or (drawn.boxes <= READABLE and fits(drawn.picture)):
        return drawn
    return _drawn(charts, graph, options, detail, layers=False)


def _drawn(
    charts: Charts, graph: Graph, options: Options, detail: Detail, *, layers: bool
) -> Drawn:
    paper = _Paper(charts, options, detail, varying(graph))
    paper.ties = words.ties(graph)
    chart = charts.of(graph)
    paper.survey(chart, Scope(worlds=((World(None, chart),),)))
    paper.name_insets()
    insets = {i.key: paper.inset(i) for i in paper.insets.values() if paper.apart(i)}
    paper.net(graph)
    ordered = [insets[key] for key in paper.forms if key in insets]
    ordered += list(paper.layer_insets()) if layers else []
    title, subtitle = words.titles(graph, options.title)
    view = Picture(
        graph.name or "network",
        title,
        subtitle,
        options.direction,
        (*paper.items, *ordered),
        straighten(_said_once(paper.edges, paper.items)),
        tuple(paper.ranks),
        options.legend,
        MEASURES.get(options.color_by, ""),
        left_out=paper.gone(),
    )
    return Drawn(
        view, [paper.opening(i, insets[i.key]) for i in paper.insets.values() if i.key in insets]
    )


def _said_once(edges: Sequence[Edge], items: Sequence[Item]) -> list[Edge]:
    """Shapes stand where a stage ends, not also inside it; and once on lines side by side."""
    walls: dict[str, tuple[str, ...]] = {}
    _enclose(items, (), walls)
    leaving: dict[str, set[str]] = {}
    for edge in edges:
        for wall in set(walls.get(edge.tail, ())) - set(walls.get(edge.head, ())):
            leaving.setdefault(wall, set()).add(edge.label)
    pairs = Counter((e.tail, e.head) for e in edges)

    def told(edge: Edge) -> bool:
        around = walls.get(edge.tail, ())
        inside = bool(around) and around == walls.get(edge.head)
        return pairs[edge.tail, edge.head] > 1 or (
            inside and edge.label in leaving.get(around[-1], ())
        )

    return [replace(edge, label="") if told(edge) else edge for edge in edges]


def _enclose(
    items: Sequence[Item], around: tuple[str, ...], walls: dict[str, tuple[str, ...]]
) -> None:
    for item in items:
        if isinstance(item, Cluster):
            _enclose(item.items, (*around, item.id), walls)
        else:
            walls[item.id] = around


@dataclass(slots=True)
class _Inset:
    """A block in all its uses. ``sites`` are the calls."""

    key: Key
    name: str
    scope: Scope
    number: int = 1
    note: str = ""
    """What tells it from other forms of the block."""
    sites: int = 0
    copies: int = 0
    deepest: int = 0
    arm: bool = False
    """Whether it stands in an arm of a U, where blocks stay shut."""
    once: bool = True
    worlds: dict[Hashable, list[World]] = field(default_factory=dict)
    """Where it stands, by what tells one use from another."""
    columns: dict[str, Column] = field(default_factory=dict)
    holds: bool = False
    """Whether blocks are called inside."""
    types: set[tuple[TensorType, ...]] = field(default_factory=set)

    @property
    def id(self) -> str:
        return f"{self.name}-inset{self.number}"

    @property
    def bodies(self) -> list[Chart]:
        """The charts that differ."""
        return [worlds[0].chart for worlds in self.worlds.values()]

    @property
    def title(self) -> Text:
        return text(self.name, Run(self.note, "faint"))


COMING_IN: Final = (("x",), ("queries", "memory"), ("queries", "keys", "values"))
"""What attention reads, by how many tensors it is given."""


@dataclass(frozen=True, slots=True)
class _Use:
    """A layer where it stands."""

    step: Step
    scope: Scope


@dataclass(slots=True)
class _Paper(Docs):
    insets: dict[Key, _Inset] = field(default_factory=dict)
    forms: dict[Key, Chart] = field(default_factory=dict)
    """The blocks as a reader meets them, also those that stay shut, and what they hold."""
    notes: dict[Key, str] = field(default_factory=dict)
    """What tells forms of one block apart."""
    layers: dict[attention.Said, list[_Use]] = field(default_factory=dict)
    """Layers with something to see inside, by what an inset says of them."""

    # --- which blocks there are ---------------------------------------------------------------

    def survey(self, chart: Chart, scope: Scope) -> bool:
        """Collect the calls of blocks, inner ones first; says whether there are any."""
        found = False
        upright = scope.depth == 0 and self.options.direction == "TB"
        if upright and wiring(self.with_runs(chart), arms=True).levels:
            scope = replace(scope, closed=True)
        for i, plain in enumerate(chart.steps):
            step = placed(plain, i, scope.worlds[0])
            if _block(step) and step.body is not None:
                self.forms.setdefault(_key(step), step.body)
            if _block(step) and _key(step) in self.detail.shut:
                continue
            layer = attention.opens(step) and not attention.bare(step)
            if layer and not self.reveals(step, scope):
                self.layers.setdefault(attention.said(step, scope), []).append(_Use(step, scope))
            if step.body is None or step.kind not in ("call", "scan"):
                continue
            below = scope.enter(step)
            holds = self.survey(step.body, below)
            found = found or holds
            if step.kind == "call" and _block(step) and holds_steps(step):
                found = True
                self.note(step, below, holds)
        return found

    def note(self, step: Step, below: Scope, holds: bool) -> None:
        assert step.body is not None
        inset = self.insets.setdefault(_key(step), _Inset(_key(step), words.name(step), below))
        inset.sites += 1
        inset.copies += step.count
        inset.deepest = max(inset.deepest, below.depth)
        inset.arm = inset.arm or below.closed
        inset.once = inset.sites == 1 and step.count == 1 and not step.part.shared
        inset.holds = inset.holds or holds
        inset.types.add(tuple(below.type(t) for t in step.takes))
        for world in below.worlds[0]:
            inset.worlds.setdefault((world.chart.numbers, world.chart.inputs), []).append(world)

    def name_insets(self) -> None:
        """Variants of a block go by a layer that only they have, else by letter; those that stay
        shut too, where another has an inset."""
        variants: dict[str, list[Key]] = {}
        for key in self.forms:
            variants.setdefault(key[0], []).append(key)
        for several in variants.values():
            if len(several) > 1 and self.insets.keys() & set(several):
                self.name_variants(several)

    def name_variants(self, several: Sequence[Key]) -> None:
        labels = [_labels(self.forms[key]) for key in several]
        common = set.intersection(*labels)
        for i, (key, own) in enumerate(zip(several, labels, strict=True)):
            extra = sorted(own - common)
            if len(several) == 2 and bool(extra) != bool(labels[1 - i] - common):
                note = f" with {extra[0]}" if extra else ""
            else:
                note = f" {chr(ord('A') + i)}" if i < 26 else f" {i + 1}"
            self.notes[key] = note
            if key in self.insets:
                self.insets[key].note, self.insets[key].number = note, i + 1

    def apart(self, inset: _Inset) -> bool:
        """Whether a block gets an inset; one that is just a frame around others opens in place, and
        so does one that stands no deeper than was asked for."""
        frame = inset.once and inset.holds and inset.scope.depth <= 1 and not inset.arm
        if self.options.depth is not None:
            frame = inset.deepest <= self.options.depth
        return not frame and inset.name not in self.options.expand

    def opening(self, inset: _Inset, drawn: Cluster) -> Opening:
        boxes = sum(1 for _ in Picture("", "", "", "TB", drawn.items, ()).boxes())
        return Opening(inset.key, inset.copies, inset.scope.depth, boxes, not inset.holds)

    # --- insets -------------------------------------------------------------------------------

    def inset(self, inset: _Inset) -> Cluster:
        symbols = Symbols(len(inset.bodies))
        for name, values in (*runs.given(inset.bodies), *runs.given_inside(inset.bodies)):
            symbols.offer(name, values, shown=False)
        scope = replace(
            inset.scope,
            id=f"{inset.id}.",
            depth=1,
            block=True,
            bare=False,
            stretch="",
            closed=False,
            worlds=tuple(map(tuple, inset.worlds.values())),
        )
        outside, self.items = self.items, []
        options = self.options
        if len(inset.types) > 1:
            self.options = replace(options, shapes=False)
        body = inset.bodies[0]
        found = self.steps(inset.bodies, scope, self.entries(body, scope), symbols)
        if len(found) > 1:
            self.exits(body, scope, found)
        self.options = options
        inside, self.items = tuple(self.items), outside
        inset.columns = symbols.shown()
        given = dict(body.graph.arguments) if body.graph else {}
        own = [name for name in inset.columns if name in given]
        named = text("(", Run(", ".join(own), "symbol"), ")") if own else ()
        title = text(inset.name, named, Run(inset.note, "faint"))
        tooltip = body.graph.documentation.strip() if body.graph else ""
        kind: Kind = "attention" if attention.attends(body) else "block"
        return Cluster(inset.id, title, inside, kind, inset=True, tooltip=tooltip)

    def layer_insets(self) -> Iterator[Cluster]:
        names = attention.names(list(self.layers))
        for n, (name, uses) in enumerate(zip(names, self.layers.values(), strict=True), 1):
            yield self.layer_inset(name, f"attention-inset{n}", uses)

    def layer_inset(self, name: str, id: str, uses: Sequence[_Use]) -> Cluster:
        """What an attention layer computes, with names where tensors come in."""
        most = max(uses, key=lambda use: max(attention.three(use.step)))
        step = most.step
        masked = attention.masked(step)
        found = attention.inside(id, [step], most.scope, Symbols(1), masked=masked, alone=True)
        own = tuple(trails for use in uses for trails in nodes([use.step]))
        boxes = tuple(replace(box, nodes=own) for box in found.boxes)
        if len({own.takes for use in uses for own in everywhere([use.step])}) > 1:
            boxes = tuple(b if b.category == "linear" else replace(b, lines=()) for b in boxes)
        inputs = COMING_IN[max(attention.three(step))]
        doors = [
            Box(f"{id}-in{i}", text(Run(name, "symbol")), shape="label")
            for i, name in enumerate(inputs, 1)
        ]
        forks, lines = attention.enter(step, found, [End(d.id) for d in doors], id)
        for end, head, arrow in lines:
            self.connect(end, head, arrow=arrow)
        self.edges += found.edges
        self.ranks.append(found.entries)
        return Cluster(id, text(name), (*doors, *forks, *boxes), "attention", inset=True)

    def entries(self, body: Chart, scope: Scope) -> list[End]:
        """A point where the tensor comes in; several by name."""
        assert body.graph is not None
        ends: list[End] = []
        ports = body.graph.inputs
        for i, port in enumerate(ports):
            id = scope.point(f"in{i + 1}")
            if len(ports) == 1:
                box = Box(id, shape="fork")
            else:
                box = Box(id, text(Run(port.name or "x", "symbol")), shape="label")
            self.items.append(box)
            ends.append(End(id))
        uses = sum(s.inputs.count((-1, 0)) for s in body.steps) + body.results.count((-1, 0))
        if len(ends) > 1 and uses > 1:
            ends[0] = self.fork(ends[0], scope.point("fork"))
        return ends

    def exits(self, body: Chart, scope: Scope, found: Sequence[End]) -> None:
        assert body.graph is not None
        for i, (end, port) in enumerate(zip(found, body.graph.outputs, strict=False)):
            id = scope.point(f"out{i + 1}")
            name = port.name or f"output {i + 1}"
            self.items.append(Box(id, text(Run(name, "symbol")), shape="label"))
            self.connect(end, id)

    def total(self, costs: Sequence[int]) -> int:
        """An inset says what the largest use costs: its copies stand in the trunk already."""
        return max(costs)

    # --- calls --------------------------------------------------------------------------------

    def known(self, step: Step) -> _Inset | None:
        """The inset of a call."""
        if not _block(step):
            return None
        inset = self.insets.get(_key(step))
        return inset if inset is not None and self.apart(inset) else None

    def boxed(self, step: Step) -> bool:
        return self.known(step) is not None

    def only(self, body: Chart) -> Step | None:
        own = body.graph is not None and body.graph.kind == "block"
        return None if own else super(_Paper, self).only(body)

    def opens(self, step: Step, scope: Scope) -> bool:
        return holds_steps(step) and self.wants(step, scope)

    def wants(self, step: Step, scope: Scope) -> bool:
        asked = self.asked(step, scope)
        if asked is not None:
            return asked
        shut = _block(step) and _key(step) in self.detail.shut
        arm = scope.closed and self.options.depth is None
        if self.known(step) is not None or arm or shut:
            return False
        return self.detail.depth is None or scope.depth < self.detail.depth

    def title(self, copies: Sequence[Step], prefix: str) -> Text:
        inset = self.known(copies[0])
        if inset is not None:
            return inset.title
        if single(copies[0]) is not None:
            return ()
        return text(super(_Paper, self).title(copies, prefix), self.variant(copies[0]))

    def variant(self, step: Step) -> Text:
        return text(Run(self.notes.get(_key(step), ""), "faint")) if _block(step) else ()

    def arguments(self, copies: Sequence[Step], symbols: Symbols) -> list[Text]:
        inset = self.known(copies[0])
        if inset is None:
            return super(_Paper, self).arguments(copies, symbols)
        said = [_said(inset, c.body) for c in copies]
        line = symbols.line([style.clip(s, words.LINE) for s in said])
        return [line] if line else []

    def closed_block(self, body: Chart) -> bool:
        name = body.graph.name if body.graph else ""
        return (name, body.look) not in self.insets

    # --- runs ---------------------------------------------------------------------------------

    def run(
        self, step: Step, scope: Scope, ins: Sequence[End], prefix: str | None = None
    ) -> list[End]:
        calls = [row.steps[0] for row in step.rows]
        first = calls[0]
        inset = self.known(first) if runs.alone(step) else None
        if inset is None or self.opens(first, scope):
            return super(_Paper, self).run(step, scope, ins, prefix)
        symbols = Symbols(len(step.rows))
        chosen = [_number(inset, row.body) for row in step.rows]
        for name, column in inset.columns.items():
            symbols.offer(name, [column[i] for i in chosen], always=True)
        if len(set(runs.counts(step))) > 1:
            symbols.count(runs.counts(step))
        count = text(Run(f" ×{sum(runs.counts(step))}", "badge"))
        box = Box(
            scope.box(step, prefix is not None),
            text(inset.title, count),
            "block",
            table=runs.table(step, symbols),
            repeated=True,
            tooltip=words.about_call(calls, scope.enter(first)),
            span=step.node.span,
            nodes=nodes([step]),
        )
        return self.shut([step], scope, ins, box)


def _block(step: Step) -> bool:
    graph = step.body.graph if step.body else None
    return step.kind == "call" and graph is not None and graph.kind == "block"


def _key(step: Step) -> Key:
    assert step.body is not None
    return words.name(step), step.body.look


def _number(inset: _Inset, body: Chart | None) -> int:
    """Which of the inset's bodies it is."""
    numbers = body.numbers if body else ()
    return next((i for i, b in enumerate(inset.bodies) if b.numbers == numbers), 0)


def _said(inset: _Inset, body: Chart | None) -> str:
    """``width 64, stride 2``."""
    i = _number(inset, body)
    return ", ".join(f"{name} {column[i]}" for name, column in inset.columns.items())


def _labels(chart: Chart) -> set[str]:
    """What the layers of a block are called."""
    paths = [part.path for step in chart.steps for part in step.parts if part.path]
    return {path.partition(".")[0].rstrip("0123456789") for path in paths} - {""}
