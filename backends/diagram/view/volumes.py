"""The volumes view: a convolutional network as boxes in space on a line from left to right. A box
has the height and width of its tensor, and its thickness shows the channels.

Sizes are drawn by their logarithms, so that 224 and 7 pixels, 3 and 2048 channels can all be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log
from textwrap import wrap
from typing import Final

from ....compiler.ir import Graph
from ....grammar.wording import counted
from .. import legend, style
from ..asked import with_first_copies
from ..chart import words
from ..chart.charts import Charts
from ..chart.costs import MEASURES
from ..drawing import (
    HEADING,
    LINE,
    RISE,
    ROW,
    Ball,
    Drawing,
    Point,
    Solid,
    TextBlock,
    Wire,
    label_width,
    legend_width,
)
from ..errors import DiagramError, TooLarge
from ..legend import CONCAT, Entry
from ..measure import SMALL, line_width
from ..picture import Kind, Options, Text, TextRun, Trails, letters, text
from ._stations import Station, StationWalk

PAGE: Final = 1188.0
"""Points of width that a landscape A4 page shows with letters of 6 points."""
LEVELS: Final = (4, 3, 2, 1, 0)
"""The levels of calls to open that are tried in this order, if the options give no depth."""

TALLEST, LOWEST = 128.0, 24.0
"""The height of the largest volume, and the least height of the smallest."""
LONGEST, SHORTEST = 104.0, 26.0
"""The height of a flat tensor with 4096 numbers, and with one."""
THINNEST, THICKEST = 4.0, 30.0
"""The thickness for 3 channels, and for 2048."""
FLAT, THIN, BAND = 7.0, 4.0, 2.4
SLOPE: Final = 0.3
"""Points into the depth for each point of width."""
SLICES: Final = 4
"""The most copies that are drawn one by one."""
GAP: Final = 13.0
APART: Final = 10.0
"""Points between captions."""
BALL: Final = 6.5
RAISED: Final = 11.0
"""Points between arches, one above the other."""
NOTE: Final = 110
"""Letters of a line in the note about what is not drawn."""
BEND: Final = 6.0
UNDER: Final = 12.0
"""Points below the title, and above the legend."""


def picture(graph: Graph, options: Options) -> Drawing:
    """The volumes view of a net, with as much opened as fits one page. Raises DiagramError if the
    net has no volumes, or is no chain from one input to one output."""
    _check(graph)
    options = with_first_copies(graph, options)
    charts = Charts((*options.expand, *options.fold))
    levels = LEVELS if options.depth is None else (options.depth,)
    drawn: Drawing | None = None
    refused: TooLarge | None = None
    for depth in levels:
        walk = StationWalk(charts, options, depth)
        try:
            walk.net(graph)
        except TooLarge as error:
            refused = error
            continue
        if all(station.flat for station in walk.stations):
            raise _refusal(graph, "none of its tensors has height and width")
        if len(walk.stations) == 1:
            raise _refusal(graph, "none of its layers makes a volume")
        drawn = _VolumeLayout(graph, options, walk).drawing()
        if drawn.width <= PAGE:
            return drawn
    if drawn is None and refused is not None:
        raise refused
    assert drawn is not None
    return drawn


def _check(graph: Graph) -> None:
    if len(graph.inputs) == len(graph.outputs) == 1:
        return
    if not any(port.type.rank >= 4 for port in graph.inputs):
        raise _refusal(graph, "none of its inputs has height and width")
    ports = f"{counted(len(graph.inputs), 'input')} and {counted(len(graph.outputs), 'output')}"
    raise _refusal(graph, f"it has {ports}, and volumes stand on one line")


def _refusal(graph: Graph, why: str) -> DiagramError:
    name = graph.alias or graph.name or "the network"
    return DiagramError(
        f"the volumes view cannot show {name}: {why}",
        help="it draws convolutional networks; `--view paper` and `--view docs` draw all",
    )


# --- sizes ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scale:
    """Scales heights and widths by the net's largest and smallest tensor."""

    most: int
    least: int

    def extent(self, size: int) -> float:
        lowest = max(LOWEST, TALLEST * self.least / self.most)
        if self.most == self.least:
            return TALLEST
        share = log(size / self.least) / log(self.most / self.least)
        return lowest + (TALLEST - lowest) * min(1.0, max(0.0, share))


def _scale(stations: Sequence[Station]) -> _Scale:
    sizes = [size for s in stations if not s.flat for size in s.spread if size > 1]
    return _Scale(max(sizes, default=1), min(sizes, default=1))


def _thickness(channels: int) -> float:
    share = log(max(channels, 3) / 3) / log(2048 / 3)
    bent: float = min(share, 1.2) ** 1.4
    return THINNEST + (THICKEST - THINNEST) * bent


def _length(count: int) -> float:
    return SHORTEST + (LONGEST - SHORTEST) * min(log(max(count, 1)) / log(4096), 1.1)


# --- stations with their sizes ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sized:
    """A station with its size in points: ``slices`` copies, each ``thick``, ``high`` and ``deep``,
    with thin bands."""

    station: Station
    thick: float
    high: float
    deep: float
    slices: int = 1

    @property
    def bands(self) -> int:
        return len(self.station.fore) + len(self.station.bands)

    @property
    def across(self) -> float:
        """The width of the front, over all copies."""
        if self.station.role == "join":
            return 2 * BALL
        return self.slices * (self.thick + BAND * self.bands)


def _sized(station: Station, scale: _Scale) -> _Sized:
    slices = min(station.count, SLICES)
    if station.role == "join":
        return _Sized(station, 2 * BALL, 2 * BALL, 0)
    if station.flat:
        return _Sized(station, FLAT, _length(station.channels), FLAT * 0.9, slices)
    high, wide = station.spread
    thick = THIN if station.role in ("pool", "up") else _thickness(station.channels)
    if station.block and slices > 1:
        thick = max(THINNEST, thick * 0.6)
    return _Sized(station, thick, scale.extent(high), SLOPE * scale.extent(wide), slices)


def _touch(before: _Sized, after: _Sized) -> bool:
    """Whether two stations touch: at a pool, at an upsampling, and between equal volumes."""
    a, b = before.station, after.station
    if "join" in (a.role, b.role) or a.flat or b.flat or "io" in (a.kind, b.kind):
        return False
    if b.role == "pool" or a.role == "up":
        return True
    equal = (a.role, a.title, a.type) == (b.role, b.title, b.type)
    return equal and a.role == "volume" and not a.block


# --- the layout -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Place:
    """A station with its place: ``x`` is the left edge, halfway into the depth."""

    sized: _Sized
    x: float = 0.0

    @property
    def left(self) -> float:
        return self.x - self.sized.deep / 2

    @property
    def right(self) -> float:
        return self.x + self.sized.across + self.sized.deep / 2

    @property
    def end(self) -> float:
        return self.x + self.sized.across

    @property
    def middle(self) -> float:
        """The middle of the front."""
        return self.x + (self.sized.across - self.sized.deep) / 2

    @property
    def top(self) -> float:
        """The height of the middle of the upper face above the axis."""
        return self.sized.high / 2

    @property
    def summit(self) -> float:
        """The height of the back above the axis, with a way around on top of it."""
        return self.top + RISE * self.sized.deep / 2 + RAISED * bool(self.sized.station.around)


class _VolumeLayout:
    """Places the stations, captions and ways around. The axis of the chain is at height 0 until the
    page is made."""

    def __init__(self, graph: Graph, options: Options, walk: StationWalk) -> None:
        self.graph = graph
        self.options = options
        self.arches = walk.arches
        self.landed = {arch.head for arch in self.arches}
        scale = _scale(walk.stations)
        self.places = [_Place(_sized(station, scale)) for station in walk.stations]
        self.groups = _grouped(self.places, self.landed)
        self.left_out = walk.omissions()
        self.captions = _share_names([_caption(group, options) for group in self.groups])
        self.place()

    def place(self) -> None:
        """Place the groups from left to right, with room for arrows and captions."""
        last = 0.0
        caption_end = 0.0
        for group, caption in zip(self.groups, self.captions, strict=True):
            x = 0.0
            for place in group:
                place.x = x
                x = place.end
            need = caption.width / 2
            middle = caption.of.middle if caption.lines else 0.0
            start = last + GAP - min(p.left for p in group)
            if caption.lines:
                start = max(start, caption_end + APART + need - middle)
            for place in group:
                place.x += start
            last = max(p.right for p in group)
            if caption.lines:
                caption_end = caption.of.middle + need
        self.shift(-min(0.0, *(c.of.middle - c.width / 2 for c in self.captions), 0.0))

    def shift(self, by: float) -> None:
        for place in self.places:
            place.x += by

    # --- what is drawn ------------------------------------------------------------------------

    def drawing(self) -> Drawing:
        most = max((p.sized.station.cost or 0 for p in self.places), default=0)
        solids = [solid for place in self.places for solid in self.solids(place, most)]
        wires = [*self.flows(), *self.arcs(), *self.handles()]
        labels, braces = self.words(solids)
        labels += self.not_drawn(labels, braces)
        title, subtitle = words.titles(self.graph, self.options.title)
        entries = tuple(self.entries(most)) if self.options.legend else ()
        name = self.graph.name or "network"
        return _with_page(
            Drawing(
                name,
                title,
                subtitle,
                tuple(self.steps()),
                0.0,
                0.0,
                tuple(solids),
                tuple(self.balls()),
                (*wires, *braces),
                tuple(labels),
                entries,
                left_out=self.left_out,
            )
        )

    def steps(self) -> Iterator[str]:
        """The stations in words, for readers who cannot see the picture."""
        for place in self.places:
            station = place.sized.station
            count = f" ×{station.count}" if station.count > 1 else ""
            shape = "" if station.role == "join" else f" {style.shape(station.type)}"
            yield letters(station.title) + count + shape

    def solids(self, place: _Place, most: int) -> Iterator[Solid]:
        """The cuboids of a station: for each copy its norms and activations as thin bands around
        it."""
        sized, station = place.sized, place.sized.station
        if station.role == "join":
            return
        heat = None if station.cost is None else style.HEAT.index(style.heat(station.cost, most))
        front = (sized.high / 2 - RISE * sized.deep / 2, sized.high)
        x = place.left
        for copy in range(sized.slices):
            id = f"{station.id}-copy{copy + 1}" if copy else station.id
            parts = [(f"{id}-fore{n + 1}", kind, BAND) for n, kind in enumerate(station.fore)]
            parts.append((id, station.kind, sized.thick))
            parts += [(f"{id}-band{n + 1}", kind, BAND) for n, kind in enumerate(station.bands)]
            for part_id, kind, thick in parts:
                first = part_id == station.id
                yield Solid(
                    part_id,
                    kind,
                    x,
                    -front[0],
                    thick,
                    front[1],
                    sized.deep,
                    station.tooltip if first else "",
                    heat,
                    station.nodes if first else (),
                )
                x += thick

    def balls(self) -> Iterator[Ball]:
        for place in self.places:
            station = place.sized.station
            if station.role == "join":
                yield Ball(
                    station.id,
                    place.x + BALL,
                    0.0,
                    BALL,
                    station.title,
                    station.tooltip,
                    station.nodes,
                )

    def flows(self) -> Iterator[Wire]:
        for before, after in zip(self.groups, self.groups[1:], strict=False):
            yield Wire(((before[-1].end, 0.0), (after[0].left, 0.0)))

    def arcs(self) -> Iterator[Wire]:
        """The ways around, above all stations that they pass; of two, the wider is above."""
        heights: list[tuple[int, int, float]] = []
        for arch in sorted(self.arches, key=lambda a: (a.head - a.tail, a.tail)):
            tail, head = self.places[arch.tail], self.places[arch.head]
            start, end = _out(tail), _into(head)
            passed = [p for p in self.places if p.left < end[0] and p.right > start[0]]
            high = max(p.summit for p in passed) + RAISED
            over = [h for a, b, h in heights if a < arch.head and arch.tail < b]
            high = max([high, *(h + RAISED for h in over)])
            heights.append((arch.tail, arch.head, high))
            yield _arch(start, end, -high, arch.nodes)

    def handles(self) -> Iterator[Wire]:
        """The ways around inside blocks, on top of each copy."""
        for place in self.places:
            sized = place.sized
            if not sized.station.around:
                continue
            edge = -place.top
            for copy in range(sized.slices):
                left = place.x + copy * sized.thick
                inset = min(3.0, sized.thick / 5)
                yield _arch(
                    (left + inset, edge),
                    (left + sized.thick - inset, edge),
                    -place.summit,
                )

    # --- words --------------------------------------------------------------------------------

    def words(self, solids: Sequence[Solid]) -> tuple[list[TextBlock], list[Wire]]:
        """The captions below the solids; blocks in a row have their name once, under a brace."""
        low = max((s.y + s.h for s in solids), default=0.0) + 7
        labels: list[TextBlock] = []
        braces: list[Wire] = []
        for run in _runs(self.captions):
            if run[0].shared:
                left, right = run[0].of.left - 1, run[-1].of.end + 1
                depth = max(len(c.lines) for c in run)
                y = low + depth * LINE + 3
                braces.append(_brace(left, right, y))
                labels.append(TextBlock((left + right) / 2, y + 6, (run[0].name,), "bold"))
            labels += [
                TextBlock(c.of.middle, low, c.lines, "plain" if c.shared else "bold")
                for c in run
                if c.lines
            ]
        return labels, braces

    def not_drawn(self, labels: Sequence[TextBlock], braces: Sequence[Wire]) -> list[TextBlock]:
        """The note about what is not drawn, below all captions."""
        left_out = [(left.caption, left.number()) for left in self.left_out if left.caption]
        items = [
            *self.copies(),
            *(f"{n} {caption}" if n > 1 else caption for caption, n in left_out),
        ]
        if not items:
            return []
        lines = wrap(f"not drawn: {'; '.join(items)}", NOTE)
        low = max((m.y + LINE * len(m.lines) for m in labels), default=0.0)
        left, right = self.places[0].left, max(p.right for p in self.places)
        faint = tuple(text(TextRun(line, "faint")) for line in lines)
        return [TextBlock((left + right) / 2, low + 5, faint)]

    def copies(self) -> Iterator[str]:
        """The copies of repeated blocks that are not drawn."""
        elided = [caption for caption in self.captions if caption.count > caption.drawn]
        for name in dict.fromkeys(caption.name for caption in elided):
            same_name = [caption for caption in elided if caption.name == name]
            count, drawn = sum(c.count for c in same_name), sum(c.drawn for c in same_name)
            yield f"{letters(name)} ({count - drawn} of {count})"

    def entries(self, most: int) -> Iterator[Entry]:
        measure = MEASURES.get(self.options.color_by, "")
        stations = [place.sized.station for place in self.places]
        used: set[Kind] = {s.kind for s in stations if s.role != "join" and s.kind != "io"}
        used |= {band for s in stations for band in (*s.fore, *s.bands)}
        yield from legend.scale(most, measure) if measure else legend.swatches(used)
        ways = {arch.name for arch in self.arches}.union(*(s.around for s in stations))
        if ways:
            yield Entry("skip", " or ".join(sorted(ways, reverse=True)))
        if any(letters(s.title) == CONCAT for s in stations if s.role == "join"):
            yield Entry("concat", "concatenation")
        if any(run.look == "badge" for c in self.captions for line in c.lines for run in line):
            yield Entry("badge", "repeated n times")


def _grouped(places: Sequence[_Place], landed: set[int]) -> list[list[_Place]]:
    groups: list[list[_Place]] = []
    for i, place in enumerate(places):
        after_up = i > 0 and places[i - 1].sized.station.role == "up"
        apart = i in landed and not after_up
        if groups and not apart and _touch(groups[-1][-1].sized, place.sized):
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


# --- captions ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Caption:
    """The caption of a group, under the station ``of``; ``drawn`` of its ``count`` copies are
    drawn. If it is ``shared``, the name stands under a brace."""

    group: list[_Place]
    of: _Place
    name: Text
    lines: tuple[Text, ...]
    width: float
    count: int = 1
    drawn: int = 1
    badge: tuple[Text, ...] = ()
    shared: bool = False


def _caption(group: list[_Place], options: Options) -> _Caption:
    """The caption of a group: its thickest volume gives the name."""
    main = max(group, key=lambda p: (p.sized.station.role == "volume", p.sized.across))
    station = main.sized.station
    slabs = [p.sized for p in group if p.sized.station.role == "volume"] or [main.sized]
    count, drawn = sum(s.station.count for s in slabs), sum(s.slices for s in slabs)
    badge = text(TextRun(f"×{count}", "badge")) if count > 1 else ()
    if station.role == "join":
        return _Caption(group, main, (), (), 0.0)
    first = text(station.title, " " if badge else "", badge)
    shape = text(style.shape(station.type)) if options.shapes else ()
    weight = _weight([p.sized.station for p in group], options.color_by)
    lines = tuple(line for line in (first, shape, weight) if line)
    wide = max(line_width(line, SMALL, bold=i == 0) for i, line in enumerate(lines))
    return _Caption(group, main, station.title, lines, wide, count, drawn, (badge,))


def _weight(stations: Sequence[Station], measure: str) -> Text:
    """The cost of a group; empty if the options colour by none."""
    total = sum(s.cost or 0 for s in stations)
    unit = "" if measure == "params" else f" {MEASURES.get(measure, '')}"
    return text(f"{style.amount(total)}{unit}") if total else ()


def _share_names(captions: list[_Caption]) -> list[_Caption]:
    """The captions, where blocks of one name in a row share it, if the name is not wider than all
    of them."""
    for run in _runs(captions):
        lines_without_name = [tuple(line for line in (c.lines[1:] + c.badge) if line) for c in run]
        wide = [
            max((line_width(line, SMALL) for line in lines), default=0.0)
            for lines in lines_without_name
        ]
        shares = run[0].of.sized.station.block and len(run) > 1
        if shares and sum(wide) + APART * len(run) >= line_width(run[0].name, SMALL, bold=True):
            for caption, lines, width in zip(run, lines_without_name, wide, strict=True):
                caption.lines, caption.width, caption.shared = lines, width, True
    return captions


def _runs(captions: Sequence[_Caption]) -> list[list[_Caption]]:
    """The captions in groups of neighbours with one name."""
    runs: list[list[_Caption]] = []
    for caption in captions:
        before = runs[-1][-1] if runs else None
        if before and before.name == caption.name and before.shared == caption.shared:
            runs[-1].append(caption)
        else:
            runs.append([caption])
    return runs


# --- lines ------------------------------------------------------------------------------------


def _out(place: _Place) -> Point:
    """The point where a way around starts: on the upper face of the last copy, or on the ball."""
    if place.sized.station.role == "join":
        return place.x + 1.4 * BALL, -0.9 * BALL
    one = place.sized.across / place.sized.slices
    return place.end - one * 0.4, -place.top


def _into(place: _Place) -> Point:
    if place.sized.station.role == "join":
        return place.x + BALL, -BALL
    return place.x + place.sized.thick * 0.5, -place.top


def _arch(start: Point, end: Point, y: float, nodes: tuple[Trails, ...] = ()) -> Wire:
    """A line up to a height, across and down."""
    (x0, y0), (x1, y1) = start, end
    bend = min(BEND, (x1 - x0) / 2, (y0 - y) / 2, (y1 - y) / 2)
    return Wire((start, (x0, y), (x1, y), end), "skip", bend, nodes)


def _brace(left: float, right: float, y: float) -> Wire:
    return Wire(((left, y - 3), (left, y), (right, y), (right, y - 3)), "brace")


# --- the page ---------------------------------------------------------------------------------


def _with_page(drawing: Drawing) -> Drawing:
    """The drawing with the title above and the legend below, moved so that it starts at 0."""
    left, top, right, bottom = _around(drawing)
    wide = right - left
    heads = list(_heading(drawing.title, drawing.subtitle, wide))
    columns = _columns(drawing.legend, wide)
    wide = max(wide, legend_width(drawing.legend, columns), *map(label_width, heads))
    above = max((head.y + len(head.lines) * LINE + UNDER for head in heads), default=0.0)
    dx, dy = (wide - (right - left)) / 2 - left, above - top
    rows = -(-len(drawing.legend) // columns)
    high = bottom + dy
    below = UNDER + rows * ROW if rows else 0.0
    labels = [replace(m, x=m.x + dx, y=m.y + dy) for m in drawing.labels]
    return replace(
        drawing,
        width=round(wide, 2),
        height=round(high + below, 2),
        solids=tuple(replace(s, x=s.x + dx, y=s.y + dy) for s in drawing.solids),
        balls=tuple(replace(b, x=b.x + dx, y=b.y + dy) for b in drawing.balls),
        wires=tuple(
            replace(w, points=tuple((x + dx, y + dy) for x, y in w.points)) for w in drawing.wires
        ),
        labels=(*(replace(head, x=wide / 2) for head in heads), *labels),
        columns=columns,
        at=(wide / 2, high + below - rows * ROW / 2),
    )


def _around(drawing: Drawing) -> tuple[float, float, float, float]:
    rects = [(s.x, s.y - s.rise, s.x + s.w + s.d, s.y + s.h) for s in drawing.solids]
    rects += [(x, y, x, y) for wire in drawing.wires for x, y in wire.points]
    for m in drawing.labels:
        half = label_width(m) / 2
        rects.append((m.x - half, m.y, m.x + half, m.y + LINE * len(m.lines)))
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _heading(title: str, subtitle: str, wide: float) -> Iterator[TextBlock]:
    if title:
        yield TextBlock(0, 0, (text(title),), "heading")
    lines = wrap(subtitle, max(40, int(wide / 5)))
    if lines:
        yield TextBlock(0, HEADING if title else 0, tuple(text(line) for line in lines))


def _columns(entries: Sequence[Entry], wide: float) -> int:
    """The number of legend columns that fit side by side."""
    fitting = (n for n in range(len(entries), 1, -1) if legend_width(entries, n) <= wide)
    return next(fitting, 1)
