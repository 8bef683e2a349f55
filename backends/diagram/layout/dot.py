"""A picture in Graphviz's language. Here is all that the layout needs to be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any, Final, TypeAlias

from .. import legend, style
from ..drawing import Drawing
from ..measure import SMALL, TITLE, box_width, line_width
from ..picture import Box, Cluster, Edge, Item, Picture, Run, Strip, Table, costliest
from . import dot_drawing, labels, sheet
from .collisions import lines_through_titles
from .engine import extent
from .sheet import Places

GRAPH: Final = {
    "bgcolor": "white",
    "fontname": labels.FONT,
    "fontsize": "11",
    "nodesep": "0.28",
    "ranksep": "0.21",
    "splines": "spline",
    "newrank": "true",
    "ordering": "out",
    "outputorder": "edgesfirst",
    "pad": "0.12",
}
NODE: Final = {
    "shape": "box",
    "style": "rounded,filled",
    "fontname": labels.FONT,
    "fontsize": "11",
    "fontcolor": style.INK,
    "margin": "0.08,0.03",
    "height": "0.28",
    "width": "0.5",
    "penwidth": "1.1",
}
EDGE: Final = {
    "fontname": labels.FONT,
    "fontsize": "9",
    "color": style.WIRE,
    "fontcolor": style.WIRE,
    "arrowsize": "0.6",
    "penwidth": "1.1",
}
NODESEP: Final = 20.0
GAP: Final = 5.0
MARGIN: Final = 9.0
SHEET_MARGIN: Final = 4.0
LEGEND_COLUMNS: Final = 4
"""Which are as wide as a narrow picture."""
SUBTITLE: Final = 64
ROUNDS: Final = 4
"""How often room is made for titles that a line runs through."""
CHECKED: Final = 400
"""Boxes of a picture that is laid out more than once."""

LEGEND_ID: Final = "page-legend"
TITLE_ID: Final = "page-title"
_NOTES: Final = {
    TITLE_ID: {"shape": "plain", "style": "", "tooltip": " ", "class": "note", "id": TITLE_ID},
    LEGEND_ID: {
        "style": "rounded",
        "color": style.SHEET,
        "penwidth": "0.8",
        "margin": "0.04,0.02",
        "tooltip": " ",
        "class": "note",
        "id": LEGEND_ID,
    },
}

Spacers: TypeAlias = dict[str, float]


@dataclass(frozen=True, slots=True)
class _Layout:
    """What boxes need to know of the edges: their stretch of trunk, the room on their left, and
    how many edges come in."""

    groups: dict[str, str]
    spacers: Spacers
    inputs: Counter[str]
    places: Places | None = None
    most: int = 0

    def at(self, box: str) -> dict[str, str]:
        return self.places.boxes.get(box, {}) if self.places else {}

    def around(self, cluster: str) -> dict[str, str]:
        return self.places.clusters.get(f"cluster_{cluster}", {}) if self.places else {}


def dot(picture: Picture | Drawing) -> str:
    """DOT text; the same picture gives the same bytes. With insets everything has its place."""
    if isinstance(picture, Drawing):
        return dot_drawing.dot(picture)
    insets = [item for item in picture.items if isinstance(item, Cluster) and item.inset]
    return _page(picture, insets) if insets else _alone(picture)


def size(picture: Picture) -> sheet.Point:
    """Width and height in points; near enough for a picture without insets, whose titles may yet
    want some room."""
    insets = any(isinstance(item, Cluster) and item.inset for item in picture.items)
    return extent(dot(picture) if insets else _text(picture, _spacers(picture)))


def _alone(picture: Picture) -> str:
    """What is laid out in one go, with room for titles."""
    spacers = _spacers(picture) if picture.direction == "TB" else {}
    text = _text(picture, spacers)
    small = sum(1 for _ in picture.boxes()) <= CHECKED
    before: dict[str, float] = {}
    tied: set[str] = set()
    for _ in range(ROUNDS):
        met = lines_through_titles(text) if small and picture.direction == "TB" else {}
        if not met:
            break
        worse = {box for box in met.keys() - tied if met[box] > before.get(box, met[box])}
        for box in met.keys() - worse:
            spacers[box] = spacers.get(box, -NODESEP) + met[box]
        before = met
        tied |= worse
        text = _text(_tethered(picture, tied), spacers)
    return text


def _tethered(picture: Picture, tied: Collection[str]) -> Picture:
    """With hidden lines to the room on the left of boxes, from where lines into them come: room
    that hangs on its box alone may land on the other side."""
    edges: list[Edge] = []
    for edge in picture.edges:
        if edge.head in tied and edge.look == "flow" and not edge.climbs:
            edges.append(Edge(edge.tail, f"{edge.head}-room", look="hidden"))
        edges.append(edge)
    return replace(picture, edges=tuple(edges))


def legend_alone(picture: Picture) -> str:
    """The legend as a picture of its own; empty where there is nothing to tell."""
    return _note(LEGEND_ID, _legend(picture, 1))


def _page(picture: Picture, insets: Sequence[Cluster]) -> str:
    """The trunk, the insets and the legend, each laid out alone."""
    from graphviz import Digraph

    trunk = tuple(item for item in picture.items if item not in insets)
    pieces = [_alone(_piece(picture, items)) for items in (trunk, *((i,) for i in insets))]
    words = {LEGEND_ID: _legend(picture, 1), TITLE_ID: _heading(picture)}
    key, title = (_note(id, said) for id, said in words.items())
    attributes = GRAPH | {"layout": "nop2"}
    digraph = Digraph(picture.name, graph_attr=attributes, node_attr=NODE, edge_attr=EDGE)
    layout = _layout(picture, {}, sheet.placed(pieces, key, title, picture.direction))
    for item in picture.items:
        _item(digraph, item, layout)
    _edges(digraph, picture, layout)
    for id, said in words.items():
        if said:
            digraph.node(id, said, **_NOTES[id], **layout.at(id))
    return str(digraph.source)


def _piece(picture: Picture, items: tuple[Item, ...]) -> Picture:
    """Part of a picture, without words around it."""
    part = replace(picture, title="", subtitle="", items=items, legend=False)
    ids = {box.id for box in part.boxes()}
    return replace(
        part,
        edges=tuple(e for e in picture.edges if e.tail in ids),
        ranks=tuple(rank for rank in picture.ranks if ids.issuperset(rank)),
    )


def _note(id: str, said: str) -> str:
    """Words as a picture of their own."""
    from graphviz import Digraph

    digraph = Digraph(graph_attr=GRAPH, node_attr=NODE)
    digraph.node(id, said, **_NOTES[id])
    return str(digraph.source) if said else ""


def _layout(picture: Picture, spacers: Spacers, places: Places | None = None) -> _Layout:
    return _Layout(
        groups=_groups(picture.edges),
        spacers=spacers,
        inputs=Counter(edge.head for edge in picture.edges if edge.look == "flow"),
        places=places,
        most=costliest(picture),
    )


def _text(picture: Picture, spacers: Spacers) -> str:
    from graphviz import Digraph

    digraph = Digraph(picture.name, graph_attr=_attributes(picture), node_attr=NODE, edge_attr=EDGE)
    layout = _layout(picture, spacers)
    # The graph's own label is the legend, so the title is that of a cluster without a wall.
    with digraph.subgraph(name="cluster_page") as page:
        page.attr(label=_heading(picture), peripheries="0", margin="4", labelloc="t")
        for item in picture.items:
            _item(page, item, layout)
    _edges(digraph, picture, layout)
    for rank in picture.ranks:
        _rank(digraph, rank)
    return str(digraph.source)


def _edges(digraph: Any, picture: Picture, layout: _Layout) -> None:
    boxes = {box.id: box for box in picture.boxes()}
    for edge in picture.edges:
        _edge(digraph, edge, boxes, picture.direction, layout)


def _attributes(picture: Picture) -> dict[str, str]:
    attributes = GRAPH | {"rankdir": picture.direction}
    key = _legend(picture, LEGEND_COLUMNS)
    return attributes | ({"label": key, "labelloc": "b"} if key else {})


def _heading(picture: Picture) -> str:
    lines = [labels.html((Run(picture.title),), 13, bold=True)[1:-1]] if picture.title else []
    lines += [labels.font((Run(line),)) for line in wrap(picture.subtitle, SUBTITLE)]
    return f"<{'<BR/>'.join(lines)}>" if lines else ""


def _legend(picture: Picture, columns: int) -> str:
    return labels.legend(list(legend.entries(picture)), columns) if picture.legend else ""


def _rank(digraph: Any, boxes: Iterable[str]) -> None:
    with digraph.subgraph() as line:
        line.attr(rank="same")
        for box in boxes:
            line.node(box)


# --- boxes ------------------------------------------------------------------------------------


def _item(digraph: Any, item: Item, layout: _Layout) -> None:
    if isinstance(item, Cluster):
        _cluster(digraph, item, layout)
        return
    attributes = _box(item, layout.inputs[item.id])
    if item.id in layout.groups:
        attributes["group"] = layout.groups[item.id]
    if item.cost is not None:
        attributes["fillcolor"] = style.heat(item.cost, layout.most)
    digraph.node(item.id, **attributes, **layout.at(item.id))
    if item.id in layout.spacers:
        _spacer(digraph, item.id, layout.spacers[item.id])


def _spacer(digraph: Any, box: str, points: float) -> None:
    id = f"{box}-room"
    digraph.node(
        id,
        "",
        style="invis",
        shape="box",
        fixedsize="true",
        height="0.02",
        width=f"{max(points, 1) / 72:.2f}",
    )
    with digraph.subgraph() as line:
        line.attr(rank="same")
        line.edge(id, box, style="invis")


def _box(box: Box, inputs: int) -> dict[str, str]:
    common = {
        "id": box.id,
        "class": str(box.category),
        "tooltip": labels.plain(box.tooltip or box.id),
    }
    paint = style.PAINTS[box.category]
    if box.shape == "fork":
        return common | {
            "shape": "point",
            "width": "0.06",
            "height": "0.06",
            "color": style.WIRE,
            "label": "",
            "class": "fork",
            "tooltip": " ",
        }
    if box.shape == "circle":
        return common | {
            "shape": "circle",
            "label": labels.html(box.title, 13, bold=True),
            "fixedsize": "true",
            "width": "0.26",
            "height": "0.26",
            "margin": "0",
            "style": "filled",
            "fillcolor": "white",
            "color": style.INK,
        }
    if box.shape == "label":
        return {
            "id": box.id,
            "class": "label",
            "tooltip": " ",
            "shape": "plain",
            "style": "",
            "label": labels.html(box.title, SMALL, style.WIRE),
            "width": "0",
            "height": "0",
        }
    if box.shape == "table":
        return common | {
            "label": f"<{_table(box.table)}>" if box.table else "",
            "class": "table",
            "fillcolor": "white",
            "color": style.SHEET,
            "penwidth": "0.8",
            "margin": "0.04,0.02",
            "height": "0.1",
        }
    if box.shape == "bar":
        return common | {
            "label": _bar(box),
            "style": "filled",
            **_bar_paint(box),
            "height": "0.24",
            "width": f"{max(0.5, 0.8 * (inputs - 1)):.1f}",
        }
    repeated = {"peripheries": "2"} if box.repeated else {}
    return common | {"label": _label(box), "fillcolor": paint.fill, "color": paint.line} | repeated


def _bar_paint(box: Box) -> dict[str, str]:
    if box.category not in style.CHANGES:
        return {"fillcolor": "white", "color": style.INK}
    paint = style.PAINTS[box.category]
    return {"fillcolor": paint.fill, "color": paint.line}


def _bar(box: Box) -> str:
    lines = "".join(f" {labels.font(line)}" for line in box.lines)
    return f"<{labels.runs(box.title, bold=True)}{lines}>"


def _label(box: Box) -> str:
    """A title, lines under it, strips above and below, or a table."""
    if not (box.above or box.below or box.table):
        lines = [labels.runs(box.title, bold=True), *(labels.font(line) for line in box.lines)]
        return f"<{'<BR/>'.join(lines)}>"
    words = [labels.runs(box.title, bold=True), *(labels.font(line) for line in box.lines)]
    middle = f'<TR><TD CELLPADDING="1">{"<BR/>".join(words)}</TD></TR>'
    rows = [_strips(box.above), middle, _strips(box.below)]
    if box.table:
        rows.append(f"<TR><TD>{_table(box.table)}</TD></TR>")
    start = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
    return f"<{start}{''.join(rows)}</TABLE>>"


def _strips(strips: tuple[Strip, ...]) -> str:
    if not strips:
        return ""
    cells = "".join(_strip(s) for s in strips)
    inner = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1">'
    return f"<TR><TD>{inner}<TR>{cells}</TR></TABLE></TD></TR>"


def _strip(strip: Strip) -> str:
    paint = style.PAINTS[strip.category]
    words = labels.html((Run(" "), *strip.label, Run(" ")), SMALL, paint.word)[1:-1]
    return f'<TD STYLE="ROUNDED" BGCOLOR="{paint.fill}">{words}</TD>'


def _table(table: Table) -> str:
    head = "".join(f"<TD>{labels.cell(c, style.FAINT, italic=True)}</TD>" for c in table.head)
    rows = "".join(
        "<TR>"
        + "".join(f'<TD ALIGN="RIGHT">{labels.cell(c, style.INK)}</TD>' for c in row)
        + "</TR>"
        for row in table.rows
    )
    start = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
    return f"{start}<TR>{head}</TR>{rows}</TABLE>"


# --- clusters ---------------------------------------------------------------------------------


def _cluster(digraph: Any, cluster: Cluster, layout: _Layout) -> None:
    if not cluster.repeated:
        _wall(digraph, cluster, layout)
        return
    with digraph.subgraph(name=f"cluster_{cluster.id}-sheet") as sheet:
        sheet.attr(
            label="",
            style="rounded,filled",
            color=style.SHEET,
            fillcolor="white",
            penwidth="1",
            margin="4",
            peripheries="1",
            id=f"{cluster.id}-sheet",
            tooltip=" ",
            **layout.around(f"{cluster.id}-sheet"),
        )
        _wall(sheet, cluster, layout)


def _wall(digraph: Any, cluster: Cluster, layout: _Layout) -> None:
    with digraph.subgraph(name=f"cluster_{cluster.id}") as wall:
        wall.attr(
            label=labels.html(cluster.title, TITLE, style.SOFT, bold=True) if cluster.title else "",
            labeljust="l",
            labelloc="t",
            style="rounded,dashed" if cluster.inset else "rounded,filled",
            fillcolor=style.PAINTS["block"].fill,
            margin="9",
            **_wall_line(cluster),
            peripheries="1",
            id=cluster.id,
            tooltip=labels.plain(cluster.tooltip or cluster.id),
            **{"class": "inset" if cluster.inset else str(cluster.category)},
            **layout.around(cluster.id),
        )
        for item in cluster.items:
            _item(wall, item, layout)


def _wall_line(cluster: Cluster) -> dict[str, str]:
    if cluster.category not in style.CHANGES:
        return {"color": style.wall(cluster.category), "penwidth": "1"}
    return {"color": style.PAINTS[cluster.category].line, "penwidth": "1.8"}


def _spacers(picture: Picture) -> Spacers:
    """By box where the trunk enters clusters: how much room is wanted to its left, so that no
    title of theirs meets the edge that comes in."""
    inside: dict[str, list[Cluster]] = {}
    _enclosing(picture.items, [], inside)
    boxes = {box.id: box for box in picture.boxes()}
    met: set[str] = set()
    needs: Spacers = {}
    for edge in picture.edges:
        outside = {c.id for c in inside[edge.tail]}
        half = box_width(boxes[edge.head]) / 2
        walls = 0.0
        for cluster in reversed(inside[edge.head]):
            if cluster.id in outside or cluster.id in met:
                continue
            met.add(cluster.id)
            title = line_width(cluster.title, TITLE, bold=True) + GAP
            lacks = title - walls - half
            if lacks > 0:
                needs[edge.head] = max(needs.get(edge.head, 1.0), lacks - NODESEP)
            walls += MARGIN + (SHEET_MARGIN if cluster.repeated else 0)
    return needs


def _enclosing(
    items: tuple[Item, ...], walls: list[Cluster], found: dict[str, list[Cluster]]
) -> None:
    for item in items:
        if isinstance(item, Cluster):
            _enclosing(item.items, [*walls, item], found)
        else:
            found[item.id] = walls


# --- edges ------------------------------------------------------------------------------------


def _edge(digraph: Any, edge: Edge, boxes: dict[str, Box], direction: str, layout: _Layout) -> None:
    if edge.look == "hidden" and layout.places:
        return
    if edge.look == "hidden":
        digraph.edge(edge.tail, edge.head, style="invis", weight="10" if edge.trunk else "1")
        return
    attributes: dict[str, str] = {}
    if edge.label:
        attributes["label"] = f" {edge.label} "
    if not edge.arrow:
        attributes["arrowhead"] = "none"
    if edge.trunk:
        attributes["weight"] = "10"
    if edge.look == "skip":
        attributes |= {
            "style": "dashed",
            "color": style.SKIP,
            "penwidth": "1.3",
            "weight": "1",
        }
    if edge.look == "loop":
        attributes["color"] = style.PAINTS["recurrent"].line
    if edge.mark:
        line = style.PAINTS[edge.mark].line
        attributes |= {"color": line, "fontcolor": line, "penwidth": "1.8"}
    if edge.kind:
        attributes["class"] = edge.kind
    tail, head = _ports(edge, boxes, direction)
    if edge.climbs:
        # Ranks grow downwards: the edge is laid out from its head, and its arrow turned.
        attributes["dir"] = "back"
        if not edge.arrow:
            attributes["arrowtail"] = "none"
        if edge.level:
            attributes["weight"] = "0"
        tail, head = head, tail
    if layout.places:
        tail, head = (edge.head, edge.tail) if edge.climbs else (edge.tail, edge.head)
        attributes |= layout.places.edge(tail, head)
    digraph.edge(tail, head, **attributes)


def _ports(edge: Edge, boxes: dict[str, Box], direction: str) -> tuple[str, str]:
    """A way around leaves a fork and enters a sum at the right, if it runs down."""
    tail, head = boxes[edge.tail].shape, boxes[edge.head].shape
    if edge.look == "loop":
        side = "e" if direction == "TB" else "s"
        leaves, enters = tail == "box", head == "box"
    else:
        side = "e"
        skip = edge.look == "skip" and not edge.level and direction == "TB"
        leaves, enters = skip and (tail, head) == ("fork", "circle"), skip and head == "circle"
    return edge.tail + f":{side}" * leaves, edge.head + f":{side}" * enters


def _groups(edges: tuple[Edge, ...]) -> dict[str, str]:
    """Boxes on one straight stretch of trunk, each stretch named by its first box."""
    first: dict[str, str] = {}
    for edge in edges:
        if edge.trunk:
            first[edge.head] = first.setdefault(edge.tail, edge.tail)
    return first
