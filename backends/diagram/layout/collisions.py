"""Finds lines that run through the title of a cluster. The layout program keeps everything else
apart by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import dist
from typing import Any, Final

from .engine import lay_out

CLEAR: Final = 3.0
"""Points to keep between a title and a line."""
STEP: Final = 4.0
"""Points between two looks at a line."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A line that runs through the title of a ``cluster``. If it enters a ``box`` in there, the
    line would have to be ``shift`` points further right; otherwise ``box`` is empty."""

    cluster: str
    box: str
    shift: float


@dataclass(frozen=True, slots=True)
class _Title:
    cluster: str
    inside: frozenset[int]
    left: float
    right: float
    bottom: float
    top: float


def lines_through_titles(dot: str) -> list[Meeting]:
    """The lines that run through titles, each with each title."""
    drawn = json.loads(lay_out(dot, "json"))
    titles = [title for item in drawn["objects"] if (title := _title(item)) is not None]
    return [
        Meeting(title.cluster, drawn["objects"][edge["head"]]["name"] if enters else "", shift)
        for edge in drawn.get("edges", ())
        if edge.get("style") != "invis"
        for title in titles
        if (shift := max((title.right + CLEAR - x for x in _meets(edge, title)), default=0.0))
        for enters in [edge["head"] in title.inside]
    ]


def shifts(meetings: Iterable[Meeting]) -> dict[str, float]:
    """For each box that a line enters through a title: how many points further right the line would
    have to be."""
    result: dict[str, float] = {}
    for meeting in meetings:
        if meeting.box:
            result[meeting.box] = max(result.get(meeting.box, 0.0), meeting.shift)
    return result


def _title(item: Any) -> _Title | None:
    size = 0.0
    spans: list[tuple[float, float, float, float]] = []
    for operation in item.get("_ldraw_", ()) if "nodes" in item and "lp" in item else ():
        size = operation.get("size", size)
        if operation["op"] == "T":
            (x, y), width = operation["pt"], operation["width"]
            spans.append((x, x + width, y - 0.2 * size, y + 0.75 * size))
    if not spans or item["name"].endswith("_page"):
        return None
    left, right, bottom, top = zip(*spans, strict=True)
    name = item["name"].removeprefix("cluster_")
    return _Title(name, frozenset(item["nodes"]), min(left), max(right), min(bottom), max(top))


def _meets(edge: Any, title: _Title) -> Iterator[float]:
    """The x of the points of a line that are on a title."""
    left, right = title.left - CLEAR, title.right + CLEAR
    bottom, top = title.bottom - CLEAR, title.top + CLEAR
    for operation in edge.get("_draw_", ()):
        if operation["op"] != "b":
            continue
        corners = operation["points"]
        for i in range(0, len(corners) - 3, 3):
            xs, ys = zip(*corners[i : i + 4], strict=True)
            # A curve is inside the rectangle around its corners.
            if min(xs) < right and max(xs) > left and min(ys) < top and max(ys) > bottom:
                for x, y in _curve(corners[i : i + 4]):
                    if bottom < y < top and left < x < right:
                        yield x


def _curve(corners: list[list[float]]) -> Iterator[tuple[float, float]]:
    steps = max(8, round(dist(corners[0], corners[3]) / STEP))
    for step in range(steps + 1):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        yield (
            sum(w * c[0] for w, c in zip(weights, corners, strict=True)),
            sum(w * c[1] for w, c in zip(weights, corners, strict=True)),
        )
