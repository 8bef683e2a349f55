"""Finds lines that run through the title of a cluster. The layout program keeps everything else
apart by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .engine import lay_out

CLEAR: Final = 3.0
"""Points to keep between a title and a line."""
STEPS: Final = 16


@dataclass(frozen=True, slots=True)
class _Title:
    inside: frozenset[int]
    left: float
    right: float
    bottom: float
    top: float


def lines_through_titles(dot: str) -> dict[str, float]:
    """For each box that a line enters through a title: how many points further right the line would
    have to be."""
    drawn = json.loads(lay_out(dot, "json"))
    titles = [title for item in drawn["objects"] if (title := _title(item)) is not None]
    shifts: dict[str, float] = {}
    for edge in drawn.get("edges", ()):
        if edge.get("style") == "invis":
            continue
        for title in titles:
            if edge["head"] in title.inside:
                shift = max((title.right + CLEAR - x for x in _meets(edge, title)), default=0.0)
                head = drawn["objects"][edge["head"]]["name"]
                if shift:
                    shifts[head] = max(shifts.get(head, 0.0), shift)
    return shifts


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
    return _Title(frozenset(item["nodes"]), min(left), max(right), min(bottom), max(top))


def _meets(edge: Any, title: _Title) -> Iterator[float]:
    """The x of the points of a line that are on a title."""
    for operation in edge.get("_draw_", ()):
        if operation["op"] != "b":
            continue
        corners = operation["points"]
        for i in range(0, len(corners) - 3, 3):
            for x, y in _curve(corners[i : i + 4]):
                high = title.bottom - CLEAR < y < title.top + CLEAR
                if high and title.left - CLEAR < x < title.right + CLEAR:
                    yield x


def _curve(corners: list[list[float]]) -> Iterator[tuple[float, float]]:
    for step in range(STEPS + 1):
        t = step / STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        yield (
            sum(w * c[0] for w, c in zip(weights, corners, strict=True)),
            sum(w * c[1] for w, c in zip(weights, corners, strict=True)),
        )
