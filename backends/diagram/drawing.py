"""A drawing: solids, lines and text that already have their places. (Those of a ``Picture`` are
chosen by the layout.)

Points (72 to the inch), from the upper left corner, y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from .legend import Entry
from .measure import SMALL, line_width, width
from .picture import Kind, LeftOut, Text, Trails

Point: TypeAlias = tuple[float, float]
WireLook: TypeAlias = Literal["flow", "skip", "brace"]

HEADING: Final = 13
LINE: Final = 11.0
"""Points from one line of a text block to the next."""
ROW: Final = 15.0
"""Points from one row of the legend to the next."""

RISE: Final = 0.6
"""Points that an edge into the depth goes up for each that it goes right."""
TOP: Final = 45
"""Percent of the category's colour in the upper face of a solid; the rest is white."""
SIDE: Final = 80
"""Percent of the category's colour in the right face; the rest is the line's colour."""


@dataclass(frozen=True, slots=True)
class Solid:
    """A cuboid. Its front has the upper left corner ``x, y``; the back lies ``d`` to the right and
    ``RISE * d`` higher. ``heat`` gives its colour instead of its category. If one step is drawn as
    several cuboids, the first has all ``nodes`` of the step."""

    id: str
    kind: Kind
    x: float
    y: float
    w: float
    h: float
    d: float
    tooltip: str = ""
    heat: int | None = None
    nodes: tuple[Trails, ...] = field(default=(), compare=False, repr=False)

    @property
    def rise(self) -> float:
        return RISE * self.d


@dataclass(frozen=True, slots=True)
class Ball:
    """A circle where tensors join; ``x, y`` is its middle."""

    id: str
    x: float
    y: float
    r: float
    title: Text
    tooltip: str = ""
    nodes: tuple[Trails, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from corner to corner; ``bend`` is the radius of the corners. The arrow is at the last
    point. ``nodes`` are concats that are drawn as this line alone."""

    points: tuple[Point, ...]
    look: WireLook = "flow"
    bend: float = 0.0
    nodes: tuple[Trails, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines of text, centred on ``x``; ``y`` is the upper edge of the first."""

    x: float
    y: float
    lines: tuple[Text, ...]
    look: Literal["heading", "bold", "plain"] = "plain"
    """``bold``: the first line is bold; ``heading``: it is larger too."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Solids hide what was drawn before them. ``legend`` stands below, with its middle ``at``.
    ``steps`` describes the picture in words, for readers who cannot see it; ``left_out`` are the
    operations that are not drawn."""

    name: str
    title: str
    subtitle: str
    steps: tuple[str, ...]
    width: float
    height: float
    solids: tuple[Solid, ...]
    balls: tuple[Ball, ...]
    wires: tuple[Wire, ...]
    labels: tuple[TextBlock, ...]
    legend: tuple[Entry, ...] = ()
    columns: int = 1
    at: Point = (0.0, 0.0)
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False, repr=False)

    def tooltips(self) -> dict[str, str]:
        solids = {solid.id: solid.tooltip for solid in self.solids}
        return solids | {ball.id: ball.tooltip for ball in self.balls}


def label_width(label: TextBlock) -> float:
    """Points of the widest line."""
    wide = [line_width(line, SMALL) for line in label.lines]
    if label.lines and label.look != "plain":
        size = HEADING if label.look == "heading" else SMALL
        wide[0] = line_width(label.lines[0], size, bold=True)
    return max(wide, default=0.0)


def legend_width(entries: Sequence[Entry], columns: int) -> float:
    """About how many points wide a legend is."""
    names = [width(entry.name, SMALL) + 36 for entry in entries]
    return sum(max(names[i::columns]) for i in range(min(columns, len(names))))
