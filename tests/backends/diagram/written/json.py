"""JSON: all that a box, a wall and a line is said to be, and its place."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from netwright.backends.diagram.format.json import write
from netwright.backends.diagram.picture import Picture, letters

from .common import Signs, differ, many, said, signs, visible
from .places import Rect, overlaps

FAR = 3.0


def complaints(picture: Picture, written: bytes | None = None) -> list[str]:
    return [*_all(picture, json.loads(written or write(picture)))]


def _all(picture: Picture, read: Any) -> Iterator[str]:
    nodes = {node["id"]: node for node in read["nodes"]}
    known = {box.id: box for box in picture.boxes()}
    yield from (f"nodes differ: {id}" for id in known.keys() ^ nodes.keys())
    for id in known.keys() & nodes.keys():
        node, box = nodes[id], known[id]
        yield from differ(id, signs(said(box)), _text(node))
        for key in ("category", "shape", "repeated", "cost"):
            if node[key] != getattr(box, key):
                yield f"{id}: {key} is {node[key]!r}"
    clusters = {cluster["id"]: cluster for cluster in read["clusters"]}
    walls = {c.id: letters(c.title) for c in picture.clusters()}
    if {id: c["label"] for id, c in clusters.items()} != walls:
        yield f"clusters differ: {walls}"
    wanted = Counter((e.tail, e.head, e.label, e.look, e.mark) for e in visible(picture))
    found = Counter((e["tail"], e["head"], e["label"], e["look"], e["mark"]) for e in read["edges"])
    yield from many("edge", wanted, found)
    rects = {id: _rect(item) for id, item in (nodes | clusters).items()}
    yield from _places(read, rects, nodes, clusters, picture)


def _places(
    read: Any, rects: dict[str, Rect], nodes: Any, clusters: Any, picture: Picture
) -> Iterator[str]:
    yield from overlaps([rects[id] for id in nodes])
    page = Rect("page", 0, 0, read["width"], read["height"])
    yield from (f"{r.name} is not on the page" for r in rects.values() if not r.within(page))
    parents = {item.id: c.id for c in picture.clusters() for item in c.items}
    for id, item in (nodes | clusters).items():
        if item["cluster"] != parents.get(id):
            yield f"{id} is said to be in {item['cluster']}"
        if item["cluster"] and not rects[id].within(rects[item["cluster"]]):
            yield f"{id} is not within {item['cluster']}"
    for edge in read["edges"]:
        ends = (
            (edge["tail"], edge["points"][0]),
            (edge["head"], edge["tip"] or edge["points"][-1]),
        )
        for id, point in ends:
            if rects[id].off(tuple(point)) > FAR and nodes[id]["shape"] != "label":
                yield f"a line of {edge['tail']} to {edge['head']} ends {point}, not at {id}"


def _text(node: Any) -> Signs:
    words = [*node["label"], *(s["label"] for s in (*node["above"], *node["below"]))]
    if node["table"]:
        words += [cell for row in (node["table"]["head"], *node["table"]["rows"]) for cell in row]
    return signs(" ".join(words))


def _rect(item: Any) -> Rect:
    return Rect(item["id"], item["x"], item["y"], item["x"] + item["w"], item["y"] + item["h"])
