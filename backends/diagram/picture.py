"""A picture before it is laid out: boxes in clusters, joined by edges.

Views build a ``Picture`` from a graph, formats write it (DOT, and from that SVG, PNG, PDF; Mermaid;
TikZ). It holds what is drawn and what is connected to what. It holds no positions: the layout
finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import prod
from typing import Final, Literal, TypeAlias

from ...compiler.layer import Category
from ...grammar.source import Span
from ..diff.merge import GraphMarks

Look: TypeAlias = Literal["plain", "symbol", "badge", "faint"]
"""``symbol`` (italic) names a size that differs between the copies; ``badge`` (red) is a count."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """A piece of a line in one look."""

    text: str
    look: Look = "plain"


Text: TypeAlias = tuple[TextRun, ...]


def text(*parts: str | TextRun | Text) -> Text:
    """One line from strings, runs and lines; empty parts leave nothing."""
    runs: list[TextRun] = []
    for part in parts:
        new = (
            (TextRun(part),)
            if isinstance(part, str)
            else (part,)
            if isinstance(part, TextRun)
            else part
        )
        runs += [r for r in new if r.text]
    return tuple(runs)


def letters(line: Text) -> str:
    return "".join(run.text for run in line)


def wrapped(line: Text, width: int) -> list[Text]:
    """The line as several lines of so many letters, broken after commas."""
    segments: list[list[TextRun]] = [[]]
    for run in line:
        first, *others = run.text.split(", ")
        segments[-1].append(replace(run, text=first))
        segments += [[replace(run, text=other)] for other in others]
    lines: list[Text] = []
    for segment in (text(*runs) for runs in segments):
        joined = text(lines[-1], ", ", segment) if lines else segment
        if lines and len(letters(joined)) > width:
            lines[-1] = text(lines[-1], ",")
            lines.append(segment)
        else:
            lines[-1:] = [joined]
    return [line for line in lines if line]


def shortened(line: Text, width: int) -> Text:
    """The line, cut to so many letters; a badge at its end stays."""
    if len(letters(line)) <= width:
        return line
    badge = line[-1:] if line[-1].look == "badge" else ()
    room = width - 1 - len(letters(badge))
    kept: list[TextRun] = []
    for run in line[: len(line) - len(badge)]:
        kept.append(replace(run, text=run.text[: max(room, 0)]))
        room -= len(run.text)
    return text(*kept, "…", badge)


@dataclass(frozen=True, slots=True)
class Strip:
    """A norm or an activation folded into the box of the layer it follows or precedes."""

    label: Text
    category: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """The arguments of blocks in a row that differ in numbers: one row for each block."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Trail: TypeAlias = tuple[tuple[str, range], ...]
"""The place of a node: the keys of the calls around it and its own key, each with a range of
copies."""


@dataclass(frozen=True, slots=True)
class Trails:
    """Several nodes by their trails: each of ``ways`` inside each trail of ``around``."""

    around: Trails | None
    ways: tuple[Trail, ...]

    def __iter__(self) -> Iterator[Trail]:
        for before in self.around or ((),):
            for way in self.ways:
                yield before + way


Shape: TypeAlias = Literal["box", "bar", "fork", "circle", "table", "label"]
Kind: TypeAlias = Category | Literal["block", "failed", "added", "removed", "changed", "same"]
LineMark: TypeAlias = Literal["", "failed", "added", "removed"]
"""What the colour of a line means; "" for a plain line."""


@dataclass(frozen=True, slots=True)
class Box:
    """A step. ``shape`` is ``bar`` for a concat (wide and flat), ``fork`` for a point where a
    tensor goes several ways, ``circle`` for a sum, ``table`` for a table alone, ``label`` for words
    on a line.

    ``id`` comes from the module path; ``above`` and ``below`` are the strips in running order;
    ``repeated`` draws a stack of copies; ``cost`` gives the colour. ``place`` is the id of the
    cluster that a closed block becomes when it opens. ``span`` is where the step is written,
    ``other_spans`` where its strips, its other copies and its block are written. ``nodes`` are the
    operations that it stands for, in all their copies.
    """

    id: str
    title: Text = ()
    category: Kind = "other"
    shape: Shape = "box"
    lines: tuple[Text, ...] = ()
    above: tuple[Strip, ...] = ()
    below: tuple[Strip, ...] = ()
    table: Table | None = None
    repeated: bool = False
    tooltip: str = ""
    span: Span | None = None
    other_spans: tuple[Span, ...] = ()
    cost: int | None = None
    place: str = ""
    nodes: tuple[Trails, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cluster:
    """An open block or group. ``repeated`` draws a stack of sheets. An ``inset`` stands beside the
    net and is laid out by itself. ``place`` and ``other_spans`` are those of the closed box."""

    id: str
    title: Text
    items: tuple[Item, ...]
    category: Kind = "block"
    repeated: bool = False
    inset: bool = False
    tooltip: str = ""
    span: Span | None = None
    other_spans: tuple[Span, ...] = ()
    place: str = ""


Item: TypeAlias = Box | Cluster


UNNAMED: Final = " "
"""The name of an input of a group, which the text gives none."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from box to box. ``look`` is ``skip`` for a way around (dashed), ``loop`` for a state
    that is fed back, ``hidden`` for no line at all: a hidden edge keeps boxes in order on one rank,
    or, with ``trunk``, on one axis.

    ``mark`` gives another colour. A ``level`` edge is drawn flat, between the two arms of a U, and
    does not move either end up or down. The head of an edge that ``climbs`` is above its tail.
    ``trunk`` edges are kept straight. ``name`` is the input's name in the block that the edge
    enters; the first input has none.
    """

    tail: str
    head: str
    label: str = ""
    look: Literal["flow", "skip", "loop", "hidden"] = "flow"
    arrow: bool = True
    trunk: bool = False
    level: bool = False
    climbs: bool = False
    name: str = ""
    mark: LineMark = ""

    @property
    def kind(self) -> str:
        """The classes of the line in an SVG."""
        return " ".join(word for word in (self.look, self.mark) if word not in ("flow", ""))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Operations that are not drawn; the ``caption`` is "" if no reader needs to know of them."""

    caption: str
    nodes: tuple[Trails, ...]

    def number(self) -> int:
        """The number of operations."""
        return sum(
            prod(len(copies) for _, copies in trail) for trails in self.nodes for trail in trails
        )


Redraw: TypeAlias = "Callable[[frozenset[str] | int], Picture]"
"""Draws the same net with these places open and no others, or with so many levels open."""


@dataclass(frozen=True, slots=True)
class Picture:
    """``ranks`` are sets of boxes that stand side by side; ``measure`` is the unit of the costs;
    ``redraw`` opens and closes blocks, if the view can do that; ``left_out`` are the operations
    that are not drawn; the title and the legend of a ``paged`` picture stand where the page grows
    least."""

    name: str
    title: str
    subtitle: str
    direction: Literal["TB", "LR"]
    items: tuple[Item, ...]
    edges: tuple[Edge, ...]
    ranks: tuple[tuple[str, ...], ...] = ()
    legend: bool = True
    measure: str = ""
    redraw: Redraw | None = field(default=None, compare=False, repr=False)
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False, repr=False)
    paged: bool = False

    def boxes(self) -> Iterator[Box]:
        return _boxes(self.items)

    def tooltips(self) -> dict[str, str]:
        boxes = {box.id: box.tooltip for box in self.boxes()}
        return boxes | {cluster.id: cluster.tooltip for cluster in self.clusters()}

    def clusters(self) -> Iterator[Cluster]:
        return _clusters(self.items)


def costliest(picture: Picture) -> int:
    """The cost of the most costly box."""
    return max((box.cost or 0 for box in picture.boxes()), default=0)


def _boxes(items: tuple[Item, ...]) -> Iterator[Box]:
    for item in items:
        if isinstance(item, Box):
            yield item
        else:
            yield from _boxes(item.items)


def _clusters(items: tuple[Item, ...]) -> Iterator[Cluster]:
    for item in items:
        if isinstance(item, Cluster):
            yield item
            yield from _clusters(item.items)


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller chooses. ``depth`` None opens as much as stays readable; ``expand`` and
    ``fold`` name blocks, labels or module paths to open everywhere, or never. ``marks`` says what
    differs if the graph holds two versions."""

    direction: Literal["TB", "LR"] = "TB"
    title: str | None = None
    shapes: bool = True
    legend: bool = True
    depth: int | None = None
    expand: tuple[str, ...] = ()
    fold: tuple[str, ...] = ()
    color_by: str = ""
    marks: GraphMarks | None = None
