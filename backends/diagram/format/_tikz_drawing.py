"""A drawing in TikZ: a command for each volume, a ``\\node`` for each text, a ``\\draw`` for each
line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .. import style
from ..drawing import RISE, SIDE, TOP, Ball, Drawing, Solid, TextBlock, Wire
from ..picture import Kind
from . import _tikz as tikz
from ._tex import escaped
from ._tikz import at, command, number, stacked, words

_STYLES: Final = {
    "net face": "line width=.8bp, line join=round",
    "net ball": "net text, circle, draw=netink, fill=white, line width=1bp",
    "net brace": "draw=netsheet, line width=.8bp",
    "net caption": "net text, anchor=north",
    "net legend": "net text, text=netsoft",
}
_UP: Final = f"{RISE}*#7"
_FACES: Final = rf"""
  \draw[draw=#3, fill=#2!{TOP}!white] #4 -- ++(#7, {{-{_UP}}}) -- ++(#5, 0) -- ++(-#7, {{{_UP}}}) -- cycle;
  \draw[draw=#3, fill=#2!{SIDE}!#3] #4 ++(#5, 0) -- ++(#7, {{-{_UP}}}) -- ++(0, #6) -- ++(-#7, {{{_UP}}}) -- cycle;
  \draw[draw=#3, fill=#2] #4 rectangle ++(#5, #6);
"""  # noqa: E501
_COMMANDS: Final = {
    # Fill, line, upper left corner of the front, width, height, depth.
    "netsolid": r"[7][]{\begin{scope}[net face,#1]" + _FACES + r"\end{scope}}",
    "netvolume": r"[5]{\netsolid{net#1}{net#1line}{#2}{#3}{#4}{#5}}",
}


def document(drawing: Drawing) -> bytes:
    kinds: set[Kind] = {solid.kind for solid in drawing.solids}
    kinds |= {entry.kind for entry in drawing.legend if entry.mark == "swatch"}
    return tikz.document(
        drawing.title or drawing.name,
        [kind for kind in style.PAINTS if kind in kinds],
        list(_body(drawing)),
        commands=_COMMANDS,
        styles=_STYLES,
        heat=any(solid.heat is not None for solid in drawing.solids),
    )


def _body(drawing: Drawing) -> Iterator[str]:
    yield "% A volume: category, upper left corner of its front, width, height, depth"
    yield from map(_solid, drawing.solids)
    yield from map(_wire, drawing.wires)
    yield from map(_ball, drawing.balls)
    yield from map(_label, drawing.labels)
    if drawing.legend:
        table = tikz.legend(drawing.legend, drawing.columns)
        yield rf"\node[net legend] at {at(*drawing.at)} {{{table}}};"


def _solid(solid: Solid) -> str:
    place = (at(solid.x, solid.y), *map(number, (solid.w, solid.h, solid.d)))
    note = f" % {escaped(solid.id)}" if solid.tooltip else ""
    if solid.heat is None:
        return command("netvolume", solid.kind, *place) + note
    return command("netsolid", f"netheat{solid.heat}", "netwire", *place) + note


def _wire(wire: Wire) -> str:
    bend = f", rounded corners={number(wire.bend)}bp" if wire.bend else ""
    return rf"\draw[net {wire.look}{bend}] {' -- '.join(at(*p) for p in wire.points)};"


def _ball(ball: Ball) -> str:
    size = f"minimum size={number(2 * ball.r)}bp"
    title = command("nettitle", words(ball.title))
    return rf"\node[net ball, {size}] at {at(ball.x, ball.y)} {{{title}}};"


def _label(label: TextBlock) -> str:
    lines = [command("netsmall", words(line)) for line in label.lines]
    if label.look == "heading":
        lines[0] = command("netheading", words(label.lines[0]))
    if label.look == "bold":
        lines[0] = command("textbf", words(label.lines[0]))
    return rf"\node[net caption] at {at(label.x, label.y)} {{{stacked(lines)}}};"
