"""Mermaid, which code hosts draw inside a document.

It has no points, strips or tables: lines fork at the box itself, strips and rows become lines of
the label. Mermaid refuses long texts and more than 500 edges, so clusters close until it fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from .. import style
from ..errors import TooLarge
from ..picture import Box, Cluster, Edge, Item, Kind, Picture, Strip, Table, costliest, letters

EDGES: Final = 500
LETTERS: Final = 50_000
_RESERVED: Final = frozenset(
    (
        "accDescr",
        "accTitle",
        "call",
        "class",
        "classDef",
        "click",
        "default",
        "direction",
        "end",
        "flowchart",
        "graph",
        "href",
        "interpolate",
        "linkStyle",
        "o",
        "style",
        "subgraph",
        "v",
        "x",
    )
)
_ENTITIES: Final = {"#": "#35;", '"': "#quot;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;"}
_SIGNS: Final = str.maketrans(_ENTITIES)


def write(picture: Picture) -> bytes:
    """The picture in Mermaid. Raises TooLarge if it is too large with all clusters closed."""
    picture = _without_points(picture)
    while True:
        text = _text(picture)
        edges = len(picture.edges)
        if edges <= EDGES and len(text) <= LETTERS:
            return text.encode()
        smaller = _close_largest(picture)
        if smaller is None:
            raise TooLarge(
                f"{picture.name} makes {edges} edges and {len(text)} letters of Mermaid, "
                f"which takes {EDGES} and {LETTERS}",
                help="draw an .svg, or put its layers into blocks or repeats",
            )
        picture = smaller


# --- fewer boxes and edges --------------------------------------------------------------------


def _without_points(picture: Picture) -> Picture:
    """The picture without points and words on lines: an edge through one goes on to the next
    box."""
    into = {edge.head: edge for edge in picture.edges if edge.look != "hidden"}
    passed = (box for box in picture.boxes() if box.shape in ("fork", "label"))
    dropped = {box.id: box for box in passed if box.id in into}
    edges: list[Edge] = []
    labelled: set[tuple[str, str]] = set()
    for edge in picture.edges:
        if edge.look == "hidden" or edge.head in dropped:
            continue
        label = edge.label
        while edge.tail in dropped:
            before = into[edge.tail]
            word = letters(dropped[edge.tail].title) or before.label
            if not label and word and (before.tail, word) not in labelled:
                label = word
            look = before.look if edge.look == "flow" else edge.look
            edge = replace(edge, tail=before.tail, look=look)
        labelled.add((edge.tail, label))
        edges.append(replace(edge, label="" if edge.look == "skip" else label))
    return replace(picture, items=_without(picture.items, dropped), edges=tuple(edges), ranks=())


def _without(items: tuple[Item, ...], dropped: dict[str, Box]) -> tuple[Item, ...]:
    return tuple(
        replace(item, items=_without(item.items, dropped)) if isinstance(item, Cluster) else item
        for item in items
        if item.id not in dropped
    )


def _close_largest(picture: Picture) -> Picture | None:
    """The picture with the innermost cluster that has most boxes as a box; None if it has no
    cluster."""
    inner = [c for c in picture.clusters() if not any(isinstance(i, Cluster) for i in c.items)]
    if not inner:
        return None
    cluster = max(inner, key=lambda c: len(c.items))
    inside = {item.id for item in cluster.items}
    box = Box(cluster.id, cluster.title, "block", repeated=cluster.repeated)

    def moved(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(
            box
            if item is cluster
            else replace(item, items=moved(item.items))
            if isinstance(item, Cluster)
            else item
            for item in items
        )

    edges = {
        (tail, head, edge.look): replace(edge, tail=tail, head=head)
        for edge in reversed(picture.edges)
        if not {edge.tail, edge.head} <= inside
        for tail in (cluster.id if edge.tail in inside else edge.tail,)
        for head in (cluster.id if edge.head in inside else edge.head,)
    }
    return replace(picture, items=moved(picture.items), edges=tuple(reversed(edges.values())))


# --- text -------------------------------------------------------------------------------------


def _text(picture: Picture) -> str:
    names = _names(picture)
    lines = [f"---\ntitle: {json.dumps(picture.title, ensure_ascii=False)}\n---"]
    lines = lines if picture.title else []
    lines.append(f"flowchart {picture.direction}")
    for item in picture.items:
        lines += _item(item, names, "  ", picture.direction)
    lines += [f"  {_edge(edge, names)}" for edge in picture.edges]
    for look, colour in (("skip", style.SKIP), ("loop", style.PAINTS["recurrent"].line)):
        drawn = ",".join(str(i) for i, e in enumerate(picture.edges) if e.look == look)
        if drawn:
            lines.append(f"  linkStyle {drawn} stroke:{colour},stroke-width:1.5px")
    for mark in style.MARKS:
        drawn = ",".join(str(i) for i, e in enumerate(picture.edges) if e.mark == mark)
        if mark and drawn:
            lines.append(f"  linkStyle {drawn} stroke:{style.PAINTS[mark].line},stroke-width:2px")
    lines += _classes(picture, names)
    lines += _costs(picture, names)
    return "\n".join(lines) + "\n"


def _names(picture: Picture) -> dict[str, str]:
    """The names of boxes and clusters in Mermaid, by module path."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for item in _items(picture.items):
        name = re.sub(r"[^A-Za-z0-9]+", "_", item.id).strip("_") or "net"
        name += "_" * (name in _RESERVED)
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        names[item.id] = name
    return names


def _items(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        if isinstance(item, Cluster):
            yield from _items(item.items)


def _item(item: Item, names: dict[str, str], indent: str, direction: str) -> Iterator[str]:
    if isinstance(item, Box):
        start, end = _shape(item)
        yield f'{indent}{names[item.id]}{start}"{_label(item)}"{end}:::{_class(item)}'
        return
    title = _escaped(letters(item.title)) or " "
    yield f'{indent}subgraph {names[item.id]}["{title}"]'
    yield f"{indent}  direction {direction}"
    for inner in item.items:
        yield from _item(inner, names, f"{indent}  ", direction)
    yield f"{indent}end"


def _shape(box: Box) -> tuple[str, str]:
    if box.shape in ("circle", "fork"):
        return "((", "))"
    if box.category == "io":
        return "([", "])"
    return ("[[", "]]") if box.repeated else ("(", ")")


def _class(box: Box) -> Kind:
    return "math" if box.shape in ("circle", "bar", "table") else box.category


def _label(box: Box) -> str:
    # Without the tags Mermaid reads a single "+" as a list.
    title = _escaped(letters(box.title))
    lines = [_strips(box.above), f"<b>{title}</b>" if title else ""]
    lines += [_escaped(letters(line)) for line in box.lines]
    lines += [_strips(box.below), *_rows(box.table)]
    return "<br/>".join(line for line in lines if line) or " "


def _strips(strips: tuple[Strip, ...]) -> str:
    return _escaped(" · ".join(letters(s.label) for s in strips))


def _rows(table: Table | None) -> Iterator[str]:
    if table is not None:
        yield f"<i>{_escaped(', '.join(cell or '·' for cell in table.head))}</i>"
        yield from (_escaped(", ".join(cell or "·" for cell in row)) for row in table.rows)


def _escaped(words: str) -> str:
    return " ".join(words.split()).translate(_SIGNS)


def _edge(edge: Edge, names: dict[str, str]) -> str:
    line = "-.->" if edge.look == "skip" else "-->"
    label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
    return f"{names[edge.tail]} {line}{label} {names[edge.head]}"


def _classes(picture: Picture, names: dict[str, str]) -> Iterator[str]:
    used = {_class(box) for box in picture.boxes()}
    for kind, paint in style.PAINTS.items():
        if kind in used:
            yield f"  classDef {kind} fill:{paint.fill},stroke:{paint.line},color:{style.INK}"
    clusters = [names[c.id] for c in picture.clusters()]
    if clusters:
        fill = style.PAINTS["block"].fill
        yield f"  classDef wall fill:{fill},stroke:{style.SHEET},color:{style.SOFT}"
        yield f"  class {','.join(clusters)} wall"


def _costs(picture: Picture, names: dict[str, str]) -> Iterator[str]:
    most = costliest(picture)
    for box in picture.boxes():
        if box.cost is not None:
            yield f"  style {names[box.id]} fill:{style.heat(box.cost, most)}"
