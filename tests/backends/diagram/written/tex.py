"""TikZ: a node to each box and wall, a draw to each line, by the order in which they come."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from netwright.backends.diagram.format.tex import write
from netwright.backends.diagram.picture import Box, Picture, letters

from .common import said, visible

NODE = re.compile(r"\\node\[(?P<look>.*?)\](?: \((?P<name>[^)]*)\))? at \(.*?\) \{(?P<said>.*)\};")
DRAW = re.compile(
    r"\\draw\[(?P<look>.*?)\] (?P<way>.*?)(?: node\[.*?\] at \(.*?\) \{(?P<said>.*)\})?;"
)
PLAIN = re.compile(r"[A-Za-z0-9]")


def complaints(picture: Picture, written: bytes | None = None) -> list[str]:
    return [*_all(picture, (written or write(picture)).decode())]


def _all(picture: Picture, text: str) -> Iterator[str]:
    body = text.split(r"\begin{tikzpicture}")[1].splitlines()
    nodes = [found for line in body if (found := NODE.fullmatch(line.strip()))]
    boxes = [n for n in nodes if n["name"] and not n["look"].startswith(("net wall", "net inset"))]
    walls = [n for n in nodes if n["look"].startswith(("net wall", "net inset"))]
    titles = [n for n in nodes if n["look"].startswith("net name")]
    draws = [found for line in body if (found := DRAW.fullmatch(line.strip()))]
    known, clusters, edges = [*picture.boxes()], [*picture.clusters()], visible(picture)
    for what, wanted, written in (
        ("boxes", len(known), len(boxes)),
        ("walls", len(clusters), len(walls)),
        ("titles", sum(bool(c.title) for c in clusters), len(titles)),
        ("lines", len(edges), len(draws)),
    ):
        if wanted != written:
            yield f"{wanted} {what}, and {written} are written"
            return
    names: dict[str, str] = {}
    for box, node in zip(known, boxes, strict=True):
        names[box.id] = node["name"]
        yield from _words(box.id, said(box), node["said"])
        if _copies(box) != ("net copies" in node["look"]):
            yield f"{box.id}: copies are {node['look']}"
    titled = [c for c in clusters if c.title]
    for cluster, node in zip(titled, titles, strict=True):
        yield from _words(cluster.id, letters(cluster.title), node["said"])
    for edge, draw in zip(edges, draws, strict=True):
        yield from _words(f"{edge.tail} to {edge.head}", edge.label, draw["said"] or "")
        ends = re.findall(r"\(([^)]*)\)", draw["way"])
        for id, end in ((edge.tail, ends[0]), (edge.head, ends[-1])):
            name = re.sub(r"\.(north|south|east|west)$", "", end)
            if not re.match(r"-?[\d.]+,", end) and name != names[id]:
                yield f"the line from {edge.tail} to {edge.head} ends at {end}"


def _copies(box: Box) -> bool:
    return box.repeated and box.shape == "box"


def _words(what: str, wanted: str, found: str) -> Iterator[str]:
    """Letters and digits: what TeX has other names for is left aside."""
    plain = re.sub(r"\\netstrip\{\w+\}|\\nettable\{[rlc]*\}", " ", found)
    plain = re.sub(r"\\\\\[[\w.]+\]|\\[A-Za-z]+", " ", plain)
    lost = Counter(PLAIN.findall(wanted)) - Counter(PLAIN.findall(plain))
    if lost:
        yield f"{what}: lost {dict(lost)} of {wanted!r} in {found!r}"
