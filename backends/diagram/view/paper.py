"""The paper view: the trunk as a column, with every distinct block drawn once beside it, as an
inset.

The box of a block in the trunk shows its name and the numbers of this use; the inset has names in
their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ....compiler.ir import Graph
from ....compiler.types import TensorType
from ..asked import with_first_copies
from ..chart import words
from ..chart.chart import Chart, Step, World, everywhere, holds_steps, nodes, single, with_twins
from ..chart.charts import Charts
from ..chart.costs import MEASURES
from ..chart.scope import End, Scope
from ..chart.wiring import wiring
from ..picture import Box, Cluster, Edge, Item, Kind, Options, Picture, Text, TextRun, text, wrapped
from . import _attention as attention
from . import _runs as runs
from ._block_view import BlockView, block_key
from ._canvas import straighten
from ._draw_boxes import draw_box
from ._draw_net import draw_chart, draw_net
from ._draw_steps import draw_step
from ._fit import READABLE, Attempt, Detail, Key, Opening, fits, readable
from ._symbols import Column, Symbols


def picture(graph: Graph, options: Options) -> Picture:
    """The paper view of a net."""
    return readable(graph, with_first_copies(graph, options), _draw)


def _draw(charts: Charts, graph: Graph, options: Options, detail: Detail) -> Attempt:
    """A drawing with insets of attention layers; without them if they do not fit the page."""
    drawn = _drawn(charts, graph, options, detail, layers=True)
    plain = not any(c.category == "attention" and c.inset for c in drawn.picture.clusters())
    if plain or (drawn.boxes <= READABLE and fits(drawn.picture)):
        return drawn
    return _drawn(charts, graph, options, detail, layers=False)


def _drawn(
    charts: Charts, graph: Graph, options: Options, detail: Detail, *, layers: bool
) -> Attempt:
    paper = _Paper(charts, options, detail, words.varying(graph))
    paper.ties = words.ties(graph)
    chart = charts.of(graph, options.marks)
    paper.survey(chart, Scope(worlds=((World(None, chart),),)))
    paper.name_insets()
    insets = {i.key: paper.inset(i) for i in paper.insets.values() if paper.apart(i)}
    draw_net(paper, graph)
    ordered = [insets[key] for key in paper.forms if key in insets]
    ordered += list(paper.layer_insets()) if layers else []
    title, subtitle = words.titles(graph, options.title)
    view = Picture(
        graph.name or "network",
        title,
        subtitle,
        options.direction,
        (*paper.canvas.items, *ordered),
        straighten(_without_repeated_shapes(paper.canvas.edges, paper.canvas.items)),
        tuple(paper.canvas.ranks),
        options.legend,
        MEASURES.get(options.color_by, ""),
        left_out=paper.canvas.omissions(),
    )
    return Attempt(
        view, [paper.opening(i, insets[i.key]) for i in paper.insets.values() if i.key in insets]
    )


def _without_repeated_shapes(edges: Sequence[Edge], items: Sequence[Item]) -> list[Edge]:
    """The edges without shapes that stand elsewhere: where the cluster around them ends, or on an
    edge between the same boxes."""
    walls: dict[str, tuple[str, ...]] = {}
    _enclose(items, (), walls)
    leaving: dict[str, set[str]] = {}
    for edge in edges:
        for wall in set(walls.get(edge.tail, ())) - set(walls.get(edge.head, ())):
            leaving.setdefault(wall, set()).add(edge.label)
    pairs = Counter((e.tail, e.head) for e in edges)

    def is_repeated(edge: Edge) -> bool:
        around = walls.get(edge.tail, ())
        inside = bool(around) and around == walls.get(edge.head)
        return pairs[edge.tail, edge.head] > 1 or (
            inside and edge.label in leaving.get(around[-1], ())
        )

    return [replace(edge, label="") if is_repeated(edge) else edge for edge in edges]


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
    """A block with all its uses. ``sites`` counts the calls."""

    key: Key
    name: str
    scope: Scope
    number: int = 1
    note: str = ""
    """What distinguishes it from other forms of the block."""
    sites: int = 0
    copies: int = 0
    deepest: int = 0
    arm: bool = False
    """Whether it is in an arm of a U, where blocks stay closed."""
    once: bool = True
    worlds: dict[Hashable, list[World]] = field(default_factory=dict)
    """The places where it is used, by the numbers and input types of the use."""
    columns: dict[str, Column] = field(default_factory=dict)
    holds: bool = False
    """Whether it calls blocks."""
    types: set[tuple[TensorType, ...]] = field(default_factory=set)

    @property
    def id(self) -> str:
        return f"{self.name}-inset{self.number}"

    @property
    def bodies(self) -> list[Chart]:
        """One chart for each set of numbers and input types."""
        return [worlds[0].chart for worlds in self.worlds.values()]

    @property
    def title(self) -> Text:
        return text(self.name, TextRun(self.note, "faint"))


INPUT_NAMES: Final = (("x",), ("queries", "memory"), ("queries", "keys", "values"))
"""The names of the inputs of attention, by their number."""


@dataclass(frozen=True, slots=True)
class _Use:
    """A layer and the place where it is used."""

    step: Step
    scope: Scope


@dataclass(slots=True)
class _Paper(BlockView):
    """Draws each block once, in an inset; the trunk has boxes for its uses."""

    insets: dict[Key, _Inset] = field(default_factory=dict)
    forms: dict[Key, Chart] = field(default_factory=dict)
    """The charts of all blocks in reading order, with those that stay closed."""
    notes: dict[Key, str] = field(default_factory=dict)
    """What distinguishes the forms of one block."""
    layers: dict[attention.InsetKey, list[_Use]] = field(default_factory=dict)
    """Attention layers that get an inset, by what it shows."""

    # --- which blocks there are ---------------------------------------------------------------

    def survey(self, chart: Chart, scope: Scope) -> bool:
        """Collect the calls of blocks, inner ones first; returns whether there are any."""
        holds_blocks = False
        upright = scope.depth == 0 and self.options.direction == "TB"
        if upright and wiring(self.with_runs(chart), arms=True).levels:
            scope = replace(scope, closed=True)
        for i, plain in enumerate(chart.steps):
            step = with_twins(plain, i, scope.worlds[0])
            if _block(step) and step.body is not None:
                self.forms.setdefault(block_key(step), step.body)
            if _block(step) and block_key(step) in self.detail.closed:
                continue
            layer = attention.opens(step) and not attention.is_bare(step)
            if layer and not self.opens_attention(step, scope):
                key = attention.inset_key(step, scope)
                self.layers.setdefault(key, []).append(_Use(step, scope))
            if step.body is None or step.kind not in ("call", "scan"):
                continue
            below = scope.enter(step)
            holds = self.survey(step.body, below)
            holds_blocks = holds_blocks or holds
            if step.kind == "call" and _block(step) and holds_steps(step):
                holds_blocks = True
                self.note(step, below, holds)
        return holds_blocks

    def note(self, step: Step, below: Scope, holds: bool) -> None:
        key = block_key(step)
        inset = self.insets.setdefault(key, _Inset(key, words.name(step), below))
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
        """Give names to the forms of a block: by a layer that only one has, else by letter. Forms
        that stay closed get one too, if another form has an inset."""
        variants: dict[str, list[Key]] = {}
        for key in self.forms:
            variants.setdefault(key[0], []).append(key)
        for several in variants.values():
            if len(several) > 1 and self.insets.keys() & set(several):
                self.name_forms(several)

    def name_forms(self, forms: Sequence[Key]) -> None:
        labels = [_labels(self.forms[key]) for key in forms]
        common = set.intersection(*labels)
        for i, (key, form_labels) in enumerate(zip(forms, labels, strict=True)):
            extra = sorted(form_labels - common)
            if len(forms) == 2 and bool(extra) != bool(labels[1 - i] - common):
                note = f" with {extra[0]}" if extra else ""
            else:
                note = f" {chr(ord('A') + i)}" if i < 26 else f" {i + 1}"
            self.notes[key] = note
            if key in self.insets:
                self.insets[key].note, self.insets[key].number = note, i + 1

    def apart(self, inset: _Inset) -> bool:
        """Whether a block gets an inset. A block that is used once and only holds other blocks
        opens in its place, and so does a block within the requested depth."""
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
        options = self.options
        if len(inset.types) > 1:
            self.options = replace(options, shapes=False)
        body = inset.bodies[0]
        with self.canvas.apart() as inside:
            ends = draw_chart(self, inset.bodies, scope, self.entries(body, scope), symbols)
            if len(ends) > 1:
                self.exits(body, scope, ends)
        self.options = options
        inset.columns = symbols.shown()
        arguments = dict(body.graph.arguments) if body.graph else {}
        named_arguments = [name for name in inset.columns if name in arguments]
        named = (
            text("(", TextRun(", ".join(named_arguments), "symbol"), ")") if named_arguments else ()
        )
        title = text(inset.name, named, TextRun(inset.note, "faint"))
        tooltip = body.graph.documentation.strip() if body.graph else ""
        kind: Kind = "attention" if attention.computes_attention(body) else "block"
        return Cluster(inset.id, title, tuple(inside), kind, inset=True, tooltip=tooltip)

    def layer_insets(self) -> Iterator[Cluster]:
        names = attention.inset_names(list(self.layers))
        for n, (name, uses) in enumerate(zip(names, self.layers.values(), strict=True), 1):
            yield self.layer_inset(name, f"attention-inset{n}", uses)

    def layer_inset(self, name: str, id: str, uses: Sequence[_Use]) -> Cluster:
        """The inset of an attention layer: the steps that it computes, with a name for each
        input."""
        fullest = max(uses, key=lambda use: max(attention.qkv_inputs(use.step)))
        step = fullest.step
        inside = attention.draw_inside(
            id, [step], fullest.scope, Symbols(1), masked=attention.masked(step), alone=True
        )
        drawn_nodes = tuple(trails for use in uses for trails in nodes([use.step]))
        boxes = tuple(replace(box, nodes=drawn_nodes) for box in inside.boxes)
        if len({drawn_nodes.takes for use in uses for drawn_nodes in everywhere([use.step])}) > 1:
            boxes = tuple(b if b.category == "linear" else replace(b, lines=()) for b in boxes)
        inputs = [
            Box(f"{id}-in{i}", text(TextRun(name, "symbol")), shape="label")
            for i, name in enumerate(INPUT_NAMES[max(attention.qkv_inputs(step))], 1)
        ]
        forks, lines = attention.connections(step, inside, [End(box.id) for box in inputs], id)
        for end, head, arrow in lines:
            self.canvas.connect(end, head, arrow=arrow)
        self.canvas.edges += inside.edges
        self.canvas.ranks.append(inside.entries)
        return Cluster(id, text(name), (*inputs, *forks, *boxes), "attention", inset=True)

    def entries(self, body: Chart, scope: Scope) -> list[End]:
        """Draw a point for the input of an inset, or a name for each of several; returns the
        ends."""
        assert body.graph is not None
        ends: list[End] = []
        ports = body.graph.inputs
        for i, port in enumerate(ports):
            id = scope.point(f"in{i + 1}")
            if len(ports) == 1:
                box = Box(id, shape="fork")
            else:
                box = Box(id, text(TextRun(port.name or "x", "symbol")), shape="label")
            self.canvas.items.append(box)
            ends.append(End(id))
        uses = sum(s.inputs.count((-1, 0)) for s in body.steps) + body.results.count((-1, 0))
        if len(ends) > 1 and uses > 1:
            ends[0] = self.canvas.fork(ends[0], scope.point("fork"))
        return ends

    def exits(self, body: Chart, scope: Scope, ends: Sequence[End]) -> None:
        assert body.graph is not None
        for i, (end, port) in enumerate(zip(ends, body.graph.outputs, strict=False)):
            id = scope.point(f"out{i + 1}")
            name = port.name or f"output {i + 1}"
            self.canvas.items.append(Box(id, text(TextRun(name, "symbol")), shape="label"))
            self.canvas.connect(end, id)

    def total(self, costs: Sequence[int]) -> int:
        """The cost in an inset is that of the most costly use: the trunk has the count of each."""
        return max(costs)

    # --- calls --------------------------------------------------------------------------------

    def inset_of(self, step: Step) -> _Inset | None:
        """The inset of a call; None if it has none."""
        if not _block(step):
            return None
        inset = self.insets.get(block_key(step))
        return inset if inset is not None and self.apart(inset) else None

    def boxed(self, step: Step) -> bool:
        return self.inset_of(step) is not None

    def only(self, body: Chart) -> Step | None:
        is_block = body.graph is not None and body.graph.kind == "block"
        return None if is_block else super(_Paper, self).only(body)

    def opens(self, step: Step, scope: Scope) -> bool:
        return holds_steps(step) and self.should_open(step, scope)

    def should_open(self, step: Step, scope: Scope) -> bool:
        requested = self.requested(step, scope)
        if requested is not None:
            return requested
        closed = _block(step) and block_key(step) in self.detail.closed
        arm = scope.closed and self.options.depth is None
        if self.inset_of(step) is not None or arm or closed:
            return False
        return self.detail.depth is None or scope.depth < self.detail.depth

    def title(self, copies: Sequence[Step], prefix: str) -> Text:
        inset = self.inset_of(copies[0])
        if inset is not None:
            return inset.title
        if single(copies[0]) is not None:
            return ()
        return text(super(_Paper, self).title(copies, prefix), self.variant(copies[0]))

    def variant(self, step: Step) -> Text:
        return text(TextRun(self.notes.get(block_key(step), ""), "faint")) if _block(step) else ()

    def arguments(self, copies: Sequence[Step], symbols: Symbols) -> list[Text]:
        inset = self.inset_of(copies[0])
        if inset is None:
            return super(_Paper, self).arguments(copies, symbols)
        lines = [_argument_text(inset, c.body) for c in copies]
        return wrapped(symbols.line(lines), words.LINE)

    @property
    def drawn_blocks(self) -> Container[Key]:
        return self.insets

    # --- steps --------------------------------------------------------------------------------

    def step(
        self,
        copies: Sequence[Step],
        scope: Scope,
        ins: Sequence[End],
        symbols: Symbols,
        prefix: str | None = None,
    ) -> list[End]:
        """Draw a step. A run of a block that has an inset is a table of its uses."""
        step = copies[0]
        if step.kind == "run" and runs.alone(step):
            first = step.rows[0].steps[0]
            inset = self.inset_of(first)
            if inset is not None and not self.opens(first, scope):
                return self.uses(inset, step, scope, ins, prefix)
        return draw_step(self, copies, scope, ins, symbols, prefix)

    def uses(
        self, inset: _Inset, step: Step, scope: Scope, ins: Sequence[End], prefix: str | None
    ) -> list[End]:
        """Draw a run as the box of its block, with a table of the numbers of each use."""
        calls = [row.steps[0] for row in step.rows]
        symbols = Symbols(len(step.rows))
        uses = [_use_number(inset, row.body) for row in step.rows]
        for name, column in inset.columns.items():
            symbols.offer(name, [column[i] for i in uses], always=True)
        if len(set(runs.counts(step))) > 1:
            symbols.count(runs.counts(step))
        count = text(TextRun(f" ×{sum(runs.counts(step))}", "badge"))
        box = Box(
            scope.box(step, prefix is not None),
            text(inset.title, count),
            "block",
            table=runs.table(step, symbols),
            repeated=True,
            tooltip=words.about_call(calls, scope.enter(calls[0])),
            span=step.node.span,
            nodes=nodes([step]),
        )
        return draw_box(self, [step], scope, ins, box)


def _block(step: Step) -> bool:
    graph = step.body.graph if step.body else None
    return step.kind == "call" and graph is not None and graph.kind == "block"


def _use_number(inset: _Inset, body: Chart | None) -> int:
    """The number of the inset's body with the numbers of this use."""
    numbers = body.numbers if body else ()
    return next((i for i, b in enumerate(inset.bodies) if b.numbers == numbers), 0)


def _argument_text(inset: _Inset, body: Chart | None) -> str:
    """The numbers of a use with their names: ``width 64, stride 2``."""
    i = _use_number(inset, body)
    return ", ".join(f"{name} {column[i]}" for name, column in inset.columns.items())


def _labels(chart: Chart) -> set[str]:
    """The labels of the layers of a block, without numbers."""
    paths = [part.path for step in chart.steps for part in step.parts if part.path]
    return {path.partition(".")[0].rstrip("0123456789") for path in paths} - {""}
