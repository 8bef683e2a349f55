"""A drawing: things that already have their places, where a ``Picture`` leaves them to the layout.

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
Look: TypeAlias = Literal["flow", "skip", "brace"]

HEADING: Final = 13
LINE: Final = 11.0
"""Points from a label's line to the next."""
ROW: Final = 15.0
"""The same of the legend."""

RISE: Final = 0.6
"""Points that an edge into the depth goes up for each that it goes right."""
TOP: Final = 45
"""Percent of its category's colour in a solid's upper face; the rest is white."""
SIDE: Final = 80
"""The same of its right face; the rest is the line's colour."""


@dataclass(frozen=True, slots=True)
class Solid:
    """A cuboid. Its front has the upper left corner ``x, y``; the back lies ``d`` to the right and
    ``RISE * d`` higher. ``heat`` is by what it is coloured, instead of its category. The first
    cuboid of several that are one step has all ``nodes`` that those stand for."""

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
    """Where tensors join; ``x, y`` is the middle."""

    id: str
    x: float
    y: float
    r: float
    title: Text
    tooltip: str = ""
    nodes: tuple[Trails, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Wire:
    """From corner to corner; ``bend`` is the corners' radius. Arrows end at the last point.
    ``nodes`` are concats, which only a way around shows."""

    points: tuple[Point, ...]
    look: Look = "flow"
    bend: float = 0.0
    nodes: tuple[Trails, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Label:
    """Lines around ``x``, the first one's upper edge at ``y``."""

    x: float
    y: float
    lines: tuple[Text, ...]
    look: Literal["heading", "bold", "plain"] = "plain"
    """``bold``: the first line; ``heading``: and larger."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Solids hide what was drawn before them. ``legend`` stands below, ``at`` its middle.
    ``said`` tells the steps to who cannot see them; ``left_out`` is what is not drawn, what no
    reader misses too."""

    name: str
    title: str
    subtitle: str
    said: tuple[str, ...]
    width: float
    height: float
    solids: tuple[Solid, ...]
    balls: tuple[Ball, ...]
    wires: tuple[Wire, ...]
    labels: tuple[Label, ...]
    legend: tuple[Entry, ...] = ()
    columns: int = 1
    at: Point = (0.0, 0.0)
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False, repr=False)

    def tooltips(self) -> dict[str, str]:
        said = {solid.id: solid.tooltip for solid in self.solids}
        return said | {ball.id: ball.tooltip for ball in self.balls}


def label_width(label: Label) -> float:
    """Points of the widest line."""
    wide = [line_width(line, SMALL) for line in label.lines]
    if label.lines and label.look != "plain":
        size = HEADING if label.look == "heading" else SMALL
        wide[0] = line_width(label.lines[0], size, bold=True)
    return max(wide, default=0.0)


def legend_width(entries: Sequence[Entry], columns: int) -> float:
    """Points that a legend takes, near enough."""
    names = [width(entry.name, SMALL) + 36 for entry in entries]
    return sum(max(names[i::columns]) for i in range(min(columns, len(names))))
