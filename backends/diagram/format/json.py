"""A picture with the places of all its parts, for programs that draw it themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ....compiler.ir import decoded
from ....grammar.printable import json_text
from ..layout.placed import Frame, PlacedLine, placed
from ..picture import Box, Cluster, Picture, Strip, letters

VERSION: Final = 1


def write(picture: Picture) -> bytes:
    return (json_text(document(picture), indent=1) + "\n").encode()


def document(picture: Picture) -> dict[str, Any]:
    """See docs/command-line.md."""
    drawn = placed(picture)
    ids = {box.id for box in picture.boxes()}
    return {
        "version": VERSION,
        "name": picture.name,
        "title": picture.title,
        "subtitle": picture.subtitle,
        "direction": picture.direction,
        "width": drawn.width,
        "height": drawn.height,
        "nodes": [_node(b, f, ids, drawn.parents.get(b.id)) for b, f in drawn.boxes],
        "clusters": [_cluster(c, f, drawn.parents.get(c.id)) for c, f in drawn.clusters],
        "edges": [_edge(line) for line in drawn.lines],
    }


def module(id: str, ids: set[str]) -> str:
    """The module path of an id; empty for an operator, whose id has a hyphen. The id of a module's
    second use has a hyphen too."""
    stem, hyphen, number = id.rpartition("-")
    if not hyphen:
        return decoded(id)
    return decoded(stem) if number.isdigit() and number != "1" and stem in ids else ""


def _node(box: Box, frame: Frame, ids: set[str], parent: str | None) -> dict[str, Any]:
    return {
        "id": box.id,
        "path": module(box.id, ids),
        "label": [letters(line) for line in (box.title, *box.lines) if line],
        "category": box.category,
        "shape": box.shape,
        "above": [_strip(s) for s in box.above],
        "below": [_strip(s) for s in box.below],
        "table": {"head": box.table.head, "rows": box.table.rows} if box.table else None,
        "repeated": box.repeated,
        "cost": box.cost,
        **_common(box, frame, parent),
    }


def _cluster(cluster: Cluster, frame: Frame, parent: str | None) -> dict[str, Any]:
    return {
        "id": cluster.id,
        "path": module(cluster.id, set()),
        "label": letters(cluster.title),
        "repeated": cluster.repeated,
        **_common(cluster, frame, parent),
    }


def _common(item: Box | Cluster, frame: Frame, parent: str | None) -> dict[str, Any]:
    span = item.span
    return {
        "details": item.tooltip,
        "source": {"file": Path(span.source.name).name, "line": span.line} if span else None,
        "cluster": parent,
        "x": frame.x,
        "y": frame.y,
        "w": frame.w,
        "h": frame.h,
    }


def _strip(strip: Strip) -> dict[str, str]:
    return {"label": letters(strip.label), "category": strip.category}


def _edge(line: PlacedLine) -> dict[str, Any]:
    edge = line.edge
    return {
        "tail": edge.tail,
        "head": edge.head,
        "look": edge.look,
        "mark": edge.mark,
        "label": edge.label,
        "label_at": line.label,
        "points": line.points,
        "tip": line.tip,
    }
