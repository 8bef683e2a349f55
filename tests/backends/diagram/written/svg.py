"""SVG: the XML, with shapes, letters and lines by where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from netwright.backends.diagram.format.svg import write
from netwright.backends.diagram.measure import width
from netwright.backends.diagram.picture import Edge, Picture, letters

from .common import Point, differ, said, signs, visible
from .places import Rect, around, overlaps

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
OUTSIDE = 3.0
"""Points by which letters may stand out of their box: fonts differ."""
FAR = 4.5
"""Points between a line's end and the border that it leads to."""
CORNER = 9.0
"""The same where a border is round."""


@dataclass
class Words:
    text: str
    rect: Rect


@dataclass
class Thing:
    """An element with a class: a box, a wall, a line."""

    id: str
    kinds: list[str]
    shapes: list[list[Point]] = field(default_factory=list)
    path: list[Point] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @property
    def rect(self) -> Rect:
        return around(self.id, [p for shape in self.shapes for p in shape])


def complaints(picture: Picture, written: bytes | None = None) -> list[str]:
    root = ElementTree.fromstring(written or write(picture))
    things = [read(g) for g in root.iter(f"{SVG}g") if g.get("class") not in (None, "graph")]
    return [*dict.fromkeys(_all(picture, things, root))]


def _all(picture: Picture, things: list[Thing], root: ElementTree.Element) -> Iterator[str]:
    ids = [t.id for t in things if t.id]
    yield from (f"id {id} twice" for id, n in Counter(ids).items() if n > 1)
    yield from hangs_together(picture, things)
    yield from _page(root, things)


def hangs_together(picture: Picture, things: list[Thing]) -> Iterator[str]:
    """Whether boxes, walls and lines are those of the picture."""
    nodes = {t.id: t for t in things if t.kinds[0] == "node" and not t.id.startswith("page-")}
    walls = {t.id: t for t in things if t.kinds[0] == "cluster" and t.id}
    lines = [t for t in things if t.kinds[0] == "edge"]
    yield from _boxes(picture, nodes)
    yield from _walls(picture, walls, nodes)
    yield from _lines(picture, lines, nodes)


def _boxes(picture: Picture, nodes: dict[str, Thing]) -> Iterator[str]:
    known = {box.id: box for box in picture.boxes()}
    yield from (f"no node {id}" for id in known.keys() - nodes.keys())
    yield from (f"a node {id} that the picture has not" for id in nodes.keys() - known.keys())
    for id, box in known.items():
        node = nodes.get(id)
        if node is None:
            continue
        yield from differ(id, signs(said(box)), signs(node.text))
        if box.shape != "label" and node.shapes:
            for words in node.words:
                if words.text.strip() and not words.rect.within(node.rect, OUTSIDE):
                    yield f"{words.text!r} stands out of {id}"
        wanted = {"fork": "fork", "label": "label", "table": "table"}.get(box.shape, box.category)
        if wanted not in node.kinds:
            yield f"{id} has the class {node.kinds}, not {wanted}"
        if box.repeated and box.shape == "box" and len(node.shapes) < 2:
            yield f"{id} is no stack"
    yield from overlaps([node.rect for node in nodes.values() if node.shapes])


def _walls(picture: Picture, walls: dict[str, Thing], nodes: dict[str, Thing]) -> Iterator[str]:
    known = {cluster.id: cluster for cluster in picture.clusters()}
    sheets = {f"{cluster.id}-sheet" for cluster in known.values() if cluster.repeated}
    yield from (f"no sheet behind {id}" for id in sheets - walls.keys())
    walls = {id: wall for id, wall in walls.items() if id not in sheets}
    yield from (f"no wall {id}" for id in known.keys() ^ walls.keys())
    for id, cluster in known.items():
        if id not in walls:
            continue
        yield from differ(f"wall {id}", signs(letters(cluster.title)), signs(walls[id].text))
        rect = walls[id].rect
        inside = {box.id for box in Picture("", "", "", "TB", cluster.items, ()).boxes()}
        for other, node in nodes.items():
            if not node.shapes:
                continue
            if other in inside and not node.rect.within(rect):
                yield f"{other} is not within its wall {id}"
            if other not in inside and node.rect.meets(rect):
                yield f"{other} stands in the wall {id}"


def _lines(picture: Picture, lines: list[Thing], nodes: dict[str, Thing]) -> Iterator[str]:
    wanted = visible(picture)
    if len(wanted) != len(lines):
        yield f"{len(wanted)} edges, {len(lines)} lines"
    waiting = list(lines)
    for edge in wanted:
        fits = [t for t in waiting if _fits(edge, t, nodes)]
        if not fits:
            yield f"no line from {edge.tail} to {edge.head} ({edge.label!r}, {edge.kind!r})"
        else:
            waiting.remove(fits[0])
    yield from (f"a line that is no edge: {t.path[0]} to {t.path[-1]} {t.text!r}" for t in waiting)


def _fits(edge: Edge, line: Thing, nodes: dict[str, Thing]) -> bool:
    tail, head = nodes.get(edge.tail), nodes.get(edge.head)
    if tail is None or head is None or signs(edge.label) != signs(line.text):
        return False
    if sorted(edge.kind.split()) != sorted(line.kinds[1:]) or edge.arrow != bool(line.shapes):
        return False
    start, end = (line.path[-1], line.path[0]) if edge.climbs else (line.path[0], line.path[-1])
    if edge.arrow:
        end = min((p for s in line.shapes for p in s), key=lambda p: _off(head, p))
    return _off(tail, start) < FAR and _off(head, end) < FAR


def _off(node: Thing, point: Point) -> float:
    """From the border; of what has none, from the words."""
    rects = [around("", shape) for shape in node.shapes] or [w.rect for w in node.words]
    far = min((r.off(point) for r in rects), default=0.0)
    if node.shapes and far < CORNER:
        outline = (p for shape in node.shapes for p in shape)
        far = min(far, *((p[0] - point[0]) ** 2 + (p[1] - point[1]) ** 2 for p in outline))
    return far if node.shapes else max(0.0, far - CORNER)


def _page(root: ElementTree.Element, things: list[Thing]) -> Iterator[str]:
    left, top, wide, high = map(float, NUMBER.findall(root.get("viewBox") or ""))
    frame = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "graph")
    dx, dy = map(float, NUMBER.findall((frame.get("transform") or "").split("translate")[1])[:2])
    page = Rect("page", left - dx, top - dy, left + wide - dx, top + high - dy)
    for thing in things:
        rects = [w.rect for w in thing.words if w.text.strip()]
        rects += [thing.rect] if thing.shapes else []
        yield from (
            f"{r.name} is cut off by the page" for r in rects if not r.within(page, OUTSIDE)
        )


# --- reading ----------------------------------------------------------------------------------


def read(g: ElementTree.Element, at: Point = (0.0, 0.0)) -> Thing:
    """``at`` is where a piece is put."""
    thing = Thing(g.get("id") or "", (g.get("class") or "").split())
    for element in g:
        if element.tag == f"{SVG}text":
            thing.words.append(_words(element, at))
        elif element.tag == f"{SVG}path" and thing.kinds[0] == "edge":
            thing.path = _moved(_points(element.get("d") or ""), at)
        elif shape := _shape(element):
            thing.shapes.append(_moved(shape, at))
    if thing.kinds[0] == "node":
        # Strips and tables have shapes of their own, inside.
        thing.shapes = thing.shapes[:2] if _outer(thing.shapes) else thing.shapes[:1]
    return thing


def _moved(points: list[Point], at: Point) -> list[Point]:
    return [(x + at[0], y + at[1]) for x, y in points]


def _shape(element: ElementTree.Element) -> list[Point]:
    kind = element.tag.removeprefix(SVG)
    if kind in ("path", "polygon"):
        return _points(element.get("d") or element.get("points") or "")
    if kind == "rect":
        x, y, w, h = (float(element.get(name) or 0) for name in ("x", "y", "width", "height"))
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    return _ellipse(element) if kind == "ellipse" else []


def _outer(shapes: list[list[Point]]) -> bool:
    """Whether a box has a second border: a stack."""
    if len(shapes) < 2:
        return False
    first, second = around("", shapes[0]), around("", shapes[1])
    return (
        abs((second.left - first.left) - (first.right - second.right)) < 0.1
        and 1 < abs(second.left - first.left) < 6
    )


def _words(element: ElementTree.Element, at: Point) -> Words:
    text = "".join(element.itertext())
    size = float(element.get("font-size") or 9)
    wide = width(text.strip(), size, bold=element.get("font-weight") == "bold")
    x, y = (float(element.get(name) or 0) + at[k] for k, name in enumerate("xy"))
    left = x - {"middle": wide / 2, "end": wide}.get(element.get("text-anchor") or "", 0.0)
    return Words(text, Rect(repr(text), left, y - 0.72 * size, left + wide, y + 0.2 * size))


def _points(said: str) -> list[Point]:
    numbers = [float(n) for n in NUMBER.findall(said)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _ellipse(element: ElementTree.Element) -> list[Point]:
    cx, cy, rx, ry = (float(element.get(name) or 0) for name in ("cx", "cy", "rx", "ry"))
    return [(cx - rx, cy), (cx, cy - ry), (cx + rx, cy), (cx, cy + ry)]
