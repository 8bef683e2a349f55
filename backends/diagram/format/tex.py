"""LaTeX: a standalone document with one TikZ picture, which can be read and changed by hand.

The picture is the SVG's, from the same layout: one ``\\node`` for each box, one ``\\draw`` for each
line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Final

from .. import legend, style
from ..drawing import Drawing
from ..layout.digraph import LEGEND_COLUMNS, SUBTITLE
from ..layout.placed import Frame, Placed, PlacedLine, Point, placed
from ..picture import Box, Cluster, Kind, Picture, Strip, Table, Text, TextRun, costliest
from . import _tikz as tikz
from . import _tikz_drawing as tikz_drawing
from ._tex import escaped
from ._tikz import at, command, number, stacked, words

DRAWINGS: Final = True

NEAR: Final = 1.6
"""A line that ends within so many points of an anchor is drawn to the anchor."""
STRAIGHT: Final = 0.6
SHEET: Final = 4.0
"""Points by which the sheet behind a repeated cluster, or the outer line of a repeated box, stands
out."""

Names = Mapping[str, str]
Frames = Mapping[str, Frame]

_LOOKS: Final = {
    "net box": "net text, draw, line width=1.1bp, rounded corners=7bp",
    "net bar": "net box, draw=netink, fill=white, sharp corners",
    "net sum": "net box, circle, draw=netink, fill=white",
    "net fork": "circle, fill=netwire, inner sep=0pt, outer sep=0pt",
    "net table": "net box, draw=netsheet, fill=white, line width=.8bp",
    "net wall": "net box, draw=netsheet, fill=netblock, line width=1bp, rounded corners=9bp",
    "net inset": "net wall, fill=none, dash pattern=on 5bp off 2bp",
    "net copies": "double=white, double distance=2.9bp, outer sep=2.6bp",
    "net name": r"net text, text=netsoft, anchor=north west, inner xsep=8bp, inner ysep=5bp",
    "net strip": "draw=none, rounded corners=3bp, minimum width=0pt, minimum height=0pt, "
    "inner xsep=5bp, inner ysep=2.2bp, outer sep=0pt",
    "net loop": "net flow, draw=netrecurrentline",
    "net failed line": "draw=netfailedline, line width=1.8bp",
    "net legend": "net text, text=netsoft",
    "net legend box": "net legend, draw=netsheet, line width=.8bp, rounded corners=7bp, "
    "inner sep=5bp",
}
_COMMANDS: Final = {
    "netstrip": r"[2]{\tikz[baseline=(s.base)]\node[net strip, fill=net#1, text=net#1word] "
    "(s) {#2};}",
}


def write(picture: Picture | Drawing) -> bytes:
    if isinstance(picture, Drawing):
        return tikz_drawing.document(picture)
    return tikz.document(
        picture.title or picture.name,
        list(_kinds(picture)),
        list(_body(picture, placed(picture, words=True))),
        strips={s.category for box in picture.boxes() for s in (*box.above, *box.below)},
        commands=_COMMANDS,
        styles=_LOOKS,
        heat=bool(picture.measure),
    )


def _kinds(picture: Picture) -> Iterator[Kind]:
    """All categories that are drawn."""
    used: set[Kind] = {"block"} if any(True for _ in picture.clusters()) else set()
    for box in picture.boxes():
        used |= {box.category} if box.shape == "box" else set()
        used |= {strip.category for strip in (*box.above, *box.below)}
    if any(edge.look == "loop" for edge in picture.edges):
        used.add("recurrent")
    used |= {edge.mark for edge in picture.edges if edge.mark}
    yield from (kind for kind in style.PAINTS if kind in used)


def _body(picture: Picture, drawn: Placed) -> Iterator[str]:
    names = _names(picture)
    frames = {box.id: frame for box, frame in drawn.boxes}
    top = costliest(picture)
    for cluster, frame in drawn.clusters:
        yield from _cluster(cluster, frame, names)
    for box, frame in drawn.boxes:
        yield _box(box, frame, names, top)
    for line in drawn.lines:
        yield _line(line, frames, names)
    if drawn.title:
        yield _title(picture, drawn.title)
    if drawn.legend:
        yield _legend(picture, drawn.legend)


_UNNAMED: Final = re.compile(r"[^A-Za-z0-9_-]")


def _names(picture: Picture) -> dict[str, str]:
    """The names of boxes and clusters in TikZ: without dots, colons, parentheses."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for id in (*(box.id for box in picture.boxes()), *(f"wall.{c.id}" for c in picture.clusters())):
        stem = name = "/".join(_UNNAMED.sub("", part) for part in id.split(".")) or "box"
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        names[id] = name
    return names


# --- boxes ------------------------------------------------------------------------------------


def _node(look: str, frame: Frame, name: str, content: str = "", less: float = 0.0) -> str:
    size = _size(frame.w - less, frame.h - less)
    named = f" ({name})" if name else ""
    return rf"\node[{look}{size}]{named} at {at(*_centre(frame))} {{{content}}};"


def _size(w: float, h: float) -> str:
    return f", minimum width={number(w)}bp, minimum height={number(h)}bp"


def _centre(frame: Frame) -> Point:
    return frame.x + frame.w / 2, frame.y + frame.h / 2


def _cluster(cluster: Cluster, frame: Frame, names: Names) -> Iterator[str]:
    name = names[f"wall.{cluster.id}"]
    look = "net inset" if cluster.inset else "net wall"
    copies = ", net copies" if cluster.repeated else ""
    yield _node(look + copies, frame, name, less=-SHEET if cluster.repeated else 0.0)
    if cluster.title:
        title = command("nettitle", words(cluster.title))
        yield rf"\node[net name] at {at(frame.x, frame.y)} {{{title}}};"


def _box(box: Box, frame: Frame, names: Names, top: int) -> str:
    name = names[box.id]
    if box.shape == "box":
        heat = "" if box.cost is None else f", fill={_heat(box.cost, top)}"
        look = f"net {box.category}{heat}" + (", net copies" if box.repeated else "")
        return _node(look, frame, name, _content(box), SHEET if box.repeated else 0.0)
    if box.shape == "bar":
        lines = (command("nettitle", words(box.title)), *map(_small, box.lines))
        return _node("net bar", frame, name, " ".join(lines))
    if box.shape == "circle":
        return _node("net sum", frame, name, command("netheading", words(box.title)))
    if box.shape == "table":
        return _node("net table", frame, name, _table(box.table) if box.table else "")
    if box.shape == "label":
        return _node("net note", frame, name, words(box.title))
    return _node("net fork", frame, name)


def _heat(cost: int, top: int) -> str:
    return f"netheat{style.HEAT.index(style.heat(cost, top))}"


def _content(box: Box) -> str:
    lines = [command("nettitle", words(box.title)), *map(_small, box.lines)]
    content = stacked(lines)
    if box.above:
        content = rf"{_strips(box.above)} \\[1.5bp] {content}"
    if box.below:
        content = rf"{content} \\[2.5bp] {_strips(box.below)}"
    return rf"{content} \\ {_table(box.table)}" if box.table else content


def _small(line: Text) -> str:
    return command("netsmall", words(line))


def _strips(strips: tuple[Strip, ...]) -> str:
    return r"\,".join(command("netstrip", s.category, words(s.label)) for s in strips)


def _table(table: Table) -> str:
    head = [words((TextRun(cell, "symbol"),)) if cell else "" for cell in table.head]
    rows = [[escaped(cell) for cell in row] for row in table.rows]
    return tikz.table("r" * len(head), [head, *rows])


# --- lines ------------------------------------------------------------------------------------


def _line(line: PlacedLine, frames: Frames, names: Names) -> str:
    edge = line.edge
    mark = f", net {edge.mark} line" if edge.mark else ""
    look = f"net {edge.look}{mark}" + ("" if edge.arrow else ", -")
    label = ""
    if line.label and edge.label:
        label = f" node[net note] at {at(*line.label)} {{{escaped(edge.label)}}}"
    return rf"\draw[{look}] {_path(line, frames, names)}{label};"


def _path(line: PlacedLine, frames: Frames, names: Names) -> str:
    points = _to_the_tip(line)
    edge = line.edge
    if _upright(points, frames[edge.tail], frames[edge.head]):
        return f"({names[edge.tail]}) -- ({names[edge.head]})"
    path = _end(points[0], edge.tail, frames, names)
    for i in range(1, len(points) - 2, 3):
        first, second, to = points[i : i + 3]
        last = i + 3 >= len(points)
        there = _end(to, edge.head, frames, names) if last else at(*to)
        if _straight(points[i - 1 : i + 3]):
            path += f" -- {there}"
        else:
            path += f" .. controls {at(*first)} and {at(*second)} .. {there}"
    return path


def _to_the_tip(line: PlacedLine) -> list[Point]:
    """The curve, drawn out to where its arrow ends."""
    points = list(line.points)
    if line.tip:
        (x, y), (tip_x, tip_y) = points[-1], line.tip
        before = points[-2]
        points[-2:] = [(before[0] + tip_x - x, before[1] + tip_y - y), line.tip]
    return points


def _end(point: Point, box: str, frames: Frames, names: Names) -> str:
    """The end of a line: an anchor of the box if it is at one, else the point."""
    f = frames[box]
    x, y = _centre(f)
    anchors = {
        "north": (x, f.y),
        "south": (x, f.y + f.h),
        "east": (f.x + f.w, y),
        "west": (f.x, y),
    }
    for anchor, (ax, ay) in anchors.items():
        if abs(ax - point[0]) < NEAR and abs(ay - point[1]) < NEAR:
            return f"({names[box]}.{anchor})"
    return at(*point)


def _upright(points: list[Point], tail: Frame, head: Frame) -> bool:
    """Whether a line runs from middle to middle, along an axis."""
    for axis in (0, 1):
        middle = _centre(tail)[axis]
        places = [*(p[axis] for p in points), _centre(head)[axis]]
        if all(abs(place - middle) < STRAIGHT for place in places):
            return tail is not head
    return False


def _straight(four: list[Point]) -> bool:
    (x0, y0), (x1, y1) = four[0], four[-1]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-6)
    off = (abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length for x, y in four[1:-1])
    return all(distance < STRAIGHT for distance in off)


# --- words around it --------------------------------------------------------------------------


def _title(picture: Picture, frame: Frame) -> str:
    lines = [command("netheading", escaped(picture.title))] if picture.title else []
    lines += [command("netsmall", escaped(line)) for line in wrap(picture.subtitle, SUBTITLE)]
    return rf"\node[net text] at {at(*_centre(frame))} {{{stacked(lines)}}};"


def _legend(picture: Picture, frame: Frame) -> str:
    boxed = any(isinstance(item, Cluster) and item.inset for item in picture.items)
    entries = list(legend.entries(picture))
    look, columns = ("net legend box", 1) if boxed else ("net legend", LEGEND_COLUMNS)
    return rf"\node[{look}] at {at(*_centre(frame))} {{{tikz.legend(entries, columns)}}};"
