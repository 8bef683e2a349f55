"""A picture in Graphviz's language, with all settings of the layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from textwrap import wrap
from typing import Any, Final, TypeAlias, TypeVar

from .. import legend, style
from ..drawing import Drawing
from ..errors import NoPlace
from ..measure import SMALL, TITLE, box_width, line_width
from ..picture import Box, Cluster, Edge, Item, Picture, Strip, Table, TextRun, costliest
from . import dot_drawing, html_text, sheet
from .collisions import Meeting, lines_through_titles, shifts
from .engine import extent
from .sheet import Places

GRAPH: Final = {
    "bgcolor": "white",
    "fontname": html_text.FONT,
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
    "fontname": html_text.FONT,
    "fontsize": "11",
    "fontcolor": style.INK,
    "margin": "0.08,0.03",
    "height": "0.28",
    "width": "0.5",
    "penwidth": "1.1",
}
EDGE: Final = {
    "fontname": html_text.FONT,
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
"""Four columns are as wide as a narrow picture."""
SUBTITLE: Final = 64
ROUNDS: Final = 6
"""How often a picture is laid out again to move lines out of titles."""
TOP_LEFT: Final = {"labeljust": "l", "labelloc": "t"}
"""The side of a cluster's title, if no line runs there."""
SIDES: Final = {
    "right": {"labeljust": "r", "labelloc": "t"},
    "middle": {"labeljust": "c", "labelloc": "t"},
    "below": {"labeljust": "l", "labelloc": "b"},
}
CHECKED: Final = 400
"""The most boxes of a picture that is laid out more than once."""

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
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class _Context:
    """What boxes need to know of the rest of the picture: their stretch of trunk, the room on their
    left, the number of edges that enter, their places, and the cost of the most costly box.
    ``titles`` has the side of each title that is not at the top left."""

    groups: dict[str, str]
    spacers: Spacers
    inputs: Counter[str]
    places: Places | None = None
    most: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)

    def at(self, box: str) -> dict[str, str]:
        return self.places.boxes.get(box, {}) if self.places else {}

    def around(self, cluster: str) -> dict[str, str]:
        return self.places.clusters.get(f"cluster_{cluster}", {}) if self.places else {}


def dot(picture: Picture | Drawing) -> str:
    """The DOT text of a picture: always the same bytes. In a picture of several pieces everything
    already has its place."""
    if isinstance(picture, Drawing):
        return dot_drawing.dot(picture)
    return _page(picture, _insets(picture)) if _has_pieces(picture) else _alone(picture)


def _insets(picture: Picture) -> list[Cluster]:
    return [item for item in picture.items if isinstance(item, Cluster) and item.inset]


def _has_pieces(picture: Picture) -> bool:
    """Whether parts of a picture are laid out by themselves."""
    return picture.paged or bool(_insets(picture))


def size(picture: Picture) -> sheet.Point:
    """Width and height in points."""
    return extent(dot(picture))


def nearly_size(picture: Picture) -> sheet.Point:
    """Width and height in points. A picture in one piece may get larger: its titles may need some
    more room."""
    if _has_pieces(picture):
        return size(picture)
    return with_place(picture, lambda p: extent(_text(p, _room_for_titles(p))))


def _alone(picture: Picture) -> str:
    """The DOT text of a picture that is laid out as a whole, with room for titles."""
    return with_place(picture, _with_room)


def with_place(picture: Picture, work: Callable[[Picture], Made]) -> Made:
    """What is made of a picture. The layout program fails for some sets of boxes on one rank in
    clusters: then it gets the picture without one of these sets, or without all of them."""
    ranks = picture.ranks
    fewer = [(*ranks[:i], *ranks[i + 1 :]) for i in reversed(range(len(ranks)))]
    for kept in (ranks, *fewer):
        with suppress(NoPlace):
            return work(replace(picture, ranks=kept))
    return work(replace(picture, ranks=()))


def _with_room(picture: Picture) -> str:
    if picture.direction != "TB":
        return _text(picture, {})
    spacers = _room_for_titles(picture)
    text = _text(picture, spacers)
    if sum(1 for _ in picture.boxes()) > CHECKED:
        return text
    meetings = lines_through_titles(text)
    text, left = _with_titles_aside(picture, spacers, text, meetings, ("right", "middle"))
    return text if not left else _with_more_room(picture, spacers, meetings)


def _with_more_room(picture: Picture, spacers: Spacers, meetings: Sequence[Meeting]) -> str:
    """The DOT text with more room on the left of the boxes that lines enter through a title."""
    text, tethered = "", picture
    before: dict[str, float] = {}
    tied: set[str] = set()
    for _ in range(ROUNDS):
        met = shifts(meetings)
        worse = {box for box in met.keys() - tied if met[box] > before.get(box, met[box])}
        for box in met.keys() - worse:
            spacers[box] = spacers.get(box, -NODESEP) + met[box]
        before = met
        tied |= worse
        tethered = _tethered(picture, tied)
        text = _text(tethered, spacers)
        meetings = lines_through_titles(text)
        if not shifts(meetings):
            break
    return _with_titles_aside(tethered, spacers, text, meetings, tuple(SIDES))[0]


def _with_titles_aside(
    picture: Picture,
    spacers: Spacers,
    text: str,
    meetings: Sequence[Meeting],
    sides: Iterable[str],
) -> tuple[str, Sequence[Meeting]]:
    """The DOT text in which titles that lines run through are on other sides of their clusters, and
    the lines that still do. A side is tried for all of these titles at once."""
    titles: dict[str, str] = {}
    for side in sides:
        if not meetings:
            break
        tried = titles | {meeting.cluster: side for meeting in meetings}
        new = _text(picture, spacers, tried)
        remaining = lines_through_titles(new)
        if len(remaining) < len(meetings):
            text, titles, meetings = new, tried, remaining
    return text, meetings


def _tethered(picture: Picture, tied: Collection[str]) -> Picture:
    """The picture with hidden edges to the spacers on the left of boxes, from the tails of the
    edges into these boxes: a spacer without such an edge may land on the right."""
    edges: list[Edge] = []
    for edge in picture.edges:
        if edge.head in tied and edge.look == "flow" and not edge.climbs:
            edges.append(Edge(edge.tail, f"{edge.head}-room", look="hidden"))
        edges.append(edge)
    return replace(picture, edges=tuple(edges))


def legend_alone(picture: Picture) -> str:
    """The legend as a picture of its own; empty if it has no entries."""
    return _note(LEGEND_ID, _legend(picture, 1))


def _page(picture: Picture, insets: Sequence[Cluster]) -> str:
    """The DOT text of the trunk, the insets and the legend, each laid out alone."""
    from graphviz import Digraph

    trunk = tuple(item for item in picture.items if item not in insets)
    pieces = [_alone(_piece(picture, items)) for items in (trunk, *((i,) for i in insets))]
    notes = {LEGEND_ID: _legend(picture, 1), TITLE_ID: _heading(picture)}
    key, title = (_note(id, words) for id, words in notes.items())
    attributes = GRAPH | {"layout": "nop2"}
    digraph = Digraph(picture.name, graph_attr=attributes, node_attr=NODE, edge_attr=EDGE)
    layout = _layout(picture, {}, sheet.places(pieces, key, title, picture.direction))
    for item in picture.items:
        _item(digraph, item, layout)
    _edges(digraph, picture, layout)
    for id, words in notes.items():
        if words:
            digraph.node(id, words, **_NOTES[id], **layout.at(id))
    return str(digraph.source)


def _piece(picture: Picture, items: tuple[Item, ...]) -> Picture:
    """A part of a picture, without title and legend."""
    part = replace(picture, title="", subtitle="", items=items, legend=False)
    ids = {box.id for box in part.boxes()}
    return replace(
        part,
        edges=tuple(e for e in picture.edges if e.tail in ids),
        ranks=tuple(rank for rank in picture.ranks if ids.issuperset(rank)),
    )


def _note(id: str, words: str) -> str:
    """The title or the legend as a picture of its own."""
    from graphviz import Digraph

    digraph = Digraph(graph_attr=GRAPH, node_attr=NODE)
    digraph.node(id, words, **_NOTES[id])
    return str(digraph.source) if words else ""


def _layout(picture: Picture, spacers: Spacers, places: Places | None = None) -> _Context:
    return _Context(
        groups=_trunk_stretches(picture.edges),
        spacers=spacers,
        inputs=Counter(edge.head for edge in picture.edges if edge.look == "flow"),
        places=places,
        most=costliest(picture),
    )


def _text(picture: Picture, spacers: Spacers, titles: Mapping[str, str] | None = None) -> str:
    from graphviz import Digraph

    digraph = Digraph(picture.name, graph_attr=_attributes(picture), node_attr=NODE, edge_attr=EDGE)
    layout = replace(_layout(picture, spacers), titles=titles or {})
    # The label of the graph is the legend, so the title is the label of a cluster without a wall.
    with digraph.subgraph(name="cluster_page") as page:
        page.attr(label=_heading(picture), peripheries="0", margin="4", labelloc="t")
        for item in picture.items:
            _item(page, item, layout)
    _edges(digraph, picture, layout)
    for rank in picture.ranks:
        _rank(digraph, rank)
    return str(digraph.source)


def _edges(digraph: Any, picture: Picture, layout: _Context) -> None:
    boxes = {box.id: box for box in picture.boxes()}
    for edge in picture.edges:
        _edge(digraph, edge, boxes, picture.direction, layout)


def _attributes(picture: Picture) -> dict[str, str]:
    attributes = GRAPH | {"rankdir": picture.direction}
    key = _legend(picture, LEGEND_COLUMNS)
    return attributes | ({"label": key, "labelloc": "b"} if key else {})


def _heading(picture: Picture) -> str:
    lines = (
        [html_text.html((TextRun(picture.title),), 13, bold=True)[1:-1]] if picture.title else []
    )
    lines += [html_text.font((TextRun(line),)) for line in wrap(picture.subtitle, SUBTITLE)]
    return f"<{'<BR/>'.join(lines)}>" if lines else ""


def _legend(picture: Picture, columns: int) -> str:
    return html_text.legend(list(legend.entries(picture)), columns) if picture.legend else ""


def _rank(digraph: Any, boxes: Iterable[str]) -> None:
    with digraph.subgraph() as line:
        line.attr(rank="same")
        for box in boxes:
            line.node(box)


# --- boxes ------------------------------------------------------------------------------------


def _item(digraph: Any, item: Item, layout: _Context) -> None:
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
    """An invisible node on the left of a box, which leaves room there."""
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


_FORK: Final = {
    "shape": "point",
    "width": "0.06",
    "height": "0.06",
    "color": style.WIRE,
    "label": "",
    "class": "fork",
    "tooltip": " ",
}


def _box(box: Box, inputs: int) -> dict[str, str]:
    """The attributes of a box; ``inputs`` is the number of edges that enter."""
    common = {
        "id": box.id,
        "class": str(box.category),
        "tooltip": html_text.plain(box.tooltip or box.id),
    }
    match box.shape:
        case "fork":
            return common | _FORK
        case "circle":
            return common | _circle(box)
        case "label":
            return common | _words_on_line(box)
        case "table":
            return common | _table_alone(box)
        case "bar":
            return common | _bar(box, inputs)
        case "box":
            return common | _plain_box(box)


def _plain_box(box: Box) -> dict[str, str]:
    paint = style.PAINTS[box.category]
    repeated = {"peripheries": "2"} if box.repeated else {}
    return {"label": _label(box), "fillcolor": paint.fill, "color": paint.line} | repeated


def _circle(box: Box) -> dict[str, str]:
    return {
        "shape": "circle",
        "label": html_text.html(box.title, 13, bold=True),
        "fixedsize": "true",
        "width": "0.26",
        "height": "0.26",
        "margin": "0",
        "style": "filled",
        "fillcolor": "white",
        "color": style.INK,
    }


def _words_on_line(box: Box) -> dict[str, str]:
    return {
        "class": "label",
        "tooltip": " ",
        "shape": "plain",
        "style": "",
        "label": html_text.html(box.title, SMALL, style.WIRE),
        "width": "0",
        "height": "0",
    }


def _table_alone(box: Box) -> dict[str, str]:
    return {
        "label": f"<{_table(box.table)}>" if box.table else "",
        "class": "table",
        "fillcolor": "white",
        "color": style.SHEET,
        "penwidth": "0.8",
        "margin": "0.04,0.02",
        "height": "0.1",
    }


def _bar(box: Box, inputs: int) -> dict[str, str]:
    """The bar of a concat is as wide as its inputs need."""
    return {
        "label": _bar_label(box),
        "style": "filled",
        **_bar_paint(box),
        "height": "0.24",
        "width": f"{max(0.5, 0.8 * (inputs - 1)):.1f}",
    }


def _bar_paint(box: Box) -> dict[str, str]:
    if box.category not in style.CHANGES:
        return {"fillcolor": "white", "color": style.INK}
    paint = style.PAINTS[box.category]
    return {"fillcolor": paint.fill, "color": paint.line}


def _bar_label(box: Box) -> str:
    lines = "".join(f" {html_text.font(line)}" for line in box.lines)
    return f"<{html_text.runs(box.title, bold=True)}{lines}>"


def _label(box: Box) -> str:
    """A title, lines under it, strips above and below, or a table."""
    if not (box.above or box.below or box.table):
        lines = [
            html_text.runs(box.title, bold=True),
            *(html_text.font(line) for line in box.lines),
        ]
        return f"<{'<BR/>'.join(lines)}>"
    words = [html_text.runs(box.title, bold=True), *(html_text.font(line) for line in box.lines)]
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
    words = html_text.html((TextRun(" "), *strip.label, TextRun(" ")), SMALL, paint.word)[1:-1]
    return f'<TD STYLE="ROUNDED" BGCOLOR="{paint.fill}">{words}</TD>'


def _table(table: Table) -> str:
    head = "".join(f"<TD>{html_text.cell(c, style.FAINT, italic=True)}</TD>" for c in table.head)
    rows = "".join(
        "<TR>"
        + "".join(f'<TD ALIGN="RIGHT">{html_text.cell(c, style.INK)}</TD>' for c in row)
        + "</TR>"
        for row in table.rows
    )
    start = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
    return f"{start}<TR>{head}</TR>{rows}</TABLE>"


# --- clusters ---------------------------------------------------------------------------------


def _cluster(digraph: Any, cluster: Cluster, layout: _Context) -> None:
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


def _wall(digraph: Any, cluster: Cluster, layout: _Context) -> None:
    with digraph.subgraph(name=f"cluster_{cluster.id}") as wall:
        wall.attr(
            label=html_text.html(cluster.title, TITLE, style.SOFT, bold=True)
            if cluster.title
            else "",
            **SIDES.get(layout.titles.get(cluster.id, ""), TOP_LEFT),
            style="rounded,dashed" if cluster.inset else "rounded,filled",
            fillcolor=style.PAINTS["block"].fill,
            margin="9",
            **_wall_line(cluster),
            peripheries="1",
            id=cluster.id,
            tooltip=html_text.plain(cluster.tooltip or cluster.id),
            **{"class": "inset" if cluster.inset else str(cluster.category)},
            **layout.around(cluster.id),
        )
        for item in cluster.items:
            _item(wall, item, layout)


def _wall_line(cluster: Cluster) -> dict[str, str]:
    if cluster.category not in style.CHANGES:
        return {"color": style.wall(cluster.category), "penwidth": "1"}
    return {"color": style.PAINTS[cluster.category].line, "penwidth": "1.8"}


def _room_for_titles(picture: Picture) -> Spacers:
    """The room to leave on the left of each box that an edge enters from outside its clusters, so
    that the edge does not meet a title of theirs."""
    inside: dict[str, list[Cluster]] = {}
    _collect_walls(picture.items, [], inside)
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


def _collect_walls(
    items: tuple[Item, ...], walls: list[Cluster], walls_by_box: dict[str, list[Cluster]]
) -> None:
    for item in items:
        if isinstance(item, Cluster):
            _collect_walls(item.items, [*walls, item], walls_by_box)
        else:
            walls_by_box[item.id] = walls


# --- edges ------------------------------------------------------------------------------------


def _edge(
    digraph: Any, edge: Edge, boxes: dict[str, Box], direction: str, layout: _Context
) -> None:
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
        # Ranks grow downwards: the edge is laid out from its head, with the arrow at the other end.
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
    """Tail and head with the sides at which the edge leaves and enters: a way around that runs down
    leaves a fork and enters a sum on the right."""
    tail, head = boxes[edge.tail].shape, boxes[edge.head].shape
    if edge.look == "loop":
        side = "e" if direction == "TB" else "s"
        leaves, enters = tail == "box", head == "box"
    else:
        side = "e"
        skip = edge.look == "skip" and not edge.level and direction == "TB"
        leaves, enters = skip and (tail, head) == ("fork", "circle"), skip and head == "circle"
    return edge.tail + f":{side}" * leaves, edge.head + f":{side}" * enters


def _trunk_stretches(edges: tuple[Edge, ...]) -> dict[str, str]:
    """For each box on a straight stretch of trunk the first box of the stretch."""
    first: dict[str, str] = {}
    for edge in edges:
        if edge.trunk:
            first[edge.head] = first.setdefault(edge.tail, edge.tail)
    return first
