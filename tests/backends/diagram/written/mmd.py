"""Mermaid: line by line. It has no points, so ways through those are ways past them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

from netwright.backends.diagram.format.mmd import EDGES, LETTERS, _text, _without_points, write
from netwright.backends.diagram.picture import Picture, letters

from .common import differ, many, said, signs, visible

NODE = re.compile(r'(\w+)[(\[]+"(.*)"[)\]]+:::(\w+)')
WALL = re.compile(r'subgraph (\w+)\["(.*)"\]')
LINE = re.compile(r'(\w+) (-->|-\.->)(?:\|"(.*)"\|)? (\w+)')


def complaints(picture: Picture, written: bytes | None = None) -> list[str]:
    """Nothing of a picture that is shut until Mermaid takes it."""
    if len(visible(picture)) > EDGES or len(_text(_without_points(picture))) > LETTERS:
        return []
    return [*_all(picture, (written or write(picture)).decode())]


def _all(picture: Picture, text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines()]
    nodes = [found for line in lines if (found := NODE.fullmatch(line))]
    walls = [found for line in lines if (found := WALL.fullmatch(line))]
    edges = [found for line in lines if (found := LINE.fullmatch(line))]
    gone = {b.id for b in picture.boxes() if b.shape in ("fork", "label")}
    gone &= {edge.head for edge in visible(picture)}
    boxes = [box for box in picture.boxes() if box.id not in gone]
    if len(nodes) != len(boxes):
        yield f"{len(boxes)} boxes, {len(nodes)} nodes"
        return
    names = {box.id: node[1] for box, node in zip(boxes, nodes, strict=True)}
    for box, node in zip(boxes, nodes, strict=True):
        # Points stand between strips and for empty cells, commas between cells.
        wanted, told = (signs(re.sub("[·,]", "", t)) for t in (said(box), _plain(node[2])))
        yield from differ(box.id, wanted, told)
    titles = [letters(c.title) for c in picture.clusters()]
    if [signs(t) for t in titles] != [signs(_plain(w[2])) for w in walls]:
        yield f"subgraphs differ: {titles}"
    ways = Counter((names[a], names[b]) for a, b in _ways(picture, gone))
    yield from many("edge", ways, Counter((e[1], e[4]) for e in edges))
    known = {letters(b.title) for b in picture.boxes() if b.id in gone} | {""}
    known |= {edge.label for edge in picture.edges}
    for edge in edges:
        label = _plain(edge[3] or "")
        if signs(label) not in map(signs, known):
            yield f"the picture has no label {label!r}"


def _ways(picture: Picture, gone: set[str]) -> Iterator[tuple[str, str]]:
    into = {e.head: e.tail for e in visible(picture) if e.head in gone}
    for edge in visible(picture):
        if edge.head not in gone:
            tail = edge.tail
            while tail in into:
                tail = into[tail]
            yield tail, edge.head


def _plain(label: str) -> str:
    text = re.sub(r"#(\d+|quot|amp|lt|gt);", r"&\1;", re.sub(r"<[^>]*>", " ", label))
    return unescape(re.sub(r"&(\d+);", r"&#\1;", text))
