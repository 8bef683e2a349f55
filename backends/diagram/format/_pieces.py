"""Cuts a drawn picture into pieces that can be moved. The states of a page share most pieces, so
that a state is little more than a list of places.

A piece is the markup of a box, a cluster, a line or the title; its coordinates start at its own
upper left corner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final, TypeAlias
from xml.etree import ElementTree

from ....grammar.source import Source
from ..measure import width
from ..picture import Box, Cluster, Item, Picture, letters
from .json import module

Element: TypeAlias = ElementTree.Element
Point: TypeAlias = tuple[float, float]

LINES: Final = 12
"""The most lines of the spec that lead to one box."""
SIGN: Final = 3.0
"""Points from the corner of a block to the sign that opens and closes it."""
BUTTON: Final = ' tabindex="0" role="button"'

_PAIR: Final = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
_SHIFT: Final = re.compile(r"translate\((-?[\d.]+) (-?[\d.]+)\)")
_SHAPES: Final = {"path": "d", "polygon": "points", "polyline": "points"}
_ROUNDED: Final = 25
"""The number of points of a box with round corners: eight curves that end where they start."""
_DEFAULTS: Final = {("stroke-width", "1.1"), ("font-size", "9.00"), ("text-anchor", "start")}
"""Attributes that the style of the page sets for all pieces."""
_DROPPED: Final = frozenset(
    {
        "font-family",
        "x",
        "y",
        "cx",
        "cy",
        "d",
        "points",
        "{http://www.w3.org/XML/1998/namespace}space",
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """``start`` is the opening tag without its ``>``, because the place is added there."""

    start: str
    inside: str
    at: Point


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pieces in painting order, on a sheet of this size. Boxes come in running order, and the
    handle of a block before its content."""

    size: Point
    pieces: tuple[Piece, ...]


def cut(picture: Picture, svg: str, sources: list[Source]) -> Sheet:
    """The pieces of a picture; ``svg`` is the picture as drawn, without a legend. New sources are
    added to the list, and pieces refer to them by number."""
    root = ElementTree.fromstring(svg)
    shift = _SHIFT.search(root[0].get("transform", ""))
    assert shift is not None
    cutter = _Cutter(picture, (float(shift[1]), float(shift[2])), sources)
    _, wide, high = root.get("viewBox", "").rsplit(maxsplit=2)
    return Sheet((float(wide), float(high)), tuple(cutter.pieces(root[0])))


def note(svg: str) -> tuple[str, Point]:
    """The markup and the size of a picture that is only the legend."""
    group = next(list(g) for g in ElementTree.fromstring(svg)[0] if _kind(g) == "g")
    left, top, right, bottom = _bounds(group)
    inside = "".join(_markup(e, (left, top)) for e in group if _kind(e) != "title")
    return inside, (right - left, bottom - top)


@dataclass(slots=True)
class _Cutter:
    picture: Picture
    shift: Point
    sources: list[Source]
    groups: dict[str, Element] = field(default_factory=dict)

    def pieces(self, graph: Element) -> Iterator[Piece]:
        elements = list(graph)
        self.groups = {g.get("id", ""): g for g in elements if _kind(g) == "g"}
        nameless = [g for g in elements if _kind(g) == "g" and not g.get("id")]
        for group in nameless:
            if group.get("class") == "cluster":
                yield from self.words([e for e in group if _kind(e) == "text"])
        yield from self.walls(self.picture.items)
        for group in nameless:
            if group.get("class", "").startswith("edge"):
                yield self.group(group)
        yield from self.boxes(self.picture.items)
        yield from self.words([e for e in self.groups.get("page-title", ()) if _kind(e) != "title"])

    def words(self, elements: Sequence[Element]) -> Iterator[Piece]:
        """The title."""
        if elements:
            yield self.piece('<g class="words"', elements)

    def walls(self, items: Sequence[Item]) -> Iterator[Piece]:
        for item in items:
            if isinstance(item, Cluster):
                if item.repeated:
                    yield self.group(self.groups[f"{item.id}-sheet"])
                yield self.group(self.groups[item.id], self.data(item))
                yield from self.walls(item.items)

    def boxes(self, items: Sequence[Item]) -> Iterator[Piece]:
        for item in items:
            if isinstance(item, Box):
                group = self.groups[item.id]
                sign = _sign(group, "M-3 0H3M0-3V3") if item.place else ""
                yield self.group(group, self.data(item), sign)
                continue
            if item.place:
                yield self.handle(item)
            yield from self.boxes(item.items)

    # --- one piece --------------------------------------------------------------------------------

    def group(self, group: Element, data: str = "", sign: str = "") -> Piece:
        names = {key: group.get(key, "") for key in ("id", "class") if group.get(key)}
        return self.piece(f"<g{_attributes(names)}{data}", list(group), sign)

    def piece(self, start: str, elements: Sequence[Element], sign: str = "") -> Piece:
        left, top, *_ = _bounds(elements)
        inside = "".join(_markup(e, (left, top)) for e in elements) + sign
        return Piece(start, inside, (left + self.shift[0], top + self.shift[1]))

    def handle(self, cluster: Cluster) -> Piece:
        """The handle that closes an open block."""
        name = escape(letters(cluster.title) or cluster.id)
        start = f'<g class="handle" data-place="{escape(cluster.place)}"{BUTTON}'
        start += f' aria-expanded="true" aria-label="{name}"'
        _, top, right, _ = _bounds(list(self.groups[cluster.id]))
        at = (right - SIGN + self.shift[0], top + SIGN + self.shift[1])
        return Piece(start, _glyph("M-3 0H3"), at)

    def data(self, item: Box | Cluster) -> str:
        """The attributes for the script; none for forks and words on lines."""
        if isinstance(item, Box) and item.shape in ("fork", "label"):
            return ""
        path = module(item.id, set(self.groups))
        name = letters(item.title) or path or item.id
        values = {"data-name": name, "data-path": path, "data-place": item.place}
        values["data-lines"] = " ".join(self.lines(item))
        attributes = _attributes({key: value for key, value in values.items() if value})
        if isinstance(item, Cluster):
            return attributes
        state = ' aria-expanded="false"' if item.place else ""
        label = f"{name}, {path}" if path not in ("", name) else name
        return f'{attributes}{BUTTON}{state} aria-label="{escape(label)}"'

    def lines(self, item: Box | Cluster) -> Iterator[str]:
        """The lines of the spec that lead to an item, its own lines first. ``0:12`` is line 12 of
        the first source."""
        numbers = [(span.source, span.line) for span in item.other_spans]
        if item.span:
            source, first = item.span.source, item.span.line
            last = min(source.position(item.span.end)[0], first + LINES)
            numbers = [*((source, line) for line in range(first, last + 1)), *numbers]
        for source, line in dict.fromkeys(numbers):
            if source not in self.sources:
                self.sources.append(source)
            yield f"{self.sources.index(source)}:{line}"


# --- elements -------------------------------------------------------------------------------------


def _kind(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _points(element: Element) -> Iterator[Point]:
    kind = _kind(element)
    if kind in _SHAPES:
        for x, y in _PAIR.findall(element.get(_SHAPES[kind], "")):
            yield float(x), float(y)
    elif kind == "ellipse":
        x, y, a, b = (float(element.get(k, "0")) for k in ("cx", "cy", "rx", "ry"))
        yield from ((x - a, y - b), (x + a, y + b))
    elif kind == "text":
        yield float(element.get("x", "0")), float(element.get("y", "0"))


def _bounds(elements: Sequence[Element]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the shapes; of the text if there are no shapes."""
    shapes = [p for e in elements if _kind(e) != "text" for p in _points(e)]
    xs, ys = zip(*(shapes or [p for e in elements for p in _points(e)]), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _markup(element: Element, corner: Point) -> str:
    kind = _kind(element)
    if kind == "title":
        return f"<title>{escape(element.text or '')}</title>"
    kept = {
        k: v for k, v in element.attrib.items() if k not in _DROPPED and (k, v) not in _DEFAULTS
    }
    if kind == "text":
        return _text(element, corner, kept)
    if kind == "ellipse":
        x, y = _moved(float(element.get("cx", "0")), float(element.get("cy", "0")), corner)
        return f"<ellipse{_attributes(kept | {'cx': x, 'cy': y})}/>"
    points = list(_points(element))
    if len(points) == _ROUNDED and points[0] == points[-1]:
        return _rounded(element, corner, kept)
    key = _SHAPES[kind]
    kept[key] = _PAIR.sub(
        lambda p: ",".join(_moved(float(p[1]), float(p[2]), corner)), element.get(key, "")
    )
    return f"<{kind}{_attributes(kept)}/>"


def _rounded(element: Element, corner: Point, kept: dict[str, str]) -> str:
    left, top, right, bottom = _bounds([element])
    x, y = _moved(left, top, corner)
    wide, high = _moved(right, bottom, (left, top))
    start = next(_points(element))[0]
    radius, _ = _moved(min(start - left, right - start), 0, (0, 0))
    kept |= {"x": x, "y": y, "width": wide, "height": high, "rx": radius}
    return f"<rect{_attributes({k: v for k, v in kept.items() if v != '0'})}/>"


def _text(element: Element, corner: Point, kept: dict[str, str]) -> str:
    """The markup of a text. A browser drops the blanks before it, so the text is moved instead."""
    letters = (element.text or "").replace("\xa0", " ")
    blanks = letters[: len(letters) - len(letters.lstrip())]
    if not letters.strip():
        return ""
    room = width(blanks, float(element.get("font-size", "9")))
    x, y = _moved(float(element.get("x", "0")) + room, float(element.get("y", "0")), corner)
    kept |= {"x": x, "y": y}
    return f"<text{_attributes(kept)}>{escape(letters.strip())}</text>"


def _attributes(values: dict[str, str]) -> str:
    return "".join(f' {key}="{escape(value)}"' for key, value in values.items())


def _moved(x: float, y: float, corner: Point) -> tuple[str, str]:
    return f"{round(x - corner[0], 1) + 0:g}", f"{round(y - corner[1], 1) + 0:g}"


def _sign(group: Element, path: str) -> str:
    left, _, right, _ = _bounds(list(group))
    place = f"translate({right - left - SIGN:.1f} {SIGN:g})"
    return f'<g class="sign" transform="{place}">{_glyph(path)}</g>'


def _glyph(path: str) -> str:
    return f'<circle class="reach" r="10"/><circle r="5.5"/><path d="{path}"/>'
