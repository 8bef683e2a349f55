"""Boxes with their places: what overlaps, what sticks out, where lines end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import hypot

from .common import Point

TOUCH = 1.0


@dataclass(frozen=True)
class Rect:
    name: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rect) -> bool:
        return (
            self.left < other.right - TOUCH
            and other.left < self.right - TOUCH
            and self.top < other.bottom - TOUCH
            and other.top < self.bottom - TOUCH
        )

    def within(self, other: Rect, slack: float = TOUCH) -> bool:
        return (
            self.left > other.left - slack
            and self.right < other.right + slack
            and self.top > other.top - slack
            and self.bottom < other.bottom + slack
        )

    def off(self, point: Point) -> float:
        """How far a point is from the border."""
        x, y = point
        dx = max(self.left - x, 0, x - self.right)
        dy = max(self.top - y, 0, y - self.bottom)
        if dx or dy:
            return hypot(dx, dy)
        return min(x - self.left, self.right - x, y - self.top, self.bottom - y)


def around(name: str, points: Iterable[Point]) -> Rect:
    xs, ys = zip(*points, strict=True)
    return Rect(name, min(xs), min(ys), max(xs), max(ys))


def overlaps(rects: list[Rect]) -> Iterator[str]:
    for i, a in enumerate(rects):
        for b in rects[i + 1 :]:
            if a.meets(b):
                yield f"{a.name} lies on {b.name}"
