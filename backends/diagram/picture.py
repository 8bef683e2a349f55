"""A picture before it is laid out: boxes in clusters, joined by edges.

Views build a ``Picture`` from a graph, formats write it (DOT, and from that SVG, PNG, PDF; Mermaid;
TikZ). It says what is drawn and how it hangs together, never where: positions are the layout's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Literal, TypeAlias

from ...compiler.layer import Category
from ...grammar.source import Span

Look: TypeAlias = Literal["plain", "symbol", "badge", "faint"]
"""``symbol``: a size that differs between the copies (italic); ``badge``: how often (red)."""


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one look."""

    text: str
    look: Look = "plain"


Text: TypeAlias = tuple[Run, ...]


def text(*parts: str | Run | Text) -> Text:
    """One line from strings, runs and lines; empty parts leave nothing."""
    runs: list[Run] = []
    for part in parts:
        new = (Run(part),) if isinstance(part, str) else (part,) if isinstance(part, Run) else part
        runs += [r for r in new if r.text]
    return tuple(runs)


def letters(line: Text) -> str:
    return "".join(run.text for run in line)


@dataclass(frozen=True, slots=True)
class Strip:
    """A norm or an activation folded into the box of the layer it follows or precedes."""

    label: Text
    category: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """The arguments of a run of blocks that differ in numbers: a row to each."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Trail: TypeAlias = tuple[tuple[str, range], ...]
"""The way to a node: the keys of the calls around it and its own, each with which copies."""


@dataclass(frozen=True, slots=True)
class Trails:
    """Nodes by their ways, all of ``ways`` inside of all that is ``around``."""

    around: Trails | None
    ways: tuple[Trail, ...]

    def __iter__(self) -> Iterator[Trail]:
        for before in self.around or ((),):
            for way in self.ways:
                yield before + way


Shape: TypeAlias = Literal["box", "bar", "fork", "circle", "table", "label"]
Kind: TypeAlias = Category | Literal["block", "failed", "added", "removed", "changed", "same"]
Mark: TypeAlias = Literal["", "failed", "added", "removed"]
"""What a line says by its colour."""


@dataclass(frozen=True, slots=True)
class Box:
    """A step. ``bar`` is the wide flat one of a concat, ``fork`` a point where one tensor goes
    several ways, ``circle`` the small one of a sum, ``table`` just its table, ``label``
    words on a line.

    ``id`` comes from the module path; ``above`` and ``below`` are the strips in running order;
    ``repeated`` draws it as a stack of copies; ``cost`` is by what it is coloured. ``place`` is
    that of a block drawn shut, ``also`` where else it is written: its strips, the block.
    ``nodes`` are the operations that it stands for, in all their copies.
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
    also: tuple[Span, ...] = ()
    cost: int | None = None
    place: str = ""
    nodes: tuple[Trails, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A block or group drawn open. ``repeated``: as a stacked sheet. ``inset``: beside the net,
    laid out by itself. ``place`` and ``also`` as those of the box that it is when shut."""

    id: str
    title: Text
    items: tuple[Item, ...]
    category: Kind = "block"
    repeated: bool = False
    inset: bool = False
    tooltip: str = ""
    span: Span | None = None
    also: tuple[Span, ...] = ()
    place: str = ""


Item: TypeAlias = Box | Cluster


@dataclass(frozen=True, slots=True)
class Edge:
    """From box to box. ``skip`` is the way around (dashed), ``loop`` a state fed back,
    ``hidden`` no line at all: it keeps boxes in order
    on one rank, or, as ``trunk``, on one axis.

    ``mark``: in another colour; ``level``: drawn flat, between the two arms of a U, without pulling
    at either end's height; ``climbs``: the head stands above the tail. ``trunk`` edges are kept
    straight. ``name`` is what the block that the edge enters calls its tensor.
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
    mark: Mark = ""

    @property
    def kind(self) -> str:
        """Its classes in an SVG."""
        return " ".join(word for word in (self.look, self.mark) if word not in ("flow", ""))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Operations that are not drawn, and what to say of them."""

    said: str
    nodes: tuple[Trails, ...]

    def number(self) -> int:
        """How many operations those are."""
        return sum(
            prod(len(copies) for _, copies in trail) for trails in self.nodes for trail in trails
        )


Redraw: TypeAlias = "Callable[[frozenset[str] | int], Picture]"
"""The same net with just these places open, or opened so many levels deep."""


@dataclass(frozen=True, slots=True)
class Picture:
    """``ranks`` are sets of boxes to stand side by side; ``measure`` says what costs are of;
    ``redraw`` opens and shuts blocks, where the view can do that; ``left_out`` is what is not
    drawn."""

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

    def boxes(self) -> Iterator[Box]:
        return _boxes(self.items)

    def tooltips(self) -> dict[str, str]:
        said = {box.id: box.tooltip for box in self.boxes()}
        return said | {cluster.id: cluster.tooltip for cluster in self.clusters()}

    def clusters(self) -> Iterator[Cluster]:
        return _clusters(self.items)


def costliest(picture: Picture) -> int:
    """What the box costs that costs most."""
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
    """What a caller may ask of a view; ``depth`` None opens as much as stays readable.

    ``expand`` and ``fold`` name blocks, labels or module paths to open everywhere, or never.
    """

    direction: Literal["TB", "LR"] = "TB"
    title: str | None = None
    shapes: bool = True
    legend: bool = True
    depth: int | None = None
    expand: tuple[str, ...] = ()
    fold: tuple[str, ...] = ()
    color_by: str = ""
