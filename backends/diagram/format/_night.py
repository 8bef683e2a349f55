"""The colours of a picture on a dark page."""

from __future__ import annotations

import re
from typing import Final

from .. import style

PAPER: Final = "#0f172a"
INK: Final = "#f1f5f9"
NAMED: Final = {"white": "#ffffff", "black": "#000000"}

_HEAT: Final = [colour.lower() for colour in style.HEAT]
_AMBER: Final = "#f59e0b"
_LINE_OF: Final = {p.fill.lower(): p.line for p in style.PAINTS.values() if p.fill != "#FFFFFF"}
_TAG: Final = re.compile(r"<(\w+)([^>]*)")
_COLOUR: Final = re.compile(r" (fill|stroke)=\"(#[0-9a-f]{6}|white|black)\"")
_WHERE: Final = {"text": "text[fill", "fill": ":not(text)[fill", "stroke": "[stroke"}


def rules(svg: str) -> str:
    """The CSS rules of a picture that is dark on a dark screen; in print it stays light."""
    used = {
        ("text" if tag == "text" else kind, colour)
        for tag, attributes in _TAG.findall(svg)
        for kind, colour in _COLOUR.findall(attributes)
    }
    night = [f"text{{fill:{INK}}}"]
    for kind, colour in sorted(used):
        paint = "stroke" if kind == "stroke" else "fill"
        night.append(
            f'{_WHERE[kind]}="{colour}"]{{{paint}:{dark(kind, NAMED.get(colour, colour))}}}'
        )
    return "@media screen and (prefers-color-scheme:dark){\n" + "\n".join(night) + "\n}"


def dark(kind: str, colour: str) -> str:
    """The colour on a dark page. A fill becomes dark, with some of the colour of its line; lines
    and text become lighter."""
    if kind == "text":
        return _mix(colour, "#ffffff", 0.33 if colour == style.BADGE.lower() else 0.16)
    if colour == style.INK.lower():
        return INK
    if kind == "fill" and colour == "#ffffff":
        return PAPER
    if kind == "fill" and colour in _HEAT:
        return _mix(_AMBER, PAPER, 0.08 * _HEAT.index(colour))
    if kind == "fill" and colour == style.PAINTS["block"].fill.lower():
        return _mix(_LINE_OF[colour], PAPER, 0.1)
    if kind == "fill" and colour in _LINE_OF:
        return _mix(_LINE_OF[colour], PAPER, 0.34)
    if kind == "fill" and sum(_parts(colour)) > 3 * 128:  # the side of a box in space
        return _mix(colour, PAPER, 0.4)
    return _mix(colour, "#ffffff", 0.6)


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _parts(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
