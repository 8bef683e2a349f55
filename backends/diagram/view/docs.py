"""The docs view: each block is open once, where it is met first; copies and variants fold into
counts and tables."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from ....compiler.ir import Graph
from ..asked import with_first_copies
from ..chart import words
from ..chart.chart import Step, holds_steps
from ..chart.charts import Charts
from ..chart.compared import holds_changes
from ..chart.costs import MEASURES
from ..chart.scope import End, Scope
from ..picture import Options, Picture
from ._block_view import BlockView, block_key
from ._canvas import straighten
from ._draw_net import draw_net
from ._draw_steps import draw_step
from ._fit import Attempt, Detail, Key, charts_for, fitted
from ._sideways import beside
from ._symbols import Symbols


def picture(graph: Graph, options: Options) -> Picture:
    """The docs view of a net."""
    options = with_first_copies(graph, options)
    charts = charts_for(options)
    plain = replace(options, expand=(), fold=())
    # A block that is opened by name must not make others close: the detail is found without it.
    shown = plain if options.expand else options
    drawn, detail = fitted(charts_for(shown, charts), graph, shown, _draw)
    if options.expand:
        drawn = _draw(charts, graph, options, detail).picture

    def redraw(open: frozenset[str] | int) -> Picture:
        depth, places = (open, None) if isinstance(open, int) else (None, open)
        shown = Detail(detail.groups, depth, places=places, whole=detail.whole)
        return _draw(charts, graph, plain, shown).picture

    return replace(drawn, redraw=redraw)


def _draw(charts: Charts, graph: Graph, options: Options, detail: Detail) -> Attempt:
    charts = charts.whole if detail.whole else charts
    docs = _Docs(charts, options, detail, words.varying(graph))
    draw_net(docs, graph)
    title, subtitle = words.titles(graph, options.title)
    view = Picture(
        graph.name or "network",
        title,
        subtitle,
        options.direction,
        tuple(docs.canvas.items),
        straighten(docs.canvas.edges),
        tuple(docs.canvas.ranks),
        options.legend,
        MEASURES.get(options.color_by, ""),
        left_out=docs.canvas.omissions(),
    )
    return Attempt(beside(view), docs.openings)


@dataclass(slots=True)
class _Docs(BlockView):
    """Opens each block where it is met first."""

    def step(
        self,
        copies: Sequence[Step],
        scope: Scope,
        ins: Sequence[End],
        symbols: Symbols,
        prefix: str | None = None,
    ) -> list[End]:
        return draw_step(self, copies, scope, ins, symbols, prefix)

    def opens(self, step: Step, scope: Scope) -> bool:
        """Whether a call opens here. Without a request each block opens once."""
        does_open = holds_steps(step) and self.should_open(step, scope)
        requested = does_open and bool(self.requested(step, scope))
        self.requests += requested
        if does_open and not requested:
            self.opened.add(block_key(step))
        return does_open

    def should_open(self, step: Step, scope: Scope) -> bool:
        """Whether a call that can open opens here."""
        if self.detail.places is not None:
            return scope.enter(step).wall() in self.detail.places
        requested = self.requested(step, scope)
        if requested is not None:
            return requested
        deep = self.detail.depth is not None and scope.depth >= self.detail.depth
        if self.options.marks and not holds_changes(step):
            return False  # of two versions, what does not differ stays closed
        arm = scope.closed and self.options.depth is None
        return not (arm or deep or block_key(step) in self.opened | self.detail.closed)

    @property
    def drawn_blocks(self) -> Container[Key]:
        return self.opened
