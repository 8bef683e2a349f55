"""Puts several pictures on one page: the trunk, and the insets beside it.

In one layout they would stretch each other. So each is laid out alone, and the page is a picture
in which every box and line has its place (``layout=nop2``).
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
ABOVE: Final = 8.0
"""Points under the title."""
HEADING: Final = 50.0
WALL: Final = 6.0

Point: TypeAlias = tuple[float, float]
Rect: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right, top."""
_Page: TypeAlias = tuple[list[Point], Point]
"""The place of each piece, and the size of the page."""

_PAIR: Final = re.compile(r"(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)")


@dataclass(slots=True)
class Places:
    """The places as attributes of DOT: of boxes by id, of clusters by name, of edges by their ends
    (several edges with the same ends in their order)."""

    boxes: dict[str, dict[str, str]] = field(default_factory=dict)
    clusters: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)

    def edge(self, tail: str, head: str) -> dict[str, str]:
        waiting = self.edges.get((tail, head))
        return waiting.pop(0) if waiting else {}


def places(pieces: Sequence[str], legend: str, title: str, direction: str) -> Places:
    """The places of pieces in DOT, the trunk first, on one page with the title above."""
    drawn = [_read(piece) for piece in pieces]
    key = _read(legend) if legend else None
    spots, (width, height) = arrange(
        [d.size for d in drawn], drawn[0].extents(), direction, key.size if key else None
    )
    result = Places()
    for piece, (x, y) in zip([*drawn, *([key] if key else [])], spots, strict=True):
        _collect(piece, (x, height - y - piece.size[1]), result)
    if title:
        above = _read(title)
        _collect(above, ((width - above.size[0]) / 2, height + ABOVE), result)
    return result


# --- the page ---------------------------------------------------------------------------------


def scale(size: Point) -> float:
    """The scale at which a picture fits the page, upright or on its side; at most 1."""
    short, long = PAGE
    upright, lying = min(short / size[0], long / size[1]), min(long / size[0], short / size[1])
    return min(1.0, max(upright, lying))


def arrange(
    sizes: Sequence[Point], trunk: Sequence[Rect], direction: str, legend: Point | None = None
) -> _Page:
    """The page with the largest scale: the upper left corner of each piece, that of the legend
    last. ``trunk`` are the parts of the first piece. Insets stand in the gaps between them only if
    all other pages get too small."""
    if len(sizes) == 1:
        return _with_legend(([(0.0, 0.0)], sizes[0]), sizes, legend)
    upright = direction == "TB"
    whole = [(0.0, 0.0, *sizes[0])]
    pages = [*_below(sizes), *(_beside(sizes, whole) if upright else ())]
    best = max((_with_legend(page, sizes, legend) for page in pages), key=_score)
    if _scale(best[1]) < LEAST and upright:
        gaps = [_with_legend(page, sizes, legend) for page in _beside(sizes, trunk)]
        best = max([best, *gaps], key=_score)
    return best


def _with_legend(page: _Page, sizes: Sequence[Point], legend: Point | None) -> _Page:
    """The page with the legend where the page grows least: under a piece, or to its right."""
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
    return max(tries, key=_score)


def _score(page: _Page) -> tuple[float, float]:
    return round(_scale(page[1]), 2), -page[1][0] * page[1][1]


def _scale(size: Point) -> float:
    return scale((size[0], size[1] + HEADING))


def _beside(sizes: Sequence[Point], trunk: Sequence[Rect]) -> Iterator[_Page]:
    """The pages with the pieces in columns to the right of the trunk, for every useful height."""
    high, others = sizes[0][1], sizes[1:]
    least = max(high, *(h for _, h in others))
    for limit in sorted({max(total, least) for total in _sums([h for _, h in others])} | {least}):
        columns: list[list[Point]] = [[]]
        for size in others:
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
    """The pages with the pieces in rows under the trunk, for every useful width."""
    (wide, high), others = sizes[0], sizes[1:]
    least = max(wide, *(w for w, _ in others))
    for limit in sorted({max(total, least) for total in _sums([w for w, _ in others])} | {least}):
        spots: list[Point] = []
        x, y, row = 0.0, high + SPACE, 0.0
        for w, h in others:
            if x and x + w > limit + 0.5:
                x, y, row = 0.0, y + row + SPACE, 0.0
            spots.append((x, y))
            x, row = x + w + SPACE, max(row, h)
        right = max([wide, *(x + w for (x, _), (w, _) in zip(spots, others, strict=True))])
        yield [((right - wide) / 2, 0.0), *spots], (right, y + row)


def _sums(lengths: Sequence[float]) -> set[float]:
    """The lengths of all stretches of neighbours, with the space between them."""
    n = len(lengths)
    return {sum(lengths[i:j]) + SPACE * (j - i - 1) for i in range(n) for j in range(i + 1, n + 1)}


# --- reading and moving -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _LaidOut:
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


def _read(piece: str) -> _LaidOut:
    drawn = json.loads(lay_out(piece, "json"))
    objects = [o for o in drawn.get("objects", ()) if not o["name"].endswith("_page")]
    edges = [e for e in drawn.get("edges", ()) if e.get("style") != "invis"]
    shown = [o for o in objects if o.get("style") != "invis"]
    rects = [r for o in (*shown, *edges) for r in _rects(o)]
    bounds = _around(rects)
    frames = [o for o in objects if o.get("class") == "inset"]
    if frames:
        # If a line bulges out of the wall of the inset, the wall is moved around it.
        x, y, right, top = _around([r for e in edges for r in _rects(e)] or rects)
        frame = _rect(frames[0]["bb"])
        bounds = _around(
            [frame, (x - WALL, y - WALL, right + WALL, top + WALL)] if edges else [frame]
        )
        frames[0]["bb"] = ",".join(f"{n:.2f}" for n in bounds)
    return _LaidOut(drawn.get("objects", ()), edges, rects, bounds)


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
    """The rectangle around a line, which is smaller than that around its control points."""
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


def _collect(drawn: _LaidOut, to: Point, result: Places) -> None:
    """Add the places of a laid-out picture whose lower left corner is moved to a point."""
    by = (to[0] - drawn.bounds[0], to[1] - drawn.bounds[1])
    names = {}
    for item in drawn.objects:
        names[item["_gvid"]] = item["name"]
        if "pos" in item:
            result.boxes[item["name"]] = _moved(item, ("pos",), by)
        elif "bb" in item:
            result.clusters[item["name"]] = _moved(item, ("bb", "lp"), by)
    for edge in drawn.edges:
        ends = (names[edge["tail"]], names[edge["head"]])
        result.edges.setdefault(ends, []).append(_moved(edge, ("pos", "lp"), by))


def _moved(item: Any, keys: Sequence[str], by: Point) -> dict[str, str]:
    def shift(pair: re.Match[str]) -> str:
        return f"{float(pair[1]) + by[0]:.2f},{float(pair[2]) + by[1]:.2f}"

    return {key: _PAIR.sub(shift, item[key]) for key in keys if key in item}
