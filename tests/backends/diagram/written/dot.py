"""DOT: as the layout program reads it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

from netwright.backends.diagram.format.dot import write
from netwright.backends.diagram.layout.engine import lay_out
from netwright.backends.diagram.picture import Picture, letters

from .common import Signs, differ, many, said, signs, visible


def complaints(picture: Picture, written: bytes | None = None) -> list[str]:
    text = (written or write(picture)).decode()
    return [*_all(picture, json.loads(lay_out(text, "dot_json")))]


def _all(picture: Picture, read: dict[str, list[dict[str, str]]]) -> Iterator[str]:
    objects = read["objects"]
    shown = [o for o in objects if "nodes" not in o and o.get("style") != "invis"]
    nodes = {o["name"]: o for o in shown if not o["name"].startswith("page-") and "bb" not in o}
    clusters = {
        o["name"].removeprefix("cluster_"): o for o in objects if o["name"].startswith("cluster_")
    }
    nodes = {name: o for name, o in nodes.items() if not name.startswith(("cluster_", "%"))}
    known = {box.id: box for box in picture.boxes()}
    yield from (f"nodes differ: {id}" for id in known.keys() ^ nodes.keys())
    for id in known.keys() & nodes.keys():
        yield from differ(id, signs(said(known[id])), _label(nodes[id]))
    for cluster in picture.clusters():
        if cluster.id not in clusters:
            yield f"no cluster {cluster.id}"
        else:
            found = _label(clusters[cluster.id])
            yield from differ(cluster.id, signs(letters(cluster.title)), found)
    wanted = Counter((e.tail, e.head, _sorted(signs(e.label)), e.kind) for e in visible(picture))
    names = {o["_gvid"]: o["name"] for o in objects}
    edges = Counter(
        (*ends, _sorted(_label(e)), e.get("class", ""))
        for e in read.get("edges", ())
        if e.get("style") != "invis"
        for ends in [_ends(e, names)]
    )
    yield from many("edge", wanted, edges)


def _ends(edge: dict[str, str], names: dict[str, str]) -> tuple[str, str]:
    """Lines that climb are written from head to tail."""
    ends = (names[edge["tail"]], names[edge["head"]])
    turned = edge.get("dir") == "back" or edge.get("arrowtail") is not None
    return (ends[1], ends[0]) if turned else ends


def _sorted(found: Signs) -> str:
    return "".join(sorted(found.elements()))


def _label(item: dict[str, str]) -> Signs:
    text = item.get("label", "")
    if text == "\\N":
        return signs("")
    return signs(unescape(re.sub(r"<[^>]*>", " ", text)).replace("\\\\", "\\"))
