"""A picture with the place of each box, cluster and line.

Points (72 to the inch), from the upper left corner, y downwards.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ..picture import Box, Cluster, Edge, Picture
from .digraph import LEGEND_ID, TITLE_ID, dot
from .engine import lay_out

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """Left, top, width, height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of cubic Bézier curves from tail to head: one point, then three for each curve.
    ``tip`` is the tip of the arrow, a little after the last point."""

    edge: Edge
    points: tuple[Point, ...]
    tip: Point | None
    label: Point | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A laid-out picture. ``parents`` holds the cluster of each item; ``title`` and ``legend`` are
    None unless ``placed`` was called with ``words``."""

    width: float
    height: float
    boxes: tuple[tuple[Box, Frame], ...]
    clusters: tuple[tuple[Cluster, Frame], ...]
    lines: tuple[PlacedLine, ...]
    parents: dict[str, str]
    title: Frame | None = None
    legend: Frame | None = None


def placed(picture: Picture, *, words: bool = False) -> Placed:
    """The picture laid out, with title and legend only if ``words``."""
    bare = picture if words else replace(picture, legend=False, title="", subtitle="")
    drawn = json.loads(lay_out(dot(bare), "json"))
    left, bottom, right, top = _numbers(drawn["bb"])

    def at(x: float, y: float) -> Point:
        return round(x - left, 2), round(top - y, 2)

    objects = drawn["objects"]
    frames = {o["name"]: frame for o in objects if (frame := _frame(o, left, top)) is not None}
    page = {o["name"]: o for o in objects}.get("cluster_page", {})
    drawn_lines: dict[tuple[str, str, str], list[Any]] = {}
    for line in sorted(drawn.get("edges", ()), key=lambda e: e["_gvid"]):
        ends = (objects[line["tail"]]["name"], objects[line["head"]]["name"])
        if line.get("style") != "invis":
            drawn_lines.setdefault((*ends, line.get("class", "")), []).append(line)
    lines: list[PlacedLine] = []
    for edge in picture.edges:
        if edge.look == "hidden":
            continue
        ends = (edge.head, edge.tail) if edge.climbs else (edge.tail, edge.head)
        lines.append(_line(edge, drawn_lines[*ends, edge.kind].pop(0), at))
    parents = {item.id: c.id for c in picture.clusters() for item in c.items}
    return Placed(
        round(right - left, 2),
        round(top - bottom, 2),
        tuple((box, frames[box.id]) for box in picture.boxes()),
        tuple((c, frames[f"cluster_{c.id}"]) for c in picture.clusters()),
        tuple(lines),
        parents,
        frames.get(TITLE_ID) or _label(page, left, top),
        frames.get(LEGEND_ID) or _label(drawn, left, top),
    )


def _frame(drawn: Any, left: float, top: float) -> Frame | None:
    if "bb" in drawn:
        x0, y0, x1, y1 = _numbers(drawn["bb"])
    elif "pos" in drawn:
        x, y = _numbers(drawn["pos"])
        w, h = 72 * float(drawn["width"]), 72 * float(drawn["height"])
        x0, y0, x1, y1 = x - w / 2, y - h / 2, x + w / 2, y + h / 2
    else:
        return None
    return Frame(*(round(n, 2) for n in (x0 - left, top - y1, x1 - x0, y1 - y0)))


def _label(drawn: Any, left: float, top: float) -> Frame | None:
    """The frame of the label of a cluster or of the whole."""
    if "lp" not in drawn:
        return None
    size = {"width": drawn["lwidth"], "height": drawn["lheight"]}
    return _frame({"pos": drawn["lp"], **size}, left, top)


def _line(edge: Edge, drawn: Any, at: Any) -> PlacedLine:
    points: list[Point] = []
    tips: dict[str, Point] = {}
    for word in drawn["pos"].split():
        mark, _, coordinates = word.partition(",")
        if mark in ("s", "e"):
            tips[mark] = at(*_numbers(coordinates))
        else:
            points.append(at(*_numbers(word)))
    if edge.climbs:
        points.reverse()
    tip = tips.get("s" if edge.climbs else "e")
    label = at(*_numbers(drawn["lp"])) if "lp" in drawn else None
    return PlacedLine(edge, tuple(points), tip, label)


def _numbers(numbers: str) -> list[float]:
    return [float(n) for n in numbers.split(",")]
