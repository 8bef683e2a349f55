"""Several pictures on one page, each laid out by itself: the trunk, and what stands beside it.

In one layout they would stretch each other. So each is laid out alone, and the page is a picture
whose boxes and lines all have their places (``layout=nop2``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from .engine import lay_out

PAGE: Final = (545.0, 792.0)
"""A4 in points, less its margins."""
LEAST: Final = 6 / 9
"""The scale at which the smallest letters have 6 points."""
SPACE: Final = 22.0
ABOVE: Final = 14.0
"""Under the title."""
HEADING: Final = 50.0
WALL: Final = 6.0

Point: TypeAlias = tuple[float, float]
Rect: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right, top."""
_Page: TypeAlias = tuple[list[Point], Point]
"""Where each goes, and the size of all."""

_PAIR: Final = re.compile(r"(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)")


@dataclass(slots=True)
class Places:
    """Where things are, as attributes of DOT: boxes by id, clusters by name, edges by their ends
    (several edges of the same ends in their order)."""

    boxes: dict[str, dict[str, str]] = field(default_factory=dict)
    clusters: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)

    def edge(self, tail: str, head: str) -> dict[str, str]:
        known = self.edges.get((tail, head))
        return known.pop(0) if known else {}


def placed(pieces: Sequence[str], legend: str, title: str, direction: str) -> Places:
    """Pieces in DOT, the trunk first; the title goes above all."""
    drawn = [_read(piece) for piece in pieces]
    key = _read(legend) if legend else None
    spots, (width, height) = arrange(
        [d.size for d in drawn], drawn[0].extents(), direction, key.size if key else None
    )
    found = Places()
    for piece, (x, y) in zip([*drawn, *([key] if key else [])], spots, strict=True):
        _collect(piece, (x, height - y - piece.size[1]), found)
    if title:
        above = _read(title)
        _collect(above, ((width - above.size[0]) / 2, height + ABOVE), found)
    return found


# --- the page ---------------------------------------------------------------------------------


def scale(size: Point) -> float:
    """By how much a picture shrinks to fit the page, upright or on its side."""
    short, long = PAGE
    upright, lying = min(short / size[0], long / size[1]), min(long / size[0], short / size[1])
    return min(1.0, max(upright, lying))


def arrange(
    sizes: Sequence[Point], trunk: Sequence[Rect], direction: str, legend: Point | None = None
) -> _Page:
    """The upper left corner of each on the page that needs the least shrinking, the legend's last.
    ``trunk`` is what the first consists of: only where all else gets too small do insets stand in
    its bays."""
    upright = direction == "TB"
    whole = [(0.0, 0.0, *sizes[0])]
    found = [*_below(sizes), *(_beside(sizes, whole) if upright else ())]
    best = max((_explained(page, sizes, legend) for page in found), key=_merit)
    if _scale(best[1]) < LEAST and upright:
        bays = [_explained(page, sizes, legend) for page in _beside(sizes, trunk)]
        best = max([best, *bays], key=_merit)
    return best


def _explained(page: _Page, sizes: Sequence[Point], legend: Point | None) -> _Page:
    """With the legend where the page grows least: under something, or to its right."""
    if legend is None:
        return page
    spots, (right, bottom) = page
    taken = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(spots, sizes, strict=True)]
    wide, high = legend
    free = [(x, low + SPACE) for x, _, _, low in taken]
    free += [(end + SPACE, y) for _, y, end, _ in taken]
    tries = [
        ([*spots, (x, y)], (max(right, x + wide), max(bottom, y + high)))
        for x, y in free
        if not any(
            x < end + SPACE - 1
            and left < x + wide + SPACE - 1
            and y < low + SPACE - 1
            and top < y + high + SPACE - 1
            for left, top, end, low in taken
        )
    ]
    return max(tries, key=_merit)


def _merit(page: _Page) -> tuple[float, float]:
    return round(_scale(page[1]), 2), -page[1][0] * page[1][1]


def _scale(size: Point) -> float:
    return scale((size[0], size[1] + HEADING))


def _beside(sizes: Sequence[Point], trunk: Sequence[Rect]) -> Iterator[_Page]:
    """Columns to the right of the trunk, of every height that could make sense."""
    high, rest = sizes[0][1], sizes[1:]
    least = max(high, *(h for _, h in rest))
    for limit in sorted({max(total, least) for total in _sums([h for _, h in rest])} | {least}):
        columns: list[list[Point]] = [[]]
        for size in rest:
            tall = sum(h + SPACE for _, h in columns[-1]) + size[1]
            if columns[-1] and tall > limit + 0.5:
                columns.append([])
            columns[-1].append(size)
        spots: list[Point] = [(0.0, 0.0)]
        left, bottom = 0.0, high
        for column in columns:
            tall = sum(h + SPACE for _, h in column) - SPACE
            if not left:
                left = max(r for _, top, r, low in trunk if top < tall + SPACE) + SPACE
            y = 0.0
            for _, h in column:
                spots.append((left, y))
                y += h + SPACE
            bottom = max(bottom, tall)
            left += max(w for w, _ in column) + SPACE
        right = max(x + w for (x, _), (w, _) in zip(spots, sizes, strict=True))
        yield spots, (right, bottom)


def _below(sizes: Sequence[Point]) -> Iterator[_Page]:
    """Rows under the trunk."""
    (wide, high), rest = sizes[0], sizes[1:]
    least = max(wide, *(w for w, _ in rest))
    for limit in sorted({max(total, least) for total in _sums([w for w, _ in rest])} | {least}):
        spots: list[Point] = []
        x, y, row = 0.0, high + SPACE, 0.0
        for w, h in rest:
            if x and x + w > limit + 0.5:
                x, y, row = 0.0, y + row + SPACE, 0.0
            spots.append((x, y))
            x, row = x + w + SPACE, max(row, h)
        right = max([wide, *(x + w for (x, _), (w, _) in zip(spots, rest, strict=True))])
        yield [((right - wide) / 2, 0.0), *spots], (right, y + row)


def _sums(lengths: Sequence[float]) -> set[float]:
    """What some in a row take."""
    n = len(lengths)
    return {sum(lengths[i:j]) + SPACE * (j - i - 1) for i in range(n) for j in range(i + 1, n + 1)}


# --- reading and moving -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A layout without its margins."""

    objects: Sequence[Any]
    edges: Sequence[Any]
    rects: Sequence[Rect]
    bounds: Rect

    @property
    def size(self) -> Point:
        left, bottom, right, top = self.bounds
        return right - left, top - bottom

    def extents(self) -> list[Rect]:
        """From the upper left corner: left, top, right, bottom."""
        x, _, _, y = self.bounds
        return [(r[0] - x, y - r[3], r[2] - x, y - r[1]) for r in self.rects]


def _read(piece: str) -> _Drawn:
    drawn = json.loads(lay_out(piece, "json"))
    objects = [o for o in drawn.get("objects", ()) if not o["name"].endswith("_page")]
    edges = [e for e in drawn.get("edges", ()) if e.get("style") != "invis"]
    shown = [o for o in objects if o.get("style") != "invis"]
    rects = [r for o in (*shown, *edges) for r in _rects(o)]
    bounds = _around(rects)
    frames = [o for o in objects if o.get("class") == "inset"]
    if frames:
        # A line that bulges out of its wall: the wall goes around it.
        x, y, right, top = _around([r for e in edges for r in _rects(e)] or rects)
        frame = _rect(frames[0]["bb"])
        bounds = _around(
            [frame, (x - WALL, y - WALL, right + WALL, top + WALL)] if edges else [frame]
        )
        frames[0]["bb"] = ",".join(f"{n:.2f}" for n in bounds)
    return _Drawn(drawn.get("objects", ()), edges, rects, bounds)


def _around(rects: Sequence[Rect]) -> Rect:
    left, bottom, right, top = zip(*rects, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _rects(item: Any) -> Iterator[Rect]:
    if "bb" in item:
        yield _rect(item["bb"])
    elif "width" in item:
        x, y = (float(n) for n in item["pos"].split(","))
        w, h = 36 * float(item["width"]), 36 * float(item["height"])
        yield x - w, y - h, x + w, y + h
    for operation in (*item.get("_draw_", ()), *item.get("_ldraw_", ())):
        if operation["op"] == "b":
            yield _bulge(operation["points"])
        if operation["op"] == "T" and "bb" not in item:
            x, y = operation["pt"]
            left = x - {"l": 0.0, "c": 0.5, "r": 1.0}[operation["align"]] * operation["width"]
            yield left, y - 2, left + operation["width"], y + 7


def _bulge(corners: Sequence[Sequence[float]]) -> Rect:
    """What a line really covers, which is less than its control points do."""
    points = []
    for i in range(0, len(corners) - 3, 3):
        for k in range(9):
            t = k / 8
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            four = list(zip(weights, corners[i : i + 4], strict=True))
            points.append((sum(w * c[0] for w, c in four), sum(w * c[1] for w, c in four)))
    return _around([(x, y, x, y) for x, y in points])


def _rect(bounds: str) -> Rect:
    left, bottom, right, top = (float(n) for n in bounds.split(","))
    return left, bottom, right, top


def _collect(drawn: _Drawn, to: Point, found: Places) -> None:
    by = (to[0] - drawn.bounds[0], to[1] - drawn.bounds[1])
    names = {}
    for item in drawn.objects:
        names[item["_gvid"]] = item["name"]
        if "pos" in item:
            found.boxes[item["name"]] = _moved(item, ("pos",), by)
        elif "bb" in item:
            found.clusters[item["name"]] = _moved(item, ("bb", "lp"), by)
    for edge in drawn.edges:
        ends = (names[edge["tail"]], names[edge["head"]])
        found.edges.setdefault(ends, []).append(_moved(edge, ("pos", "lp"), by))


def _moved(item: Any, keys: Sequence[str], by: Point) -> dict[str, str]:
    def shift(pair: re.Match[str]) -> str:
        return f"{float(pair[1]) + by[0]:.2f},{float(pair[2]) + by[1]:.2f}"

    return {key: _PAIR.sub(shift, item[key]) for key in keys if key in item}
