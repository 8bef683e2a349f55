"""The state of a drawing in which blocks are open or closed, and what each view decides: which
blocks open, and what a closed one says.

The modules ``_draw_*.py`` have the functions that draw.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ....compiler.ir import LayerOp
from ..asked import opens
from ..chart import words
from ..chart.chart import Chart, Step, World
from ..chart.charts import Charts
from ..chart.scope import End, Scope
from ..chart.wiring import Wiring
from ..picture import Options, Text, text, wrapped
from . import _attention as attention
from . import _runs as runs
from ._canvas import Canvas
from ._fit import Detail, Key, Opening
from ._symbols import Symbols


@dataclass(slots=True)
class BlockView(ABC):
    """One drawing of a net. The functions that draw its charts write on its ``canvas``."""

    charts: Charts
    options: Options
    detail: Detail
    varying: dict[str, set[str]]
    canvas: Canvas = field(default_factory=Canvas)
    opened: set[Key] = field(default_factory=set)
    """The blocks that opened without a request."""
    openings: list[Opening] = field(default_factory=list)
    level: int = 0
    """The number of open clusters around the place that is drawn."""
    requests: int = 0
    """How often something was opened because the options name it."""
    ties: dict[str, str] = field(default_factory=dict)

    @abstractmethod
    def step(
        self,
        copies: Sequence[Step],
        scope: Scope,
        ins: Sequence[End],
        symbols: Symbols,
        prefix: str | None = None,
    ) -> list[End]:
        """Draw a step, or several that differ in numbers as one; returns the ends of its results.
        ``prefix`` is the label of a group around it that holds nothing else."""

    @contextmanager
    def discarding(self) -> Iterator[None]:
        """Draw inside a ``with`` and discard the picture. A table needs its columns before its
        block is drawn, and only drawing finds them."""
        kept = (self.canvas, self.opened, self.openings)
        self.canvas = Canvas(labelled=set(self.canvas.labelled))
        self.opened, self.openings = set(self.opened), []
        try:
            yield
        finally:
            self.canvas, self.opened, self.openings = kept

    # --- charts -------------------------------------------------------------------------------

    def with_runs(self, chart: Chart) -> Chart:
        return self.charts.with_runs(chart, chart, groups=self.detail.groups)

    def runs_in(self, worlds: Sequence[World], drawn: Chart) -> tuple[World, ...]:
        """The copies of a chart, each folded like the one that is drawn."""
        groups = self.detail.groups
        return tuple(
            replace(world, chart=self.charts.with_runs(world.chart, drawn, groups=groups))
            for world in worlds
        )

    def only(self, body: Chart) -> Step | None:
        """The only step of a chart, if that is a call or run: it shares the wall of the chart."""
        chart = self.with_runs(body)
        step = chart.steps[0] if len(chart.steps) == 1 else None
        if step is None or step.kind not in ("call", "run") or body.graph is None:
            return None
        straight = step.inputs == tuple((-1 - i, 0) for i in range(len(step.inputs)))
        named = step.kind == "run" or bool(words.name(step))
        return step if named and straight and chart.results == ((0, 0),) else None

    # --- what opens ---------------------------------------------------------------------------

    @abstractmethod
    def opens(self, step: Step, scope: Scope) -> bool:
        """Whether a call opens here."""

    def opens_attention(self, step: Step, scope: Scope) -> bool:
        """Whether an attention layer opens: because the options name it, or by their depth."""
        assert isinstance(step.node.op, LayerOp)
        names = {step.node.op.layer.word, words.given_label(step)}
        requested = opens(names, {scope.module(p) for p in step.paths}, self.options)
        if self.detail.places is not None:
            return False
        self.requests += requested is True
        if requested is not None or self.options.depth is None:
            return bool(requested)
        return scope.depth < self.options.depth

    def opens_in_right_arm(self, chart: Chart, wires: Wiring, scope: Scope) -> bool:
        """Whether blocks open in the right arm of a U, which climbs. Lines inside a block run down:
        Graphviz may then fail, because it has to place a box both left and right of another
        ("trouble in init_rank")."""
        opened, self.opened = self.opened, set(self.opened)
        climbing = [
            i in wires.climbing
            for i, step in enumerate(chart.steps if wires.climbing else ())
            if self.will_have_wall(step, scope)
        ]
        self.opened = opened
        return any(climbing)

    def will_have_wall(self, step: Step, scope: Scope) -> bool:
        """Whether a step will be drawn as a cluster."""
        if attention.opens(step):
            return self.opens_attention(step, scope)
        first = step.rows[0].steps[0] if step.rows and runs.alone(step) else step
        return step.kind in ("call", "run", "scan") and self.opens(first, scope)

    def requested(self, step: Step, scope: Scope) -> bool | None:
        """Whether the options open or fold a call; None if they do not name it."""
        paths = {scope.module(path) for path in step.paths}
        return opens({words.name(step), words.label(step)}, paths, self.options)

    def boxed(self, step: Step) -> bool:
        """Whether a call is a box even if it could share the wall around it."""
        return False

    # --- what a closed call says --------------------------------------------------------------

    def variant(self, step: Step) -> Text:
        """A note that distinguishes a block from others of its name."""
        return ()

    def title(self, copies: Sequence[Step], prefix: str) -> Text:
        return text(words.title(copies, prefix))

    def arguments(self, copies: Sequence[Step], symbols: Symbols) -> list[Text]:
        arguments = [words.arguments(c, self.varying) for c in copies]
        return wrapped(symbols.line(arguments), words.LINE)

    def total(self, costs: Sequence[int]) -> int:
        """The cost of a box that stands for several steps."""
        return sum(costs)

    def shows(self, body: Chart) -> bool:
        """Whether the inside of a block is drawn somewhere. If it is not, its box lists it."""
        name = body.graph.name if body.graph else ""
        return (name, body.look) in self.drawn_blocks

    @property
    @abstractmethod
    def drawn_blocks(self) -> Container[Key]:
        """The blocks whose inside is drawn."""


def block_key(step: Step) -> Key:
    """The key of a block; of a run, the key of its first block."""
    if step.rows and runs.alone(step):
        return block_key(step.rows[0].steps[0])
    return words.name(step), step.body.look if step.body else step.look
