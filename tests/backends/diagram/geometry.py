"""What is wrong with a picture's layout: a label on a line, a box on a box, a line through both.

Reads Graphviz's JSON: every box, line and letter with its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from netwright.backends.diagram.layout.engine import lay_out

Point: TypeAlias = tuple[float, float]
TOUCH = 1.5
"""Points that things may come near each other."""
SMALLEST = 9.0
"""Points of the smallest letters, before a page shrinks them."""
LINE = 0.72  # a letter's height over its size
DESCENT = 0.2


@dataclass(frozen=True)
class Rect:
    name: str
    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Rect, slack: float = TOUCH) -> bool:
        return (
            self.left < other.right - slack
            and other.left < self.right - slack
            and self.bottom < other.top - slack
            and other.bottom < self.top - slack
        )

    def holds(self, point: Point, slack: float = TOUCH) -> bool:
        x, y = point
        inside = self.left + slack < x < self.right - slack
        return inside and self.bottom + slack < y < self.top - slack

    def within(self, other: Rect, slack: float = TOUCH) -> bool:
        return (
            self.left > other.left - slack
            and self.right < other.right + slack
            and self.bottom > other.bottom - slack
            and self.top < other.top + slack
        )


@dataclass(frozen=True)
class Line:
    name: str
    ends: tuple[str, str]
    points: tuple[Point, ...]


def complaints(dot: str) -> list[str]:
    drawn = json.loads(lay_out(dot, "json"))
    objects = [o for o in drawn["objects"] if "pos" in o and o.get("style") != "invis"]
    boxes = [_box(o) for o in objects]
    names = {o["_gvid"]: o["name"] for o in drawn["objects"]}
    walls = [_wall(o) for o in drawn["objects"] if "bb" in o and not o["name"].endswith("page")]
    titles = [t for o in drawn["objects"] if "bb" in o for t in _texts(o)]
    lines = [_line(e, names) for e in drawn.get("edges", ()) if e.get("style") != "invis"]
    labels = [t for e in drawn.get("edges", ()) for t in _texts(e)]
    page = _rect("page", drawn["bb"])
    return [
        *_overlaps(boxes, boxes),
        *_overlaps(labels, labels),
        *_overlaps(titles, titles),
        *_overlaps(labels, boxes),
        *_overlaps(titles, boxes),
        *_overlaps(titles, labels),
        *(f"{t.name} is cut off" for t in (*labels, *titles, *boxes) if not t.within(page)),
        *_letters_outside(objects, boxes),
        *_crossings(lines, boxes, titles),
        *_escapes(lines, walls, boxes),
    ]


def size(dot: str) -> Point:
    """Width and height in points."""
    page = _rect("page", json.loads(lay_out(dot, "json"))["bb"])
    return page.right - page.left, page.top - page.bottom


def points(dot: str) -> float:
    """How large the smallest letters are on A4, upright or on its side, with margins of 25."""
    width, height = size(dot)
    upright, lying = min(545 / width, 792 / height), min(792 / width, 545 / height)
    return SMALLEST * min(1.0, max(upright, lying))


def _overlaps(some: list[Rect], others: list[Rect]) -> Iterator[str]:
    for i, a in enumerate(some):
        for b in others[i + 1 :] if some is others else others:
            if a.meets(b):
                yield f"{a.name} lies on {b.name}"


def _letters_outside(objects: list[Any], boxes: list[Rect]) -> Iterator[str]:
    for item, box in zip(objects, boxes, strict=True):
        for said in _texts(item):
            if not said.within(box, 2.5):
                yield f"{said.name} is wider than its box {box.name}"


def _crossings(lines: list[Line], boxes: list[Rect], titles: list[Rect]) -> Iterator[str]:
    for line in lines:
        for box in boxes:
            if box.name not in line.ends and any(map(box.holds, line.points)):
                yield f"{line.name} runs through {box.name}"
        for title in titles:
            if any(title.holds(p, -1.0) for p in line.points):
                yield f"{line.name} runs through the title {title.name}"


def _escapes(lines: list[Line], walls: list[Rect], boxes: list[Rect]) -> Iterator[str]:
    """Lines between boxes of one cluster stay in it."""
    at = {box.name: box for box in boxes}
    for line in lines:
        for wall in walls:
            if all(at[end].within(wall) for end in line.ends) and any(
                not wall.holds(p, -0.5) for p in line.points
            ):
                yield f"{line.name} leaves {wall.name}"


# --- reading ----------------------------------------------------------------------------------


def _rect(name: str, bounds: str) -> Rect:
    return Rect(name, *(float(n) for n in bounds.split(",")))


def _wall(item: Any) -> Rect:
    return _rect(item["name"], item["bb"])


def _box(item: Any) -> Rect:
    x, y = (float(n) for n in item["pos"].split(","))
    w, h = 36 * float(item["width"]), 36 * float(item["height"])
    return Rect(item["name"], x - w, y - h, x + w, y + h)


def _texts(item: Any) -> list[Rect]:
    size = 0.0
    found: list[Rect] = []
    for operation in item.get("_ldraw_", ()):
        if operation["op"] == "F":
            size = operation["size"]
        if operation["op"] == "T" and operation["text"].strip():
            x, y = operation["pt"]
            width = operation["width"]
            left = x - {"l": 0, "c": width / 2, "r": width}[operation["align"]]
            top, bottom = y + LINE * size, y - DESCENT * size
            found.append(Rect(repr(operation["text"]), left, bottom, left + width, top))
    return found


def _line(edge: Any, names: dict[int, str]) -> Line:
    points: list[Point] = []
    for operation in edge.get("_draw_", ()):
        if operation["op"] == "b":
            points += _curve(operation["points"])
    ends = (names[edge["tail"]], names[edge["head"]])
    return Line(" -> ".join(ends), ends, tuple(points))


def _curve(controls: list[Any]) -> Iterator[Point]:
    for i in range(0, len(controls) - 3, 3):
        corners = controls[i : i + 4]
        for step in range(25):
            t = step / 24
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield (
                sum(w * c[0] for w, c in zip(weights, corners, strict=True)),
                sum(w * c[1] for w, c in zip(weights, corners, strict=True)),
            )
