"""A drawing in Graphviz's language: fronts, balls and text are nodes with fixed places; the faces
and lines behind them are the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from .. import style
from ..drawing import HEADING, LINE, SIDE, TOP, Drawing, Point, Solid, TextBlock, Wire
from ..measure import SMALL, TITLE
from . import html_text

HEAD: Final = (6.0, 2.1)
"""An arrow's length and half its width."""
STROKE: Final = 0.8
_PENS: Final = {
    "flow": (style.WIRE, "1.1", ""),
    "skip": (style.SKIP, "1.3", "dashed"),
    "brace": (style.SHEET, "0.8", ""),
}


def mixed(colour: str, other: str, percent: int) -> str:
    """``percent`` of ``colour``, mixed with ``other``."""
    pairs = [(int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    parts = [round((a * percent + b * (100 - percent)) / 100) for a, b in pairs]
    return "#" + "".join(f"{part:02X}" for part in parts)


def paint(solid: Solid) -> tuple[str, str]:
    """The colours of a solid: fill and line."""
    if solid.heat is not None:
        return style.HEAT[solid.heat], style.WIRE
    paint_of_kind = style.PAINTS[solid.kind]
    return paint_of_kind.fill, paint_of_kind.line


# --- the background ---------------------------------------------------------------------------


def background(drawing: Drawing) -> str:
    """The faces and lines in xdot, with y upwards."""
    high = drawing.height
    parts: list[str] = []
    for solid in drawing.solids:
        parts += _faces(solid, high)
    for wire in drawing.wires:
        parts += _wire(wire, high)
    return " ".join(parts)


def _faces(solid: Solid, high: float) -> Iterator[str]:
    fill, line = paint(solid)
    left, top, right, bottom = solid.x, solid.y, solid.x + solid.w, solid.y + solid.h
    back, up = solid.d, solid.rise
    yield from _pen(line, str(STROKE), "")
    yield _filled(mixed(fill, "#FFFFFF", TOP))
    above = [(left, top), (left + back, top - up), (right + back, top - up), (right, top)]
    yield _shape("P", above, high)
    yield _filled(mixed(fill, line, SIDE))
    beside = [(right, top), (right + back, top - up), (right + back, bottom - up), (right, bottom)]
    yield _shape("P", beside, high)


def _wire(wire: Wire, high: float) -> Iterator[str]:
    colour, width, dashes = _PENS[wire.look]
    points = list(wire.points)
    head: list[Point] = []
    if wire.look != "brace":
        head, points[-1] = _arrow(points[-2], points[-1])
    yield from _pen(colour, width, dashes)
    yield _shape("B", _curves(points, wire.bend), high)
    if head:
        yield from _pen(colour, "1", "")
        yield _filled(colour)
        yield _shape("P", head, high)


def _curves(corners: Sequence[Point], bend: float) -> list[Point]:
    """Cubic Bézier curves, one after another: a point, then three for each."""
    points = [corners[0]]
    for i in range(1, len(corners)):
        before, here = corners[i - 1], corners[i]
        last = i == len(corners) - 1
        stop = here if last else _towards(here, before, bend)
        points += [_between(points[-1], stop, 1 / 3), _between(points[-1], stop, 2 / 3), stop]
        if not last:
            points += [here, here, _towards(here, corners[i + 1], bend)]
    return points


def _towards(start: Point, end: Point, far: float) -> Point:
    length = max(((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5, 1e-6)
    return _between(start, end, min(far / length, 0.5))


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _arrow(before: Point, tip: Point) -> tuple[list[Point], Point]:
    """The arrow head, and the point where the line ends, short of the tip."""
    dx, dy = tip[0] - before[0], tip[1] - before[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1e-6)
    ux, uy = dx / length, dy / length
    x, y = tip[0] - HEAD[0] * ux, tip[1] - HEAD[0] * uy
    wing = (-uy * HEAD[1], ux * HEAD[1])
    return [tip, (x + wing[0], y + wing[1]), (x - wing[0], y - wing[1])], (x, y)


def _pen(colour: str, width: str, dashes: str) -> Iterator[str]:
    yield _operation("c", colour)
    for word in (f"setlinewidth({width})", dashes or "solid"):
        yield _operation("S", word)


def _filled(colour: str) -> str:
    return _operation("C", colour)


def _operation(operation: str, word: str) -> str:
    return f"{operation} {len(word)} -{word}"


def _shape(operation: str, points: Sequence[Point], high: float) -> str:
    places = " ".join(f"{x:.2f} {high - y:.2f}" for x, y in points)
    return f"{operation} {len(points)} {places}"


# --- nodes ------------------------------------------------------------------------------------

LEGEND_ID: Final = "page-legend"
_PLAIN: Final = {"shape": "plain", "style": "", "class": "note", "tooltip": " "}


def dot(drawing: Drawing) -> str:
    """The DOT text of a drawing, with a place for everything: always the same bytes."""
    from graphviz import Digraph

    attributes = {
        "layout": "nop2",
        "bgcolor": "white",
        "pad": "0.12",
        "outputorder": "nodesfirst",
        "_background": background(drawing),
    }
    node = {"fontname": html_text.FONT, "fontsize": str(SMALL), "fontcolor": style.INK}
    digraph = Digraph(drawing.name, graph_attr=attributes, node_attr=node)
    high = drawing.height
    for solid in drawing.solids:
        _front(digraph, solid, high)
    for ball in drawing.balls:
        digraph.node(
            ball.id,
            html_text.html(ball.title, TITLE, bold=True),
            shape="circle",
            style="filled",
            fixedsize="true",
            width=f"{2 * ball.r / 72:.4f}",
            height=f"{2 * ball.r / 72:.4f}",
            margin="0",
            fillcolor="white",
            color=style.INK,
            penwidth="1",
            id=ball.id,
            tooltip=html_text.plain(ball.tooltip or ball.id),
            pos=_pos(ball.x, ball.y, high),
            **{"class": "math"},
        )
    for n, label in enumerate(drawing.labels):
        middle = label.y + LINE * len(label.lines) / 2
        place = _pos(label.x, middle, high)
        digraph.node(f"label-{n + 1}", _words(label), pos=place, **_PLAIN, id=f"label-{n + 1}")
    if drawing.legend:
        table = html_text.legend(drawing.legend, drawing.columns)
        digraph.node(LEGEND_ID, table, pos=_pos(*drawing.at, high), **_PLAIN, id=LEGEND_ID)
    return str(digraph.source)


def _front(digraph: Any, solid: Solid, high: float) -> None:
    fill, line = paint(solid)
    digraph.node(
        solid.id,
        "",
        shape="box",
        style="filled",
        fixedsize="true",
        fillcolor=fill,
        color=line,
        penwidth=str(STROKE),
        width=f"{solid.w / 72:.4f}",
        height=f"{solid.h / 72:.4f}",
        pos=_pos(solid.x + solid.w / 2, solid.y + solid.h / 2, high),
        id=solid.id,
        tooltip=html_text.plain(solid.tooltip or solid.id),
        **{"class": str(solid.kind)},
    )


def _pos(x: float, y: float, high: float) -> str:
    return f"{x:.2f},{high - y:.2f}"


def _words(label: TextBlock) -> str:
    first = {"heading": HEADING, "bold": SMALL, "plain": SMALL}[label.look]
    lines = [
        html_text.html(
            line,
            SMALL if n else first,
            style.SOFT if n or label.look == "plain" else "",
            bold=n == 0 and label.look != "plain",
        )[1:-1]
        for n, line in enumerate(label.lines)
    ]
    return f"<{'<BR/>'.join(lines)}>"
